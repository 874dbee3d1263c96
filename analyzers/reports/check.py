"""Does the repository stay inside the limits somebody set? One verdict per limit, for CI.

Limits stand on figures that summary and dashboard show too. There is none on "utilization": it
cannot be known from history, since capacity is only bounded from below; the review gap ratio,
demand over demonstrated capacity, stands in its place.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal

from analyzers import capacity, errors, tables
from analyzers.capacity import practice
from analyzers.capacity.metric import Frames, is_declared
from analyzers.capacity.reading import Reading, reading
from analyzers.capacity.weeks import Weeks
from analyzers.errors import UsageError
from analyzers.reports.wording import number, ratio, share
from analyzers.store import Shelf

SCHEMA_VERSION = 1
PERIOD_WEEKS = 26

Status = Literal["holds", "exceeded", "unknown"]


@dataclass(frozen=True, slots=True)
class Limit:
    """What may be limited: its figure, which side is bad, and how it is told."""

    figure: str
    meaning: str
    unit: str
    told: Callable[[object], str]
    is_least: bool = False


LIMITS: dict[str, Limit] = {
    "max_review_gap": Limit("review_gap_ratio", "review gap", "ratio", ratio),
    "max_weeks_of_work": Limit("weeks_of_work", "weeks of work waiting", "weeks", number),
    "max_backlog_growth": Limit(
        "backlog_slope", "growth of the young backlog", "change requests per week", number
    ),
    "max_p90_hours_to_land": Limit(
        "time_to_land_p90_hours", "P90 of the time to land", "hours", number
    ),
    "min_landed_within_30_days": Limit(
        "completion_30d_share", "landed within 30 days", "share", share, is_least=True
    ),
    "max_self_landed_share": Limit(
        "self_landed_share", "landed by their author, no other human seen", "share", share
    ),
    "max_declared_self_landed_share": Limit(
        "declared_self_landed_share",
        "declared AI, landed by their author, no other human seen",
        "share",
        share,
    ),
}
"""By the name of the option that sets it."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one limit came to; without a value, `reason` says why."""

    figure: str
    meaning: str
    limit: float
    value: float | None
    low: float | None
    high: float | None
    n: int | None
    unit: str
    status: Status
    period: str
    reason: str = ""


def check(shelf: Shelf, limits: Mapping[str, float], *, whole_band: bool = False) -> list[Found]:
    """Every limit against the last 26 complete weeks (ways around review: 52 weeks).

    A limit is exceeded where the value is beyond it; with `whole_band`, only where all of the
    90 % band is. Raises NotEnoughData without a complete week.
    """
    frames = Frames(
        shelf.table(tables.COMMITS),
        shelf.table(tables.CHANGE_REQUESTS),
        shelf.table(tables.REVIEW_EVENTS),
    )
    told = shelf.table(capacity.WEEKLY), frames.change_requests, frames.commits
    measured = {one.figure: one for one in _measured(reading(*told, weeks=PERIOD_WEEKS), frames)}
    return [
        _judged(measured[LIMITS[name].figure], LIMITS[name], limit, whole_band=whole_band)
        for name, limit in limits.items()
    ]


def require(limits: Mapping[str, float]) -> None:
    """Raise UsageError, with the names of all limits, where none was given."""
    if not limits:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in LIMITS)
        raise UsageError(f"check needs at least one limit: {options}")


def exit_code(found: Sequence[Found], *, otherwise: int) -> int:
    """Exceeded before unknown before whatever the store says of its completeness."""
    states = {one.status for one in found}
    if "exceeded" in states:
        return errors.THRESHOLD_EXCEEDED
    return errors.NOT_ENOUGH_DATA if "unknown" in states else otherwise


def lines(found: Sequence[Found]) -> Iterator[str]:
    """One line per limit that is exceeded or cannot be told."""
    told = {limit.figure: limit for limit in LIMITS.values()}
    for one in found:
        if one.status != "holds":
            yield _line(one, told[one.figure])


def as_json(shelf: Shelf, found: Sequence[Found]) -> str:
    """Every limit, also those that hold, for machines."""
    made = {
        "schema_version": SCHEMA_VERSION,
        "repository": shelf.manifest["repository"]["name"],
        "data_edge": shelf.manifest["data_edge"],
        "limits": [asdict(one) for one in found],
    }
    return json.dumps(made, indent=1, ensure_ascii=False)


def _measured(answer: Reading, frames: Frames) -> Iterator[Found]:
    """Every figure that a limit may stand on, not yet judged."""
    spans = f"{answer.first_week} to {answer.last_week}"
    for fact in answer.facts:
        yield Found(
            fact.name, "", 0, fact.value, fact.low, fact.high, fact.n, fact.unit,
            "holds", spans, fact.reason,
        )  # fmt: skip
    weeks = Weeks.spanning(frames.commits, frames.change_requests)
    yield _practice(frames, weeks, "self_landed_share")
    declared = frames.change_requests[is_declared(frames.change_requests["authorship"])]
    some = replace(frames, change_requests=declared)
    yield replace(_practice(some, weeks, "self_landed_share"), figure="declared_self_landed_share")


def _practice(frames: Frames, weeks: Weeks, name: str) -> Found:
    shares = {share.name: share for share in practice.last_year(frames, weeks=weeks)}
    one = shares[name]
    period = f"52 weeks to {weeks.keys[int(weeks.is_complete.sum()) - 1]}"
    return Found(
        one.name, "", 0, one.value, one.low, one.high, one.n, "share", "holds", period, one.reason
    )


def _judged(one: Found, limit: Limit, most: float, *, whole_band: bool) -> Found:
    near = one.high if limit.is_least else one.low
    judged = near if whole_band and near is not None else one.value
    status: Status = "holds"
    if judged is None:
        status = "unknown"
    elif judged < most if limit.is_least else judged > most:
        status = "exceeded"
    return replace(one, meaning=limit.meaning, unit=limit.unit, limit=most, status=status)


def _line(one: Found, limit: Limit) -> str:
    if one.value is None:
        return f"unknown: {one.meaning}: {one.reason} ({one.period})"
    side = "below" if limit.is_least else "above"
    unit = "" if one.unit in {"share", "ratio"} else f" {one.unit}"
    band = (
        f"90% band {limit.told(one.low)} to {limit.told(one.high)}" if one.low is not None else ""
    )
    n = f"n {one.n:,}" if one.n is not None else ""
    details = ", ".join(part for part in (band, n, one.period) if part)
    return (
        f"exceeded: {one.meaning}: {limit.told(one.value)}{unit} is {side} the limit of"
        f" {limit.told(one.limit)} ({details})"
    )
