"""Does review keep up with generation? The answer, its band, and the weeks behind it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import cards, charts, data, drill, figures, filters, parts, releases, text
from dashboard.cards import Card, Worse
from dashboard.charts import Line
from dashboard.text import Wording

shown = filters.current()
span = shown.span


def _summed(frame: pd.DataFrame) -> pd.DataFrame:
    """The weekly table with what the switches ask for in `opened` and `landed`."""
    made = {}
    for name, column in (("opened", "generation_rate"), ("landed", "throughput")):
        counted = frame[f"{column}{shown.suffix}"].astype("float64")
        automation = frame[f"{column}_automation"].astype("float64")
        made[name] = counted + automation if shown.automation else counted
    return frame.assign(**made)


def _cards() -> None:
    period = figures.Period(_summed(span.weeks), _summed(span.before), span.running)
    flow = (
        ("Opened per week", figures.rate(period, "opened"), "generation_rate"),
        ("Landed per week", figures.rate(period, "landed"), "throughput"),
    )
    counted = text.counted(span.n, "week")
    cards.row(
        *(
            cards.of(
                name,
                figure,
                text.COUNT,
                column=column,
                note=_or_unseen(figure, f"n {text.number(figure.n)} in {counted}"),
            )
            for name, figure, column in flow
        ),
        *(_fact(*each) for each in _FACTS),
    )


def _fact(label: str, column: str, wording: Wording, note: Any, worse: Worse) -> Card:
    figure = figures.of_fact(_answer, column)
    return cards.of(label, figure, wording, column=column, note=note(figure), worse=worse)


def _work(figure: figures.Figure) -> str:
    weeks = text.number(figures.of_fact(_answer, "weeks_of_work").value)
    return _or_unseen(figure, f"{weeks} weeks of work")


def _or_unseen(figure: figures.Figure, note: str) -> str:
    """A note, or why there is no figure: without heads only what landed is seen."""
    return _UNSEEN if _unlanded_are_unseen() and pd.isna(figure.value) else note


def _unlanded_are_unseen() -> bool:
    return _answer is not None and _answer.fact("generation_rate").value is None


_UNSEEN = "Needs heads; see Evidence"

_FACTS = (
    (
        "Review gap",
        "review_gap_ratio",
        text.RATIO,
        lambda figure: _or_unseen(figure, text.band(figure.low, figure.high).capitalize()),
        "inverse",
    ),
    ("Waiting", "backlog_young", text.COUNT, _work, "inverse"),
    (
        "Efficiency index",
        "review_efficiency_index",
        text.RATIO,
        lambda figure: _or_unseen(figure, "1 keeps pace; 8 weeks"),
        "normal",
    ),
    (
        "AI share, declared",
        "ai_share_declared_of_change_requests",
        text.SHARE,
        lambda figure: _or_unseen(figure, f"At least; n {text.number(figure.n)}"),
        "off",
    ),
)


@st.fragment
def _weeks_and_what_lies_behind() -> None:
    frame = _summed(shown.chart_weeks)
    flow = [
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
    parts.chart(
        "Generation against throughput",
        charts.lines(
            frame, flow, unit="change requests per week", height=320, releases=releases.shown(shown)
        ),
        key="gap-flow",
        alt_text=f"Generation against throughput per week. {_headline}",
        reading="Where the orange line stays above the blue one, work piles up. The green band is"
        " the most that review has shown it can land while the queue was longest: a lower bound."
        f" Hollow points: the running week so far.{text.per_point(shown.step)}",
        frame=frame[["iso_week", "week_start", *(line.column for line in flow)]],
        **drill.picked("gap-flow"),
    )
    drill.week(shown)


def _companions() -> None:
    share_step = shown.step_for("ai_share_declared_of_change_requests_n")
    grid = st.grid(3, min_column_width=330, gap="medium")
    for title, line, unit, fmt, reference, reading in (
        (
            "Waiting",
            Line("backlog_young", "Waiting", "backlog"),
            "change requests",
            ",.1f",
            None,
            "Opened in the last 90 days and not landed at the week's end; an upper bound.",
        ),
        (
            "Review efficiency index",
            Line("review_efficiency_index", "Landed ÷ opened", "throughput", dash="generation"),
            "landed ÷ opened, 8 weeks",
            ",.2f",
            1.0,
            "Below 1 the queue grows.",
        ),
        (
            "AI share, declared",
            Line(
                "ai_share_declared_of_change_requests",
                "AI declared",
                "declared_ai",
                "ai_share_declared_of_change_requests_low",
                "ai_share_declared_of_change_requests_high",
            ),
            "share of change requests",
            ".0%",
            None,
            "At least one trace of an AI tool; a lower bound. Band: 90%, sampling only.",
        ),
    ):
        step = share_step if line.meaning == "declared_ai" else shown.step
        frame = shown.weeks_in(step)
        with grid.cell():
            parts.chart(
                title,
                charts.lines(
                    frame,
                    [line],
                    unit=unit,
                    fmt=fmt,
                    reference=reference,
                    height=charts.SMALL,
                ),
                key=f"gap-{line.column}",
                alt_text=f"{title} per week, now"
                f" {text.number(figures.standing(span, line.column).value, digits=2)}",
                reading=reading + text.per_point(step),
                frame=frame[["iso_week", "week_start", line.column]],
            )


if parts.nothing(shown, title="Review gap"):
    st.stop()
_answer = data.answer(shown.repo, span.n, span.last)
_headline = text.headline(_answer)
st.title(_headline, anchor=False)
parts.notices(shown)
st.markdown(text.sentences(_answer))
_cards()
if data.requests(shown.repo).empty:
    parts.no_requests()
_weeks_and_what_lies_behind()
if not _unlanded_are_unseen():
    _companions()
