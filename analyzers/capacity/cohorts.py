"""The cohort flow model: what lands next follows from what waits now, by its age in weeks.

The chain-ladder of actuaries, on review: the hazard of landing at each age is taken from the
cohorts of the last 52 weeks; those who wait are carried forward with it, new arrivals join at
their smoothed rate, and landings older than 26 weeks come on top as before. Best of fourteen
models in the backtest of science notes A.7, where arrivals were averaged over 12 weeks; a smoothed
rate was closer (docs/backtest.md). The model also gives the backlog consistently.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analyzers.capacity.metric import Frames
from analyzers.capacity.weeks import Weeks

AGES = 26
MEMORY = 52
SMOOTHING = 0.1  # weight of the newest week; half of all weight lies on the last seven
YOUNG_AGES = 12  # whole weeks inside the 90 days of the young backlog; 6/7 of the next
YOUNG_REST = 6 / 7


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Per opening week: `opened`, and `landed_at_age[week, age]`; `late` landings by landing week.

    `late` holds what landed 26 or more weeks after opening, or with an unknown opening.
    """

    opened: np.ndarray
    landed_at_age: np.ndarray
    late: np.ndarray

    @classmethod
    def of(cls, frames: Frames, *, weeks: Weeks) -> Cohorts:
        """The cohorts of the complete weeks."""
        n = int(weeks.is_complete.sum())
        began, ended = weeks.positions(frames.opened), weeks.positions(frames.landed)
        ended = np.where(ended < n, ended, -1)
        age = np.maximum(ended - began, 0)
        young = (ended >= 0) & (began >= 0) & (age < AGES)
        landed = np.zeros((n, AGES))
        np.add.at(landed, (began[young], age[young]), 1)
        late = np.bincount(ended[(ended >= 0) & ~young], minlength=n)[:n]
        return cls(weeks.sums(frames.opened)[:n].astype(float), landed, late.astype(float))

    def project(self, origin: int, horizon: int) -> tuple[np.ndarray, np.ndarray]:
        """Landed per week, and change in young backlog since the origin, for `horizon` weeks.

        Uses only what was known at the end of week `origin`, at least the 52nd.
        """
        hazard, waiting = self._hazard(origin), self._waiting(origin)
        arrivals = float(smoothed(self.opened[: origin + 1])[-1])
        late = float(self.late[origin - MEMORY + 1 : origin + 1].mean())
        landed, young, start = np.zeros(horizon), np.zeros(horizon), _young(waiting)
        for week in range(horizon):
            at_risk = np.concatenate([[arrivals], waiting[:-1]])
            landed[week] = float((at_risk * hazard).sum()) + late
            waiting = at_risk * (1 - hazard)
            young[week] = _young(waiting) - start
        return landed, young

    def _hazard(self, origin: int) -> np.ndarray:
        """Share of those still waiting at each age that land at it, as known at the origin."""
        rows = slice(origin - MEMORY + 1, origin + 1)
        known = np.arange(AGES) <= (MEMORY - 1 - np.arange(MEMORY))[:, None]
        landed = self.landed_at_age[rows] * known
        before = np.cumsum(landed, axis=1) - landed
        at_risk = ((self.opened[rows, None] - before) * known).sum(axis=0)
        hazard: np.ndarray = landed.sum(axis=0) / np.maximum(at_risk, 1e-9)
        return np.clip(hazard, 0, 1)

    def _waiting(self, origin: int) -> np.ndarray:
        """How many of each age, 0 to 25 weeks, still wait at the end of the origin week."""
        cohort = origin - np.arange(AGES)
        known = np.arange(AGES) <= np.arange(AGES)[:, None]
        return self.opened[cohort] - (self.landed_at_age[cohort] * known).sum(axis=1)


def smoothed(counts: np.ndarray) -> np.ndarray:
    """The weekly rate as of each week: simple exponential smoothing from the first week on."""
    rate: np.ndarray = pd.Series(counts, dtype=float).ewm(alpha=SMOOTHING).mean().to_numpy()
    return rate


def _young(waiting: np.ndarray) -> float:
    return float(waiting[:YOUNG_AGES].sum() + YOUNG_REST * waiting[YOUNG_AGES])
