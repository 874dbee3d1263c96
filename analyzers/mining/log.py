"""Which commits there are (`rev-list`) and what their objects say (`cat-file`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzers.mining import commit, git, objects, walk
from analyzers.mining.commit import RawCommit
from analyzers.mining.git import GitDir, GitFailed

_MOST_BYTES = 1 << 22
_TAIL_BYTES = 1 << 16


def reachable(view: GitDir, tips: Sequence[str], *, but_not: Sequence[str] = ()) -> list[str]:
    """Ids of every commit the tips reach, children before parents.

    Where commits are missing, those that can still be reached are given, and then the missing
    ones themselves, so that whoever reads them notices.
    """
    if not tips:
        return []
    stdin = "".join([*(f"{tip}\n" for tip in tips), *(f"^{tip}\n" for tip in but_not)])
    try:
        output = git.run(view, ["rev-list", "--topo-order", "--stdin"], stdin.encode())
    except git.GitSilent:
        raise
    except GitFailed:
        hidden = set(walk.reachable(view, but_not))
        return [sha for sha in walk.reachable(view, tips) if sha not in hidden]
    return output.decode("ascii").split()


def commits(view: GitDir, ids: Sequence[str]) -> Iterator[RawCommit]:
    """The commits of these ids, in order; those that cannot be read are left out.

    Of a message of many megabytes only both ends are read.
    """
    for found in objects.read(view, ids, most_bytes=_MOST_BYTES, tail_bytes=_TAIL_BYTES):
        if found.kind == "commit":
            yield commit.parse(found.name, found.data)


def raw_commits(view: GitDir, tips: list[str]) -> Iterator[RawCommit]:
    """Every commit that any of the tips reaches, for chains such as refs/changes/*/meta.

    One rev-list and one cat-file for all tips together; each commit once.
    """
    yield from commits(view, reachable(view, tips))
