"""Which commits there are (`rev-list`) and what their objects say (`cat-file`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzers.mining import commit, git, objects
from analyzers.mining.commit import RawCommit
from analyzers.mining.git import GitDir, GitFailed


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
        hidden = set(_walk(view, but_not))
        return [sha for sha in _walk(view, tips) if sha not in hidden]
    return output.decode("ascii").split()


def commits(view: GitDir, ids: Sequence[str]) -> Iterator[RawCommit]:
    """The commits of these ids, in order; those that cannot be read are left out."""
    for found in objects.read(view, ids):
        if found.kind == "commit":
            yield commit.parse(found.name, found.data)


def raw_commits(view: GitDir, tips: list[str]) -> Iterator[RawCommit]:
    """Every commit that any of the tips reaches, for chains such as refs/changes/*/meta.

    One rev-list and one cat-file for all tips together; each commit once.
    """
    yield from commits(view, reachable(view, tips))


def _walk(view: GitDir, tips: Sequence[str]) -> list[str]:
    """The same without rev-list, which ends at the first missing commit; children first."""
    parents: dict[str, tuple[str, ...]] = {}
    lost: dict[str, None] = {}
    boundary = _boundary(view)
    wave = list(dict.fromkeys(tips))
    while wave:
        parents |= {
            each.sha: () if each.sha in boundary else each.parents for each in commits(view, wave)
        }
        lost |= dict.fromkeys(sha for sha in wave if sha not in parents)
        found = (parent for sha in wave for parent in parents.get(sha, ()))
        wave = [sha for sha in dict.fromkeys(found) if sha not in parents and sha not in lost]
    return [*_children_first(parents), *lost]


def _boundary(view: GitDir) -> frozenset[str]:
    """Where a shallow clone ends: what lies behind is left out on purpose, not lost."""
    file = view.path / "shallow"
    return frozenset(file.read_text(encoding="ascii").split() if file.exists() else ())


def _children_first(parents: dict[str, tuple[str, ...]]) -> list[str]:
    waiting = dict.fromkeys(parents, 0)
    for several in parents.values():
        for parent in several:
            if parent in waiting:
                waiting[parent] += 1
    ready = [sha for sha, count in waiting.items() if not count]
    order = []
    while ready:
        order.append(sha := ready.pop())
        for parent in parents[sha]:
            if parent in waiting:
                waiting[parent] -= 1
                if not waiting[parent]:
                    ready.append(parent)
    return order
