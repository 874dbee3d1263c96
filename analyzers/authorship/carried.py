"""Carries what a merge says (its branch, its body) to the commits that it brought in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pandas as pd

from analyzers.authorship import branch, scope
from analyzers.authorship.markers import Markers
from analyzers.authorship.rows import Marker
from analyzers.authorship.traces import Evidence, among
from analyzers.history import History

_PLATFORM_MERGE = re.compile(
    r"^(?:Merge pull request #\d|Merged in \S+ \(pull request|Auto merge of #\d)|\(#\d+\)\s*$"
)
# A trailer on a merge speaks of the merge; text copied from the request speaks of its commits.
_ON_THE_MERGE = ("merge_body", "footer", "link", "prose", "subject")


def from_merges(
    found: Iterable[Evidence], ancestry: branch.Ancestry, commits: pd.DataFrame
) -> Iterator[Evidence]:
    """Evidence on merge commits, repeated for every commit that the merge brought in.

    What a body says is weaker for a commit than for the whole: high becomes medium. A denial is
    carried too; it takes back nothing that the commit itself says firmly. A fork's merge, which
    HEAD does not reach, says nothing of commits that HEAD does: they came another way.
    """
    told = list(found)
    ours = set(commits.loc[commits["in_head"].astype(bool), "sha"])
    brought = {
        sha: [each for each in ancestry.brought_in(sha) if sha in ours or each not in ours]
        for sha in dict.fromkeys(trace.sha for trace in told)
    }
    subjects = _subjects(commits, {sha for shas in brought.values() for sha in shas})
    for trace in told:
        for sha, claim in scope.narrowed(trace, brought[trace.sha], subjects):
            place = "branch" if trace.place == "branch" else "merge_body"
            yield replace(
                claim,
                sha=sha,
                source_sha=trace.sha,
                place=place,
                confidence=_weaker(claim) if place == "merge_body" else claim.confidence,
            )


def _subjects(commits: pd.DataFrame, wanted: set[str]) -> dict[str, str]:
    ours = commits[among(commits["sha"], wanted)]
    return dict(zip(ours["sha"].to_list(), ours["subject"].to_list(), strict=True))


def from_refs(history: History, memberships: pd.DataFrame, markers: Markers) -> Iterator[Evidence]:
    """A tool's branch name, found at a change request's head, marks the request's commits."""
    named: dict[str, tuple[str, Marker, str | None]] = {
        request: (f"The branch {name} is its head.", row, None)
        for request, name, row in branch.of_refs(history.refs, memberships, markers)
    }
    named |= _updated(history.commits, memberships, markers)
    if named:
        yield from _on_own_commits(named, memberships, history.commits)


def _updated(
    commits: pd.DataFrame, memberships: pd.DataFrame, markers: Markers
) -> dict[str, tuple[str, Marker, str | None]]:
    """`Merge branch 'main' into codex/fix` among a request's own commits names its branch."""
    merges = commits[branch.suspects(commits, markers)]
    named: dict[str, tuple[str, Marker]] = {}
    for sha, subject in zip(merges["sha"], merges["subject"], strict=True):
        name = branch.into_name(subject)
        row = branch.named(name, markers) if name else None
        if row is not None:
            named[sha] = (name, row)
    own = memberships[memberships["role"].eq("own") & among(memberships["sha"], named)]
    return {
        request: (
            f"An update of the branch {named[sha][0]} is among its commits.",
            named[sha][1],
            sha,
        )
        for request, sha in zip(own["change_request"], own["sha"], strict=True)
    }


def _on_own_commits(
    named: dict[str, tuple[str, Marker, str | None]],
    memberships: pd.DataFrame,
    commits: pd.DataFrame,
) -> Iterator[Evidence]:
    own = memberships[memberships["role"].eq("own") & among(memberships["change_request"], named)]
    made = commits[among(commits["sha"], set(own["sha"]))]
    moments = dict(zip(made["sha"], made["committed_at"], strict=True))
    for request, sha in zip(own["change_request"], own["sha"], strict=True):
        detail, row, source = named[request]
        if row.counts_at(moments.get(sha)):
            yield Evidence(
                sha, row.tool, row.id, "branch", row.degree, row.confidence, detail, request, source
            )


def speaks_for_its_commits(trace: Evidence, subject: str) -> bool:
    """Whether evidence on a merge says something of the commits it brought in.

    A body does so only where a platform merged a change request: a merge of the default line
    into a feature branch brings in other people's work.
    """
    if trace.place == "branch":
        return True
    return trace.place in _ON_THE_MERGE and bool(_PLATFORM_MERGE.search(subject))


def _weaker(trace: Evidence) -> str:
    return "medium" if trace.confidence == "high" else trace.confidence
