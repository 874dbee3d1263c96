"""How much can review land, on how many shoulders does it rest, and how much lands alone?"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from analyzers.capacity.alarm import HISTORY_AT_LEAST
from analyzers.capacity.reading import LABELS
from analyzers.capacity.reviewers import COVERAGE_WEEKS
from dashboard import (
    cards,
    charts,
    data,
    drill,
    figures,
    filters,
    over_weeks,
    parts,
    practices,
    published,
    reviewers,
    text,
)
from dashboard.charts import Line

shown = filters.current()
span = shown.span
MOST = 25
ALARM_COLUMNS = {
    "first_week": "From",
    "last_week": "To",
    "n_weeks": st.column_config.NumberColumn("Weeks", format="localized"),
    "completion_30d_share": st.column_config.NumberColumn("Landed in 30 days", format="%.0f%%"),
    "completion_30d_reference_share": st.column_config.NumberColumn("Usual share", format="%.0f%%"),
    "weeks_of_work": st.column_config.NumberColumn("Weeks of work", format="%.1f"),
    "weeks_of_work_reference": st.column_config.NumberColumn("Usual weeks", format="%.1f"),
}
ALARM_SHARES = ("completion_30d_share", "completion_30d_reference_share")


def _cards() -> None:
    capacity = figures.standing(span, "demonstrated_capacity")
    coverage = figures.standing(span, "reviewer_coverage_share").value
    lately = f"{text.share(coverage)} of landings in {COVERAGE_WEEKS} weeks"
    known = f"Known for {lately}" if coverage > 0 else "Not known"
    people = replace(figures.rate(span, "n_active_reviewers"), before_n=0)
    alone = figures.weighted_share(span, "self_landed_share")
    cards.row(
        cards.of(
            "Demonstrated capacity",
            capacity,
            text.RATE,
            column="demonstrated_capacity",
            note=text.band(capacity.low, capacity.high, text.rate).capitalize(),
        ),
        cards.of(
            "Weeks of work",
            figures.standing(span, "weeks_of_work"),
            text.COUNT,
            column="weeks_of_work",
            note="Waiting ÷ landed per week",
            worse="inverse",
        ),
        cards.of(
            "Reviewers per week",
            people,
            text.COUNT,
            column="n_active_reviewers",
            note=known,
        ),
        cards.of(
            "Self-landed",
            alone,
            text.SHARE,
            column="self_landed_share",
            note=f"n {text.number(alone.n)}, in weeks of 5 or more" if alone.n else known,
            worse="inverse",
        ),
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
        over_weeks.lines(
            shown,
            *series,
            unit="change requests per week",
            step=shown.step,
            height=charts.HEIGHT,
            has_marks=True,
        ),
        key="capacity-weeks",
        alt_text="Change requests landed per week against demonstrated capacity",
        reading="Demonstrated capacity is the mean landed per week in the quarter of the last 52"
        f" weeks that began with most waiting. No history shows a ceiling.{label}"
        f"{shown.per_point(shown.step)}",
        frame=frame[["iso_week", "week_start", *(line.column for line in series)]],
        **drill.picked("capacity-weeks"),
    )
    drill.week(shown)


@st.fragment
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
            if not parts.has_points(frame, line.column, title):
                continue
            parts.chart(
                title,
                over_weeks.lines(shown, line, unit=unit, step=step, fmt=fmt),
                key=f"capacity-{line.column}",
                alt_text=f"{title} per week",
                reading=reading + text.per_point(step),
                frame=frame[["iso_week", "week_start", line.column]],
            )


@st.fragment
def _reviewers() -> None:
    load = reviewers.load(shown.repo)
    if isinstance(load, str):
        st.header("How review is spread", anchor=False)
        st.text(load)
        if load != reviewers.TOO_FEW:
            st.text("Squash merges by a platform hide who landed them; imported reviews tell:")
            parts.command("reviewgap import PATH/TO/REPOSITORY reviews.json")
        return
    spread, away = load.concentration, load.away
    left, right = st.columns(2, gap="medium")
    with left:
        parts.chart(
            "How review is spread",
            charts.bars(
                load.spread.head(MOST), unit="share of reviews", meaning="throughput", x="reviewer"
            ),
            key="capacity-load",
            alt_text=f"Share of reviews by reviewer, largest first; {spread.bus_factor} carry half",
            reading=f"{text.counted(spread.bus_factor, 'person', 'people')} of"
            f" {spread.n_reviewers} did half of {text.counted(spread.n_reviews, 'review')} in the"
            f" last 52 weeks; Gini {text.ratio(spread.gini)} (0 is even, 1 all on one)."
            f" Known for {text.share(spread.coverage)} of landings. Nobody is named or ranked.",
            frame=load.spread,
        )
        st.markdown(
            f"Had the busiest been away for four weeks and nobody stepped in,"
            f" **{text.number(away.held_up_median)}** change requests would have waited for them:"
            f" the median of {away.windows} such windows of the last year;"
            f" {text.number(away.held_up_worst)} in the worst."
        )
    with right:
        line = Line("n_active_reviewers", "Reviewers", "throughput")
        parts.chart(
            "Reviewers per week",
            over_weeks.lines(shown, line, unit="people", step=shown.step, fmt=",.0f"),
            key="capacity-people",
            alt_text="People who reviewed or landed others' change requests per week",
            reading="People who landed, reviewed or answered somebody else's change request.",
            frame=shown.chart_weeks[["iso_week", "week_start", line.column]],
        )


def _alarms() -> None:
    st.header("Alarms", anchor=False)
    past = shown.repo.rows("alarms")
    if past.empty:
        n = int(data.weekly(shown.repo)["is_complete"].astype(bool).sum())
        enough = n >= HISTORY_AT_LEAST
        st.caption(
            "In no week was completion unusually low while work piled up."
            if enough
            else "The alarm compares with the repository's own past: it needs"
            f" {HISTORY_AT_LEAST} complete weeks, there are {n}."
        )
        return
    weeks = data.weekly(shown.repo)
    is_on = past["last_week"].eq(weeks.loc[weeks["is_complete"].astype(bool), "iso_week"].max())
    past = past.assign(last_week=past["last_week"].mask(is_on, "still on"))
    st.dataframe(
        past.assign(**{name: past[name] * 100 for name in ALARM_SHARES}).iloc[::-1][
            list(ALARM_COLUMNS)
        ],
        column_config=ALARM_COLUMNS,
        hide_index=True,
        placeholder=text.UNKNOWN,
        alt="Runs of weeks in which completion was unusually low and work had piled up",
    )
    st.caption(
        "Unusual against the repository's own past; that is no proof of saturation: more may have"
        " been turned down, which git does not record. Judge each by what happened then."
    )


@st.fragment
def _alone() -> None:
    line = Line("self_landed_share", "Self-landed", "generation")
    step = shown.step_for("self_landed_n")
    frame = shown.weeks_in(step)
    if frame[line.column].notna().sum() < parts.FEWEST_POINTS:
        return  # the table of ways around review has said why
    parts.chart(
        "Landed by its author alone",
        over_weeks.lines(shown, line, unit="share of landings", step=step, fmt=".0%"),
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
    published.section(shown, "completion_30d_share")
    _reviewers()
    practices.around_review(shown.repo)
    _alone()
    practices.effort(shown.repo)
    _alarms()
