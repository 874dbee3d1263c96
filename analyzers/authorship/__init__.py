"""What in git says that a tool took part: marks -> evidence -> verdicts.

    identities, messages, merge subjects, refs, notes ──detectors──▶ evidence
    evidence of a change request's own commits ──squash──▶ evidence on what landed
    evidence ──verdict──▶ one verdict per commit and per change request

The marks are data: `ai_tools.toml`. All counts are a floor: no mark is not "no tool".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from analyzers import tables
from analyzers.authorship import (
    branch,
    carried,
    checkpoints,
    identity,
    message,
    notes,
    sidecar,
    sieve,
    squash,
    verdict,
)
from analyzers.authorship import markers as marker_rows
from analyzers.authorship.markers import Markers
from analyzers.authorship.traces import Commit, Evidence, among, frame
from analyzers.authorship.verdict import IsAutomation
from analyzers.config import Config
from analyzers.history import History, Sieve

__all__ = ["coverage", "evidence", "sieve_of", "squash", "verdict"]

_MERGE_NAMES_BRANCH = r"^Merge"
_READ = (
    "sha",
    "author_name",
    "author_email",
    "committer_name",
    "committer_email",
    "committed_at",
    "subject",
    "is_merge",
)


def evidence(
    history: History,
    memberships: pd.DataFrame,
    *,
    file_changes: pd.DataFrame | None = None,
    config: Config | None = None,
    is_automation: IsAutomation | None = None,
) -> pd.DataFrame:
    """tables.EVIDENCE of every mined commit: every trace that some row of ai_tools.toml knows.

    Raises UsageError for a bad row in `config.markers`. `is_automation(names, emails)` tells the
    accounts whose notes are ignored.
    """
    markers = _markers(config)
    direct = list(checkpoints.refined(_in_commits(history, markers), history.notes))
    on_merges = _on_merges(direct, history.commits)
    ancestry = branch.Ancestry.of(history.commits) if on_merges else None
    found = [trace for trace in direct if trace.place != "branch"]
    if ancestry is not None:
        found += carried.from_merges(on_merges, ancestry, history.commits)
    found += carried.from_refs(history, memberships, markers)
    found += notes.evidence(history.notes, _noted(history, is_automation), markers, file_changes)
    if file_changes is not None:
        found += sidecar.evidence(file_changes, history.commits, markers)
    before = frame(found)
    whole = frame([*found, *squash.evidence(before, memberships, history.commits)])
    return _attributed(whole, memberships)


def _attributed(evidence: pd.DataFrame, memberships: pd.DataFrame) -> pd.DataFrame:
    """The same, naming the change request that the commit came through where no trace does."""
    first = memberships.drop_duplicates("sha")
    request = dict(zip(first["sha"], first["change_request"], strict=True))
    named = zip(evidence["change_request"], evidence["sha"], strict=True)
    known = [request.get(sha) if pd.isna(told) else told for told, sha in named]
    return tables.EVIDENCE.conform(evidence.assign(change_request=known))


def sieve_of(config: Config) -> Sieve:
    """What is looked for in every message; UsageError for a bad row in `config.markers`."""
    return sieve.sieve(_markers(config))


def coverage(history: History, memberships: pd.DataFrame) -> pd.DataFrame:
    """Which places could be looked at: place, is_present, n, meaning. Absent places hide marks."""
    kinds = history.refs["kind"].value_counts()
    heads = int(kinds.get("pull_head", 0) + kinds.get("merge_request_head", 0))
    heads += int(kinds.get("patch_set", 0))
    merges = history.commits["subject"].str.contains(_MERGE_NAMES_BRANCH, regex=True)
    rows = [
        ("commit", len(history.commits), "identities and messages of commits"),
        ("change_request_heads", heads, "own commits of change requests; a squash loses marks"),
        ("memberships", len(memberships), "links between change requests and commits"),
        ("branch_names", int(merges.sum()), "merge subjects that can name a tool's branch"),
        ("branches", int(kinds.get("branch", 0)), "branch refs that can name a change request"),
        ("notes", int(history.notes["ref"].eq("refs/notes/ai").sum()), "git-ai notes, per line"),
        (
            "checkpoints",
            int(history.notes["ref"].eq(checkpoints.REF).sum()),
            "Entire's records of sessions",
        ),
    ]
    told = pd.DataFrame(rows, columns=["place", "n", "meaning"])
    return told.assign(is_present=told["n"] > 0)[["place", "is_present", "n", "meaning"]]


def _markers(config: Config | None) -> Markers:
    return marker_rows.load(config.markers) if config and config.markers else marker_rows.shipped()


def _in_commits(history: History, markers: Markers) -> Iterator[Evidence]:
    """Only what a sieve lets through is looked at: most commits of most histories are not."""
    commits = history.commits
    is_suspect = identity.suspects(commits, markers)
    names_branch = branch.suspects(commits, markers)
    texts = sieve.candidates(history, markers)
    telling = sieve.telling(texts.values(), markers)
    wanted = commits[is_suspect | names_branch | among(commits["sha"], texts)]
    for commit in _as_read(wanted, texts):
        yield from identity.evidence(commit, markers)
        yield from branch.evidence(commit, markers)
        if commit.message:
            yield from message.evidence(commit, markers, telling)


def _as_read(commits: pd.DataFrame, texts: Mapping[str, str]) -> Iterator[Commit]:
    # Lists, because Arrow makes every element anew that is asked of a column.
    known = [commits[name].to_list() for name in _READ]
    for sha, *fields, is_merge in zip(*known, strict=True):
        yield Commit(sha, *fields, message=texts.get(sha, ""), is_merge=bool(is_merge))  # type: ignore[misc]


def _on_merges(found: list[Evidence], commits: pd.DataFrame) -> list[Evidence]:
    merges = commits[commits["is_merge"] & among(commits["sha"], {trace.sha for trace in found})]
    subjects = dict(zip(merges["sha"], merges["subject"], strict=True))
    return [
        trace
        for trace in found
        if trace.sha in subjects and carried.speaks_for_its_commits(trace, subjects[trace.sha])
    ]


def _noted(history: History, is_automation: IsAutomation | None) -> pd.DataFrame:
    theirs = history.notes.loc[history.notes["ref"].str.contains("/ai"), "sha"]
    if theirs.empty:
        return history.commits.iloc[:0]
    commits = history.commits[among(history.commits["sha"], set(theirs))]
    if is_automation is None or commits.empty:
        return commits
    bots = pd.Series(
        is_automation(commits["author_name"], commits["author_email"]), index=commits.index
    )
    return commits[~bots.astype(bool)]
