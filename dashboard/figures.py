"""Figures of a period, from the weekly table and the change requests. Frames in, numbers out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analyzers.capacity import estimates
from analyzers.capacity.reading import Reading
from analyzers.capacity.weeks import WEEK, micros

HITS = {  # share -> the weekly count it is made of; its n is in the column ending in _n
    "ai_share_declared_of_commits": "n_commits_declared_ai",
    "ai_share_declared_of_change_requests": "generation_rate_declared_ai",
}
STANDING = (  # what stands at a moment: the last value of a block is its value
    "backlog_young",
    "weeks_of_work",
    "review_efficiency_index",
    "demonstrated_capacity",
    "demonstrated_capacity_low",
    "demonstrated_capacity_high",
    "review_gap_ratio",
    "review_gap_ratio_low",
    "review_gap_ratio_high",
    "reviewer_coverage_share",
)
STEPS = (1, 4, 13)
MOST_BLOCKS = 0.8
WEIGHTED = ("completion_30d_share", "self_landed_share")  # by their n, over weeks that know it
ENOUGH_FOR_A_SHARE = 25  # with fewer, the band of a share of 0 reaches beyond 10 %
LONG, VERY_LONG = 160, 640  # weeks beyond which a chart shows blocks of 4 and of 13 weeks


@dataclass(frozen=True)
class Period:
    """Complete weeks asked for, the equally many before them, and the running week if any."""

    weeks: pd.DataFrame
    before: pd.DataFrame
    running: pd.DataFrame

    @property
    def n(self) -> int:
        """How many complete weeks."""
        return len(self.weeks)

    @property
    def first(self) -> str:
        """ISO week it begins with."""
        return str(self.weeks["iso_week"].iloc[0]) if self.n else ""

    @property
    def last(self) -> str:
        """ISO week it ends with."""
        return str(self.weeks["iso_week"].iloc[-1]) if self.n else ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the period, its band and n, and the same of the equal period before."""

    value: float
    before: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    n: int = 0
    before_n: int = 0

    @property
    def change(self) -> float:
        """Now less before."""
        return self.value - self.before


def period(
    weekly: pd.DataFrame, *, weeks: int | None = None, begin: str = "", end: str = ""
) -> Period:
    """The last `weeks` complete weeks (all if none), or those from `begin` to `end` (ISO weeks)."""
    complete = weekly[weekly["is_complete"].astype(bool)]
    chosen = complete.tail(weeks) if weeks else complete
    if begin or end:
        inside = complete["iso_week"].between(begin or "0", end or "9")
        chosen = complete[inside]
    running = weekly[~weekly["is_complete"].astype(bool)]
    if end and end < str(weekly["iso_week"].max()):
        running = running.head(0)
    first = chosen.index[0] if len(chosen) else 0
    before = complete[complete.index < first].tail(len(chosen))
    equal = before if len(before) == len(chosen) else before.head(0)
    return Period(chosen, equal, running)


def of_fact(answer: Reading | None, name: str) -> Figure:
    """A fact of the answer as a figure; unknown without an answer."""
    if answer is None:
        return Figure(float("nan"))
    told = answer.fact(name)
    value, before, low, high = (
        float("nan") if each is None else each
        for each in (told.value, told.previous, told.low, told.high)
    )
    return Figure(value, before, low, high, told.n or 0)


def rate(span: Period, column: str) -> Figure:
    """Mean per week."""
    return Figure(
        _mean(span.weeks, column),
        _mean(span.before, column),
        n=_total(span.weeks, column),
        before_n=_total(span.before, column),
    )


def weighted_share(span: Period, column: str) -> Figure:
    """A share over all weeks together, each week as heavy as the n that it is made of."""
    value, n = _weighted(span.weeks, column)
    before, before_n = _weighted(span.before, column)
    return Figure(value, before, n=n, before_n=before_n)


def standing(span: Period, column: str) -> Figure:
    """The value at the period's end, with its band if it has one."""
    return Figure(
        _last(span.weeks, column),
        _last(span.before, column),
        _last(span.weeks, f"{column}_low"),
        _last(span.weeks, f"{column}_high"),
    )


def pooled_share(span: Period, column: str) -> Figure:
    """A share over all weeks together, with its 90 % Wilson interval."""
    value, low, high, n = _pooled(span.weeks, column)
    before, _, _, before_n = _pooled(span.before, column)
    return Figure(value, before, low, high, n, before_n)


def wait(span: Period, requests: pd.DataFrame, column: str, q: float) -> Figure:
    """The q-quantile of hours of what landed (or was answered) in the period."""
    week = "landed_week" if column == "time_to_land_hours" else "opened_week"
    now = requests.loc[requests[week].between(span.first, span.last), column].dropna()
    then = requests.loc[_inside(requests[week], span.before), column].dropna()
    floor = estimates.MIN_N if q <= 0.5 else estimates.MIN_N_TAIL
    return Figure(
        _quantile(now, q, floor), _quantile(then, q, floor), n=len(now), before_n=len(then)
    )


def step_of(n_weeks: int) -> int:
    """How many weeks one point of a chart stands for."""
    if n_weeks <= LONG:
        return 1
    return 4 if n_weeks <= VERY_LONG else 13


def step_with_enough(span: Period, n: str, typical: int) -> int:
    """The smallest step at which most blocks hold MIN_N, and half of them that many.

    `n` names the weekly count behind a share or a median. Small projects would otherwise show
    scattered points.
    """
    smallest = step_of(span.n)
    counts = span.weeks[n].to_numpy("float64", na_value=0)
    for step in (each for each in STEPS if each >= smallest and span.n >= 3 * each):
        held = counts[len(counts) % step :].reshape(-1, step).sum(axis=1)
        is_typical = np.median(held) >= typical
        if is_typical and (held >= estimates.MIN_N).mean() >= MOST_BLOCKS:
            return step
    return max((each for each in STEPS if span.n >= 3 * each), default=smallest)


def blocks(weekly: pd.DataFrame, step: int) -> pd.DataFrame:
    """The weekly table in blocks of `step` whole weeks, counted back from the last one.

    Rates become means per week, counts ending in _n sums, shares are pooled, what stands at a
    moment is taken at the block's end, and medians are left to `block_waits`.
    """
    if step == 1 or weekly.empty:
        return weekly
    usable = weekly.iloc[len(weekly) % step :].reset_index(drop=True)
    values = {name: _folded(usable[name], step) for name in usable.select_dtypes("number")}
    merged = {name: _merged(name, rows) for name, rows in values.items()}
    for name in (name for name in HITS if name in values):
        merged |= _pooled_blocks(values, name)
    for name in (name for name in WEIGHTED if name in values):
        n = np.where(np.isnan(values[name]), 0, values[name.replace("_share", "_n")])
        with np.errstate(invalid="ignore"):
            merged[name] = np.nansum(values[name] * n, axis=1) / n.sum(axis=1)
    kept = usable.iloc[::step][["iso_week", "week_start", "is_complete"]].reset_index(drop=True)
    last = usable["iso_week"].iloc[step - 1 :: step].to_numpy()
    return pd.concat([kept.assign(last_week=last), pd.DataFrame(merged)], axis=1)


def _folded(values: pd.Series, step: int) -> np.ndarray:
    return values.to_numpy("float64", na_value=np.nan).reshape(-1, step)


def _merged(name: str, rows: np.ndarray) -> np.ndarray:
    """One value per block: a sum of counts, the last of what stands, else the mean."""
    known = ~np.isnan(rows)
    if name.endswith("_n"):
        return np.where(known, rows, 0).sum(axis=1)
    if name in STANDING:
        last = rows.shape[1] - 1 - known[:, ::-1].argmax(axis=1)
        return rows[np.arange(len(rows)), last]
    with np.errstate(invalid="ignore"):
        mean: np.ndarray = np.where(known, rows, 0).sum(axis=1) / known.sum(axis=1)
    return mean


def block_waits(
    requests: pd.DataFrame, starts: pd.Series, step: int, *, column: str, at: str
) -> pd.DataFrame:
    """Median, P90 and n of the hours in each block, by the weekly table's own rules."""
    moments, begin = micros(requests[at]), int(micros(starts)[0])
    inside = (moments >= begin) & (moments < begin + len(starts) * step * WEEK)
    rows = np.where(inside, (np.where(inside, moments, begin) - begin) // (step * WEEK), -1)
    hours = requests[column].to_numpy("float64", na_value=np.nan)
    known = rows[(rows >= 0) & np.isfinite(hours)]
    return pd.DataFrame(
        {
            "median_hours": estimates.weekly_quantiles(hours, rows, len(starts), q=0.5),
            "p90_hours": estimates.weekly_quantiles(
                hours, rows, len(starts), q=0.9, min_n=estimates.MIN_N_TAIL
            ),
            "n": np.bincount(known, minlength=len(starts))[: len(starts)],
        },
        index=starts.index,
    )


def _pooled_blocks(values: dict[str, np.ndarray], name: str) -> dict[str, np.ndarray]:
    n = np.nansum(values[f"{name}_n"], axis=1)
    hits = np.nansum(values[HITS[name]], axis=1)
    low, high = estimates.wilson(hits, n)
    return {name: estimates.shares(hits, n), f"{name}_low": low, f"{name}_high": high}


def _pooled(frame: pd.DataFrame, column: str) -> tuple[float, float, float, int]:
    if column not in frame or frame.empty:
        return float("nan"), float("nan"), float("nan"), 0
    n = np.array([frame[f"{column}_n"].astype("float64").sum()])
    hits = np.array([frame[HITS[column]].astype("float64").sum()])
    low, high = estimates.wilson(hits, n)
    return float(estimates.shares(hits, n)[0]), float(low[0]), float(high[0]), int(n[0])


def _weighted(frame: pd.DataFrame, column: str) -> tuple[float, int]:
    share = frame[column].to_numpy("float64", na_value=np.nan)
    n = np.where(np.isnan(share), 0, frame[column.replace("_share", "_n")].to_numpy("float64"))
    return (float(np.nansum(share * n) / n.sum()) if n.sum() else float("nan")), int(n.sum())


def _mean(frame: pd.DataFrame, column: str) -> float:
    if column not in frame or frame.empty:
        return float("nan")
    return float(frame[column].astype("float64").mean())


def _total(frame: pd.DataFrame, column: str) -> int:
    return int(frame[column].astype("float64").sum()) if column in frame else 0


def _last(frame: pd.DataFrame, column: str) -> float:
    if column not in frame:
        return float("nan")
    known = frame[column].astype("float64").dropna()
    return float(known.iloc[-1]) if len(known) else float("nan")


def _inside(week: pd.Series, frame: pd.DataFrame) -> pd.Series:
    if frame.empty:
        return week.isna() & week.notna()
    return week.between(frame["iso_week"].iloc[0], frame["iso_week"].iloc[-1])


def _quantile(hours: pd.Series, q: float, floor: int) -> float:
    return float(hours.quantile(q)) if len(hours) >= floor else float("nan")
