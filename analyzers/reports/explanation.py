"""Why a commit counts as it does, and how a change request was dated, in sentences."""

from __future__ import annotations

import pandas as pd

from analyzers import reviews, tables
from analyzers.authorship import verdict
from analyzers.errors import UsageError
from analyzers.store import Shelf

_VERDICTS = {
    "ai_agent": "an AI agent is its author",
    "ai_coauthored": "a person is its author, and it says that a tool wrote it or part of it",
    "ai_assisted": "it credits a tool with help",
    "unmarked": "no trace of an AI tool was found, which is not proof that none was used",
    "automation_bot": "an automation account wrote it; it is left out of the AI shares",
    "ambiguous": "its traces point both ways, so it is not counted as declared AI",
    "mixed": "some of its own commits declare AI and some do not",
}


def text(shelf: Shelf, what: str) -> str:
    """The explanation of a commit (its id, or the first characters of it) or change request.

    A change request is named as `#12` (GitHub), `!12` (GitLab), `D12` (Phabricator) or by its
    number (Gerrit).
    Raises UsageError where nothing, or more than one commit, answers to the name.
    """
    what = what.encode("utf-8", "replace").decode()  # bytes of the shell that are no text
    requests = shelf.table(tables.CHANGE_REQUESTS)
    hit = requests[requests["change_request"] == what]
    if len(hit):
        return "\n".join(_change_request(shelf, hit.iloc[0]))
    return "\n".join(_commit(shelf, _one_commit(shelf, what)))


def _one_commit(shelf: Shelf, prefix: str) -> pd.Series:
    commits = shelf.table(tables.COMMITS)
    hits = (
        commits[commits["sha"].str.startswith(prefix.lower())] if len(prefix) >= 4 else commits[:0]
    )
    if len(hits) == 1:
        return hits.iloc[0]
    found = (
        f"{len(hits)} commits of HEAD's history start so" if len(hits) else "nothing in the store"
    )
    raise UsageError(
        f"expected a commit id or a change request such as #12, found {what_is(prefix)}: {found};"
        " give more characters of the id, or see: reviewgap export --table change_requests"
    )


def what_is(prefix: str) -> str:
    """The user's words, quoted and short enough for one line."""
    return repr(prefix if len(prefix) <= 60 else prefix[:57] + "…")


def _commit(shelf: Shelf, commit: pd.Series) -> list[str]:
    evidence = shelf.table(tables.EVIDENCE)
    return [
        f"commit {commit['sha']}",
        f"subject: {commit['subject']}",
        f"author: {commit['author_name']}, {_when(commit['authored_at'])}",
        f"landed: {_when(commit['landed_at'])}{_through(commit['change_request'])}",
        *_verdict(commit),
        *_evidence(evidence[evidence["sha"] == commit["sha"]]),
    ]


def _change_request(shelf: Shelf, request: pd.Series) -> list[str]:
    evidence = shelf.table(tables.EVIDENCE)
    name = request["change_request"]
    return [
        f"change request {name}",
        f"title: {'unknown' if pd.isna(request['title']) else request['title']}",
        *reviews.explain(shelf.history(), shelf.table(tables.REVIEW_EVENTS), name),
        *_verdict(request),
        *_evidence(verdict.behind(name, evidence, shelf.table(tables.MEMBERSHIPS))),
    ]


def _verdict(row: pd.Series) -> list[str]:
    tools = f" ({row['ai_tools']})" if row["ai_tools"] else ""
    return [f"authorship: {row['authorship']}{tools}: {_VERDICTS[row['authorship']]}"]


def _evidence(rows: pd.DataFrame) -> list[str]:
    if rows.empty:
        return ["evidence: none"]
    columns = ("place", "confidence", "degree", "detail", "marker")
    return [
        "evidence:",
        *(
            f"  - {place} ({confidence} confidence, {degree}): {detail} [{marker}]"
            for place, confidence, degree, detail, marker in rows[list(columns)]
            .drop_duplicates()  # several commits may say the same
            .itertuples(index=False)
        ),
    ]


def _through(name: object) -> str:
    return "" if pd.isna(name) else f" with {name}"


def _when(at: object) -> str:
    return "unknown" if pd.isna(at) else f"{at:%Y-%m-%d %H:%M} UTC"
