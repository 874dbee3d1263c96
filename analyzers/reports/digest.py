"""What the weekly report says: what was different this week, what waits, and what comes next.

Every figure is one of the store's tables, or of the reading that summary and dashboard show
too; nothing is counted twice. `analyzers.reports.weekly` writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analyzers import capacity, tables
from analyzers.capacity.facts import Fact
from analyzers.capacity.forecast import (
    BACKTEST,
    FORECAST,
    LANDED_AT_LEAST,
    WEEKS_AT_LEAST,
)
from analyzers.capacity.metric import UNSEEN
from analyzers.capacity.reading import LABELS, Reading, reading
from analyzers.errors import NotEnoughData
from analyzers.reports import wording
from analyzers.reports.grounds import Ground, grounds
from analyzers.reports.links import Forge
from analyzers.reports.waiting import Queue, queue
from analyzers.reports.week import USUAL_WEEKS, Row, rows
from analyzers.store import Shelf

PERIOD_WEEKS = 26

_STANDING: dict[str, tuple[str, str, wording.Wording]] = {
    "review_gap_ratio": ("Review gap", "demand over demonstrated capacity", wording.ratio),
    "demonstrated_capacity": ("Demonstrated capacity", "landed per week, at least", wording.number),
    "weeks_of_work": ("Weeks of work", "waiting over landed per week", wording.number),
    "completion_30d_share": ("Landed within 30 days", "of what opened", wording.share),
}
_TOO_SHORT = (
    f"it needs {WEEKS_AT_LEAST} complete weeks and {LANDED_AT_LEAST} landings in the last 52"
)
_TARGETS: dict[str, tuple[str, wording.Wording]] = {
    "throughput": ("Landed by then", wording.number),
    "backlog_young": ("Waiting then", wording.number),
    "time_to_land_median": ("Median time to land until then", wording.duration),
}
_TRUST = {
    "tested": "tested",
    "no_better_than_naive": "no better than a naive forecast",
    "bands_missed": "bands missed: do not rely on it",
    "untested": "untested: too few past forecasts to check",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """One figure of the whole period: its value, band and n in words, and the period before."""

    name: str
    meaning: str
    value: str
    band: str
    before: str


@dataclass(frozen=True, slots=True)
class Ahead:
    """One target of the forecast: value and band for each horizon, and what its backtest says."""

    what: str
    cells: tuple[tuple[str, str], ...]
    is_tested: bool
    backtest: str


@dataclass(frozen=True, slots=True)
class Report:
    """All that the report of one repository says; both formats are written from it."""

    name: str
    link: str
    source: str
    week: str
    span: str
    headline: str
    sentence: str
    capacity: str
    standing: tuple[Standing, ...]
    rows: tuple[Row, ...]
    queue: Queue
    queue_reason: str
    ahead: tuple[Ahead, ...]
    ahead_reason: str
    grounds: tuple[Ground, ...]
    warnings: tuple[str, ...]
    weekly: pd.DataFrame
    forecast: pd.DataFrame

    def row(self, name: str) -> Row | None:
        """The row of that name, where its figure is known at all."""
        return next((row for row in self.rows if row.name == name), None)


def report(shelf: Shelf) -> Report:
    """The report of one repository, for the last complete week at its data edge.

    Raises NotEnoughData without a complete week.
    """
    told = (
        shelf.table(capacity.WEEKLY),
        shelf.table(tables.CHANGE_REQUESTS),
        shelf.table(tables.COMMITS),
    )
    answer = reading(*told, weeks=PERIOD_WEEKS)
    weekly = told[0][told[0]["is_complete"].to_numpy(bool)]
    repository = shelf.manifest["repository"]
    edge = pd.Timestamp(shelf.manifest["data_edge"])
    forge = Forge.of(repository.get("forge_url"), repository.get("forge_kind"))
    monday = weekly["week_start_utc"].iloc[-1]
    forecast = shelf.table(FORECAST)
    return Report(
        name=repository["name"],
        link=str(repository.get("forge_url") or "") if forge.commit else "",
        source=f"data to {edge:%Y-%m-%d}, commit {str(repository['head'])[:7]}",
        week=answer.last_week,
        span=f"{monday:%-d %b} to {monday + pd.Timedelta(days=6):%-d %b %Y}",
        headline=wording.headline(answer),
        sentence=answer.sentence,
        capacity=_capacity(answer),
        standing=tuple(_standing(answer)),
        rows=tuple(rows(weekly, _usual(told, weekly))),
        queue=queue(told[1], edge=edge, forge=forge),
        queue_reason=_unseen(answer) or "nothing that opened in the last 90 days",
        ahead=tuple(_ahead(forecast, shelf.table(BACKTEST))),
        ahead_reason=_unseen(answer) or _TOO_SHORT,
        grounds=tuple(grounds(shelf, answer, end=monday + pd.Timedelta(weeks=1))),
        warnings=tuple(shelf.manifest["warnings"]),
        weekly=weekly,
        forecast=forecast,
    )


def _usual(
    told: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame], weekly: pd.DataFrame
) -> Reading | None:
    if len(weekly) < 2:
        return None
    before = str(weekly["iso_week"].iloc[-2])
    try:
        return reading(*told, weeks=USUAL_WEEKS, until=before)
    except NotEnoughData:
        return None


def _unseen(answer: Reading) -> str:
    """Why nothing is known of what did not land; empty where something is."""
    return UNSEEN if answer.fact("generation_rate").value is None else ""


def _capacity(answer: Reading) -> str:
    shown = answer.fact("demonstrated_capacity")
    if shown.value is None:
        return f"Demonstrated capacity is unknown: {shown.reason}."
    told = LABELS[answer.capacity_label]
    why, _, _ = answer.capacity_reason.partition(": ")
    return f"Demonstrated capacity: {told} ({why})."


def _standing(answer: Reading) -> Iterator[Standing]:
    for fact_name, (name, meaning, told) in _STANDING.items():
        fact = answer.fact(fact_name)
        yield Standing(
            name=name,
            meaning=meaning,
            value=told(fact.value),
            band=_band(fact, told),
            before=f"before: {told(fact.previous)}",
        )


def _band(fact: Fact, told: wording.Wording) -> str:
    if fact.value is None:
        return fact.reason
    band = "" if fact.low is None else f"90% band {told(fact.low)} to {told(fact.high)}"
    n = "" if fact.n is None else f"n {fact.n:,}"
    return ", ".join(part for part in (band, n) if part)


def _ahead(forecast: pd.DataFrame, backtest: pd.DataFrame) -> Iterator[Ahead]:
    ours = backtest[backtest["is_ours"].to_numpy(bool)]
    for name, (what, told) in _TARGETS.items():
        rows_of = forecast[forecast["target"] == name].sort_values("horizon_weeks")
        if len(rows_of):
            yield Ahead(
                what,
                tuple((told(row.value), _limits(row, told)) for row in rows_of.itertuples()),
                bool((rows_of["trust"] == "tested").any()),
                _backtest(rows_of, ours[ours["target"] == name]),
            )


def _limits(row: Any, told: wording.Wording) -> str:
    return "no band" if pd.isna(row.low) else f"{told(row.low)} to {told(row.high)}"


def _backtest(forecast: pd.DataFrame, scores: pd.DataFrame) -> str:
    """The verdicts, each once with its horizons where they differ, and how often bands held."""
    weeks = forecast.groupby("trust", sort=False)["horizon_weeks"].agg(list)
    trusts = [
        _TRUST[str(trust)] + (f" ({_listed(told)} weeks)" if len(weeks) > 1 else "")
        for trust, told in weeks.items()
    ]
    held = scores.sort_values("horizon_weeks")["coverage_share"].dropna()
    most = f"{int(scores['n_origins'].max())} past forecasts" if len(scores) else ""
    kept = f"the 90% band held {_listed(map(wording.share, held))} of outcomes" if len(held) else ""
    return ", ".join([*trusts, *(part for part in (kept, most) if part)])


def _listed(values: Iterable[object]) -> str:
    return ", ".join(map(str, values))


# -- several repositories ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Digest:
    """Reports in the order asked for, and the repositories that have none, with the reason."""

    reports: tuple[Report, ...]
    refused: tuple[tuple[str, str], ...] = ()


def digest(shelves: Sequence[Shelf]) -> Digest:
    """The reports of several repositories. Raises NotEnoughData where none of them has one."""
    made: list[Report] = []
    refused: list[tuple[str, str]] = []
    for shelf in shelves:
        try:
            made.append(report(shelf))
        except NotEnoughData as error:
            refused.append((shelf.manifest["repository"]["name"], str(error)))
    if not made:
        raise NotEnoughData("; ".join(f"{name}: {reason}" for name, reason in refused))
    return Digest(tuple(made), tuple(refused))
