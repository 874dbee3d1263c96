"""When did the level of generation or of throughput change, and from what to what?

Weekly counts are split into stretches of one level each: the split with the least squared
error of square roots (which makes the spread of counts alike at all levels), at the price of
PENALTY for every further stretch. Found by dynamic programming, so it is the best split, not
a good one. It describes what was seen; it names no cause.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analyzers.capacity.metric import Frames
from analyzers.capacity.weeks import Weeks
from analyzers.errors import NotEnoughData
from analyzers.tables import Column, Table

LEAST = 13  # weeks of a stretch: a quarter, so that holidays and sprints are not levels
PENALTY = 6.0  # times the noise's variance times log(n): twice BIC's, since weeks resemble the last
FACTOR = 1.25  # a level must differ by a quarter to be worth a mark

SHIFTS = Table(
    "shifts",
    "Weeks from which on more or fewer change requests were opened or landed than before.",
    ("measure", "iso_week"),
    (
        Column(
            "measure",
            "str",
            "The weekly column whose level changed.",
            values=("generation_rate", "throughput"),
        ),
        Column("iso_week", "str", "First ISO week of the new level."),
        Column("before", "float", "Mean of the stretch before.", "change requests per week"),
        Column("after", "float", "Mean of the stretch it begins.", "change requests per week"),
        Column("n_weeks_before", "int", "Length of the stretch before.", "weeks"),
        Column("n_weeks_after", "int", "Length of the stretch it begins, so far.", "weeks"),
    ),
)


def shifts(frames: Frames, *, weeks: Weeks) -> dict[Table, pd.DataFrame]:
    """The SHIFTS table. Raises NotEnoughData below two stretches of complete weeks."""
    n = int(weeks.is_complete.sum()) if weeks.n else 0
    if n < 2 * LEAST:
        raise NotEnoughData(f"{n} complete weeks of history; {2 * LEAST} are needed")
    measures = {"throughput": frames.landed}
    if frames.sees_unlanded:
        measures = {"generation_rate": frames.opened} | measures
    rows = [
        {"measure": name, **row}
        for name, moments in measures.items()
        for row in _rows(weeks.sums(moments)[:n], weeks.keys)
    ]
    return {SHIFTS: SHIFTS.from_rows(rows)}


def split(counts: np.ndarray) -> list[int]:
    """Where stretches of one level begin, the first one (0) left out.

    >>> split(np.array([4] * 20 + [16] * 20))
    [20]
    """
    values = np.sqrt(counts + 0.375)
    n, price = len(values), PENALTY * _noise(values) * np.log(max(len(values), 2))
    sums = np.concatenate([[0.0], np.cumsum(values)])
    squares = np.concatenate([[0.0], np.cumsum(values**2)])
    best, begins = np.full(n + 1, np.inf), np.zeros(n + 1, dtype=int)
    best[0] = -price
    for end in range(LEAST, n + 1):
        begin = np.arange(end - LEAST + 1)
        total = sums[end] - sums[begin]
        cost = squares[end] - squares[begin] - total**2 / (end - begin)
        told = best[begin] + cost + price
        begins[end] = int(np.argmin(told))
        best[end] = told[begins[end]]
    return _traced(begins)


def _traced(begins: np.ndarray) -> list[int]:
    found, end = [], len(begins) - 1
    while begins[end] > 0:
        end = int(begins[end])
        found.append(end)
    return found[::-1]


def _noise(values: np.ndarray) -> float:
    """The variance of one week around its level, from differences of neighbours.

    Never less than that of a Poisson count, a quarter after the square root.
    """
    apart = np.abs(np.diff(values))
    spread = 1.4826 * float(np.median(apart)) / np.sqrt(2) if len(apart) else 0.0
    return max(spread**2, 0.25)


def _rows(counts: np.ndarray, keys: list[str]) -> Iterator[dict[str, object]]:
    edges = [0, *split(counts), len(counts)]
    for begin, middle, end in zip(edges, edges[1:], edges[2:], strict=False):
        before, after = counts[begin:middle].mean(), counts[middle:end].mean()
        if max(before, after) >= FACTOR * min(before, after):
            yield {
                "iso_week": keys[middle],
                "before": float(before),
                "after": float(after),
                "n_weeks_before": middle - begin,
                "n_weeks_after": end - middle,
            }
