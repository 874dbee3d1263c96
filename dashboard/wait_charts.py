"""Charts of waiting times: what has not landed yet, and how long things took."""

from __future__ import annotations

from functools import lru_cache

import altair as alt
import pandas as pd

from dashboard import axes
from dashboard.charts import HEIGHT, ROWS, Drawing, written


def survival(frame: pd.DataFrame) -> Drawing:
    """Share still waiting after so many days; columns days, waiting, low, high, group, label."""
    return Drawing(frame.drop(columns="group"), _survival(*_groups(frame)))


@lru_cache(maxsize=16)
def _survival(labels: tuple[str, ...], meanings: tuple[str, ...]) -> str:
    base = alt.Chart(ROWS).encode(
        x=alt.X(
            "days:Q",
            title="since opening (log scale)",
            scale=alt.Scale(type="log", nice=False),
            axis=alt.Axis(grid=False, values=_SPANS, labelExpr=_SPAN_LABEL, labelOverlap=False),
        ),
        color=axes.colour(labels, meanings),
    )
    area = base.mark_area(opacity=0.16, interpolate="step-after").encode(
        y=alt.Y("low:Q", axis=axes.axis(fmt="%"), title="share still waiting"), y2="high:Q"
    )
    line = base.mark_line(strokeWidth=2, interpolate="step-after").encode(
        y=alt.Y("waiting:Q", scale=alt.Scale(domain=[0, 1])),
        strokeDash=axes.dash(labels, meanings),
        tooltip=[
            alt.Tooltip("label:N", title="authorship"),
            alt.Tooltip("days:Q", format=",.2f", title="days"),
            alt.Tooltip("waiting:Q", format=".0%", title="still waiting"),
        ],
    )
    return written(alt.layer(area, line), HEIGHT)


_SPANS = [1 / 24, 6 / 24, 1, 3, 7, 30, 90, 365]
_SPAN_LABEL = "datum.value < 1 ? round(datum.value * 24) + ' h' : datum.value + ' d'"


def histogram(frame: pd.DataFrame, *, x: str, unit: str) -> Drawing:
    """Counts in bins that were made before, by group; columns bin, rank, label, group, n."""
    return Drawing(frame.drop(columns="group"), _histogram(*_groups(frame), x, unit))


def _groups(frame: pd.DataFrame) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The labels in their order, and what each means."""
    return tuple(dict.fromkeys(frame["label"])), tuple(dict.fromkeys(frame["group"]))


@lru_cache(maxsize=16)
def _histogram(labels: tuple[str, ...], meanings: tuple[str, ...], x: str, unit: str) -> str:
    chart = (
        alt.Chart(ROWS)
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=alt.X(
                "bin:N", sort=alt.SortField("rank"), title=x, axis=axes.axis(grid=False, angle=0)
            ),
            xOffset=alt.XOffset("label:N", sort=list(labels)),
            y=alt.Y("n:Q", title=unit, axis=axes.axis()),
            color=axes.colour(labels, meanings, symbol="square"),
            tooltip=["bin:N", alt.Tooltip("label:N", title="authorship"), alt.Tooltip("n:Q")],
        )
    )
    return written(chart, HEIGHT)
