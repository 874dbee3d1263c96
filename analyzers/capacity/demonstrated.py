"""Demonstrated capacity and the review gap: what was shown, never a claim about a ceiling.

No estimator finds a ceiling below saturation (science notes A.4). What can be said is how much
landed per week when the backlog was highest: a lower bound of capacity, within 2 % of it once
review is saturated. Everything trails: the value of a week uses nothing that came after it.
Points are given for every week with enough past; bands only for the last BANDED_WEEKS, which
are what is acted on and cost a bootstrap each.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analyzers.capacity.backlog import cohorts, weeks_of_work, young_backlog
from analyzers.capacity.estimates import BLOCK, band, block_draws, seeded
from analyzers.capacity.metric import Frames, figure, metric, weekly_frame
from analyzers.capacity.weeks import Weeks
from analyzers.columns import Ground

MEMORY = 52  # weeks that demonstrated capacity looks back on
REFERENCE = 104  # weeks whose completion is the usual one
REFERENCE_AT_LEAST = 26
LANDED_AT_LEAST = 20  # in the year, and cohort members in the reference
DEMAND = 13  # weeks that "opened per week" is averaged over
FOLLOW_UP_WEEKS = 5  # a cohort is followed for 30 days by the end of the fifth week after it
BANDED_WEEKS = 104
DRAWS = 400

Label = Literal["lower_bound", "approximates_capacity", "undetermined"]


@dataclass(frozen=True, slots=True)
class Flow:
    """Weekly counts of complete weeks, oldest first; the common ground of the estimates below.

    `waiting` is the young backlog at each week's start; `soon` of the week's `opened` landed
    within 30 days.
    """

    opened: np.ndarray
    landed: np.ndarray
    waiting: np.ndarray
    soon: np.ndarray
    work: np.ndarray

    @classmethod
    def of(cls, frames: Frames, *, weeks: Weeks) -> Flow:
        """The flow of the complete weeks."""
        complete = weeks.is_complete
        opened, soon = cohorts(frames, weeks=weeks, days=30)
        landed, ends = weeks.sums(frames.landed), young_backlog(frames, weeks=weeks)
        starts = np.concatenate([[0], ends])[: weeks.n]
        work = weeks_of_work(ends, landed)
        return cls(*(part[complete] for part in (opened, landed, starts, soon, work)))

    def until(self, end: int) -> Flow:
        """The flow of the first `end` weeks, as if the rest had not happened yet."""
        parts = (self.opened, self.landed, self.waiting, self.soon, self.work)
        return Flow(*(part[:end] for part in parts))

    @property
    def n(self) -> int:
        """How many weeks."""
        return len(self.opened)


@metric(
    figure(
        "demonstrated_capacity",
        "Mean landed per week over those of the last 52 weeks that began with the highest"
        " quarter of young backlog: a lower bound of review capacity.",
        "change requests per week",
    ),
    figure(
        "demonstrated_capacity_low",
        f"5 % of a 4-week block bootstrap; for the last {BANDED_WEEKS} weeks.",
        "change requests per week",
    ),
    figure("demonstrated_capacity_high", "95 % of the same.", "change requests per week"),
    figure(
        "review_gap_ratio",
        "Opened per week over 13 weeks × usual completion within 30 days ÷ demonstrated capacity:"
        " above 1, demand at the usual acceptance exceeds anything shown.",
        "ratio",
    ),
    figure(
        "review_gap_ratio_low",
        f"5 % of a joint 4-week block bootstrap; for the last {BANDED_WEEKS} weeks.",
        "ratio",
    ),
    figure("review_gap_ratio_high", "95 % of the same.", "ratio"),
    ground=Ground(
        "Weeks of the last 52, by what landed in them.",
        "Automation accounts, and the running week.",
        "Landings on any line; a ceiling cannot be seen below saturation, so it is a lower bound.",
    ),
    needs_unlanded=True,
)
def demonstrated(frames: Frames, *, weeks: Weeks) -> pd.DataFrame:
    """How much has review shown it can do, and does demand exceed it?"""
    flow = Flow.of(frames, weeks=weeks)
    return weekly_frame(weeks, columns(flow, weeks, "demonstrated_capacity", "review_gap_ratio"))


def columns(flow: Flow, weeks: Weeks, *names: str) -> dict[str, np.ndarray]:
    """Capacity and gap of a flow with their bands, under the two names."""
    capacity, gap = np.full((3, weeks.n), np.nan), np.full((3, weeks.n), np.nan)
    capacity[0, : flow.n] = capacities(flow)
    gap[0, : flow.n] = gaps(flow, capacity[0, : flow.n])
    for last in range(max(MEMORY - 1, flow.n - BANDED_WEEKS), flow.n):
        if np.isfinite(capacity[0, last]):
            capacity[1:, last], gap[1:, last] = _bands(flow, last)
    return {
        name + suffix: values[row]
        for name, values in zip(names, (capacity, gap), strict=True)
        for row, suffix in enumerate(("", "_low", "_high"))
    }


def capacities(flow: Flow) -> np.ndarray:
    """Demonstrated capacity as of each week; NaN before 52 weeks or with hardly any landing."""
    capacity = np.full(flow.n, np.nan)
    if flow.n < MEMORY:
        return capacity
    landed = np.lib.stride_tricks.sliding_window_view(flow.landed, MEMORY)
    waiting = np.lib.stride_tricks.sliding_window_view(flow.waiting, MEMORY)
    enough = landed.sum(axis=1) >= LANDED_AT_LEAST
    capacity[MEMORY - 1 :] = np.where(enough, busiest_mean(landed, waiting), np.nan)
    return capacity


def busiest_mean(landed: np.ndarray, waiting: np.ndarray) -> np.ndarray:
    """Per row: mean of `landed` where `waiting` is in the row's top quarter."""
    busy = waiting >= np.quantile(waiting, 0.75, axis=1, keepdims=True)
    mean: np.ndarray = (landed * busy).sum(axis=1) / busy.sum(axis=1)
    return mean


def usual_completion(flow: Flow) -> np.ndarray:
    """p30 of the (up to) 104 weeks of cohorts followed for 30 days, as of each week."""
    ends = np.arange(flow.n) - FOLLOW_UP_WEEKS + 1
    begins = np.maximum(ends - REFERENCE, 0)
    usable = ends >= REFERENCE_AT_LEAST
    ends = np.maximum(ends, 0)
    opened, soon = _running(flow.opened), _running(flow.soon)
    n = (opened[ends] - opened[begins]).astype(float)
    n[~usable | (n < LANDED_AT_LEAST)] = np.nan
    share: np.ndarray = (soon[ends] - soon[begins]) / n
    return share


def demand(flow: Flow, *, over: int = DEMAND) -> np.ndarray:
    """Mean opened per week over the last `over` weeks."""
    total = _running(flow.opened)
    rate = np.full(flow.n, np.nan)
    if flow.n >= over:
        rate[over - 1 :] = (total[over:] - total[:-over]) / over
    return rate


def gaps(flow: Flow, capacity: np.ndarray, *, over: int = DEMAND) -> np.ndarray:
    """The review gap as of each week, demand averaged over the last `over` weeks."""
    shown = np.where(capacity > 0, capacity, np.nan)
    ratio: np.ndarray = demand(flow, over=over) * usual_completion(flow) / shown
    return ratio


def capacity_draws(flow: Flow, last: int, *, draws: int = DRAWS) -> np.ndarray:
    """Bootstrap draws of the demonstrated capacity as of one week."""
    window = slice(last - MEMORY + 1, last + 1)
    picks = block_draws(seeded(), MEMORY, draws)
    return busiest_mean(flow.landed[window][picks], flow.waiting[window][picks])


def gap_draws(flow: Flow, last: int, *, over: int = DEMAND, draws: int = DRAWS) -> np.ndarray:
    """Joint bootstrap draws of the review gap as of one week."""
    rng = seeded()
    opened = flow.opened[last - over + 1 : last + 1]
    rate = opened[block_draws(rng, over, draws)].mean(axis=1)
    end = last - FOLLOW_UP_WEEKS + 1
    reference = slice(max(end - REFERENCE, 0), end)
    made, soon = flow.opened[reference], flow.soon[reference]
    picks = block_draws(rng, len(made), draws)
    n = made[picks].sum(axis=1).astype(float)
    n[n == 0] = np.nan
    capacity = capacity_draws(flow, last, draws=draws)
    ratio: np.ndarray = (
        rate * (soon[picks].sum(axis=1) / n) / np.where(capacity > 0, capacity, np.nan)
    )
    return ratio


@dataclass(frozen=True, slots=True)
class Elasticity:
    """How far throughput follows demand: 1 in full, 0 not at all; with band and label."""

    value: float
    low: float
    high: float
    label: Label
    reason: str


def elasticity(flow: Flow, *, draws: int = DRAWS) -> Elasticity:
    """Does what lands grow with what is opened? Slope in logs, 90 % band, and what it means.

    Over 4-week cohorts of the last 104 weeks (at least 52) that were followed for 30 days: how
    many landed within 30 days, against how many were opened. Science notes A.3 take calendar
    blocks of 52 weeks instead; there the delay between opening and landing blurs the slope so
    much that in simulation below 70 % load only 44 % of runs were told to be a lower bound; by
    cohort it is 99 % (tests/test_capacity.py).
    """
    end = max(flow.n - FOLLOW_UP_WEEKS + 1, 0)
    length = min(REFERENCE, end // BLOCK * BLOCK)
    if length < MEMORY:
        reason = f"{end} weeks of cohorts followed for 30 days; {MEMORY} are needed"
        return Elasticity(math.nan, math.nan, math.nan, "undetermined", reason)
    opened = np.log1p(flow.opened[end - length : end].reshape(-1, BLOCK).sum(axis=1))
    landed = np.log1p(flow.soon[end - length : end].reshape(-1, BLOCK).sum(axis=1))
    picks = seeded().integers(0, len(opened), size=(draws, len(opened)))
    low, high = band(_slopes(opened[picks], landed[picks]))
    value = float(_slopes(opened[None], landed[None])[0])
    label, reason = _label(low, high, flow.work)
    return Elasticity(value, low, high, label, reason)


def _label(low: float, high: float, work: np.ndarray) -> tuple[Label, str]:
    if low > 0.5:
        return "lower_bound", "throughput still follows demand: capacity was not reached"
    rising = bool(work[-1] > work[-MEMORY // 2])
    if high < 0.5 and rising:
        return "approximates_capacity", "throughput no longer follows demand and work piles up"
    return "undetermined", "throughput follows demand neither clearly nor clearly not"


def _slopes(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    x = x - x.mean(axis=1, keepdims=True)
    spread = (x * x).sum(axis=1)
    slope: np.ndarray = (x * y).sum(axis=1) / np.where(spread > 0, spread, np.nan)
    return slope


def _bands(flow: Flow, last: int) -> tuple[tuple[float, float], tuple[float, float]]:
    enough = last - FOLLOW_UP_WEEKS + 1 >= REFERENCE_AT_LEAST
    gap = band(gap_draws(flow, last)) if enough else (float("nan"), float("nan"))
    return band(capacity_draws(flow, last)), gap


def _running(values: np.ndarray) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(values)])
