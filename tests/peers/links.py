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
    we.must("get", "--api-url", we.server.url, peer.link("exchange/linked/plain.txt"), we.scratch / "we got one")
    got = samples.read(we.scratch / "we got one")
    check("we download a file by its link", got == {"plain.txt": files["plain.txt"]}, list(got))
    if hasattr(peer, "configuration"):
        taken = we.tool("config", "import-rclone", peer.configuration, "--api-url", we.server.url)
        check("we take over its login", taken.returncode == 0, taken.stderr.decode())
        listed = we.must("lsf", "mega:exchange/linked").decode().split()
        check("and list the account by it", "plain.txt" in listed, listed)
