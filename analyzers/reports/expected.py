"""How long will a change request opened now wait? What became of those opened before it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import numpy as np

from analyzers import tables
from analyzers.capacity.backlog import FOLLOW_UPS, cohorts, followed
from analyzers.capacity.estimates import wilson
from analyzers.capacity.metric import Frames
from analyzers.capacity.weeks import Weeks
from analyzers.errors import NotEnoughData
from analyzers.reports.wording import share
from analyzers.store import Shelf

SCHEMA_VERSION = 1
WEEKS = 26
AT_LEAST = 20


@dataclass(frozen=True, slots=True)
class Landed:
    """Share of those opened in the weeks named that landed within `days`, with its 90 % band."""

    days: int
    share: float
    low: float
    high: float
    n: int
    first_week: str
    last_week: str


def expected(shelf: Shelf) -> list[Landed]:
    """The share landed within 1, 7 and 30 days of opening.

    Of those opened in the newest 26 weeks that could be followed for 30 days. Raises
    NotEnoughData below 20 change requests, or where only what landed can be seen.
    """
    frames = Frames(
        shelf.table(tables.COMMITS),
        shelf.table(tables.CHANGE_REQUESTS),
        tables.REVIEW_EVENTS.empty(),
    )
    frames.require_unlanded()
    weeks = Weeks.spanning(frames.commits, frames.change_requests)
    if not weeks.n:
        raise NotEnoughData("there is no history to tell from")
    return [_landed(frames, weeks, days) for days in FOLLOW_UPS]


def text(found: list[Landed]) -> str:
    """One paragraph that reads as plain text and as Markdown."""
    told = [
        f"{share(one.share)} within {one.days} day{'s' if one.days > 1 else ''}"
        f" (90% band {share(one.low)} to {share(one.high)})"
        for one in found
    ]
    longest = found[-1]
    return (
        f"Expected wait: of {longest.n:,} change requests opened here from {longest.first_week} to"
        f" {longest.last_week}, {', '.join(told[:-1])} and {told[-1]} had landed. This is what"
        " became of others, not a promise."
    )


def as_json(found: list[Landed]) -> str:
    """The same for machines."""
    told = {"schema_version": SCHEMA_VERSION, "landed": [asdict(one) for one in found]}
    return json.dumps(told, indent=1)


def _landed(frames: Frames, weeks: Weeks, days: int) -> Landed:
    rows = np.flatnonzero(followed(weeks, max(FOLLOW_UPS)))[-WEEKS:]
    opened, soon = cohorts(frames, weeks=weeks, days=days)
    n, hits = int(opened[rows].sum()), int(soon[rows].sum())
    if n < AT_LEAST:
        raise NotEnoughData(
            f"{n} change requests could be followed for {max(FOLLOW_UPS)} days in {WEEKS} weeks;"
            f" {AT_LEAST} are needed to say how long one waits"
        )
    low, high = wilson(np.array([hits]), np.array([n]))
    keys = weeks.keys
    return Landed(days, hits / n, float(low[0]), float(high[0]), n, keys[rows[0]], keys[rows[-1]])
