"""How long do change requests take, in the middle and in the tail, declared AI and unmarked?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import charts, data, drill, figures, filters, parts, text, wait_charts, waits
from dashboard.charts import Line

shown = filters.current()
span = shown.span


def _landed() -> pd.DataFrame:
    frame = data.requests(shown.repo)
    inside = frame["landed_week"].between(span.first, span.last)
    return frame[inside & frame["group"].isin(shown.groups)]


def _opened() -> pd.DataFrame:
    frame = data.requests(shown.repo)
    return frame[frame["opened_week"].between(span.first, span.last)]


def _cards(landed: pd.DataFrame) -> None:
    frame = data.requests(shown.repo)
    frame = frame[frame["group"].isin(shown.groups)]
    grid = st.grid(4, min_column_width=150, border=True)
    for name, column, q, weekly in (
        ("Median time to land", "time_to_land_hours", 0.5, "time_to_land_median_hours"),
        ("P90 time to land", "time_to_land_hours", 0.9, "time_to_land_p90_hours"),
        (
            "Median first answer",
            "time_to_first_response_hours",
            0.5,
            "time_to_first_response_median_hours",
        ),
    ):
        figure = figures.wait(span, frame, column, q)
        parts.card(
            grid,
            name,
            text.duration(figure.value),
            change=parts.change(figure, _hours),
            note=f"n {text.number(figure.n)}"
            + ("" if figure.value == figure.value else ": too few to say"),
            column=weekly,
            worse="inverse",
        )
    exact = landed["opened_grade"].isin(["A", "B"]).mean() if len(landed) else float("nan")
    with grid.cell():
        st.metric(
            "Openings well dated",
            text.share(exact),
            help="Share of the landed change requests whose opening is graded A or B: exact or"
            " within hours. The rest is bounded from neighbours; see Evidence.",
        )
        st.caption("grade A or B")


def _hours(difference: object) -> str:
    sign = "-" if float(str(difference)) < 0 else "+"
    return f"{sign}{text.duration(abs(float(str(difference))))}"


def _series(step: int) -> tuple[pd.DataFrame, list[Line]]:
    if shown.authorship == "all" and not shown.automation and step == 1:
        return shown.chart_weeks, [
            Line(
                "time_to_land_median_hours",
                "Median, 90% band",
                "throughput",
                "time_to_land_median_hours_low",
                "time_to_land_median_hours_high",
                dash="generation",
            ),
            Line("time_to_land_p90_hours", "P90", "throughput", dash="capacity"),
        ]
    frame = shown.weeks_in(step)
    rows = data.requests(shown.repo)
    made = figures.block_waits(
        rows[rows["group"].isin(shown.groups)],
        frame["week_start"],
        step,
        column="time_to_land_hours",
        at="landed_at",
    )
    return frame[["iso_week", "week_start", "is_complete"]].join(made), [
        Line("median_hours", "Median", "throughput", dash="generation"),
        Line("p90_hours", "P90", "throughput", dash="capacity"),
    ]


@st.fragment
def _weeks() -> None:
    step = shown.step_for(f"time_to_land{shown.suffix}_n")
    frame, series = _series(step)
    figure = figures.wait(span, data.requests(shown.repo), "time_to_land_hours", 0.5)
    parts.chart(
        "Time to land",
        charts.lines(_in_days(frame, series), series, unit="days"),
        key="latency-weeks",
        alt_text=f"Time to land by week; median over the period {text.duration(figure.value)}",
        reading="By the week of landing. Half of what landed took less than the median, one in ten"
        f" more than P90. Points of fewer than {text.MIN_N} are left out.{text.per_point(step)}",
        frame=frame[["iso_week", "week_start", *(line.column for line in series)]],
        **drill.picked("latency-weeks"),
    )
    drill.week(shown, step=step)


def _in_days(frame: pd.DataFrame, series: list[Line]) -> pd.DataFrame:
    names = [name for line in series for name in (line.column, line.low, line.high) if name]
    return frame.assign(**{name: frame[name].astype("float64") / 24 for name in names})


def _groups() -> None:
    step = max(shown.step_for(f"time_to_land_{group}_n") for group in ("declared_ai", "unmarked"))
    frame = shown.weeks_in(step)
    rows = data.requests(shown.repo)
    made, series = frame[["iso_week", "week_start", "is_complete"]], []
    for group in ("declared_ai", "unmarked"):
        part = figures.block_waits(
            rows[rows["group"] == group],
            frame["week_start"],
            step,
            column="time_to_land_hours",
            at="landed_at",
        )
        made = made.join(part.add_prefix(f"{group}_"))
        series.append(Line(f"{group}_median_hours", text.GROUPS[group], group))
    parts.chart(
        "AI declared against unmarked",
        charts.lines(_in_days(made, series), series, unit="median days to land"),
        key="latency-groups",
        alt_text="Median time to land by week, AI declared against unmarked",
        reading="Unmarked is what carries no trace of an AI tool; some of it may be AI work. Sizes"
        " and authors differ between the two, so this is a comparison, not an effect."
        + text.per_point(step),
        frame=made,
    )


def _curves(opened: pd.DataFrame) -> None:
    edge = pd.Timestamp(shown.repo.manifest["data_edge"])
    parts_ = [
        waits.not_landed(
            opened[opened["group"] == group], edge=edge, label=text.GROUPS[group]
        ).assign(group=group)
        for group in shown.groups
    ]
    frame = pd.concat([part for part in parts_ if len(part)] or parts_)
    if frame.empty:
        st.caption("Too few change requests were opened in this period for a curve.")
        return
    parts.chart(
        "Share not landed yet",
        wait_charts.survival(frame),
        key="latency-survival",
        alt_text="Share of change requests not landed after so many days, with 90% band",
        reading="Of those opened in the period. What still waits counts until the data ends"
        f" (Kaplan–Meier), so slow ones are not lost. {text.UPPER_BOUND}",
        frame=frame,
    )


def _distribution(landed: pd.DataFrame) -> None:
    frame = pd.concat(
        waits.binned(
            landed.loc[landed["group"] == group, "time_to_land_hours"], label=text.GROUPS[group]
        ).assign(group=group)
        for group in shown.groups
    )
    parts.chart(
        "Distribution",
        wait_charts.histogram(frame, x="time to land", unit="change requests landed"),
        key="latency-bins",
        alt_text="Change requests landed by time to land, in seven bins",
        reading="Of those that landed in the period.",
        frame=frame[["bin", "label", "n"]],
    )


def _tables(landed: pd.DataFrame) -> None:
    grid = st.grid(3, min_column_width=330, gap="medium")
    for title, frame, empty in (
        ("Phases", waits.phases(landed), "Answers are not known for enough change requests."),
        ("By size", waits.by_size(landed), "Nothing landed in this period."),
        ("By area", waits.by_area(landed), "Nothing landed in this period."),
    ):
        with grid.cell():
            st.header(title, anchor=False)
            if frame.empty:
                st.caption(empty)
                continue
            st.dataframe(
                frame[[frame.columns[0], "median_hours", "p90_hours", "n"]]
                if "median_hours" in frame
                else frame,
                column_config={
                    "median_hours": st.column_config.NumberColumn("Median, h", format="%.1f"),
                    "p90_hours": st.column_config.NumberColumn("P90, h", format="%.1f"),
                    "n": st.column_config.NumberColumn("n", format="localized"),
                },
                hide_index=True,
                placeholder=text.UNKNOWN,
                alt=f"Time to land: {title.lower()}",
            )


if parts.begin(shown, "Review latency"):
    _now = _landed()
    _cards(_now)
    _weeks()
    _groups()
    _left, _right = st.columns(2, gap="medium")
    with _left:
        _curves(_opened())
    with _right:
        _distribution(_now)
    _tables(_now)
