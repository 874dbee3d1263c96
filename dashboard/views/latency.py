"""How long do change requests take, in the middle and in the tail, declared AI and unmarked?"""

from __future__ import annotations

import streamlit as st

from analyzers.capacity import estimates
from dashboard import cards, drill, filters, latency, parts, text
from dashboard.cards import Card

shown = filters.current()
CARDS = (
    ("Median time to land", "time_to_land_hours", 0.5, "time_to_land_median_hours"),
    ("P90 time to land", "time_to_land_hours", 0.9, "time_to_land_p90_hours"),
    (
        "Median first response",
        "time_to_first_response_hours",
        0.5,
        "time_to_first_response_median_hours",
    ),
)


def _cards() -> None:
    known = latency.coverage(shown)
    dated = Card(
        "Openings well dated",
        text.share(known["A"] + known["B"]),
        f"C {text.share(known['C'])}, D {text.share(known['D'])}",
        "Share of the landed change requests whose opening is graded A or B: exact, within hours,"
        " or bounded closely by its neighbours.",
    )
    cards.row(*(_wait(*each) for each in CARDS), dated)


def _wait(label: str, column: str, q: float, weekly: str) -> Card:
    figure = latency.cards(shown)[column, q]
    few = "" if figure.value == figure.value else ": too few to say"
    note = f"n {text.number(figure.n)}{few}"
    return cards.of(label, figure, text.TIME, column=weekly, note=note, worse="inverse")


@st.fragment
def _weeks() -> None:
    step = shown.step_for(f"time_to_land{shown.suffix}_n")
    drawn, frame = latency.weeks(shown, step)
    middle = latency.cards(shown)["time_to_land_hours", 0.5]
    parts.chart(
        "Time to land",
        drawn,
        key="latency-weeks",
        alt_text=f"Time to land by week; median over the period {text.duration(middle.value)}",
        reading="By the week of landing. Half of what landed took less than the median, one in ten"
        f" more than P90. A median needs {estimates.MIN_N} landings, a P90"
        f" {estimates.MIN_N_TAIL}; other points are left out.{text.per_point(step)}",
        frame=frame,
        **drill.picked("latency-weeks"),
    )
    drill.week(shown, step=step)


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
        + text.per_point(step),
        frame=frame,
    )


def _curves() -> None:
    made = latency.curves(shown)
    if made is None:
        st.caption("Too few change requests were opened in this period for a curve.")
        return
    parts.chart(
        "Share not landed yet",
        made[0],
        key="latency-survival",
        alt_text="Share of change requests not landed after so many days, with 90% band",
        reading="Of those opened in the period. What still waits counts until the data ends"
        f" (Kaplan–Meier), so slow ones are not lost. {text.UPPER_BOUND}",
        frame=made[1],
    )


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


def _spreads() -> None:
    grid = st.grid(3, min_column_width=330, gap="medium")
    answered = latency.coverage(shown)["answered"]
    readings = {
        "phase": f"A first response is known for {text.share(answered)} of what landed; the last"
        " push is the newest own commit before landing.",
        "size": "By reviewable lines of the change request's own commits.",
        "area": "By the top folder with most of its lines; the ten busiest.",
    }
    for (name, made), title in zip(
        latency.spreads(shown).items(), ("Phases", "By size", "By area"), strict=True
    ):
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


if parts.begin(shown, "Review latency"):
    _cards()
    _weeks()
    _groups()
    _left, _right = st.columns(2, gap="medium")
    with _left:
        _curves()
    with _right:
        _distribution()
    _spreads()
