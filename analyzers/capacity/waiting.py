"""How long what was opened waits until it lands, those that still wait counted as such.

The median of what landed leaves out what is slow enough not to have landed yet. Here every
change request counts from its opening: as landed, or as still waiting when the data ends or it
was closed (Kaplan and Meier 1958).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analyzers.capacity.estimates import BAND, MIN_N, seeded
from analyzers.capacity.generation import REDRAWS, redraws_of_openings
from analyzers.capacity.latency import waits
from analyzers.capacity.metric import Frames, count, figure, metric, weekly_frame
from analyzers.capacity.weeks import UNKNOWN, Weeks, micros

NEVER = float("inf")
_LEAST_LOG = -1e3  # of a share that is zero: sums of it stay exact enough beside log(1/2)
_HALF = np.log(0.5) + 1e-9


@dataclass(frozen=True, slots=True)
class Medians:
    """Median waits in hours by group, with a 90 % band; NEVER where fewer than half landed."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n: np.ndarray


@metric(
    figure(
        "time_to_land_opened_median_hours",
        "Median time to land of what was opened in the week, those still waiting counted until the"
        " data ends or they were closed (Kaplan-Meier); unknown while fewer than half landed.",
        "hours",
    ),
    figure(
        "time_to_land_opened_median_hours_low",
        "5 % of redraws of the week's change requests and of their openings inside their bands.",
        "hours",
    ),
    figure(
        "time_to_land_opened_median_hours_high",
        "95 % of the same redraws; unknown where fewer than half landed in too many of them.",
        "hours",
    ),
    count("time_to_land_opened_n", "Change requests it is made of.", "change requests"),
    needs_unlanded=True,
)
def waiting(frames: Frames, *, weeks: Weeks) -> pd.DataFrame:
    """How long did the change requests of each week wait, counting those that still do?"""
    found = medians(frames, weeks.positions(frames.opened), weeks.n, edge=weeks.edge)
    name = "time_to_land_opened_median_hours"
    told = {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}
    reached = {key: np.where(np.isfinite(hours), hours, np.nan) for key, hours in told.items()}
    return weekly_frame(weeks, reached | {"time_to_land_opened_n": found.n})


def medians(frames: Frames, groups: np.ndarray, n_groups: int, *, edge: int) -> Medians:
    """The median wait of `requests` in each group (a row number, -1 for none), with its band.

    The band comes from redrawing the change requests of the group, and their openings inside
    their own bands.
    """
    closed = micros(frames.requests["closed_at"])
    landed = frames.landed != UNKNOWN
    end = np.where(landed, frames.landed, np.where(closed != UNKNOWN, closed, edge))
    usable = np.flatnonzero((groups >= 0) & (frames.opened != UNKNOWN))
    usable = usable[np.argsort(groups[usable], kind="stable")]
    own, is_landed = groups[usable], landed[usable]
    n = np.bincount(own, minlength=n_groups)
    value = censored_medians(waits(frames.opened, end)[usable], is_landed, own, n_groups)
    first, size, rng = (np.cumsum(n) - n)[own], n[own], seeded()
    redrawn = redraws_of_openings(frames, rng)
    draws = np.full((REDRAWS, n_groups), np.nan)
    for draw in range(REDRAWS):
        hours = waits(redrawn(), end)
        picked = first + (rng.random(len(usable)) * size).astype(np.int64)
        draws[draw] = censored_medians(hours[usable[picked]], is_landed[picked], own, n_groups)
    low, high = np.full(n_groups, np.nan), np.full(n_groups, np.nan)
    known = ~np.isnan(value)
    # whole draws, no mean of two: one of them may be endless
    low[known], high[known] = np.quantile(draws[:, known], BAND, axis=0, method="inverted_cdf")
    return Medians(value, low, high, n)


def censored_medians(
    hours: np.ndarray, landed: np.ndarray, groups: np.ndarray, n_groups: int
) -> np.ndarray:
    """The first wait by which half of each group has landed; NaN below MIN_N, else maybe NEVER.

    All groups in one pass: the shares still waiting are products, so sums of logarithms.
    """
    order = np.lexsort((~landed, hours, groups))
    hours, landed, groups = hours[order], landed[order], groups[order]
    n = np.bincount(groups, minlength=n_groups)
    at_risk = np.cumsum(n)[groups] - np.arange(len(groups))
    with np.errstate(divide="ignore"):
        steps = np.where(landed, np.maximum(np.log(at_risk - 1) - np.log(at_risk), _LEAST_LOG), 0.0)
    so_far = np.concatenate([[0.0], np.cumsum(steps)])
    waiting_share = so_far[1:] - so_far[(np.cumsum(n) - n)[groups]]
    reached = np.flatnonzero(waiting_share <= _HALF)
    group, where = np.unique(groups[reached], return_index=True)
    found = np.full(n_groups, NEVER)
    found[group] = hours[reached[where]]
    return np.where(n >= MIN_N, found, np.nan)
