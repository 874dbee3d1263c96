"""Visible update bursts after opening: what survives in history of the rounds of review.

Heads before a force-push are gone and pushes leave no time, so bursts of surviving commits are
a lower bound of the rounds, and the newest own commit before landing stands for the last push.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from analyzers.reviews.record import UNKNOWN

HOUR = 3600
_SETTLED = HOUR // 2
"""Commits this soon after the opening belong to it."""
_GAP = 12 * HOUR
"""A new burst starts after a pause longer than this (correlation with true rounds: 0.75)."""


def update_bursts(times: Iterable[int], *, opened: int, landed: int = UNKNOWN) -> int:
    """Bursts of own commit times between opening and landing; later ones are not this change's.

    Times from before the opening (stacked commits, cherry-picked old ones) are no update.
    """
    after = sorted(t for t in _until(times, landed) if t > opened + _SETTLED)
    gaps = (later - earlier for earlier, later in itertools.pairwise(after))
    return bool(after) + sum(gap > _GAP for gap in gaps)


def last_push(times: Iterable[int], *, landed: int = UNKNOWN) -> int:
    """The newest own commit time, clipped to the landing; UNKNOWN without any."""
    known = [time for time in times if time != UNKNOWN]
    before = list(_until(known, landed))
    return max(before, default=landed if known else UNKNOWN)


def _until(times: Iterable[int], landed: int) -> Iterable[int]:
    return (t for t in times if t != UNKNOWN and (landed == UNKNOWN or t <= landed))
