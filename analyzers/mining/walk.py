"""History with holes: `rev-list` ends at the first missing commit, so parents are asked for here.

One `cat-file` answers for the whole walk, some commits at a time. Where it dies of a damaged
object, that one is lost and another takes over.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from analyzers.mining import commit, git, objects
from analyzers.mining.git import GitDir, GitFailed

_AT_ONCE = 256  # questions that fit into a pipe, so that neither side waits for the other
_MOST_HEADER_BYTES = 1 << 20

Parents = dict[str, tuple[str, ...]]


def reachable(view: GitDir, tips: Sequence[str]) -> list[str]:
    """Ids of every commit that can still be reached, children first, then of those missing."""
    parents, lost = _parents(view, tips)
    return [*_children_first(parents), *lost]


def _parents(view: GitDir, tips: Sequence[str]) -> tuple[Parents, list[str]]:
    """(parents by commit, commits that cannot be read)."""
    parents: Parents = {}
    lost: dict[str, None] = {}
    boundary = _boundary(view)
    waiting = dict.fromkeys(tips)
    while waiting:
        asked: list[str] = []
        try:
            with git.dialogue(view, ["cat-file", "--batch"]) as (say, output):
                while waiting:
                    asked = list(islice(waiting, _AT_ONCE))
                    say("".join(f"{sha}\n" for sha in asked).encode())
                    while asked:
                        found = objects.answer(output, asked[0], most_bytes=_MOST_HEADER_BYTES)
                        del waiting[sha := asked.pop(0)]
                        if found.kind != "commit":
                            lost[sha] = None
                            continue
                        known = commit.parse(sha, found.data).parents
                        parents[sha] = () if sha in boundary else known
                        fresh = (p for p in parents[sha] if p not in parents and p not in lost)
                        waiting |= dict.fromkeys(fresh)
        except GitFailed:
            if not asked:
                raise
            del waiting[asked[0]]
            lost[asked[0]] = None
    return parents, list(lost)


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
