"""The answer: does review keep up with generation, in one object and one sentence?

Facts are told for a period (default: the last 26 complete weeks) beside the equal period
before; the verdict compares with the repository's own past only. Nothing is called a ceiling:
demonstrated capacity is a lower bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import pandas as pd

from analyzers.capacity import demonstrated, keeping_up
from analyzers.capacity.demonstrated import Flow, Label
from analyzers.capacity.facts import Fact, Period, Source, facts
from analyzers.capacity.keeping_up import Verdict
from analyzers.capacity.metric import UNSEEN, Frames
from analyzers.capacity.weeks import Weeks
from analyzers.errors import NotEnoughData
from analyzers.tables import REVIEW_EVENTS

VERDICTS: dict[Verdict, str] = {
    "keeping_up": "review is keeping up",
    "falling_behind": "review is falling behind",
    "undetermined": "whether review keeps up is undetermined",
}
"""The verdict in words."""

LABELS: dict[Label, str] = {
    "lower_bound": "capacity was not reached, so this is a lower bound",
    "approximates_capacity": "throughput no longer follows demand, so this approximates capacity",
    "undetermined": "a lower bound; whether capacity was reached is undetermined",
}
"""What the demonstrated capacity is, in words."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The answer for one period, from `first_week` to `last_week`."""

    first_week: str
    last_week: str
    verdict: Verdict
    reason: str
    capacity_label: Label
    capacity_reason: str
    facts: list[Fact]
    sentence: str

    def fact(self, name: str) -> Fact:
        """The fact of that name; KeyError where there is none."""
        return {fact.name: fact for fact in self.facts}[name]

    def as_json(self) -> dict[str, object]:
        """The same as plain values, for `--format json`."""
        return asdict(self)


def reading(
    weekly: pd.DataFrame,
    change_requests: pd.DataFrame,
    commits: pd.DataFrame,
    *,
    weeks: int = 26,
    until: str | None = None,
) -> Reading:
    """The answer for the `weeks` complete weeks that end with ISO week `until` (default: newest).

    `weekly` is the WEEKLY table, whole. A shorter history gives a shorter period, and facts that
    are unknown with their reason. Raises NotEnoughData without a complete week in the period.
    """
    return readings(weekly, change_requests, commits, weeks=[weeks], until=until)[weeks]


def readings(
    weekly: pd.DataFrame,
    change_requests: pd.DataFrame,
    commits: pd.DataFrame,
    *,
    weeks: Sequence[int],
    until: str | None = None,
) -> dict[int, Reading]:
    """The answers for several periods that end together, by their length; see `reading`."""
    grid = Weeks.spanning(commits, change_requests)
    periods = {length: _period(grid, length, until) for length in weeks}
    frames = Frames(commits, change_requests, REVIEW_EVENTS.empty())
    flow = Flow.of(frames, weeks=grid).until(max(period.end for period in periods.values()))
    source = Source(weekly, frames, grid, flow)
    return {length: _read(source, period) for length, period in periods.items()}


def _read(source: Source, period: Period) -> Reading:
    found = list(facts(source, period))
    verdict, reason = _verdict(source.frames, source.flow, source.weeks, period)
    stretch = demonstrated.elasticity(source.flow)
    keys = source.weeks.keys
    span = f"In the {period.end - period.begin} weeks to {keys[period.end - 1]}"
    return Reading(
        first_week=keys[period.begin],
        last_week=keys[period.end - 1],
        verdict=verdict,
        reason=reason,
        capacity_label=stretch.label,
        capacity_reason=stretch.reason,
        facts=found,
        sentence=_sentence(span, {fact.name: fact for fact in found}, verdict, reason),
    )


def _verdict(frames: Frames, flow: Flow, grid: Weeks, period: Period) -> tuple[Verdict, str]:
    if not frames.sees_unlanded:
        return "undetermined", UNSEEN
    return keeping_up.verdict(frames, flow, grid, recent=period.end - period.begin)


def _period(grid: Weeks, weeks: int, until: str | None) -> Period:
    end = int(grid.is_complete.sum()) if grid.n else 0
    keys = grid.keys if grid.n else []
    if until is not None:
        end = min(end, keys.index(until) + 1 if until in keys else 0)
    if end < 1 or weeks < 1:
        raise NotEnoughData("there is no complete week of history in the period to read")
    return Period(max(end - weeks, 0), end)


def _sentence(span: str, told: dict[str, Fact], verdict: Verdict, reason: str) -> str:
    opened, landed = told["generation_rate"], told["throughput"]
    if opened.value is None:
        rate = f"{landed.value:.1f} change requests landed per week"
        return f"{span}, {rate}: {VERDICTS[verdict]} ({reason})."
    if not opened.n and not landed.n:
        return f"{span}, no change request is known to git: {VERDICTS[verdict]}."
    rates = f"{opened.value:.1f} change requests were opened and {landed.value:.1f} landed per week"
    return f"{span}, {rates}: {VERDICTS[verdict]} ({reason}).{_gap_clause(told)}"


def _gap_clause(told: dict[str, Fact]) -> str:
    """What the gap's band allows; nothing where hardly anything was opened."""
    gap, opened = told["review_gap_ratio"], told["generation_rate"]
    if gap.value is None or (opened.n or 0) < keeping_up.COHORT_N:
        return ""
    times = f"Demand is {gap.value:.2f}"
    if gap.low is None or gap.high is None:
        return f" {times} times what review has shown it can land."
    times = f"{times} ({gap.low:.2f} to {gap.high:.2f}) times what review has shown it can land"
    if gap.low > 1:
        return f" {times}: more than was ever shown."
    if gap.high < 1:
        return f" {times}: within what was shown."
    return f" {times}: whether it exceeds that cannot be told."
