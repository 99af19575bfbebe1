"""megatools: lists, uploads, downloads, makes folders, deletes, makes links. It cannot move, rename, or send an empty
file. Its server's name and key are compiled in, so it runs behind with-mega-redirect."""
import pathlib
import subprocess

import samples

REDIRECT = pathlib.Path(__file__).with_name("with-mega-redirect")


def cannot_run(tools):
    if not tools["megatools"]:
        return "could not be installed"
    probe = subprocess.run([REDIRECT, "1", "--", "true"], capture_output=True, text=True)
    return probe.stderr.strip().removeprefix("with-mega-redirect: ") if probe.returncode == 125 else None


class Client:
    def __init__(self, tools, server, scratch):
        self.program, self.server, self.scratch = tools["megatools"], server, scratch

    def close(self):
        pass

    # Keys of shares that it gets come with the folder, and it takes them from there.
    sees_shares = True

    def guest(self, email, folder):
        """Reads the files of a folder that somebody else with the same password sees."""
        listed = self.must("ls", "-R", user=email).splitlines()
        found = next((path for path in listed if path.endswith("/" + folder)), None)
        assert found, listed
        to = self.scratch / f"of {email}" / folder
        to.mkdir(parents=True)
        self.must("copy", "--no-progress", "--download", "--local", to, "--remote", found, user=email)
        return samples.read(to)

    def tool(self, command, *arguments, user=None):
        login = ["--ignore-config-file", "--reload", "-u", user or self.server.user, "-p", self.server.password]
        line = [REDIRECT, str(self.server.port), "--", self.program, command, *login, *arguments]
        return subprocess.run(list(map(str, line)), capture_output=True, timeout=120)

    def must(self, *arguments, user=None):
        done = self.tool(*arguments, user=user)
        assert done.returncode == 0, (done.stdout + done.stderr).decode()
        return done.stdout.decode()

    def upload(self, folder, target):
        for depth, _ in enumerate(parts := target.split("/")):
            self.tool("mkdir", "/Root/" + "/".join(parts[: depth + 1]))
        files = [path for path in sorted(folder.iterdir()) if path.stat().st_size]
        self.must("put", "--no-progress", "--path", f"/Root/{target}", *files)

    def download(self, source, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self.must("copy", "--no-progress", "--download", "--local", folder, "--remote", f"/Root/{source}")

    def sizes(self, folder):
        sizes = {}
        prefix = f"/Root/{folder}".rstrip("/") + "/"
        for line in self.must("ls", "-l", "-R", prefix.rstrip("/")).splitlines():
            fields = line.split(None, 6)  # handle, owner, type, size, date, time, path
            if len(fields) == 7 and fields[2] == "0" and fields[6].startswith(prefix):
                sizes[fields[6].removeprefix(prefix)] = int(fields[3].replace("-", "0"))
        return sizes


def run(client, check):
    listed = client.sizes("")
    check("lists the sample account", len(listed) > 250, f"{len(listed)} files")
    client.must("get", "--no-progress", "--path", client.scratch / "welcome", "/Root/Welcome to megapane.txt")
    check("reads a file", (client.scratch / "welcome").read_bytes().startswith(b"Welcome to megapane."))

    folder = client.scratch / "up"
    files = {name: data for name, data in samples.make(folder, "megatools").items() if data}
    client.upload(folder, "from megatools/deep")
    sizes = client.sizes("from megatools/deep")
    check("lists what it uploaded", sizes == {name: len(data) for name, data in files.items()}, sizes)
    client.download("from megatools/deep", client.scratch / "down")
    lost = samples.difference(samples.read(client.scratch / "down"), files)
    check("downloads what it uploaded", not lost, lost)

    link = client.must("export", "/Root/from megatools/deep/plain.txt")
    check("makes a link", "https://mega" in link, link)
    client.must("rm", "/Root/from megatools/deep/plain.txt")
    check("deletes a file", "plain.txt" not in client.sizes("from megatools/deep"))
    client.must("rm", "/Root/from megatools/deep")
    check("deletes a folder", client.sizes("from megatools") == {}, client.sizes("from megatools"))
    free = client.must("df", "--total")
    check("is told the quota", str(20 << 30) in free, free)
