"""Does review keep up with generation? The answer, its band, and the weeks behind it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import balance, cards, data, drill, filters, parts, text
from dashboard.figures import Figure

shown = filters.current()
UNSEEN = "Needs heads; see Evidence"
_READING = (
    "Where the orange line stays above the blue one, work piles up. The green band is the most that"
    " review has shown it can land while the queue was longest: a lower bound."
)


def _cards() -> None:
    facts, rates = _answer.facts, balance.rates(shown)
    gap, waiting, share = (
        facts[name] for name in ("review_gap_ratio", "backlog_young", balance.SHARE)
    )
    weeks = text.counted(shown.span.n, "week")
    work = text.number(facts["weeks_of_work"].value)
    cards.row(
        *(
            cards.of(
                f"{name.capitalize()} per week",
                rates[name],
                text.RATE,
                column=column,
                note=_told(rates[name], f"n {text.number(rates[name].n)} in {weeks}"),
            )
            for name, column in (("opened", "generation_rate"), ("landed", "throughput"))
        ),
        cards.of(
            "Review gap",
            gap,
            text.RATIO,
            column="review_gap_ratio",
            note=_told(gap, text.band(gap.low, gap.high).capitalize()),
            worse="inverse",
        ),
        cards.of(
            "Waiting",
            waiting,
            text.COUNT,
            column="backlog_young",
            note=_told(waiting, f"{work} weeks of work"),
            worse="inverse",
        ),
        cards.of(
            "Efficiency index",
            facts["review_efficiency_index"],
            text.RATIO,
            column="review_efficiency_index",
            note=_told(facts["review_efficiency_index"], "1 keeps pace; 8 weeks"),
            worse="normal",
        ),
        cards.of(
            "AI share, declared",
            share,
            text.SHARE,
            column=balance.SHARE,
            note=_told(share, f"At least; n {text.number(share.n)}"),
        ),
    )


def _told(figure: Figure, note: str) -> str:
    """A note, or why there is no figure: without heads only what landed is seen."""
    return UNSEEN if not _answer.sees_unlanded and pd.isna(figure.value) else note


@st.fragment
def _weeks_and_what_lies_behind() -> None:
    drawn, frame = balance.flow(shown)
    parts.chart(
        "Generation against throughput",
        drawn,
        key="gap-flow",
        alt_text=f"Generation against throughput per week. {_answer.headline}",
        reading=(_READING if _answer.sees_unlanded else "Landed per week.")
        + shown.per_point(shown.step),
        frame=frame,
        **drill.picked("gap-flow"),
    )
    drill.week(shown)


@st.fragment
def _companions() -> None:
    grid = st.grid(len(balance.COMPANIONS), min_column_width=330, gap="medium")
    for at, companion in enumerate(balance.COMPANIONS):
        drawn, frame, now, step = balance.companion(shown, at)
        with grid.cell():
            parts.chart(
                companion.title,
                drawn,
                key=f"gap-{companion.line.column}",
                alt_text=f"{companion.title} per week, now {now}",
                reading=companion.reading + text.per_point(step),
                frame=frame,
            )


if parts.nothing(shown, title="Review gap"):
    st.stop()
_answer = balance.answer(shown)
st.title(_answer.headline, anchor=False)
parts.notices(shown)
st.markdown(_answer.sentences)
_cards()
if data.requests(shown.repo).empty:
    parts.no_requests()
_weeks_and_what_lies_behind()
if _answer.sees_unlanded:
    _companions()
