"""Medians, shares, waiting times and their bands; each says "unknown" rather than guess.

Below MIN_N observations a median or share is unknown. Bands are 90 %. Every random draw has a
fixed seed, so that two runs give the same bytes.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

MIN_N = 5
MIN_N_TAIL = 10  # a 90th percentile of fewer is the maximum in disguise
Z90 = 1.6448536269514722
BAND = (0.05, 0.95)
SEED = 20260101
_AT_ONCE = 25
BLOCK = 4  # weeks; releases and holidays come in such runs


def seeded() -> np.random.Generator:
    """A fresh generator with the one fixed seed."""
    return np.random.default_rng(SEED)


def weekly_quantiles(
    values: np.ndarray, rows: np.ndarray, n_weeks: int, *, q: float, min_n: int = MIN_N
) -> np.ndarray:
    """The q-quantile (linear interpolation) of the values in each week; NaN below min_n."""
    keep = (rows >= 0) & np.isfinite(values)
    values, rows = values[keep], rows[keep]
    values = values[np.lexsort((values, rows))]
    counts = np.bincount(rows, minlength=n_weeks)[:n_weeks]
    enough = counts >= min_n
    place = (np.cumsum(counts) - counts) + q * (counts - 1)
    place = place[enough]
    below = np.floor(place).astype(np.int64)
    above = np.ceil(place).astype(np.int64)
    quantiles = np.full(n_weeks, np.nan)
    quantiles[enough] = values[below] + (place - below) * (values[above] - values[below])
    return quantiles


def shares(hits: np.ndarray, n: np.ndarray, *, min_n: int = MIN_N) -> np.ndarray:
    """Hits divided by n; NaN below min_n."""
    enough = n >= min_n
    return np.where(enough, hits / np.where(enough, n, 1), np.nan)


def wilson(hits: np.ndarray, n: np.ndarray, *, min_n: int = MIN_N) -> tuple[np.ndarray, np.ndarray]:
    """90 % Wilson score interval of a share (Wilson 1927); NaN below min_n."""
    size = np.where(n >= min_n, n, np.nan).astype(float)
    share = hits / size
    middle = (share + Z90**2 / (2 * size)) / (1 + Z90**2 / size)
    half = Z90 * np.sqrt(share * (1 - share) / size + Z90**2 / (4 * size**2)) / (1 + Z90**2 / size)
    return np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)


def redrawn_quantiles(values: np.ndarray, q: float, draws: int) -> np.ndarray:
    """The q-quantiles of `draws` redraws of the values, drawn a few at a time to spare memory."""
    rng, n = seeded(), len(values)
    each = [min(_AT_ONCE, draws - start) for start in range(0, draws, _AT_ONCE)]
    few = (values[rng.integers(0, n, size=(rows, n))] for rows in each)
    return np.concatenate([np.quantile(some, q, axis=1) for some in few])


def block_draws(rng: np.random.Generator, n: int, draws: int, *, block: int = BLOCK) -> np.ndarray:
    """Moving-block bootstrap: `draws` rows of n week numbers, made of runs of `block` weeks."""
    block = min(block, n)
    runs = -(-n // block)
    starts = rng.integers(0, n - block + 1, size=(draws, runs))
    return (starts[:, :, None] + np.arange(block)).reshape(draws, -1)[:, :n]


def band(draws: np.ndarray) -> tuple[float, float]:
    """5 and 95 % of the draws; unknown when fewer than half of them are defined."""
    known = draws[np.isfinite(draws)]
    if len(known) < max(2, len(draws) / 2):
        return float("nan"), float("nan")
    low, high = np.quantile(known, BAND)
    return float(low), float(high)


def completed_within(waits: np.ndarray, landed: np.ndarray, limit: float) -> float:
    """Share landed within `limit`: 1 - Kaplan-Meier, those still waiting censored at the edge.

    `waits` is opening to landing, or opening to data edge where `landed` is false.
    """
    if not len(waits):
        return float("nan")
    return float(_landed_by(waits, landed).evaluate(limit))


def censored_median(waits: np.ndarray, landed: np.ndarray) -> float:
    """Kaplan-Meier median wait; infinite ("not reached") when fewer than half ever land."""
    if len(waits) < MIN_N:
        return float("nan")
    curve = _landed_by(waits, landed)
    reached = curve.quantiles[curve.probabilities >= 0.5]
    return float(reached[0]) if len(reached) else float("inf")


def _landed_by(waits: np.ndarray, landed: np.ndarray) -> Any:
    """The share that has landed by each wait, those still waiting censored (Kaplan-Meier)."""
    from scipy import stats  # noqa: PLC0415 - a second to import, and most commands need none

    sample = stats.CensoredData.right_censored(waits, ~landed)
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        return stats.ecdf(sample).cdf
