"""Our own command line, and what it and a peer read of each other's files."""
import json
import os
import subprocess
from datetime import datetime

import links
import samples

# The other account of the emulator, with the same password.
FRIEND = "ben@example.org"


class Client:
    def __init__(self, binary, server, scratch):
        self.binary, self.server, self.scratch = binary, server, scratch / "ours"
        self.scratch.mkdir()
        folders = {f"MEGAPANE_{name}_DIR": str(self.scratch / name.lower()) for name in ("CONFIG", "CACHE", "STATE")}
        remote = {
            "MEGAPANE_REMOTE_DEMO_USER": server.user,
            "MEGAPANE_REMOTE_DEMO_PASSWORD": server.password,
            "MEGAPANE_REMOTE_DEMO_API_URL": server.url,
        }
        friend = {name.replace("DEMO", "BEN"): value for name, value in remote.items()} | {"MEGAPANE_REMOTE_BEN_USER": FRIEND}
        self.environment = os.environ | folders | remote | friend

    def tool(self, *arguments):
        command = [str(self.binary), *map(str, arguments)]
        return subprocess.run(command, env=self.environment, capture_output=True, stdin=subprocess.DEVNULL, timeout=120)

    def must(self, *arguments):
        done = self.tool(*arguments)
        assert done.returncode == 0, f"exit {done.returncode}\n{done.stderr.decode()}"
        return done.stdout

    def log_in(self):
        """Makes a remote `kept`, whose transfers are journalled; that of the environment keeps nothing."""
        created = [str(self.binary), "config", "create", "kept", "--user", self.server.user, "--password-stdin", "--api-url", self.server.url]
        subprocess.run(created, env=self.environment, input=self.server.password.encode(), check=True, capture_output=True, timeout=120)

    def killed(self, *arguments, after):
        """Runs a command and kills it outright once its journal has so many lines."""
        command = [str(self.binary), *map(str, arguments)]
        process = subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        journals = self.scratch / "state" / "transfers"
        while process.poll() is None:
            try:
                lines = sum(path.read_bytes().count(b"\n") for path in journals.glob("*/*.jsonl"))
            except FileNotFoundError:
                continue  # the transfer has just ended
            if lines >= after:
                process.kill()
        return process.wait() != 0

    def listing(self, folder):
        return json.loads(self.must("lsjson", "-R", f"demo:{folder}"))


def together(we, peer, check):
    """What the peer wrote we read, and what we wrote it reads: names, sizes, bytes, and times where they know them."""
    theirs = we.scratch / "theirs"
    files = samples.make(theirs, "peer")
    peer.upload(theirs, "exchange/theirs")
    # megatools cannot send empty files.
    files = {name: data for name, data in files.items() if data or name in peer.sizes("exchange/theirs")}
    listed = {entry["Path"]: entry["Size"] for entry in we.listing("exchange/theirs") if not entry["IsDir"]}
    check("we list what it wrote", listed == {name: len(data) for name, data in files.items()}, listed)
    we.must("copy", "demo:exchange/theirs", we.scratch / "got")
    lost = samples.difference(samples.read(we.scratch / "got"), files)
    check("we read what it wrote", not lost, lost)

    ours = we.scratch / "mine"
    files = samples.make(ours, "ours")
    we.must("copy", ours, "demo:exchange/ours")
    sizes = peer.sizes("exchange/ours")
    check("it lists what we wrote", sizes == {name: len(data) for name, data in files.items()}, sizes)
    peer.download("exchange/ours", we.scratch / "they got")
    refuses = getattr(peer, "refuses", set())
    readable = {name: data for name, data in files.items() if len(data) not in refuses}
    lost = samples.difference(samples.read(we.scratch / "they got"), readable)
    check("it reads what we wrote", not lost, lost)
    times = {entry["Path"]: datetime.fromisoformat(entry["ModTime"]).timestamp() for entry in we.listing("exchange/ours")}
    check("we read the times we wrote", set(times.values()) == {samples.MODIFIED}, times)
    if hasattr(peer, "times"):
        times = peer.times("exchange/ours")
        check("it reads the times we wrote", set(times.values()) == {samples.MODIFIED}, times)

    if hasattr(peer, "link"):
        links.exchanged(we, peer, check)
    if hasattr(peer, "sync"):
        moved_and_synced(we, peer, check)
    resumed(we, peer, check)
    we.must("mkdir", "demo:exchange/made by us")
    we.must("copyto", ours / "plain.txt", "demo:exchange/ours/東京.txt")
    found = peer.sizes("exchange/ours")
    check("an overwrite leaves one file of the name", found.get("東京.txt") == 700 and len(found) == len(files), found)


def moved_and_synced(we, peer, check):
    """Our move and sync as the peer sees them, and its own as we do."""
    source = we.scratch / "to move"
    files = samples.make(source, "moved")
    we.must("move", source, "demo:exchange/moved")
    check("our move leaves no source", samples.read(source) == {}, list(samples.read(source)))
    peer.download("exchange/moved", we.scratch / "they got the moved")
    lost = samples.difference(samples.read(we.scratch / "they got the moved"), files)
    check("it reads what we moved", not lost, lost)

    source = we.scratch / "to sync"
    files = samples.make(source, "synced")
    (source / "plain.txt").unlink()
    files["deep/er.txt"] = files.pop("plain.txt")
    (source / "deep").mkdir()
    (source / "deep/er.txt").write_bytes(files["deep/er.txt"])
    # Size and time are the same as before: the content decides.
    we.must("sync", "--checksum", source, "demo:exchange/moved", "--backup-dir", "demo:exchange/kept")
    peer.download("exchange/moved", we.scratch / "they got the synced")
    lost = samples.difference(samples.read(we.scratch / "they got the synced"), files)
    check("it reads what we synced", not lost, lost)
    kept = peer.sizes("exchange/kept")
    check("it finds what our sync put aside", kept.get("plain.txt") == 700 and len(kept) > 5, kept)

    peer.move(source, "exchange/it moved")
    we.must("sync", "demo:exchange/it moved", we.scratch / "synced down")
    lost = samples.difference(samples.read(we.scratch / "synced down"), files)
    check("our sync reads what it moved", not lost, lost)
    peer.sync(we.scratch / "they got the moved", "exchange/it moved")
    we.must("sync", "demo:exchange/it moved", we.scratch / "synced down")
    lost = samples.difference(samples.read(we.scratch / "synced down"), samples.read(we.scratch / "they got the moved"))
    check("our sync follows its sync", not lost, lost)
    we.must("check", "--download", "demo:exchange/it moved", we.scratch / "synced down")


def resumed(we, peer, check):
    """What a killed upload went on with, the peer reads as if nothing had happened."""
    we.log_in()
    folder = we.scratch / "resumed"
    folder.mkdir()
    size = 60_000_001
    data = samples.content("resumed", size)
    (folder / "film.bin").write_bytes(data)
    kills = [we.killed("copy", folder, "kept:exchange/resumed", after=lines) for lines in (9, 40, 80)]
    we.must("copy", folder, "kept:exchange/resumed")
    check("an upload of ours was killed in the middle", any(kills), kills)
    check("it lists what a killed and resumed upload wrote", peer.sizes("exchange/resumed") == {"film.bin": size})
    peer.download("exchange/resumed", we.scratch / "they got the film")
    got = (we.scratch / "they got the film" / "film.bin").read_bytes()
    check("it reads what a killed and resumed upload wrote", got == data, len(got))
