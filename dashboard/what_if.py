"""The what-if sliders of the forecast page; all arithmetic is in analyzers.capacity."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
import streamlit as st

from analyzers.capacity.measured import Measured
from analyzers.capacity.scenario import EFFORT_OF_SIZE, Inputs, presets
from analyzers.capacity.simulation import Outcome, simulate
from analyzers.errors import NotEnoughData
from analyzers.reports.outlook import CAUTIOUS_BETA
from dashboard import charts, data, parts, text
from dashboard.charts import Line
from dashboard.filters import Filters

DRAWS = 200  # of the queue; enough for a 90 % band to the eye, and a tenth of a second
NO_GROWTH = "no growth"
DOUBLING: tuple[str | int, ...] = (3, 4, 6, 9, 12, 18, 24, 36, NO_GROWTH)


@st.fragment
def section(filters: Filters) -> None:
    """Sliders that start from the repository's own numbers, and what they would change."""
    st.header("What if", anchor=False)
    start = data.measured_today(filters.repo)
    if isinstance(start, str):
        st.text(f"{start[:1].upper()}{start[1:]}.")
        return
    changed = _sliders(start)
    st.markdown(_sentence(start, changed))
    if changed.reviewers != 1:
        cautious = _sentence(start, replace(changed, beta=CAUTIOUS_BETA))
        st.caption(f"If twice the reviewers did only 1.4 times the work: {cautious}")
    weeks = data.weekly(filters.repo)
    first = weeks.loc[weeks["is_complete"].astype(bool), "week_start"].iloc[-1]
    frame = _paths(start.inputs, changed, first + pd.Timedelta(weeks=1))
    series = _SERIES if changed != start.inputs else _SERIES[:1]
    parts.chart(
        "Waiting to land, the next 52 weeks",
        charts.lines(frame, series, unit="change requests"),
        key="what-if",
        alt_text="Simulated backlog of the next 52 weeks, as measured and with the changes",
        reading=f"Median and 90% band of {DRAWS} simulated queues of what will land: it begins with"
        f" {text.share(start.inputs.completion)} of what waits now. A what-if, not a forecast:"
        " demonstrated capacity is a lower bound, so the real queue may be shorter.",
        frame=frame,
    )
    st.download_button(
        "Scenario as JSON",
        changed.to_json(),
        file_name="scenario.json",
        mime="application/json",
        key="scenario-json",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
        help="These inputs as JSON; `reviewgap forecast REPO --scenario scenario.json` runs them"
        " again.",
    )


_SERIES = (
    Line("before", "As measured", "unknown", "before_low", "before_high"),
    Line("after", "With these changes", "generation", "after_low", "after_high", dash="throughput"),
)
PRESETS = {
    "as_measured": "As measured",
    "ai_doubles_every_4_months": "AI doubles every 4 months",
    "ai_doubles_every_12_months": "AI doubles every 12 months",
    "twice_the_reviewers": "Twice the reviewers",
    "assistance_takes_30_percent": "Tools take 30% of review",
    "half_the_size": "Half the size",
}


def _sliders(start: Measured) -> Inputs:
    known = presets(start.inputs)
    name = st.selectbox(
        "Start from",
        list(PRESETS),
        format_func=PRESETS.__getitem__,
        key="preset",
        bind="query-params",
        width=320,
    )
    inputs, source = known[str(name)]
    st.caption(source)
    grid = st.grid(5, min_column_width=200, gap="medium")
    with grid.cell():
        months = _doubling(start, inputs, str(name))
    with grid.cell():
        reviewers = st.slider(
            "Reviewers, times today's",
            0.5,
            3.0,
            inputs.reviewers,
            0.1,
            key=f"reviewers-{name}",
            bind="query-params",
        )
    with grid.cell():
        taken = round(inputs.assistance * 100)
        assistance = st.slider(
            "Review work taken over by tools (%)",
            0,
            80,
            taken,
            5,
            key=f"assistance-{name}",
            bind="query-params",
        )
    with grid.cell():
        usual = round(inputs.completion * 100)
        accepted = st.slider(
            "Share that lands within 30 days (%)",
            1,
            100,
            usual,
            key=f"completion-{name}",
            bind="query-params",
        )
    with grid.cell():
        batch = st.slider(
            "Size, times today's",
            0.25,
            2.0,
            inputs.batch,
            0.25,
            key=f"batch-{name}",
            bind="query-params",
            help="Of change requests: the same work in fewer or more of them; review work grows"
            " with size to the power of 1.3.",
        )
    return replace(
        inputs,
        ai_doubling_months=months,
        reviewers=reviewers,
        assistance=assistance / 100,
        completion=inputs.completion if accepted == usual else accepted / 100,
        batch=batch,
        effort=EFFORT_OF_SIZE if batch != 1 else 1.0,
    )


def _doubling(start: Measured, inputs: Inputs, preset: str) -> float | None:
    """Months, as measured until the slider is moved."""
    given = inputs.ai_doubling_months
    nearest = _nearest(given)
    measured = start.inputs.ai_doubling_months
    note = "not known" if measured is None else f"{text.number(measured)} months"
    chosen = st.select_slider(
        "Declared AI doubles in (months)",
        DOUBLING,
        value=nearest,
        key=f"doubling-{preset}",
        bind="query-params",
        help=f"As measured: {note}. {_sentence_of(start.doubling_reason)}".strip(),
    )
    if chosen == nearest:
        return given
    return None if chosen == NO_GROWTH else float(chosen)


def _sentence_of(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:]}." if reason else ""


def _nearest(months: float | None) -> str | int:
    if months is None or months <= 0:
        return NO_GROWTH
    numbers = [each for each in DOUBLING if isinstance(each, int)]
    return min(numbers, key=lambda each: abs(math.log(each / months)))


def _sentence(start: Measured, changed: Inputs) -> str:
    def change(draw: Inputs) -> Inputs:
        return replace(
            draw,
            ai_doubling_months=changed.ai_doubling_months,
            reviewers=changed.reviewers,
            beta=changed.beta,
            assistance=changed.assistance,
            completion=(
                draw.completion
                if changed.completion == start.inputs.completion
                else changed.completion
            ),
            batch=changed.batch,
            effort=changed.effort,
        )

    try:
        value, low, high = start.months_until_exceeded(change)
    except NotEnoughData as reason:
        return f"When demand would exceed what review has shown is not told: {reason}."
    if value == 0 and high > 0:
        return (
            "At today's rates demand is above all that review has shown it can land, but **not"
            f" surely**: the 90% band reaches from now to {_months(high)}."
        )
    if value == 0:
        return (
            "Demand at the usual completion is **already above** all that review has shown it can"
            " land, in at least 95% of draws."
        )
    if math.isinf(value):
        return "Demand would **never** exceed what review has shown it can land."
    return (
        f"Demand would exceed what review has shown it can land in **{_months(value)}**"
        f" (90% band {_months(low)} to {_months(high)})."
    )


def _months(months: float) -> str:
    if months == 0:
        return "now"
    return "never" if math.isinf(months) else f"{text.number(months)} months"


def _paths(before: Inputs, after: Inputs, first: pd.Timestamp) -> pd.DataFrame:
    starts = pd.date_range(first, periods=before.weeks, freq="7D")
    paths: dict[str, Outcome] = {
        "before": simulate(before, draws=DRAWS),
        "after": simulate(after, draws=DRAWS),
    }
    columns = {
        name if part == "median" else f"{name}_{part}": outcome.backlog[part]
        for name, outcome in paths.items()
        for part in ("median", "low", "high")
    }
    key = {"iso_week": starts.strftime("%G-W%V"), "week_start": starts, "is_complete": True}
    return pd.DataFrame(key | columns)
