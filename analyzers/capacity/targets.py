"""What is forecast, by which model, against which naive ones, for every past week at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analyzers.capacity.backlog import young_backlog
from analyzers.capacity.cohorts import MEMORY, Cohorts, smoothed
from analyzers.capacity.demonstrated import Flow
from analyzers.capacity.latency import waits
from analyzers.capacity.metric import Frames
from analyzers.capacity.weeks import WEEK, Weeks

HORIZONS = (4, 8, 12)
TESTED = 104  # weeks of past forecasts that are scored
RESIDUALS = 78  # weeks of past errors that make a band
YEAR = 52
SCALED_AT_LEAST = 12


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to forecast; every array is [horizon, origin week], NaN where undefined.

    `models` holds ours first, under its name, then the naive ones it is measured against.
    `offset` keeps small counts from exploding on the log scale. `scale` is the error that makes
    an error of 1 (MASE); None where errors are told on the log scale.
    """

    name: str
    unit: str
    offset: float
    actual: np.ndarray
    models: dict[str, np.ndarray]
    scale: np.ndarray | None

    @property
    def value(self) -> np.ndarray:
        """What our model says."""
        ours: np.ndarray = next(iter(self.models.values()))
        return ours


def targets(frames: Frames, *, weeks: Weeks) -> list[Target]:
    """Throughput, young backlog and time to land, with their models at every origin."""
    flow = Flow.of(frames, weeks=weeks)
    made = Cohorts.of(frames, weeks=weeks)
    landed, change = _projections(made, flow)
    return [
        _throughput(flow, landed),
        _backlog(flow, weeks, frames, change),
        _time_to_land(frames, weeks, flow.n),
    ]


def _projections(made: Cohorts, flow: Flow) -> tuple[np.ndarray, np.ndarray]:
    """The cohort model at each origin that is still used: landed in, and backlog change by, h."""
    landed = np.full((len(HORIZONS), flow.n), np.nan)
    change = landed.copy()
    first = max(MEMORY - 1, flow.n - TESTED - RESIDUALS - 2 * max(HORIZONS))
    for origin in range(first, flow.n):
        per_week, young = made.project(origin, max(HORIZONS))
        for row, h in enumerate(HORIZONS):
            landed[row, origin], change[row, origin] = per_week[:h].sum(), young[h - 1]
    return landed, change


def _throughput(flow: Flow, projected: np.ndarray) -> Target:
    total = np.concatenate([[0.0], np.cumsum(flow.landed)])
    weeks = np.arange(flow.n) + 1
    actual = np.stack([_window(total, weeks, weeks + h) for h in HORIZONS])
    previous = np.stack([_window(total, weeks - h, weeks) for h in HORIZONS])
    seasonal = np.stack([_window(total, weeks - YEAR, weeks - YEAR + h) for h in HORIZONS])
    recent = np.stack([_window(total, weeks - 26, weeks) * h / 26 for h in HORIZONS])
    rate = smoothed(flow.landed)
    models = {
        "cohort_flow_and_smoothing": (projected + np.stack([rate * h for h in HORIZONS])) / 2,
        "last_value": previous,
        "seasonal_naive": seasonal,
        "mean_26_weeks": recent,
    }
    scale = _usual_error(actual, previous, _began(flow))
    return Target("throughput", "change requests", 2.0, actual, models, scale)


def _backlog(flow: Flow, weeks: Weeks, frames: Frames, change: np.ndarray) -> Target:
    level = young_backlog(frames, weeks=weeks)[: flow.n].astype(float)
    last = np.stack([level] * len(HORIZONS))
    actual = np.stack([_shifted(level, -h) for h in HORIZONS])
    models = {
        # Half the projected change: the mean of the cohort flow and the last value.
        "cohort_flow_and_last_value": np.maximum(last + change / 2, 0),
        "last_value": last,
        "seasonal_naive": np.stack([_shifted(level, YEAR - h) for h in HORIZONS]),
    }
    scale = _usual_error(actual, last, _began(flow))
    return Target("backlog_young", "change requests", 5.0, actual, models, scale)


def _time_to_land(frames: Frames, weeks: Weeks, n: int) -> Target:
    hours = waits(frames.opened, frames.landed)
    known = np.isfinite(hours)
    order = np.argsort(frames.landed[known], kind="stable")
    landed, hours = frames.landed[known][order], hours[known][order]
    borders = np.searchsorted(landed, weeks.first + WEEK * np.arange(n + 1))

    def medians(begin: np.ndarray, end: np.ndarray) -> np.ndarray:
        return np.array([_median(hours, borders, b, e) for b, e in zip(begin, end, strict=True)])

    origin = np.arange(n) + 1
    models = {
        "median_52_weeks": np.stack([medians(origin - YEAR, origin)] * len(HORIZONS)),
        "last_value": np.stack([medians(origin - h, origin) for h in HORIZONS]),
        "seasonal_naive": np.stack([medians(origin - YEAR, origin - YEAR + h) for h in HORIZONS]),
    }
    actual = np.stack([medians(origin, origin + h) for h in HORIZONS])
    return Target("time_to_land_median", "hours", 0.1, actual, models, None)


def _median(hours: np.ndarray, borders: np.ndarray, begin: int, end: int) -> float:
    if begin < 0 or end >= len(borders):
        return float("nan")
    some = hours[borders[begin] : borders[end]]
    return float(np.median(some)) if len(some) else float("nan")


def _window(total: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Sums from running totals; NaN where the window reaches outside."""
    inside = (begin >= 0) & (end < len(total))
    sums = total[np.where(inside, end, 0)] - total[np.where(inside, begin, 0)]
    return np.where(inside, sums, np.nan)


def _shifted(values: np.ndarray, by: int) -> np.ndarray:
    shifted = np.full(len(values), np.nan)
    if by >= 0:
        shifted[by:] = values[: len(values) - by]
    elif len(values) > -by:
        shifted[:by] = values[-by:]
    return shifted


def _began(flow: Flow) -> int:
    """The first week with a change request; before it there was nothing to be wrong about."""
    return int(np.argmax((flow.opened + flow.landed) > 0))


def _usual_error(actual: np.ndarray, naive: np.ndarray, began: int) -> np.ndarray:
    """In-sample error of "as before": its mean over all weeks known at each origin since `began`.

    What scales MASE (Hyndman and Koehler 2006). In a project that has grown, past errors are
    small and MASE large, whatever the model; so compare models, not repositories.
    """
    scales = np.full(actual.shape, np.nan)
    for row, h in enumerate(HORIZONS):
        errors = pd.Series(np.abs(actual[row] - naive[row]))
        errors.iloc[:began] = np.nan
        mean = errors.expanding(SCALED_AT_LEAST).mean()
        scales[row] = _shifted(mean.to_numpy(), h)
    scales[scales == 0] = np.nan
    return scales
