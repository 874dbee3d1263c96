"""How long do change requests take, in the middle and in the tail, declared AI and unmarked?"""

from __future__ import annotations

from math import isinf, isnan

import pandas as pd
import streamlit as st

from analyzers.capacity import estimates
from analyzers.capacity.metric import UNSEEN
from dashboard import cards, drill, filters, latency, parts, published, text, waits
from dashboard.cards import Card
from dashboard.drawing import Drawing

shown = filters.current()
_MOSTLY = 0.9
CARDS = (
    ("Median time to land", "median", "time_to_land_median_hours"),
    ("P90 time to land", "p90", "time_to_land_p90_hours"),
    ("Median, waiting counted", "opened", "time_to_land_opened_median_hours"),
    ("Median first response", "answer", "time_to_first_response_median_hours"),
)


def _cards() -> None:
    cards.row(*(_wait(*each) for each in CARDS))
    known = latency.coverage(shown)
    st.caption(
        f"Landed: {waits.evidence(latency.landed(shown))} A is exact or within hours, B within a"
        f" day; C {text.share(known['C'])} within a week, D {text.share(known['D'])} a guess."
    )


def _wait(label: str, name: str, weekly: str) -> Card:
    figure = latency.cards(shown)[name]
    n = f"n {text.number(figure.n)}"
    if isinf(figure.value):
        note = f"{n}: fewer than half have landed"
        return Card(label, "not reached", note, cards.meaning(weekly))
    few = ": too few to say" if isnan(figure.value) else ""
    if name == "opened" and not latency.sees_unlanded(shown):
        few = ": needs heads; see Evidence"
    if name == "answer" and not figure.n:
        few = ": git alone cannot tell, an import can"
    span = "" if few else _band(figure.low, figure.high)
    return cards.of(label, figure, text.TIME, column=weekly, note=n + few + span, worse="inverse")


def _band(low: float, high: float) -> str:
    if isinf(high):
        return f", 90% band from {text.duration(low)}"
    return "" if isnan(high) else f", {text.band(low, high, text.duration)}"


@st.fragment
def _weeks() -> None:
    step = shown.step_for(f"time_to_land{shown.suffix}_n")
    drawn, frame = latency.weeks(shown, step)
    if parts.has_points(frame, latency.median_column(frame), "Time to land"):
        _over_weeks(drawn, frame, step)
    drill.week(shown, step=step)


def _over_weeks(drawn: Drawing, frame: pd.DataFrame, step: int) -> None:
    parts.chart(
        "Time to land",
        drawn,
        key="latency-weeks",
        alt_text=f"Time to land by week; newest median {text.duration(latency.newest(frame))}",
        reading="By the week of landing. Half of what landed took less than the median, one in ten"
        f" more than P90. A median needs {estimates.MIN_N} landings, a P90"
        f" {estimates.MIN_N_TAIL}; other points are left out.{shown.per_point(step)}"
        f"{_released()}",
        frame=frame,
        **drill.picked("latency-weeks"),
    )


def _released() -> str:
    figure = latency.released(shown)
    if not figure.n:
        return ""
    median = "" if isnan(figure.value) else f", their median {text.duration(figure.value)}"
    return f" Left out: {text.number(figure.n)} that landed on release lines only{median}."


def _groups() -> None:
    step = max(shown.step_for(f"time_to_land_{group}_n") for group in ("declared_ai", "unmarked"))
    drawn, frame = latency.groups(shown, step)
    known = frame[["declared_ai_median_hours", "unmarked_median_hours"]].notna().sum()
    if known.min() < parts.FEWEST_POINTS:
        st.header("AI declared against unmarked", anchor=False)
        st.caption("Too few of one of the two landed in this period to compare them over time.")
        return
    parts.chart(
        "AI declared against unmarked",
        drawn,
        key="latency-groups",
        alt_text="Median time to land by week, AI declared against unmarked",
        reading="Sizes and authors differ between the two: a comparison, not an effect."
        f"{text.per_point(step)}",
        frame=frame,
    )


def _curves() -> None:
    made = latency.curves(shown)
    if made is None:
        st.header("Share not landed yet", anchor=False)
        st.caption(
            "Too few change requests were opened in this period for a curve."
            if latency.sees_unlanded(shown)
            else f"Unknown: {UNSEEN}."
        )
        return
    parts.chart(
        "Share not landed yet",
        made[0],
        key="latency-survival",
        alt_text="Share of change requests not landed after so many days, with 90% band",
        reading="Of those opened in the period. What still waits counts until the data ends"
        f" (Kaplan–Meier), so slow ones are not lost. {_unclosed()}"
        f"{_of_each()}{waits.evidence(latency.opened(shown))}",
        frame=made[1],
    )


def _of_each() -> str:
    """How many stand behind each curve."""
    counts = latency.opened(shown)["group"].value_counts()
    told = [f"{text.GROUPS[name]} n {text.number(counts.get(name, 0))}" for name in shown.groups]
    return f"{', '.join(told)}; in all " if len(told) > 1 else ""


def _unclosed() -> str:
    """What git alone cannot tell of those that did not land; nothing where the platform does."""
    told = latency.opened(shown)["opened_method"].isin(waits.RECORDED).mean()
    return "" if told > _MOSTLY else f"{text.UPPER_BOUND} "


def _distribution() -> None:
    drawn, frame = latency.distribution(shown)
    parts.chart(
        "Distribution",
        drawn,
        key="latency-bins",
        alt_text="Change requests landed by time to land, in seven bins",
        reading="Of those that landed in the period.",
        frame=frame,
    )


def _answered(share: float) -> str:
    if share > 0:
        return f"A first response is known for {text.share(share)} of what landed"
    return "No first response is known: git alone cannot tell, an import can"


def _spreads() -> None:
    grid = st.grid(2, min_column_width=330, gap="medium")
    known = latency.coverage(shown)
    readings = {
        "phase": f"{_answered(known['answered'])}; the last push is the newest own commit before"
        " landing.",
        "authorship": "Sizes and authors differ between them: a comparison, not an effect.",
        "size": "By reviewable lines of what landed, or of the change request's own commits; known"
        f" for {text.share(known['sized'])}.",
        "area": "By the top folder with most of its lines, the ten busiest; known for"
        f" {text.share(known['placed'])}.",
    }
    titles = ("Phases", "By authorship", "By size", "By area")
    for (name, made), title in zip(latency.spreads(shown).items(), titles, strict=True):
        with grid.cell():
            if made is None:
                st.header(title, anchor=False)
                st.caption("Too little landed in this period.")
                continue
            parts.chart(
                title,
                made[0],
                key=f"latency-{name}",
                alt_text=f"Median and P90 time to land: {title.lower()}",
                reading=readings[name],
                frame=made[1],
            )
    st.caption("Dot: median. Line to the tick: P90, where enough landed. Log scale.")


@st.fragment
def _compared() -> None:
    _groups()
    left, right = st.columns(2, gap="medium")
    with left:
        _curves()
    with right:
        _distribution()
    _spreads()


if parts.begin(shown, "Review latency"):
    _cards()
    _weeks()
    published.section(shown, "time_to_land_median_hours")
    _compared()
