"""Complexity of changed code from a sample of commits, stratified by quarter, with its error."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator

import numpy as np
import pandas as pd

from analyzers.capacity.effort import DRAWS, N_AT_LEAST, Ratio
from analyzers.capacity.estimates import SEED, band, seeded
from analyzers.capacity.metric import is_declared
from analyzers.capacity.weeks import DAY, arrived

QUARTERS = 8
QUARTER = 91 * DAY
MEASURES = ("complexity", "n_methods", "maintainability_share")

Strata = list[tuple[np.ndarray, float]]


def population(commits: pd.DataFrame, file_changes: pd.DataFrame) -> pd.DataFrame:
    """Commits that can be sampled: sha, quarter (0 is the newest), declared.

    On the default line within eight 91-day quarters of the data edge, by people or agents, with a
    change of code or tests.
    """
    code = file_changes.loc[file_changes["kind"].isin(["code", "test"]), "sha"]
    wanted = ~commits["is_merge"] & (commits["authorship"] != "automation_bot")
    rows = commits[(wanted & commits["sha"].isin(code)).to_numpy(bool)]
    at = arrived(rows)
    quarter = (at.max(initial=0) - at) // (QUARTER)
    found = pd.DataFrame(
        {
            "sha": rows["sha"].to_numpy(object),
            "quarter": quarter,
            "declared": is_declared(rows["authorship"]),
        }
    )
    return found[found["quarter"] < QUARTERS].reset_index(drop=True)


def sampled(from_population: pd.DataFrame, n: int) -> list[str]:
    """About n commits, the same number from every quarter; a larger sample holds the smaller."""
    rank = [hashlib.sha256(f"{SEED} {sha}".encode()).hexdigest() for sha in from_population["sha"]]
    ordered = from_population.assign(rank=rank).sort_values("rank")
    per_quarter = max(n // QUARTERS, 1)
    return list(ordered.groupby("quarter", sort=True).head(per_quarter)["sha"])


def complexity_growth(from_population: pd.DataFrame, complexity: pd.DataFrame) -> list[Ratio]:
    """The last four quarters over the four before, per commit; bands tell the sampling error."""
    halves = from_population.assign(group=from_population["quarter"] // (QUARTERS // 2))
    return _ratios(halves, complexity)


def complexity_declared(from_population: pd.DataFrame, complexity: pd.DataFrame) -> list[Ratio]:
    """Declared AI over the rest, over all eight quarters; mind effort.CONFOUNDED."""
    sides = from_population.assign(group=np.where(from_population["declared"], 0, 1))
    return _ratios(sides, complexity)


def _ratios(grouped: pd.DataFrame, complexity: pd.DataFrame) -> list[Ratio]:
    told = grouped.merge(complexity, on="sha")
    sizes = grouped.groupby(["group", "quarter"]).size()
    return [_sampled_ratio(told, name, sizes) for name in MEASURES]


def _sampled_ratio(told: pd.DataFrame, name: str, sizes: pd.Series) -> Ratio:
    known = told[told[name].notna()]
    rng = seeded()
    halves = [known[known["group"] == group] for group in (0, 1)]
    n, n_other = map(len, halves)
    n_unknown = len(told) - len(known)
    if min(n, n_other) < N_AT_LEAST:
        reason = f"{n} and {n_other} sampled commits to compare; {N_AT_LEAST} are needed"
        return Ratio(name, *(math.nan,) * 5, n, n_other, n_unknown, reason)
    strata = [list(_strata(half, name, sizes)) for half in halves]
    mean, other = (_stratified(parts) for parts in strata)
    draws = [_stratified_draws(parts, rng) for parts in strata]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio, drawn = np.divide(mean, other), draws[0] / draws[1]
    low, high = band(drawn)
    return Ratio(name, mean, other, float(ratio), low, high, n, n_other, n_unknown, "")


def _strata(half: pd.DataFrame, name: str, sizes: pd.Series) -> Iterator[tuple[np.ndarray, float]]:
    for stratum, rows in half.groupby(["group", "quarter"]):
        yield rows[name].to_numpy(float), float(sizes[stratum])


def _stratified(parts: Strata) -> float:
    total = sum(size for _, size in parts)
    return float(sum(values.mean() * size for values, size in parts) / total)


def _stratified_draws(parts: Strata, rng: np.random.Generator) -> np.ndarray:
    drawn = np.zeros(DRAWS)
    for values, size in parts:
        picks = rng.integers(0, len(values), size=(DRAWS, len(values)))
        drawn += values[picks].mean(axis=1) * size
    mean: np.ndarray = drawn / sum(size for _, size in parts)
    return mean
