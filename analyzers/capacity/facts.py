"""The figures of one period, each beside the equal period before."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from analyzers.capacity import demonstrated
from analyzers.capacity.demonstrated import DRAWS, FOLLOW_UP_WEEKS, MEMORY, Flow
from analyzers.capacity.estimates import (
    MIN_N,
    MIN_N_TAIL,
    band,
    block_draws,
    redrawn_quantiles,
    seeded,
    wilson,
)
from analyzers.capacity.latency import waits
from analyzers.capacity.metric import Frames
from analyzers.capacity.refusals import SINCE, why_no_capacity, why_no_gap
from analyzers.capacity.weeks import WEEK, Weeks

Band = tuple[float, float]
NO_BAND: Band = (math.nan, math.nan)
PER_WEEK = "change requests per week"


NEED_UNLANDED = frozenset(
    {
        "generation_rate",
        "backlog_young",
        "backlog_slope",
        "ai_share_declared_of_change_requests",
        "completion_30d_share",
        "weeks_of_work",
        "review_efficiency_index",
        "demonstrated_capacity",
        "review_gap_ratio",
    }
)
"""Facts that survivors alone would tell wrongly."""

_UNSEEN_VALUES: dict[str, Any] = {
    "value": None,
    "low": None,
    "high": None,
    "n": None,
    "previous": None,
    "reason": "what did not land is unseen",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure of the period; None is unknown, and `reason` then says why."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    n: int | None
    unit: str
    previous: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class Period:
    """Weeks `begin` to `end` (exclusive) of the grid."""

    begin: int
    end: int

    def before(self) -> Period | None:
        """The equal period before, if history reaches that far."""
        length = self.end - self.begin
        return Period(self.begin - length, self.begin) if self.begin >= length else None

    def of(self, values: np.ndarray) -> np.ndarray:
        """The part of a weekly series that lies in the period."""
        return values[self.begin : self.end]


@dataclass(frozen=True, slots=True)
class Source:
    """What facts are read from: the weekly table, the frames, and the flow up to the period."""

    weekly: pd.DataFrame
    frames: Frames
    weeks: Weeks
    flow: Flow

    def column(self, name: str) -> np.ndarray:
        """A weekly column, NaN for unknown."""
        values: np.ndarray = self.weekly[name].to_numpy("float64", na_value=np.nan)
        return values


def facts(source: Source, period: Period) -> Iterator[Fact]:
    """Every fact of the period, in the order they are shown.

    Those that need the unlanded are unknown, with the reason, where only what landed is seen.
    """
    for fact in _facts(source, period):
        needs = fact.name in NEED_UNLANDED and not source.frames.sees_unlanded
        yield replace(fact, **_UNSEEN_VALUES) if needs else fact


def _facts(source: Source, period: Period) -> Iterator[Fact]:
    previous = period.before()
    for name in ("generation_rate", "throughput"):
        yield _rate(source, name, period, previous)
    yield from _backlog(source, period, previous)
    for items in ("commits", "change_requests"):
        yield _declared_share(source, items, period, previous)
    yield _time_to_land(source, "time_to_land_median_hours", 0.5, period, previous)
    yield _time_to_land(source, "time_to_land_p90_hours", 0.9, period, previous)
    yield _completion(source, period, previous)
    yield _latest(source, "weeks_of_work", "weeks", period, previous)
    yield _latest(source, "review_efficiency_index", "ratio", period, previous)
    yield _capacity(source, period, previous)
    yield _gap(source, period, previous)
    yield _latest(source, "reviewer_coverage_share", "share", period, previous)
    yield _latest(source, "n_active_reviewers", "people", period, previous)


def _rate(source: Source, name: str, period: Period, previous: Period | None) -> Fact:
    counts = np.nan_to_num(source.column(name))  # unknown in all weeks or in none
    draws = period.of(counts)[block_draws(seeded(), period.end - period.begin, DRAWS)].mean(axis=1)
    return _fact(
        name,
        float(period.of(counts).mean()),
        PER_WEEK,
        limits=band(draws),
        n=int(period.of(counts).sum()),
        previous=float(previous.of(counts).mean()) if previous else math.nan,
    )


def _backlog(source: Source, period: Period, previous: Period | None) -> Iterator[Fact]:
    waiting, length = source.column("backlog_young"), period.end - period.begin
    begins = np.concatenate([[0.0], waiting])  # the backlog each week starts with
    now, then = begins[period.end], begins[period.begin]
    slope_before = (then - begins[previous.begin]) / length if previous else math.nan
    yield _fact("backlog_young", now, "change requests", previous=then if previous else math.nan)
    yield _fact("backlog_slope", (now - then) / length, PER_WEEK, previous=slope_before)


def _declared_share(source: Source, items: str, period: Period, previous: Period | None) -> Fact:
    name = f"ai_share_declared_of_{items}"
    marked = {"commits": "n_commits_declared_ai"}.get(items, "generation_rate_declared_ai")
    hits, sizes = source.column(marked), source.column(f"{name}_n")
    share, n = _pooled(hits, sizes, period)
    low, high = wilson(np.array([period.of(hits).sum()]), np.array([n]))
    return _fact(
        name,
        share,
        "share",
        limits=(float(low[0]), float(high[0])),
        n=n,
        previous=_pooled(hits, sizes, previous)[0] if previous else math.nan,
        reason=_too_few(n, items.replace("_", " "), MIN_N),
    )


def _time_to_land(
    source: Source, name: str, q: float, period: Period, previous: Period | None
) -> Fact:
    hours = _hours(source, period)
    least = MIN_N if q == 0.5 else MIN_N_TAIL
    value, limits = math.nan, NO_BAND
    if len(hours) >= least:
        value = float(np.quantile(hours, q))
        limits = band(redrawn_quantiles(hours, q, DRAWS))
    earlier = _hours(source, previous) if previous else hours[:0]
    return _fact(
        name,
        value,
        "hours",
        limits=limits,
        n=len(hours),
        previous=float(np.quantile(earlier, q)) if len(earlier) >= least else math.nan,
        reason=_too_few(len(hours), "landed change requests", least),
    )


def _completion(source: Source, period: Period, previous: Period | None) -> Fact:
    """p30 of cohorts that could be followed: the period, shifted back by the follow-up."""
    shift = FOLLOW_UP_WEEKS - 1
    opened, soon = source.flow.opened, source.flow.soon
    cohort = Period(max(period.begin - shift, 0), max(period.end - shift, 0))
    share, n = _pooled(soon, opened, cohort)
    low, high = wilson(np.array([cohort.of(soon).sum()]), np.array([n]))
    earlier = cohort.before() if previous else None
    return _fact(
        "completion_30d_share",
        share,
        "share",
        limits=(float(low[0]), float(high[0])),
        n=n,
        previous=_pooled(soon, opened, earlier)[0] if earlier else math.nan,
        reason=_too_few(n, "change requests followed for 30 days", MIN_N),
    )


def _latest(source: Source, name: str, unit: str, period: Period, previous: Period | None) -> Fact:
    values = source.column(name)
    earlier = values[previous.end - 1] if previous else math.nan
    return _fact(name, values[period.end - 1], unit, previous=earlier, reason=SINCE[name])


def _capacity(source: Source, period: Period, previous: Period | None) -> Fact:
    shown = demonstrated.capacities(source.flow)
    known = math.isfinite(shown[period.end - 1])
    return _fact(
        "demonstrated_capacity",
        shown[period.end - 1],
        PER_WEEK,
        limits=band(demonstrated.capacity_draws(source.flow, period.end - 1)) if known else NO_BAND,
        n=MEMORY if known else None,
        previous=shown[previous.end - 1] if previous else math.nan,
        reason=why_no_capacity(source.flow, period.end),
    )


def _gap(source: Source, period: Period, previous: Period | None) -> Fact:
    flow, last, length = source.flow, period.end - 1, period.end - period.begin
    ratios = demonstrated.gaps(flow, demonstrated.capacities(flow), over=length)
    known = math.isfinite(ratios[last])
    return _fact(
        "review_gap_ratio",
        ratios[last],
        "ratio",
        limits=band(demonstrated.gap_draws(flow, last, over=length)) if known else NO_BAND,
        previous=ratios[previous.end - 1] if previous else math.nan,
        reason=why_no_capacity(flow, period.end) or why_no_gap(flow, period.end),
    )


def _hours(source: Source, period: Period) -> np.ndarray:
    landed = source.frames.landed
    begin = source.weeks.first + period.begin * WEEK
    end = source.weeks.first + period.end * WEEK
    hours = waits(source.frames.opened, landed)[(landed >= begin) & (landed < end)]
    known: np.ndarray = hours[np.isfinite(hours)]
    return known


def _pooled(hits: np.ndarray, sizes: np.ndarray, period: Period) -> tuple[float, int]:
    n = int(period.of(sizes).sum())
    return (float(period.of(hits).sum() / n) if n >= MIN_N else math.nan), n


def _too_few(n: int, items: str, needed: int) -> str:
    return f"{n} {items}; {needed} are needed"


def _fact(  # noqa: PLR0913  # one keyword per field of a Fact
    name: str,
    value: float,
    unit: str,
    *,
    limits: Band = NO_BAND,
    n: int | None = None,
    previous: float = math.nan,
    reason: str = "",
) -> Fact:
    known = _or_none(value)
    low, high = map(_or_none, limits)
    earlier = _or_none(previous)
    return Fact(name, known, low, high, n, unit, earlier, reason if known is None else "")


def _or_none(value: float) -> float | None:
    return round(float(value), 6) if math.isfinite(value) else None
