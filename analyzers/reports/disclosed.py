"""Sentences on how far the declared share can be trusted, the same in terminal and dashboard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from analyzers import tables
from analyzers.capacity import disclosing
from analyzers.capacity.disclosing import Jump, WithRecall
from analyzers.reports.wording import number, share
from analyzers.store import Shelf


def of_shelf(shelf: Shelf) -> tuple[WithRecall | None, list[Jump]]:
    """Both findings of one repository; recall is asked for only where notes measured it."""
    commits = shelf.table(tables.COMMITS)
    return found(commits, shelf.table(tables.EVIDENCE), shelf.manifest)


def found(
    commits: pd.DataFrame, evidence: pd.DataFrame, manifest: dict[str, Any]
) -> tuple[WithRecall | None, list[Jump]]:
    """The declared share with the marks' recall, and every jump between quarters."""
    coverage = manifest.get("coverage")
    rows = coverage.get("recall_by_notes") if isinstance(coverage, dict) else None
    recall = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    raised = disclosing.with_recall(commits, evidence, recall) if recall else None
    return raised, disclosing.jumps(commits)


def within(moved: list[Jump], first_day: pd.Timestamp) -> list[Jump]:
    """The jumps whose later quarter had not ended by that day."""
    ends = {jump: pd.Period(jump.after.replace("-", ""), freq="Q").end_time for jump in moved}
    return [jump for jump in moved if ends[jump] >= first_day.tz_localize(None)]


def lines(raised: WithRecall | None, moved: list[Jump]) -> Iterator[str]:
    """One sentence for each finding; nothing where nothing was found."""
    if raised is not None:
        yield _raised(raised)
    yield from map(_jump, moved)


def _raised(told: WithRecall) -> str:
    return (
        f"Where notes exist ({told.first_day} to {told.last_day}), {share(told.declared)} of"
        f" {number(told.n_commits)} commits declare AI, {share(told.n_marked / told.n_commits)} by"
        f" a mark other than a note. Marks show on {number(told.n_noted_marked)} of"
        f" {number(told.n_noted)} commits that notes call mostly AI; were commits without a note"
        f" marked as often, the share would be {share(told.low)} to {share(told.high)} (90% band"
        " of that recall). This holds for that time and this repository only."
    )


def _jump(jump: Jump) -> str:
    return (
        f"The declared share of commits went from {share(jump.share_before)} in {jump.before}"
        f" (n {number(jump.n_before)}) to {share(jump.share_after)} in {jump.after}"
        f" (n {number(jump.n_after)}): disclosure may have changed; this alone does not say that"
        " the use of AI did."
    )
