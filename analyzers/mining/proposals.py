"""What change requests that did not land propose: the files between their base and their head.

One git child compares all the pairs. Their own commits are no measure: they may hold merges of
the base, and the same line many times over.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analyzers import tables
from analyzers.mining import git, kinds
from analyzers.mining.numstat import SETTINGS, Change, blocks, parse
from analyzers.mining.view import View

_ARGUMENTS = [
    "diff-tree",
    "--stdin",
    "-r",
    "-z",
    "--numstat",
    "-M",
    "--always",
    "--no-ext-diff",
    "--no-textconv",
    "--diff-algorithm=myers",
    "--format=%H",
]
_MOST_FAILURES = 20


def proposed(view: View, pairs: pd.DataFrame, *, generated: Sequence[str] = ()) -> pd.DataFrame:
    """tables.PROPOSED_CHANGES of `pairs` (head_sha, base_sha).

    git dies of a pair whose content is missing: that one has no rows, and the next are asked
    for again, a few times.
    """
    rest = list(zip(pairs["head_sha"].tolist(), pairs["base_sha"].tolist(), strict=True))
    bases, found = dict(rest), dict[str, list[Change]]()
    for _ in range(_MOST_FAILURES):
        if not rest:
            break
        rest = _compare(view, rest, found)
    kind = kinds.classifier(generated)
    return tables.PROPOSED_CHANGES.from_rows(
        {
            "head_sha": head,
            "base_sha": bases[head],
            "path": path,
            "lines_added": added,
            "lines_deleted": deleted,
            "kind": kind(path),
        }
        for head, changes in found.items()
        for path, _, added, deleted in changes
    )


def _compare(
    view: View, pairs: list[tuple[str, str]], found: dict[str, list[Change]]
) -> list[tuple[str, str]]:
    """Compare until git ends or dies; what is still to be asked for."""
    stdin = "".join(f"{head} {base}\n" for head, base in pairs).encode()
    heads: list[str] = []
    try:
        with git.stream(view, [*SETTINGS, *_ARGUMENTS], stdin) as output:
            for head, changes in parse(blocks(output), len(pairs[0][0])):
                heads.append(head)
                found[head] = changes
    except git.GitSilent:
        raise
    except git.GitFailed:
        # a name without changes may stand for the pair of which git died
        if heads and not found[heads[-1]]:
            del found[heads.pop()]
        return pairs[len(heads) + 1 :]
    return []
