"""How far the declared share can be trusted: what marks miss, and whether people's habits changed.

A share of declared work moves with the work and with the habit of declaring it. Where a tool
recorded every line in git notes, the share of such commits that also carry a mark is known, and
the marked share can be raised by it; elsewhere it cannot.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from analyzers.capacity.estimates import MIN_N, wilson
from analyzers.capacity.generation import authored
from analyzers.capacity.metric import Frames, is_declared
from analyzers.tables import REVIEW_EVENTS

JUMP_POINTS = 30
"""From so many percentage points on, a change between adjacent quarters is told."""

MIN_COMMITS = 30
"""A quarter with fewer commits is compared with none."""

_DEGREES = ("agent", "coauthored", "assisted")


@dataclass(frozen=True, slots=True)
class WithRecall:
    """The declared share while notes were kept, and what it would be with the marks' recall.

    `n_commits` of people and agents, `n_declared` of them declared (notes count), `n_marked` by
    another mark than a note. `n_noted` commits are mostly AI by their notes, `n_noted_marked` of
    them carry a mark. `low` to `high` is the corrected share with the 90 % Wilson band of recall.
    """

    first_day: str
    last_day: str
    n_commits: int
    n_declared: int
    n_marked: int
    n_noted: int
    n_noted_marked: int
    low: float
    high: float

    @property
    def declared(self) -> float:
        """The share as it is counted everywhere else."""
        return self.n_declared / self.n_commits


@dataclass(frozen=True, slots=True)
class Jump:
    """Two adjacent quarters (2026-Q1) whose declared shares of commits lie far apart."""

    before: str
    after: str
    share_before: float
    share_after: float
    n_before: int
    n_after: int


def with_recall(
    commits: pd.DataFrame, evidence: pd.DataFrame, recall: Iterable[Mapping[str, object]]
) -> WithRecall | None:
    """What would the declared share be, were AI commits without notes marked as often as others?

    `recall` holds the rows of authorship.notes.recall. Counted are commits that landed from the
    first to the last one with a note; None where fewer than MIN_N notes measure recall.
    """
    whole = next((row for row in recall if row.get("tool") == "all"), {})
    n_noted, hits = int(str(whole.get("n_commits", 0))), int(str(whole.get("n_marked", 0)))
    made = _of_people(commits)
    at = _arrival(made)
    noted = at[made["sha"].isin(set(evidence.loc[evidence["place"] == "note", "sha"]))]
    if n_noted < MIN_N or noted.empty:
        return None
    inside = made[at.between(noted.min(), noted.max())]
    declared = is_declared(inside["authorship"])
    marks = evidence["degree"].isin(_DEGREES) & evidence["place"].ne("note")
    marked = declared & inside["sha"].isin(set(evidence.loc[marks, "sha"])).to_numpy(bool)
    n, n_declared, n_marked = len(inside), int(declared.sum()), int(marked.sum())
    low, high = corrected(n_marked / n, hits, n_noted)
    return WithRecall(
        first_day=f"{noted.min():%Y-%m-%d}",
        last_day=f"{noted.max():%Y-%m-%d}",
        n_commits=n,
        n_declared=n_declared,
        n_marked=n_marked,
        n_noted=n_noted,
        n_noted_marked=hits,
        low=max(low, n_declared / n),  # what is declared, is declared
        high=max(high, n_declared / n),
    )


def corrected(share: float, hits: int, n: int) -> tuple[float, float]:
    """The marked share over the 90 % Wilson band of recall (`hits` of `n`), at most 1."""
    low, high = (float(bound[0]) for bound in wilson(np.array([hits]), np.array([n])))
    return min(1.0, share / high), min(1.0, share / low) if low > 0 else 1.0


def jumps(commits: pd.DataFrame) -> list[Jump]:
    """Adjacent quarters between which the declared share moved by JUMP_POINTS or more.

    Both need MIN_COMMITS commits of people and agents, by landing time. A jump says that
    disclosure may have changed, never that the use of AI did.
    """
    made = _of_people(commits)
    quarters = _arrival(made).dt.tz_localize(None).dt.to_period("Q")
    declared = pd.Series(is_declared(made["authorship"]), index=made.index)
    counted = declared.groupby(quarters).agg(["sum", "size"])
    enough = counted[counted["size"] >= MIN_COMMITS]
    rows = list(zip(enough.index, enough["sum"], enough["size"], strict=True))
    return [
        Jump(_quarter(before), _quarter(after), hits / n, more / m, int(n), int(m))
        for (before, hits, n), (after, more, m) in pairwise(rows)
        # Whole numbers, so that exactly 30 points are 30 points.
        if after == before + 1 and 100 * abs(more * n - hits * m) >= JUMP_POINTS * n * m
    ]


def as_json(found: WithRecall | None, moved: Iterable[Jump]) -> dict[str, object]:
    """Both as plain values; null where recall was not measured."""
    return {
        "declared_share_with_recall": asdict(found) if found else None,
        "disclosure_may_have_changed": [asdict(jump) for jump in moved],
    }


def _of_people(commits: pd.DataFrame) -> pd.DataFrame:
    made = authored(Frames(commits, pd.DataFrame(), REVIEW_EVENTS.empty()))
    return made[(made["authorship"] != "automation_bot").to_numpy(bool)]


def _arrival(made: pd.DataFrame) -> pd.Series:
    return made["landed_at"].fillna(made["committed_at"])


def _quarter(period: pd.Period) -> str:
    return f"{period.year}-Q{period.quarter}"
