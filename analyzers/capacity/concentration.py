"""How the review load is spread: coverage first, pseudonyms only, never a ranking.

Counted are changes of somebody else that a person landed or reviewed, over the last 52 complete
weeks. Where fewer than 80 % of landings have a known reviewer everything is refused: a Gini
coefficient of what is missing says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analyzers.capacity.metric import Frames
from analyzers.capacity.reviewers import COVERAGE_AT_LEAST, identified, reviews_done
from analyzers.capacity.weeks import WEEK, Weeks
from analyzers.errors import NotEnoughData
from analyzers.tables import Column, Table

MEMORY = 52
AWAY = 4

REVIEWERS = Table(
    "reviewers",
    "How the review load of the last 52 weeks is spread, by pseudonym in no order of merit."
    " Counts of traces in git say nothing about the worth of anybody's reviews.",
    ("person",),
    (
        Column("person", "str", "Pseudonym, stable within a repository; rows are in its order."),
        Column("n_reviewed", "int", "Others' change requests landed or reviewed.", "changes"),
        Column("load_share", "float", "Of all such reviews.", "share"),
        Column("n_weeks_active", "int", "Weeks with at least one.", "weeks"),
    ),
)


@dataclass(frozen=True, slots=True)
class Concentration:
    """Spread of the review load: `gini` 0 is even, `bus_factor` people do half of it."""

    coverage: float
    n_reviewers: int
    n_reviews: int
    gini: float
    bus_factor: int


@dataclass(frozen=True, slots=True)
class Absence:
    """The busiest reviewer away for four weeks, replayed in every such window of the last year.

    `held_up_…` change requests would have waited for the return, nobody stepping in.
    """

    load_share: float
    windows: int
    held_up_median: float
    held_up_worst: int
    throughput_median_share: float


def reviewers_table(frames: Frames, *, weeks: Weeks) -> dict[Table, pd.DataFrame]:
    """The REVIEWERS table. Raises NotEnoughData below 80 % coverage or without landings."""
    done, _ = _last_year(frames, weeks)
    spread = done.groupby("person", sort=True)
    counts = spread["change_request"].nunique()
    rows = pd.DataFrame(
        {
            "person": counts.index,
            "n_reviewed": counts.to_numpy(),
            "load_share": (counts / counts.sum()).to_numpy(),
            "n_weeks_active": spread["week"].nunique().to_numpy(),
        }
    )
    return {REVIEWERS: REVIEWERS.conform(rows)}


def concentration(frames: Frames, *, weeks: Weeks) -> Concentration:
    """How evenly is review spread, and on how many people does half of it rest?

    Raises NotEnoughData below 80 % coverage.
    """
    done, coverage = _last_year(frames, weeks)
    counts = np.sort(done.groupby("person")["change_request"].nunique().to_numpy(float))
    halves = np.cumsum(counts[::-1]) >= counts.sum() / 2
    return Concentration(
        coverage, len(counts), int(counts.sum()), gini(counts), int(np.argmax(halves)) + 1
    )


def busiest_away(frames: Frames, *, weeks: Weeks) -> Absence:
    """What if the busiest reviewer had been away for four weeks, any four of the last year?

    Raises NotEnoughData below 80 % coverage.
    """
    done, _ = _last_year(frames, weeks)
    counts = done.groupby("person", sort=True)["change_request"].nunique()
    alone = done.groupby("change_request")["person"].transform("nunique") == 1
    theirs = done[(done["person"] == counts.idxmax()) & alone].drop_duplicates("change_request")
    n = int(weeks.is_complete.sum())
    first = max(n - MEMORY, 0)
    per_week = np.bincount(theirs["week"] - first, minlength=n - first).astype(float)
    held = np.convolve(per_week, np.ones(AWAY), mode="valid")
    total = np.convolve(weeks.sums(frames.landed)[first:n], np.ones(AWAY), mode="valid")
    kept = 1 - held / np.maximum(total, 1)
    share = float(counts.max() / counts.sum())
    return Absence(
        share, len(held), float(np.median(held)), int(held.max()), float(np.median(kept))
    )


def gini(counts: np.ndarray) -> float:
    """Gini coefficient of sorted counts: 0 all the same, towards 1 all on one."""
    n = len(counts)
    ranks = np.arange(1, n + 1)
    return float((2 * ranks - n - 1) @ counts / (n * counts.sum()))


def _last_year(frames: Frames, weeks: Weeks) -> tuple[pd.DataFrame, float]:
    """Reviews of others' landed changes in the last 52 complete weeks, and the coverage."""
    n = int(weeks.is_complete.sum()) if weeks.n else 0
    begin, end = weeks.first + max(n - MEMORY, 0) * WEEK, weeks.first + n * WEEK
    recent = (frames.landed >= begin) & (frames.landed < end)
    coverage = float(identified(frames)[recent].mean()) if recent.any() else 0.0
    if coverage < COVERAGE_AT_LEAST:
        raise NotEnoughData(
            f"a reviewer is known for {coverage:.0%} of the change requests landed in the last"
            f" {MEMORY} weeks;"
            f" {COVERAGE_AT_LEAST:.0%} are needed"
        )
    landed = frames.requests["change_request"][recent]
    done = reviews_done(frames)
    done = done[done["change_request"].isin(landed)]
    when = dict(zip(landed, weeks.positions(frames.landed[recent]), strict=True))
    done = done.assign(week=done["change_request"].map(when).astype(np.int64))
    if done.empty:
        raise NotEnoughData("no review of somebody else's change is known in the last 52 weeks")
    return done.drop_duplicates(["change_request", "person"]), coverage
