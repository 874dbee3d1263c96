"""The last complete week beside the one before and the eight before: nothing is computed anew.

Figures of one week come from the WEEKLY table, those of the eight weeks from
`analyzers.capacity.reading`; each keeps its band, its n, and the reason where it is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analyzers import capacity
from analyzers.capacity.reading import Reading
from analyzers.reports import wording
from analyzers.reports.wording import Wording, known

USUAL_WEEKS = 8


@dataclass(frozen=True, slots=True)
class Figure:
    """One value with its 90 % band and n; None is unknown, and `reason` may say why."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: this week, the week before, the eight before this one, and their course."""

    name: str
    meaning: str
    told: Wording
    this: Figure
    before: Figure
    usual: Figure
    course: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class _Kind:
    column: str
    name: str
    told: Wording
    n: str = ""


_KINDS = (
    _Kind("generation_rate", "Opened", wording.number),
    _Kind("throughput", "Landed", wording.number),
    _Kind("backlog_young", "Waiting at the week's end", wording.number),
    _Kind("time_to_land_median_hours", "Time to land, median", wording.duration, "time_to_land_n"),
    _Kind("time_to_land_p90_hours", "Time to land, P90", wording.duration, "time_to_land_n"),
    _Kind(
        "time_to_first_response_median_hours",
        "Time to first response, median",
        wording.duration,
        "time_to_first_response_n",
    ),
    _Kind(
        "ai_share_declared_of_change_requests",
        "Declared AI share of what opened",
        wording.share,
        "ai_share_declared_of_change_requests_n",
    ),
    _Kind(
        "ai_share_declared_of_commits",
        "Declared AI share of commits",
        wording.share,
        "ai_share_declared_of_commits_n",
    ),
)


def rows(weekly: pd.DataFrame, usual: Reading | None) -> list[Row]:
    """A row per figure that is known in any of the weeks; `weekly` is WEEKLY, complete weeks only.

    `usual` reads the eight weeks before the last one; None where there are none.
    """
    made = [_row(weekly, kind, usual) for kind in _KINDS]
    return [row for row in made if any(value is not None for value in row.course)]


def sparkline(values: tuple[float | None, ...]) -> str:
    """The course as block characters, lowest to highest; a dot where unknown."""
    told = [value for value in values if value is not None]
    low, high = min(told, default=0.0), max(told, default=0.0)
    span = (high - low) or 1.0
    return "".join(
        "·" if value is None else _BLOCKS[round((value - low) / span * (len(_BLOCKS) - 1))]
        for value in values
    )


_BLOCKS = "▁▂▃▄▅▆▇█"


def _row(weekly: pd.DataFrame, kind: _Kind, usual: Reading | None) -> Row:
    recent = weekly.tail(USUAL_WEEKS + 1)
    return Row(
        name=kind.name,
        meaning=capacity.WEEKLY[kind.column].meaning,
        told=kind.told,
        this=_of_week(weekly, kind, -1),
        before=_of_week(weekly, kind, -2),
        usual=_of_weeks(kind.column, usual, recent),
        course=tuple(known(value) for value in recent[kind.column]),
    )


def _of_week(weekly: pd.DataFrame, kind: _Kind, place: int) -> Figure:
    if len(weekly) < -place:
        return Figure(None, reason="no week before")
    week = weekly.iloc[place]
    n = known(week[kind.n]) if kind.n else None
    value = known(week[kind.column])
    return Figure(
        value,
        known(week.get(f"{kind.column}_low")),
        known(week.get(f"{kind.column}_high")),
        None if n is None else int(n),
        f"n {int(n)} is too few" if value is None and n is not None else "",
    )


def _of_weeks(column: str, usual: Reading | None, recent: pd.DataFrame) -> Figure:
    if usual is None:
        return Figure(None, reason="no weeks before")
    facts = {fact.name: fact for fact in usual.facts}
    fact = facts.get(column)
    if column == "backlog_young" or fact is None:  # a level and a median: the middle of the weeks
        return Figure(known(recent[column].iloc[:-1].median()))
    n = None if fact.unit.endswith("per week") else fact.n
    return Figure(fact.value, fact.low, fact.high, n, fact.reason)
