"""A fresh `megapane emulator` with the sample account, for as long as the `with` block lasts."""
import subprocess


class Emulator:
    def __init__(self, binary, *more):
        self.binary = binary
        self.command = [str(binary), "emulator", "--listen", "127.0.0.1:0", *more]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        lines = {}
        for _ in range(3):
            name, _, value = self.process.stdout.readline().partition(": ")
            lines[name] = value.strip()
        self.url, self.user, self.password = lines["url"], lines["user"], lines["password"]
        self.port = int(self.url.rsplit(":", 1)[1].strip("/"))
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()
