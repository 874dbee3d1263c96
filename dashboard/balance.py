"""What the Review gap page shows, made once per choice of filters and kept."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dashboard import charts, data, figures, filters, marks, text, verdict
from dashboard.charts import Line
from dashboard.drawing import Drawing
from dashboard.filters import Filters, kept

Made = tuple[Drawing, pd.DataFrame]
SHARE = "ai_share_declared_of_change_requests"
_FLOW = [
    Line("opened", "Opened (generation)", "generation"),
    Line("landed", "Landed (throughput)", "throughput"),
    Line(
        "demonstrated_capacity",
        "Demonstrated capacity, 90% band",
        "capacity",
        "demonstrated_capacity_low",
        "demonstrated_capacity_high",
    ),
]


@dataclass(frozen=True, slots=True)
class Companion:
    """A small chart beside the main one."""

    title: str
    line: Line
    unit: str
    fmt: str
    reading: str
    reference: float | None = None


COMPANIONS = (
    Companion(
        "Waiting",
        Line("backlog_young", "Waiting", "backlog"),
        "change requests",
        ",.1f",
        "Opened in the last 90 days and not landed at the week's end; an upper bound.",
    ),
    Companion(
        "Review efficiency index",
        Line("review_efficiency_index", "Landed ÷ opened", "throughput", dash="generation"),
        "landed ÷ opened",
        ",.2f",
        "Over 8 weeks. Below 1 the queue grows.",
        reference=1.0,
    ),
    Companion(
        "AI share, declared",
        Line(SHARE, "AI declared", "declared_ai", f"{SHARE}_low", f"{SHARE}_high"),
        "share of change requests",
        ".0%",
        "At least one trace of an AI tool; a lower bound. Band: 90%, sampling only.",
    ),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict and what it rests on."""

    headline: str
    sentences: str
    sees_unlanded: bool
    facts: dict[str, figures.Figure]


FACTS = ("review_gap_ratio", "backlog_young", "review_efficiency_index", "weeks_of_work")


@kept
def answer(chosen: Filters) -> Answer:
    """The answer for the period; the switches do not change it."""
    span, repo = chosen.span, chosen.repo
    told = data.answer(repo, span.n, span.last)
    return Answer(
        verdict.headline(told),
        verdict.sentences(told, repo.rows("shifts"), repo.rows("forecast")),
        told is None or told.fact("generation_rate").value is not None,
        {name: figures.of_fact(told, name) for name in FACTS}
        | {SHARE: figures.pooled_share(span, SHARE)},
    )


@kept
def rates(chosen: Filters) -> dict[str, figures.Figure]:
    """Opened and landed per week under the switches."""
    span = chosen.span
    summed = figures.Period(_summed(span.weeks, chosen), _summed(span.before, chosen), span.running)
    return {name: figures.rate(summed, name) for name in ("opened", "landed")}


@kept
def flow(chosen: Filters) -> Made:
    """Generation against throughput, with the band of demonstrated capacity."""
    frame = _summed(chosen.chart_weeks, chosen)
    drawn = charts.lines(
        frame,
        _known(chosen),
        unit="change requests per week",
        height=320,
        marks=marks.shown(chosen, "generation_rate"),
    )
    return drawn, frame[["iso_week", "week_start", *(line.column for line in _FLOW)]]


def _known(chosen: Filters) -> list[Line]:
    """Without heads only what landed is known, and a line of nothing would only have a legend."""
    sees_opened = data.weekly(chosen.repo)["generation_rate"].notna().any()
    return _FLOW if sees_opened else [line for line in _FLOW if line.column == "landed"]


@kept
def companion(chosen: Filters, at: int) -> tuple[Drawing, pd.DataFrame, str, int]:
    """The chart of COMPANIONS[at], its numbers, its newest value in words, weeks per point."""
    asked = COMPANIONS[at]
    column, is_share = asked.line.column, asked.line.column == SHARE
    enough = figures.ENOUGH_FOR_A_SHARE
    step = chosen.step_for(f"{SHARE}_n", typical=enough) if is_share else chosen.step
    frame = chosen.weeks_in(step)
    drawn = charts.lines(
        frame,
        [asked.line],
        unit=asked.unit,
        fmt=asked.fmt,
        reference=asked.reference,
        height=charts.SMALL,
    )
    now = figures.standing(chosen.span, column).value
    told = text.share(now) if is_share else text.number(now, digits=2)
    return drawn, frame[["iso_week", "week_start", column]], told, step


def prepare(repo: data.Repository) -> None:
    """Make what a visitor sees who has chosen nothing, so that the first need not wait for it."""
    if data.weekly(repo).empty:
        return
    chosen = filters.untouched(repo)
    data.requests(repo)
    rates(chosen)
    flow(chosen)
    if answer(chosen).sees_unlanded:
        for at in range(len(COMPANIONS)):
            companion(chosen, at)


def _summed(frame: pd.DataFrame, chosen: Filters) -> pd.DataFrame:
    """The weekly table with what the switches ask for in `opened` and `landed`."""
    made = {}
    for name, column in (("opened", "generation_rate"), ("landed", "throughput")):
        counted = frame[f"{column}{chosen.suffix}"].astype("float64")
        automation = frame[f"{column}_automation"].astype("float64")
        made[name] = counted + automation if chosen.automation else counted
    return frame.assign(**made)
