"""How much work is a change request to review, and does that grow faster than their number?

Effort is relative, not hours: the geometric mean of a change request's reviewable lines and of
the files it touches, each over its median in the earlier period, so that 1 is a usual change
request of then. Complexity comes from a sample (effort_sample.py). Whatever is unknown is left out
and counted, never taken for zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from analyzers.capacity.estimates import band, block_draws, seeded
from analyzers.capacity.metric import Frames
from analyzers.capacity.weeks import Weeks
from analyzers.tables import Column, Table
from analyzers.vocabulary import REVIEWABLE_KINDS

PERIOD = 52
N_AT_LEAST = 20
DRAWS = 1_000

CONFOUNDED = (
    "No effect of AI can be read from this: who declares AI is confounded with who the author is"
    " and with what work they take on, and unmarked is unknown, not human."
)

_RATIO = (
    Column(
        "comparison",
        "str",
        "growth: the last 52 weeks over the 52 before (or halves of less); declared_ai: declared"
        " AI over the rest, which tells no effect of AI.",
        values=("growth", "declared_ai"),
    ),
    Column("name", "str", "What is compared, per change request or sampled commit."),
    Column("mean", "float", "In the recent weeks, or of declared AI.", "see name", nullable=True),
    Column("other", "float", "In the weeks before, or of the rest.", "see name", nullable=True),
    Column("ratio", "float", "The one over the other.", "ratio", nullable=True),
    Column("low", "float", "5 % of a bootstrap.", "ratio", nullable=True),
    Column("high", "float", "95 % of the same.", "ratio", nullable=True),
    Column("n", "int", "Behind the first mean.", "items"),
    Column("n_other", "int", "Behind the second.", "items"),
    Column("n_unknown", "int", "Left out because unknown.", "items"),
    Column("reason", "str", "Why it is unknown; empty where it is known."),
)

EFFORT = Table(
    "effort",
    "Whether a change request takes more work to review than before: by effort (lines and files"
    " over their earlier medians), reviewable lines, and files. Relative, not hours.",
    ("comparison", "name"),
    _RATIO,
)

EFFORT_SAMPLE = Table(
    "effort_sample",
    "The same by complexity of the changed code (complexity, n_methods, maintainability_share),"
    " per commit of a sample over eight quarters; `reviewgap effort` measures it.",
    ("comparison", "name"),
    (*_RATIO, Column("last_week", "str", "Newest complete ISO week when it was measured.")),
)

Sides = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, slots=True)
class Ratio:
    """Mean of one measure in two groups, their ratio and its 90 % band; NaN with a reason."""

    name: str
    mean: float
    other: float
    ratio: float
    low: float
    high: float
    n: int
    n_other: int
    n_unknown: int
    reason: str


def efforts(frames: Frames, *, weeks: Weeks) -> dict[Table, pd.DataFrame]:
    """The EFFORT table, also where its figures are unknown."""
    weights = weighed(frames, weeks=weeks)
    grown, declared = growth(weights, weeks=weeks), declared_against_rest(weights, weeks=weeks)
    return {EFFORT: EFFORT.from_rows(ratio_rows(grown, declared))}


def ratio_rows(grown: list[Ratio], declared: list[Ratio]) -> Iterator[dict[str, object]]:
    """Rows of EFFORT out of its two comparisons."""
    for comparison, ratios in (("growth", grown), ("declared_ai", declared)):
        for ratio in ratios:
            yield {"comparison": comparison, **asdict(ratio)}


def weighed(frames: Frames, *, weeks: Weeks) -> pd.DataFrame:
    """Per change request landed in the two periods: week, declared, lines, files and effort.

    NaN is unknown. `effort` is relative to the medians of the earlier period.
    """
    requests = frames.requests
    rows = pd.DataFrame(
        {
            "change_request": requests["change_request"].to_numpy(object),
            "week": weeks.positions(frames.landed),
            "declared": frames.declared,
            "lines": requests["reviewable_lines"].to_numpy("float64", na_value=np.nan),
        }
    )
    earlier, recent = _periods(weeks)
    rows = rows[_in(rows, earlier) | _in(rows, recent)]
    rows["files"] = rows["change_request"].map(_files(frames, rows)).astype(float)
    before = rows[_in(rows, earlier)]
    sizes = rows["lines"] / _median(before["lines"]), rows["files"] / _median(before["files"])
    return rows.assign(effort=np.sqrt(sizes[0] * sizes[1])).reset_index(drop=True)


def growth(weights: pd.DataFrame, *, weeks: Weeks) -> list[Ratio]:
    """Effort, lines and files per landed change request: the last 52 weeks over the 52 before.

    Where effort per change request grows, effort grows faster than their number. The band is a
    bootstrap of 4-week blocks.
    """
    before, recent = _periods(weeks)
    told = weights.assign(group=np.select([_in(weights, recent), _in(weights, before)], [0, 1], 2))
    return [_ratio(told, name, before, recent) for name in ("effort", "lines", "files")]


def declared_against_rest(weights: pd.DataFrame, *, weeks: Weeks) -> list[Ratio]:
    """Declared AI over the rest in the last 52 weeks, by the same measures; mind CONFOUNDED."""
    _, recent = _periods(weeks)
    told = weights[_in(weights, recent)]
    told = told.assign(group=np.where(told["declared"], 0, 1))
    return [_ratio(told, name, recent, recent) for name in ("effort", "lines", "files")]


def _ratio(told: pd.DataFrame, name: str, other: range, these: range) -> Ratio:
    known = told[told[name].notna()]
    n_unknown = int((told["group"] < 2).sum() - (known["group"] < 2).sum())
    sums = [
        _weekly(known[known["group"] == g], name, span) for g, span in enumerate((these, other))
    ]
    return _compared(name, *sums, n_unknown=n_unknown, is_same=these == other)


def _compared(name: str, ours: Sides, others: Sides, *, n_unknown: int, is_same: bool) -> Ratio:
    n, n_other = int(ours[1].sum()), int(others[1].sum())
    if min(n, n_other) < N_AT_LEAST:
        reason = f"{n} and {n_other} landed change requests to compare; {N_AT_LEAST} are needed"
        return Ratio(name, *(math.nan,) * 5, n, n_other, n_unknown, reason)
    rng = seeded()
    picks = block_draws(rng, len(ours[0]), DRAWS)
    more = picks if is_same else block_draws(rng, len(others[0]), DRAWS)
    with np.errstate(divide="ignore", invalid="ignore"):
        draws = _mean(ours, picks) / _mean(others, more)
        mean, other = ours[0].sum() / n, others[0].sum() / n_other
    low, high = band(draws)
    return Ratio(name, mean, other, mean / other, low, high, n, n_other, n_unknown, "")


def _mean(sides: Sides, picks: np.ndarray) -> np.ndarray:
    mean: np.ndarray = sides[0][picks].sum(axis=1) / sides[1][picks].sum(axis=1)
    return mean


def _weekly(rows: pd.DataFrame, name: str, span: range) -> Sides:
    place = rows["week"].to_numpy() - span.start
    total = np.bincount(place, weights=rows[name].to_numpy(float), minlength=len(span))
    return total, np.bincount(place, minlength=len(span))


def _periods(weeks: Weeks) -> tuple[range, range]:
    """The weeks before and the recent ones: 52 each, or half of a shorter history."""
    n = int(weeks.is_complete.sum()) if weeks.n else 0
    length = min(PERIOD, n // 2)
    return range(n - 2 * length, n - length), range(n - length, n)


def _in(rows: pd.DataFrame, span: range) -> np.ndarray:
    inside: np.ndarray = ((rows["week"] >= span.start) & (rows["week"] < span.stop)).to_numpy(bool)
    return inside


def _median(values: pd.Series) -> float:
    """A usual one; at least 1, since half of them may change nothing that is reviewed."""
    return max(float(values.median()), 1.0) if values.notna().any() else math.nan


def _files(frames: Frames, rows: pd.DataFrame) -> pd.Series:
    """Distinct reviewable files per change request, over its commits in HEAD's history."""
    members = frames.memberships
    wanted = members["change_request"].isin(rows["change_request"])
    commits = members[wanted & members["role"].isin(["own", "landed"])]
    commits = commits[["change_request", "sha"]].drop_duplicates()
    changed = frames.file_changes[frames.file_changes["sha"].isin(commits["sha"])]
    touched = commits.merge(changed[["sha", "path", "kind"]], on="sha")
    reviewed = touched["kind"].isin(REVIEWABLE_KINDS)
    counted = touched.assign(path=touched["path"].where(reviewed))
    return counted.groupby("change_request")["path"].nunique()
