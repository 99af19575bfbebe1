"""Files to send around: sizes at the borders of MEGA's chunks, names that are hard, times that are not now."""
import hashlib
import os

SIZES = [0, 1, 16, 17, 131071, 131072, 131073, 393216, 1300000]
NAMES = ["plain.txt", "with space & ampersand.txt", "naïve café.txt", "東京.txt", "🎉.txt", "-dash.txt", ".hidden", "100%25.txt"]
MODIFIED = 1_600_000_000


def content(label, size):
    """Bytes that depend on both, so that files cannot be mistaken for one another."""
    block = hashlib.sha512(f"{label} {size}".encode()).digest()
    return (block * (size // len(block) + 1))[:size]


def make(folder, label, empty=True):
    """Writes the files and returns {name: bytes}."""
    folder.mkdir(parents=True)
    files = {f"size-{size}.bin": content(label, size) for size in SIZES if size or empty}
    files |= {name: content(label + name, 700) for name in NAMES}
    for name, data in files.items():
        (folder / name).write_bytes(data)
        os.utime(folder / name, (MODIFIED, MODIFIED))
    return files


def read(folder):
    """What is in a folder and below it, {path: bytes}."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def difference(got, wanted):
    """In words; empty when there is none."""
    lines = [f"missing: {name!r}" for name in sorted(wanted.keys() - got.keys())]
    lines += [f"not wanted: {name!r}" for name in sorted(got.keys() - wanted.keys())]
    both = sorted(got.keys() & wanted.keys())
    lines += [f"other content: {name!r}" for name in both if got[name] != wanted[name]]
    return "\n".join(lines)
