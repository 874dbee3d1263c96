"""What evidence a repository offers, what is missing, and the one command that adds it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from analyzers import tables
from analyzers.authorship import unknown
from analyzers.reports import disclosed
from analyzers.store import Shelf

_HEADS = {
    "pull_head": "pull-request heads",
    "merge_request_head": "merge-request heads",
    "patch_set": "Gerrit patch sets",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of evidence: what was found, what it is good for, and how to get what is missing."""

    evidence: str
    found: str
    good_for: str
    remedy: str = ""


def text(shelf: Shelf, repository: str) -> str:
    """One paragraph per kind of evidence; `add:` begins the command to run, or the row to add."""
    return "\n".join(line for finding in findings(shelf, repository) for line in _lines(finding))


def findings(shelf: Shelf, repository: str) -> Iterator[Finding]:
    """Every kind of evidence reviewgap knows, present or absent, in the order of its use."""
    refs = shelf.table(tables.REFS)
    yield from _history(shelf, repository)
    yield _heads(refs, repository)
    yield _review_events(shelf, refs, repository)
    yield _notes(shelf, repository)
    yield from _grades(shelf)
    yield from _declared(shelf)
    yield from _generic(shelf)


def _lines(finding: Finding) -> list[str]:
    lines = [f"{finding.evidence}: {finding.found}", f"  for: {finding.good_for}"]
    remedy = finding.remedy.replace("\n", "\n       ")
    return [*lines, f"  add: {remedy}"] if remedy else lines


def _history(shelf: Shelf, repository: str) -> Iterator[Finding]:
    facts, counts = shelf.manifest["repository"], shelf.manifest["counts"]
    found = f"{counts['commits']:,} commits, {counts['incomplete']:,} of them without line counts"
    remedy = ""
    if facts["is_shallow"]:
        found, remedy = (
            f"{found}; shallow, older ones are missing",
            _git(repository, "fetch --unshallow"),
        )
    elif facts["is_partial"] or counts["incomplete"]:
        remedy = _git(repository, "fetch --refetch --no-filter origin")
    yield Finding("history", found, "everything", remedy)


def _heads(refs: pd.DataFrame, repository: str) -> Finding:
    kinds = refs["kind"].value_counts()
    found = [f"{kinds[kind]:,} {name}" for kind, name in _HEADS.items() if kind in kinds]
    return Finding(
        "heads of change requests",
        ", ".join(found) or "none: a plain clone does not fetch them",
        "openings within hours, change requests that never landed, AI traces that a squash lost",
        "" if found else f"reviewgap fetch-reviews {shlex.quote(repository)}",
    )


def _review_events(shelf: Shelf, refs: pd.DataFrame, repository: str) -> Finding:
    events = shelf.table(tables.REVIEW_EVENTS)
    sources = events["source"].value_counts()
    metas = int((refs["kind"] == "change_meta").sum())
    found = [f"{count:,} from {source}" for source, count in sources.items()]
    found += [f"{metas:,} Gerrit change records"] if metas else []
    return Finding(
        "review events",
        ", ".join(found) or "none: git holds no reviews of this forge",
        "time to first response, reviewers, exact openings, drafts and closures",
        "" if found else f"reviewgap import {shlex.quote(repository)} FILE  (docs/review-data.md)",
    )


def _notes(shelf: Shelf, repository: str) -> Finding:
    notes = shelf.table(tables.NOTES)
    counts = notes["ref"].value_counts()
    return Finding(
        "git notes",
        ", ".join(f"{count:,} in {ref}" for ref, count in counts.items()) or "none",
        "recorded AI authorship, Gerrit review notes",
        "" if len(notes) else _git(repository, "fetch origin 'refs/notes/*:refs/notes/*'"),
    )


def _grades(shelf: Shelf) -> Iterator[Finding]:
    requests = shelf.table(tables.CHANGE_REQUESTS)
    if requests.empty:
        yield Finding("change requests", "none found", "latency, throughput, capacity")
        return
    grades = requests["opened_grade"].value_counts(normalize=True).sort_index()
    landed = int((requests["state"] == "landed").sum())
    yield Finding(
        "change requests",
        f"{len(requests):,}, {landed:,} landed; openings "
        + ", ".join(f"{share:.0%} grade {grade}" for grade, share in grades.items()),
        "latency, throughput, capacity (A: exact or within hours … D: a guess)",
    )


def _declared(shelf: Shelf) -> Iterator[Finding]:
    for told in disclosed.lines(*disclosed.of_shelf(shelf)):
        yield Finding("declared share", told, "how far the declared AI share can be trusted")


def _generic(shelf: Shelf) -> Iterator[Finding]:
    for each in unknown.caught(shelf.table(tables.EVIDENCE)):
        yield Finding(
            "unknown agent",
            f"{each.form} ({each.n_commits:,} commit{'s' if each.n_commits != 1 else ''})",
            "the generic rule caught it, at low confidence; this row in reviewgap.toml names it",
            each.row,
        )


def _git(repository: str, arguments: str) -> str:
    return f"git -C {shlex.quote(repository)} {arguments}"
