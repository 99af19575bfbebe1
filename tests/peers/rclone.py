"""rclone: lists, uploads, downloads, moves, renames, deletes; and does the proof of work."""
import json
import os
import subprocess

import duplicates
import samples
from emulator import Emulator


def cannot_run(tools):
    return None if tools["rclone"] else "could not be installed"


class Client:
    """rclone with a configuration of its own."""

    def __init__(self, tools, server, scratch):
        self.program, self.server, self.scratch = tools["rclone"], server, scratch
        self.environment = os.environ | {"X_MEGA_API_URL": server.url, "RCLONE_CONFIG": str(scratch / "rclone.conf")}
        created = self.tool("config", "create", "mega", "mega", "user", server.user, "pass", server.password, "--obscure")
        assert created.returncode == 0, created.stderr

    def tool(self, *arguments):
        command = [self.program, *map(str, arguments), "--low-level-retries", "3", "--retries", "1"]
        return subprocess.run(command, env=self.environment, capture_output=True, timeout=120)

    def again(self, server, scratch):
        """The same program on another server."""
        return Client({"rclone": self.program}, server, scratch)

    def close(self):
        pass

    def upload(self, folder, target):
        done = self.tool("copy", folder, f"mega:{target}")
        assert done.returncode == 0, done.stderr.decode()

    def move(self, folder, target):
        done = self.tool("move", folder, f"mega:{target}")
        assert done.returncode == 0, done.stderr.decode()

    def sync(self, folder, target):
        # It knows no times of ours: what has the same size would be left alone.
        done = self.tool("sync", "--ignore-times", folder, f"mega:{target}")
        assert done.returncode == 0, done.stderr.decode()

    def download(self, source, folder):
        done = self.tool("copy", f"mega:{source}", folder)
        assert done.returncode == 0, done.stderr.decode()

    @property
    def configuration(self):
        return self.environment["RCLONE_CONFIG"]

    def link(self, path):
        made = self.tool("link", f"mega:{path}")
        assert made.returncode == 0, made.stderr.decode()
        return made.stdout.decode().strip()

    def sizes(self, folder):
        # lsf, because lsjson ends in the middle when it meets a file beside a folder of its name.
        listed = self.tool("lsf", "-R", "--files-only", "--format", "sp", f"mega:{folder}").stdout.decode()
        lines = [line.partition(";") for line in listed.splitlines()]
        return {path: int(size) for size, _, path in lines}


def run(client, check):
    listed = client.sizes("")
    check("lists the sample account", len(listed) > 250, f"{len(listed)} files")
    check("sees a size", listed.get("Videos/Tram 28, whole ride.mp4") == 412877210, listed)
    cat = client.tool("cat", "mega:Welcome to megapane.txt")
    check("reads a file", cat.stdout.startswith(b"Welcome to megapane."), cat.stderr)

    folder = client.scratch / "up"
    files = samples.make(folder, "rclone")
    client.upload(folder, "from rclone/deep/down")
    sizes = client.sizes("from rclone/deep/down")
    check("lists what it uploaded", sizes == {name: len(data) for name, data in files.items()}, sizes)
    client.download("from rclone/deep/down", client.scratch / "down")
    lost = samples.difference(samples.read(client.scratch / "down"), files)
    check("downloads what it uploaded", not lost, lost)

    changes(client, check)
    hard_times(client, check)
    about = client.tool("about", "--json", "mega:")
    quota = json.loads(about.stdout)
    check("is told the quota", quota["total"] == 20 << 30 and 0 < quota["used"] < quota["total"], quota)


def with_ours(client, check):
    duplicates.witnessed(client, check)


def hard_times(client, check):
    """Another server that asks for work and is not always there."""
    faults = ["402:200@us", "-3@cs#*3", "500@cs#*7", "503@dl#*5"]
    with Emulator(client.server.binary, *(word for fault in faults for word in ("--fault", fault))) as server:
        scratch = client.scratch / "hard times"
        scratch.mkdir()
        other = client.again(server, scratch)
        files = samples.make(scratch / "up", "hard", empty=False)
        other.upload(scratch / "up", "hard times")
        other.download("hard times", scratch / "down")
        lost = samples.difference(samples.read(scratch / "down"), files)
        check("does the proof of work, and lives through errors", not lost, lost)


def changes(client, check):
    def succeeds(what, *arguments):
        done = client.tool(*arguments)
        check(what, done.returncode == 0, done.stderr.decode())

    base = "mega:from rclone"
    succeeds("makes a folder", "mkdir", f"{base}/new")
    succeeds("renames a file", "moveto", f"{base}/deep/down/plain.txt", f"{base}/deep/down/renamed.txt")
    succeeds("moves a file", "move", f"{base}/deep/down/renamed.txt", f"{base}/new")
    check("finds it there", client.sizes("from rclone/new") == {"renamed.txt": 700}, client.sizes("from rclone/new"))
    succeeds("moves a folder", "moveto", f"{base}/new", f"{base}/newer")
    check("finds it there, too", client.sizes("from rclone/newer") == {"renamed.txt": 700})
    succeeds("deletes a file", "deletefile", f"{base}/newer/renamed.txt")
    check("misses it", client.sizes("from rclone/newer") == {})
    succeeds("removes an empty folder", "rmdir", f"{base}/newer")
    succeeds("removes a full folder", "purge", f"{base}/deep")
    check("finds nothing any more", client.sizes("from rclone") == {})
    succeeds("makes a link", "link", "mega:Welcome to megapane.txt")
    succeeds("empties the rubbish bin", "cleanup", "mega:")

