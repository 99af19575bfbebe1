"""Public links across programs: those that we make the peer opens, those that it makes we download; and rclone's login taken over."""
import samples


def exchanged(we, peer, check):
    folder = we.scratch / "linked"
    files = samples.make(folder, "linked", empty=False)
    refuses = getattr(peer, "refuses", set())
    for name, data in list(files.items()):
        if len(data) in refuses:
            (folder / name).unlink()
            del files[name]
    we.must("copy", folder, "demo:exchange/linked")
    if hasattr(peer, "fetch"):
        link = we.must("link", "demo:exchange/linked").decode().strip()
        # What comes later carries its key for whoever has the link.
        (folder / "later.txt").write_bytes(b"later")
        files["later.txt"] = b"later"
        we.must("copy", folder, "demo:exchange/linked")
        peer.fetch(link, we.scratch / "they fetched")
        lost = samples.difference(samples.read(we.scratch / "they fetched"), files)
        check("it downloads a folder by our link", not lost, lost)
        peer.fetch(we.must("link", "demo:exchange/linked/plain.txt").decode().strip(), we.scratch / "they fetched one")
        got = samples.read(we.scratch / "they fetched one")
        check("it downloads a file by our link", got == {"plain.txt": files["plain.txt"]}, list(got))
        we.must("link", "--unlink", "demo:exchange/linked")
        try:
            peer.fetch(link, we.scratch / "they fetched nothing")
            check("a link that we removed is closed to it", False)
        except RuntimeError as error:
            check("a link that we removed is closed to it", "ENOENT" in str(error), error)
        peer.sizes("exchange/linked")  # it looks at the account anew
        we.must("get", "--api-url", we.server.url, peer.link("exchange/linked"), we.scratch / "we got")
        lost = samples.difference(samples.read(we.scratch / "we got" / "linked"), files)
        check("we download a folder by its link", not lost, lost)
        link = peer.link("exchange/linked")
        read = we.must("cat", "--api-url", we.server.url, f"{link}:plain.txt")
        check("we read a file in the folder of its link", read == files["plain.txt"])
        we.must("copy", "--api-url", we.server.url, link, "ben:from its link")
    we.must("get", "--api-url", we.server.url, peer.link("exchange/linked/plain.txt"), we.scratch / "we got one")
    got = samples.read(we.scratch / "we got one")
    check("we download a file by its link", got == {"plain.txt": files["plain.txt"]}, list(got))
    if hasattr(peer, "guest"):
        handed_over(we, peer, files, check)
    if hasattr(peer, "configuration"):
        taken = we.tool("config", "import-rclone", peer.configuration, "--api-url", we.server.url)
        check("we take over its login", taken.returncode == 0, taken.stderr.decode())
        listed = we.must("lsf", "mega:exchange/linked").decode().split()
        check("and list the account by it", "plain.txt" in listed, listed)


def handed_over(we, peer, files, check):
    """What another account has or sees by our doing the peer reads with that account's login."""
    we.must("copy", "demo:exchange/linked", "ben:from the account")
    ways = {"from its link": "copied from its link", "from the account": "copied between accounts"}
    if peer.sees_shares:
        we.must("share", "demo:exchange/linked", "ben@example.org")
        ways["linked"] = "shared"
    readable = {name: data for name, data in files.items() if len(data) not in getattr(peer, "refuses", set())}
    for folder, done in ways.items():
        if folder == "from its link" and not hasattr(peer, "fetch"):
            continue
        lost = samples.difference(peer.guest("ben@example.org", folder), readable)
        check(f"another account reads by it what we {done}", not lost, lost)
