"""What comes next, with bands that were checked on this repository's own past.

Bands are absolute-residual conformal on the log scale (science notes A.7): the 90 % quantile of
the errors of the last 78 weekly forecasts whose outcome is known, at least 40, widened by 1.1,
1.15 and 1.25 for 4, 8 and 12 weeks. Every forecast is shown beside its rolling-origin backtest;
where that is bad, the forecast says so. A linear backlog trend is never extrapolated.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analyzers.capacity.metric import Frames
from analyzers.capacity.targets import HORIZONS, RESIDUALS, TESTED, Target, targets
from analyzers.capacity.weeks import Weeks
from analyzers.errors import NotEnoughData
from analyzers.tables import Column, Table

RESIDUALS_AT_LEAST = 40
WIDEN = (1.1, 1.15, 1.25)
NOMINAL = 0.9
COVERAGE_AT_LEAST = 0.75
WEEKS_AT_LEAST = 78
LANDED_AT_LEAST = 26
SCORED_AT_LEAST = 26

TRUST = ("tested", "no_better_than_naive", "bands_missed", "untested")
_TARGET = Column("target", "str", "throughput, backlog_young or time_to_land_median.")
_HORIZON = Column("horizon_weeks", "int", "How far ahead.", "weeks")
_VALUE = "Landed in the horizon, backlog at its end, or median time to land within it."

FORECAST = Table(
    "forecast",
    "What comes next, with 90 % bands from this repository's own past errors.",
    ("target", "horizon_weeks"),
    (
        _TARGET,
        _HORIZON,
        Column("origin_week", "str", "Newest complete ISO week: what is known."),
        Column("value", "float", _VALUE, "see unit", nullable=True),
        Column("low", "float", "5 % of the band.", "see unit", nullable=True),
        Column("high", "float", "95 % of the band.", "see unit", nullable=True),
        Column("unit", "str", "Unit of value, low and high."),
        Column("model", "str", "How it was made."),
        Column("n_residuals", "int", "Past errors behind the band.", "forecasts"),
        Column("trust", "str", "What the backtest says of it.", values=TRUST),
        Column("reason", "str", "The same in a sentence."),
    ),
)

BACKTEST = Table(
    "backtest",
    "How well the forecast and naive ones would have done over the last two years.",
    ("target", "horizon_weeks", "model"),
    (
        _TARGET,
        _HORIZON,
        Column("model", "str", "Ours, or a naive one it must beat."),
        Column("is_ours", "bool", "Whether it is the one that is shown."),
        Column("n_origins", "int", "Weeks from which it was forecast and scored.", "forecasts"),
        Column(
            "error",
            "float",
            "Mean absolute error, scaled by what repeating the last horizon was off in all history"
            " before (MASE: compare models, not repositories); for time to land on the log scale.",
            nullable=True,
        ),
        Column("error_kind", "str", "mase or log.", values=("mase", "log")),
        Column(
            "coverage_share",
            "float",
            f"Outcomes inside the 90 % band; unknown below {SCORED_AT_LEAST} bands.",
            "share",
            nullable=True,
        ),
    ),
)

PAST_FORECASTS = Table(
    "past_forecasts",
    "Every scored past forecast beside what came of it.",
    ("target", "horizon_weeks", "origin_week"),
    (
        _TARGET,
        _HORIZON,
        Column("origin_week", "str", "ISO week from whose end it was made."),
        Column("value", "float", _VALUE),
        Column("low", "float", "5 % of the band.", nullable=True),
        Column("high", "float", "95 % of the band.", nullable=True),
        Column("actual", "float", "What came of it."),
    ),
)


def forecasts(frames: Frames, *, weeks: Weeks) -> dict[Table, pd.DataFrame]:
    """FORECAST as of the newest complete week, its BACKTEST, and PAST_FORECASTS for the chart.

    Raises NotEnoughData below 78 complete weeks or 26 landings in the last 52.
    """
    made, keys = _targets(frames, weeks), weeks.keys
    return {
        FORECAST: FORECAST.from_rows(row for each in made for row in _next_rows(each, keys)),
        BACKTEST: BACKTEST.from_rows(row for each in made for row in _scores(each)),
        PAST_FORECASTS: PAST_FORECASTS.from_rows(
            row for each in made for row in _past_rows(each, keys)
        ),
    }


def bands(target: Target) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Low, high and number of residuals at every [horizon, origin], from what was known then."""
    value, low = target.value, np.full(target.value.shape, np.nan)
    high, used = low.copy(), np.zeros(value.shape, dtype=np.int64)
    for row, h in enumerate(HORIZONS):
        errors = np.abs(_log(target.actual[row], target) - _log(value[row], target))
        for origin in np.flatnonzero(np.isfinite(value[row])):
            seen = errors[max(origin - h - RESIDUALS + 1, 0) : max(origin - h + 1, 0)]
            seen = seen[np.isfinite(seen)]
            used[row, origin] = len(seen)
            if len(seen) >= RESIDUALS_AT_LEAST:
                width = WIDEN[row] * _conformal(seen)
                low[row, origin] = _unlog(_log(value[row, origin], target) - width, target)
                high[row, origin] = _unlog(_log(value[row, origin], target) + width, target)
    return np.maximum(low, 0), high, used


def _targets(frames: Frames, weeks: Weeks) -> list[Target]:
    frames.require_unlanded()
    n = int(weeks.is_complete.sum()) if weeks.n else 0
    landed = int(weeks.sums(frames.landed)[max(n - 52, 0) : n].sum()) if n else 0
    if n < WEEKS_AT_LEAST or landed < LANDED_AT_LEAST:
        raise NotEnoughData(
            f"a forecast needs {WEEKS_AT_LEAST} complete weeks and {LANDED_AT_LEAST} landings in"
            f" the last 52; there are {n} and {landed}"
        )
    return targets(frames, weeks=weeks)


def _next_rows(target: Target, keys: list[str]) -> Iterator[dict[str, object]]:
    low, high, used = bands(target)
    scores = {(s["horizon_weeks"], s["model"]): s for s in _scores(target)}
    model, origin = next(iter(target.models)), target.value.shape[1] - 1
    for row, h in enumerate(HORIZONS):
        rivals = [scores[h, name] for name in target.models if name in NAIVE]
        trust, reason = _trust(scores[h, model], rivals)
        yield {
            "target": target.name,
            "horizon_weeks": h,
            "origin_week": keys[origin],
            "value": target.value[row, origin],
            "low": low[row, origin],
            "high": high[row, origin],
            "unit": target.unit,
            "model": model,
            "n_residuals": used[row, origin],
            "trust": trust,
            "reason": reason,
        }


NAIVE = ("last_value", "seasonal_naive")


def _trust(ours: dict[str, object], rivals: list[dict[str, object]]) -> tuple[str, str]:
    n, error, coverage = ours["n_origins"], ours["error"], ours["coverage_share"]
    assert isinstance(n, int)  # noqa: S101  # for the type checker
    if n < SCORED_AT_LEAST or not isinstance(error, float):
        return "untested", f"{n} past forecasts could be scored; {SCORED_AT_LEAST} are needed"
    if not isinstance(coverage, float):
        return "untested", (
            f"{n} past forecasts were scored, but fewer than {SCORED_AT_LEAST} had a band, which"
            f" takes {RESIDUALS_AT_LEAST} errors known before it"
        )
    best = min((r for r in rivals if isinstance(r["error"], float)), key=_error, default=None)
    told = f"over {n} past forecasts the 90 % band held {coverage:.0%} of outcomes"
    if coverage < COVERAGE_AT_LEAST:
        return "bands_missed", f"{told}: do not rely on it"
    if best is not None and error > _error(best):
        name = str(best["model"]).replace("_", " ")
        return "no_better_than_naive", f"{told}, but {name} was closer than this model"
    return "tested", f"{told}, and it was closer than repeating the last weeks or last year"


def _error(score: dict[str, object]) -> float:
    error = score["error"]
    return error if isinstance(error, float) else float("inf")


def _scores(target: Target) -> Iterator[dict[str, object]]:
    low, high, _ = bands(target)
    origins = slice(max(target.value.shape[1] - TESTED - max(HORIZONS), 0), None)
    ours = next(iter(target.models))
    for row, h in enumerate(HORIZONS):
        actual = target.actual[row, origins]
        for name, values in target.models.items():
            error = _errors(target, row, values)[origins]
            error = error[np.isfinite(error) & np.isfinite(target.value[row, origins])]
            held = (low[row, origins] <= actual) & (actual <= high[row, origins])
            banded = np.isfinite(low[row, origins]) & np.isfinite(actual) & (name == ours)
            yield {
                "target": target.name,
                "horizon_weeks": h,
                "model": name,
                "is_ours": name == ours,
                "n_origins": len(error),
                "error": float(error.mean()) if len(error) else None,
                "error_kind": "log" if target.scale is None else "mase",
                "coverage_share": float(held[banded].mean()) if _enough(banded) else None,
            }


def _enough(banded: np.ndarray) -> bool:
    """A share of a handful of bands would be chance."""
    return int(banded.sum()) >= SCORED_AT_LEAST


def _errors(target: Target, row: int, values: np.ndarray) -> np.ndarray:
    actual = target.actual[row]
    if target.scale is None:
        return np.abs(_log(actual, target) - _log(values[row], target))
    error: np.ndarray = np.abs(actual - values[row]) / target.scale[row]
    return error


def _past_rows(target: Target, keys: list[str]) -> Iterator[dict[str, object]]:
    low, high, _ = bands(target)
    n = target.value.shape[1]
    for row, h in enumerate(HORIZONS):
        scored = np.isfinite(target.actual[row]) & np.isfinite(target.value[row])
        for origin in np.flatnonzero(scored[max(n - TESTED - h, 0) :]) + max(n - TESTED - h, 0):
            yield {
                "target": target.name,
                "horizon_weeks": h,
                "origin_week": keys[origin],
                "value": target.value[row, origin],
                "low": low[row, origin],
                "high": high[row, origin],
                "actual": target.actual[row, origin],
            }


def _conformal(errors: np.ndarray) -> float:
    """The split-conformal quantile: one more than the share, so that coverage holds on average."""
    rank = min(int(np.ceil((len(errors) + 1) * NOMINAL)), len(errors))
    return float(np.sort(errors)[rank - 1])


def _log(values: np.ndarray, target: Target) -> np.ndarray:
    logged: np.ndarray = np.log(np.maximum(values, 0) + target.offset)
    return logged


def _unlog(logged: np.ndarray, target: Target) -> np.ndarray:
    return np.exp(logged) - target.offset
