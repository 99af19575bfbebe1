"""megajs (Node): lists, uploads, downloads, renames, moves, deletes, makes links and opens them."""
import base64
import json
import pathlib
import shutil
import subprocess

import samples


def cannot_run(tools):
    if not shutil.which("node"):
        return "there is no node"
    return None if tools["megajs"] else "could not be installed"


class Client:
    """One logged-in megajs process, driven by lines of JSON."""

    # It takes one chunk MAC too many where the size, rounded up to 16, is a chunk boundary. It reads its own files of
    # these sizes, and refuses those of others.
    refuses = {0, 131071, 131072, 393216}

    def __init__(self, tools, server, scratch):
        self.scratch = scratch
        script = pathlib.Path(__file__).with_suffix(".mjs")
        command = ["node", script, tools["megajs"], server.url.rstrip("/") + "/", server.user, server.password]
        self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        answer = json.loads(line or '{"error": "it ended"}')
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["result"]

    def tool(self, *command):
        self.process.stdin.write(json.dumps(list(map(str, command))) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()

    def upload(self, folder, target):
        self.tool("upload", folder, target)

    def download(self, source, folder):
        self.refused = self.tool("download", source, folder)

    def link(self, path):
        return self.tool("link", path)

    def fetch(self, link, folder):
        """Downloads what a link shows, without its login."""
        self.tool("fetch", link, folder)

    # It asks for no keys of shares that it gets.
    sees_shares = False

    def guest(self, email, folder):
        """Reads the files of a folder that somebody else with the same password sees."""
        return {name: base64.b64decode(data) for name, data in self.tool("guest", email, folder).items()}

    def sizes(self, folder):
        return self.tool("sizes", folder)

    def times(self, folder):
        return self.tool("times", folder)


def run(client, check):
    listed = client.sizes("")
    check("lists the sample account", len(listed) > 250, f"{len(listed)} files")
    check("reads a file", client.tool("cat", "Welcome to megapane.txt").startswith("Welcome to megapane."))
    times = client.times("Videos")
    check("sees a time", times["Tram 28, whole ride.mp4"] == 1713609600, times)

    folder = client.scratch / "up"
    files = samples.make(folder, "megajs")
    client.upload(folder, "from megajs/deep")
    sizes = client.sizes("from megajs/deep")
    check("lists what it uploaded", sizes == {name: len(data) for name, data in files.items()}, sizes)
    client.download("from megajs/deep", client.scratch / "down")
    lost = samples.difference(samples.read(client.scratch / "down"), files)
    check("downloads what it uploaded", not lost, lost)

    client.tool("mkdir", "from megajs/new")
    client.tool("rename", "from megajs/deep/plain.txt", "renamed.txt")
    client.tool("move", "from megajs/deep/renamed.txt", "from megajs/new")
    check("renames and moves", client.sizes("from megajs/new") == {"renamed.txt": 700}, client.sizes("from megajs"))
    check("hears what another session does", client.tool("hear", "made while it listens") == "made while it listens")
    file_link = client.tool("link", "from megajs/new/renamed.txt")
    check("opens its link to a file", client.tool("open", file_link)["name"] == "renamed.txt", file_link)
    folder_link = client.tool("link", "from megajs/new")
    opened = client.tool("open", folder_link)
    check("opens its link to a folder", opened == {"name": "new", "children": ["renamed.txt"]}, opened)
    client.tool("trash", "from megajs/new/renamed.txt")
    client.tool("delete", "from megajs/deep")
    check("deletes", client.sizes("from megajs") == {}, client.sizes("from megajs"))
    account = client.tool("account")
    check("is told the quota", account["spaceTotal"] == 20 << 30 and account["spaceUsed"] > 0, account)
