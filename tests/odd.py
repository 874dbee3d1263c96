"""Histories that no ordinary tool writes: raw commits, and objects that can be lost one by one."""

from repository import commit


def raw_history(repo, *commits):
    """Add commits of these very bytes one after another on main; {tree}, {parent} are filled."""
    tip = repo.git("rev-parse", "HEAD")
    tree = repo.git("rev-parse", "HEAD^{tree}")
    made = []
    for raw in commits:
        tip = repo.raw_commit(raw.replace(b"{tree}", tree.encode()).replace(b"{p}", tip.encode()))
        made.append(tip)
    (repo.git_dir / "refs" / "heads" / "main").write_text(tip + "\n")
    return made


def raw(message=b"m\n", author=b"A <a@b.c> 1767607200 +0000", extra=b""):
    return b"tree {tree}\nparent {p}\nauthor %s\ncommitter %s\n%s\n%s" % (
        author,
        author,
        extra,
        message,
    )


def many(number):
    return [
        commit(f"c{i}", "2026-01-05T10:00Z", files={"f": f"{i}\n", f"g{i}": f"{i} {i}\n"})
        for i in range(number)
    ]


def loose_history(history, number):
    """The same with every object in a file of its own, so that single ones can be lost."""
    repo = history(many(number))
    packs = list((repo.git_dir / "objects" / "pack").glob("*.pack"))
    contents = [pack.read_bytes() for pack in packs]
    for file in (repo.git_dir / "objects" / "pack").iterdir():
        file.unlink()
    for content in contents:
        repo.git("unpack-objects", "-q", stdin=content)
    return repo


def object_file(repo, spec):
    name = repo.git("rev-parse", spec)
    return repo.git_dir / "objects" / name[:2] / name[2:]
