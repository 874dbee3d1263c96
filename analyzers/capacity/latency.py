"""How long change requests take: to land, and to a first answer by another human.

What landed on a release line only (a back-port, a hot fix) is told apart: it follows other rules.
The wait for an answer begins when a change request is ready for review, so drafts do not wait.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analyzers.capacity.estimates import BAND, MIN_N, MIN_N_TAIL, seeded, weekly_quantiles
from analyzers.capacity.generation import REDRAWS, redraws_of_openings
from analyzers.capacity.metric import Frames, count, figure, metric, weekly_frame
from analyzers.capacity.weeks import HOUR, UNKNOWN, Weeks, micros
from analyzers.columns import Ground
from analyzers.tables import Column


def _summary(name: str, meaning: str) -> tuple[Column, Column, Column]:
    return (
        figure(f"{name}_median_hours", f"Median {meaning}", "hours"),
        figure(f"{name}_p90_hours", f"90th percentile of the {meaning}", "hours"),
        count(f"{name}_n", "Change requests they are made of.", "change requests"),
    )


_GROUND = Ground(
    "Change requests, by the week in which they landed or were answered.",
    "Automation accounts; answers by bots end no wait.",
    "Openings estimated from the order of numbers and graded A to D, unless recorded;"
    " landings from history.",
)
_TO_LAND = _summary(
    "time_to_land",
    "time from opening to landing, for what landed on the default line in the week: at most.",
)


@metric(
    _TO_LAND[0],
    figure(
        "time_to_land_median_hours_low",
        "5 % of redraws of the week's change requests and of their openings inside their bands.",
        "hours",
    ),
    figure("time_to_land_median_hours_high", "95 % of the same redraws.", "hours"),
    *_TO_LAND[1:],
    *_summary("time_to_land_declared_ai", "time to land of change requests with an AI marker."),
    *_summary("time_to_land_unmarked", "time to land of change requests without a marker."),
    *_summary(
        "time_to_first_response",
        "time from being ready for review to the first answer by another human, by week of the"
        " answer; drafts do not wait.",
    ),
    ground=_GROUND,
)
def latency(frames: Frames, *, weeks: Weeks) -> pd.DataFrame:
    """How long from opening to landing and to a first answer, in the middle and in the tail?"""
    rows = np.where(_on_release_line(frames), -1, weeks.positions(frames.landed))
    hours = waits(frames.opened, frames.landed)
    answered = micros(frames.requests["first_response_at"])
    low, high = median_band(frames, rows, weeks.n)
    return weekly_frame(
        weeks,
        _described("time_to_land", hours, rows, weeks)
        | {"time_to_land_median_hours_low": low, "time_to_land_median_hours_high": high}
        | _described("time_to_land_declared_ai", hours, np.where(frames.declared, rows, -1), weeks)
        | _described("time_to_land_unmarked", hours, np.where(frames.declared, -1, rows), weeks)
        | _described(
            "time_to_first_response",
            waits(micros(frames.requests["ready_at"]), answered),
            weeks.positions(answered),
            weeks,
        ),
    )


@metric(
    *_summary("time_to_land_release_lines", "time to land of what landed on a release line only."),
    ground=_GROUND,
)
def release_lines(frames: Frames, *, weeks: Weeks) -> pd.DataFrame:
    """How long do back-ports and hot fixes take?"""
    rows = np.where(_on_release_line(frames), weeks.positions(frames.landed), -1)
    hours = waits(frames.opened, frames.landed)
    return weekly_frame(weeks, _described("time_to_land_release_lines", hours, rows, weeks))


def waits(begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Hours from one to the other; NaN where either is unknown.

    An estimated opening that lies after the end is an error of the estimate: the wait is zero.
    """
    known = (begin != UNKNOWN) & (end != UNKNOWN)
    span = np.where(known, end, 0) - np.where(known, begin, 0)
    return np.where(known, np.maximum(span, 0) / HOUR, np.nan)


def _described(
    name: str, hours: np.ndarray, rows: np.ndarray, weeks: Weeks
) -> dict[str, np.ndarray]:
    known = rows[np.isfinite(hours) & (rows >= 0)]
    return {
        f"{name}_median_hours": weekly_quantiles(hours, rows, weeks.n, q=0.5),
        f"{name}_p90_hours": weekly_quantiles(hours, rows, weeks.n, q=0.9, min_n=MIN_N_TAIL),
        f"{name}_n": np.bincount(known, minlength=weeks.n)[: weeks.n],
    }


def _on_release_line(frames: Frames) -> np.ndarray:
    found: np.ndarray = frames.requests["landed_on"].eq("release").fillna(False).to_numpy(bool)
    return found


def median_band(frames: Frames, rows: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """What the median of each of `n` groups could have been with other openings and landings.

    Drawn are openings inside their bands, and another handful of the same kind.
    """
    usable = np.flatnonzero((rows >= 0) & (frames.opened != UNKNOWN))
    usable = usable[np.argsort(rows[usable], kind="stable")]
    counts = np.bincount(rows[usable], minlength=n)[:n]
    first = (np.cumsum(counts) - counts)[rows[usable]]
    size = counts[rows[usable]]
    rng = seeded()
    redrawn = redraws_of_openings(frames, rng)
    draws = np.full((REDRAWS, n), np.nan)
    for draw in range(REDRAWS):
        opened = redrawn()
        picked = usable[first + (rng.random(len(usable)) * size).astype(np.int64)]
        hours = waits(opened[picked], frames.landed[picked])
        draws[draw] = weekly_quantiles(hours, rows[picked], n, q=0.5)
    low, high = np.full(n, np.nan), np.full(n, np.nan)
    enough = counts >= MIN_N
    low[enough], high[enough] = np.quantile(draws[:, enough], BAND, axis=0)
    return low, high
