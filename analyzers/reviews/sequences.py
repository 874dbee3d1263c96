"""Number sequences: pull requests, merge requests, revisions and Gerrit changes count apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pandas as pd

from analyzers.graph import Graph
from analyzers.history import History


@dataclass(frozen=True, slots=True)
class Sequence:
    """The heads of one sequence, as graph positions by number.

    `pushes` holds every patch set (Gerrit; the last one is the head); `test_merges` the merge
    that the platform made to test the change.
    """

    source: str
    sigil: str
    heads: dict[int, int]
    head_shas: dict[int, str]
    pushes: dict[int, list[int]] = field(default_factory=dict)
    test_merges: dict[int, int] = field(default_factory=dict)

    def name(self, number: int) -> str:
        """`#12`, `!12`, `D12` or `12`, as people and tables write it."""
        return f"{self.sigil}{number}"


_KINDS = (
    ("git", "#", "pull_head", "pull_merge"),
    ("git", "!", "merge_request_head", "merge_request_merge"),
)


def sequences(history: History, graph: Graph) -> Iterator[Sequence]:
    """GitHub's, GitLab's, Phabricator's and Gerrit's sequence, also where no head is present."""
    refs = history.refs[history.refs["is_commit"]]
    for source, sigil, head_kind, merge_kind in _KINDS:
        heads = _by_number(refs, head_kind)
        yield Sequence(
            source=source,
            sigil=sigil,
            heads=_mined(heads, graph),
            head_shas=heads,
            test_merges=_mined(_by_number(refs, merge_kind), graph),
        )
    yield Sequence("git", "D", {}, {})  # Phabricator keeps no heads in git
    yield _gerrit(history.refs, graph)


def _gerrit(refs: pd.DataFrame, graph: Graph) -> Sequence:
    sets = refs[refs["kind"] == "patch_set"].sort_values(["number", "patch_set"])
    heads = dict(zip(sets["number"].tolist(), sets["object_id"].tolist(), strict=True))
    pushes: dict[int, list[int]] = {}
    for number, sha in zip(sets["number"].tolist(), sets["object_id"].tolist(), strict=True):
        if sha in graph.index:
            pushes.setdefault(number, []).append(graph.index[sha])
    return Sequence("gerrit", "", _mined(heads, graph), heads, pushes)


def _by_number(refs: pd.DataFrame, kind: str) -> dict[int, str]:
    chosen = refs[(refs["kind"] == kind) & refs["number"].notna()]
    return dict(zip(chosen["number"].tolist(), chosen["object_id"].tolist(), strict=True))


def _mined(heads: dict[int, str], graph: Graph) -> dict[int, int]:
    return {number: graph.index[sha] for number, sha in heads.items() if sha in graph.index}
