"""How much can review land, on how many shoulders does it rest, and how much lands alone?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analyzers.capacity.metric import Frames
from analyzers.capacity.reading import LABELS
from analyzers.capacity.reviewers import COVERAGE_AT_LEAST, reviews_done
from dashboard import charts, data, drill, figures, filters, parts, text
from dashboard.charts import Line

shown = filters.current()
span = shown.span
FEWEST = 5  # people; a smaller group is not shown, so that nobody can be told apart
MOST = 25


def _cards() -> None:
    grid = st.grid(4, min_column_width=150, border=True)
    capacity = figures.standing(span, "demonstrated_capacity")
    parts.card(
        grid,
        "Demonstrated capacity",
        text.number(capacity.value),
        change=parts.change(capacity, text.signed),
        note=text.band(capacity.low, capacity.high, text.number).capitalize(),
        column="demonstrated_capacity",
    )
    work = figures.standing(span, "weeks_of_work")
    parts.card(
        grid,
        "Weeks of work",
        text.number(work.value),
        change=parts.change(work, text.signed),
        note="Waiting ÷ landed per week",
        column="weeks_of_work",
        worse="inverse",
    )
    people = figures.rate(span, "n_active_reviewers")
    coverage = figures.standing(span, "reviewer_coverage_share")
    parts.card(
        grid,
        "Reviewers per week",
        text.number(people.value),
        change=parts.change(people, text.signed),
        note=f"Known for {text.share(coverage.value)} of landings",
        column="n_active_reviewers",
    )
    alone = figures.rate(span, "self_landed_share")
    parts.card(
        grid,
        "Self-landed",
        text.share(alone.value),
        change=parts.change(alone, text.points),
        note="Mean of weeks; not proof of no review",
        column="self_landed_share",
        worse="inverse",
    )


@st.fragment
def _capacity() -> None:
    frame = shown.chart_weeks
    series = [
        Line("throughput", "Landed (throughput)", "throughput"),
        Line(
            "demonstrated_capacity",
            "Demonstrated capacity, 90% band",
            "capacity",
            "demonstrated_capacity_low",
            "demonstrated_capacity_high",
        ),
    ]
    answer = data.answer(shown.repo, span.n, span.last)
    label = f" Here {LABELS[answer.capacity_label]}." if answer else ""
    parts.chart(
        "What review has shown it can land",
        charts.lines(frame, series, unit="change requests per week"),
        key="capacity-weeks",
        alt_text="Change requests landed per week against demonstrated capacity",
        reading="Demonstrated capacity is the mean landed per week in the quarter of the last 52"
        f" weeks that began with most waiting. No history shows a ceiling.{label}",
        frame=frame[["iso_week", "week_start", *(line.column for line in series)]],
        **drill.picked("capacity-weeks"),
    )
    drill.week(shown)


def _companions() -> None:
    grid = st.grid(2, min_column_width=420, gap="medium")
    for title, line, unit, fmt, reading in (
        (
            "Landed within 30 days",
            Line("completion_30d_share", "Landed within 30 days", "throughput"),
            "share of those opened",
            ".0%",
            (
                "By the week of opening; the newest weeks are left out until all of theirs were"
                " followed for 30 days."
            ),
        ),
        (
            "Weeks of work",
            Line("weeks_of_work", "Weeks of work", "backlog"),
            "weeks",
            ",.1f",
            "Waiting ÷ landed per week, both over 13 weeks.",
        ),
    ):
        is_share = line.column == "completion_30d_share"
        step = shown.step_for("completion_30d_n") if is_share else shown.step
        frame = shown.weeks_in(step)
        with grid.cell():
            parts.chart(
                title,
                charts.lines(frame, [line], unit=unit, fmt=fmt, height=charts.SMALL),
                key=f"capacity-{line.column}",
                alt_text=f"{title} per week",
                reading=reading + text.per_point(step),
                frame=frame[["iso_week", "week_start", line.column]],
            )


def _reviewers() -> None:
    coverage = figures.standing(span, "reviewer_coverage_share").value
    if not coverage >= COVERAGE_AT_LEAST:
        st.header("Reviewers", anchor=False)
        st.text(
            f"Who reviewed or landed is known for {text.share(coverage)} of the landings of the"
            f" last 13 weeks. Below {text.share(COVERAGE_AT_LEAST)} no figure is given: squash"
            " merges by the platform hide the person. Import review data to add them:"
        )
        st.code("reviewgap import PATH/TO/REPOSITORY reviews.json", language=None)
        return
    load = _load()
    if len(load) < FEWEST:
        st.header("Reviewers", anchor=False)
        st.text(f"Fewer than {FEWEST} people reviewed in this period, too few to show a spread.")
        return
    half = int((load["value"].cumsum() < 0.5).sum()) + 1
    left, right = st.columns(2, gap="medium")
    with left:
        parts.chart(
            "How review is spread",
            charts.bars(
                load.head(MOST), unit="share of reviews", meaning="throughput", x="reviewer"
            ),
            key="capacity-load",
            alt_text=f"Share of reviews by reviewer, largest first; {half} carry half",
            reading=f"{text.counted(half, 'person', 'people')} of {len(load)} carried half of the"
            " reviews. People are numbered by load and nothing else is told of them.",
            frame=load,
        )
    with right:
        line = Line("n_active_reviewers", "Reviewers", "throughput")
        parts.chart(
            "Reviewers per week",
            charts.lines(shown.chart_weeks, [line], unit="people", fmt=",.0f", height=charts.SMALL),
            key="capacity-people",
            alt_text="People who reviewed or landed others' change requests per week",
            reading="People who landed, reviewed or answered somebody else's change request.",
            frame=shown.chart_weeks[["iso_week", "week_start", line.column]],
        )


def _load() -> pd.DataFrame:
    """Share of reviews per person, without any key of the person."""
    requests = data.requests(shown.repo)
    inside = requests[requests["landed_week"].between(span.first, span.last)]
    events = shown.repo.rows("review_events")
    frames = Frames(shown.repo.rows("commits"), inside, events)
    counts = reviews_done(frames).drop_duplicates(["change_request", "person"])["person"]
    spread = counts.value_counts(normalize=True).to_numpy()
    return pd.DataFrame({"rank": range(1, len(spread) + 1), "value": spread})


def _alone() -> None:
    if span.weeks["self_landed_share"].isna().all():
        return
    line = Line("self_landed_share", "Self-landed", "generation")
    step = shown.step_for("self_landed_n")
    frame = shown.weeks_in(step)
    parts.chart(
        "Landed by its author alone",
        charts.lines(frame, [line], unit="share of landings", fmt=".0%", height=charts.SMALL),
        key="capacity-alone",
        alt_text="Share of change requests landed by their author with no sign of another human",
        reading="No sign of another human in git. Reviews that left no trace look the same."
        + text.per_point(step),
        frame=frame[["iso_week", "week_start", line.column]],
    )


if parts.begin(shown, "Capacity"):
    _cards()
    _capacity()
    _companions()
    _reviewers()
    _alone()
