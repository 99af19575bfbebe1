"""Twin files and twin folders, which the cloud allows: what our dedupe makes of them, and whether rclone sees any after it."""
import json
import os

import ours
import samples
from emulator import Emulator

# Each layer is an upload of its own under the same names.
LAYERS = 3


def content(layer, name):
    """`same.txt` holds the same in all layers, under another key in each."""
    return samples.content(name if name.endswith("same.txt") else f"{layer} {name}", 9000 + len(name) + 100 * layer * (not name.endswith("same.txt")))


def layer_of(number):
    names = ["one.txt", "same.txt", "photos/both.jpg", "photos/sub/both.jpg", f"photos/sub/only {number}.jpg", "photos/sub/same.txt"]
    return {name: content(number, name) for name in names}


def kept_by(mode):
    """What should be there afterwards."""
    layers = [layer_of(number) for number in range(LAYERS)]
    kept = {name: data for layer in layers for name, data in layer.items() if "only" in name or "same" in name}
    for name in ["one.txt", "photos/both.jpg", "photos/sub/both.jpg"]:
        if mode == "rename":
            stem, ending = name.rsplit(".", 1)
            kept |= {f"{stem}-{number + 1}.{ending}": layer[name] for number, layer in enumerate(layers)}
        else:
            # Later layers are larger and newer.
            kept[name] = layers[{"largest": -1, "newest": -1, "smallest": 0, "oldest": 0}[mode]][name]
    return kept


def lay_out(we, target):
    """Uploads layer by layer: each but the last is thrown away before the next, and comes back by undo beside the others."""
    thrown = []
    for number in range(LAYERS):
        folder = we.scratch / target / str(number)
        for name, data in layer_of(number).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            os.utime(path, (samples.MODIFIED + number, samples.MODIFIED + number))
        we.must("copy", folder, f"kept:{target}")
        if number < LAYERS - 1:
            for command, name in [("purge", "photos"), ("deletefile", "one.txt"), ("deletefile", "same.txt")]:
                we.must(command, f"kept:{target}/{name}")
                thrown.append(json.loads(we.must("undo", "--list", "--json"))[0]["id"])
    for change in thrown:
        we.must("undo", change)


def seen_by(client, target):
    """What rclone says of duplicates, and the paths that it lists more than once."""
    told = client.tool("dedupe", "--dedupe-mode", "list", f"mega:{target}")
    listed = client.tool("lsf", "-R", f"mega:{target}")
    paths = listed.stdout.decode().splitlines()
    lines = [line for line in (told.stderr + listed.stderr).decode().splitlines() if "uplicate" in line]
    return told.stdout.decode().splitlines() + lines, sorted({path for path in paths if paths.count(path) > 1})


def witnessed(client, check):
    """rclone is the witness: it sees twins before, none after, and reads what was to be kept."""
    with Emulator(client.server.binary) as server:
        scratch = client.scratch / "duplicates"
        scratch.mkdir()
        other, we = client.again(server, scratch), ours.Client(server.binary, server, scratch)
        we.log_in()
        for mode in ["rename", "newest", "oldest", "largest", "smallest"]:
            target = f"dup {mode}"
            lay_out(we, target)
            told, twice = seen_by(other, target)
            check(f"sees duplicates before our dedupe {mode}", bool(told) and bool(twice), (told, twice))
            we.must("dedupe", "--verify", mode, f"kept:{target}")
            told, twice = seen_by(other, target)
            check(f"sees none after our dedupe {mode}", not told and not twice, (told, twice))
            down = scratch / f"down {mode}"
            copied = other.tool("copy", f"mega:{target}", down)
            check(f"copies all of it after our dedupe {mode}", b"uplicate" not in copied.stderr, copied.stderr.decode())
            got, kept = samples.read(down), kept_by(mode)
            if mode == "rename":  # what came in the same second is numbered in an order of its own
                check("reads the names that ours gave", sorted(got) == sorted(kept), sorted(got))
                check("reads all that was renamed", sorted(got.values()) == sorted(kept.values()), sorted(got))
            else:
                lost = samples.difference(got, kept)
                check(f"reads what our dedupe {mode} kept", not lost, lost)
            we.must("check", down, f"kept:{target}")
