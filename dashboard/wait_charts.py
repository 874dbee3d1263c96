"""Charts of waiting times: what has not landed yet, and how long things took."""

from __future__ import annotations

from functools import cache

import altair as alt
import pandas as pd

from dashboard import axes, text
from dashboard.charts import HEIGHT
from dashboard.drawing import ROWS, Drawing, written
from dashboard.once import once


def survival(frame: pd.DataFrame) -> Drawing:
    """Share still waiting after so many days; columns days, waiting, low, high, group, label."""
    return Drawing(frame.drop(columns="group"), _survival(*_groups(frame)))


@once(maxsize=16)
def _survival(labels: tuple[str, ...], meanings: tuple[str, ...]) -> str:
    base = alt.Chart(ROWS).encode(
        x=alt.X(
            "days:Q",
            title="since opening (log scale)",
            scale=alt.Scale(type="log", nice=False),
            axis=axes.spans(grid=False, overlap=False),
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


def histogram(frame: pd.DataFrame, *, x: str, unit: str) -> Drawing:
    """Counts in bins that were made before, by group; columns bin, rank, label, group, n."""
    return Drawing(frame.drop(columns="group"), _histogram(*_groups(frame), x, unit))


def _groups(frame: pd.DataFrame) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The labels in their order, and what each means."""
    return tuple(dict.fromkeys(frame["label"])), tuple(dict.fromkeys(frame["group"]))


@once(maxsize=16)
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


def spread(frame: pd.DataFrame) -> Drawing:
    """Median to P90 per part on a log scale; columns part, median_hours, p90_hours, n."""
    least = 1 / 60  # a minute: a log scale has no zero
    parts = zip(frame["part"], frame["n"], strict=True)
    days = frame.assign(
        median_days=frame["median_hours"].clip(lower=least) / 24,
        p90_days=frame["p90_hours"].clip(lower=least) / 24,
        median=[text.duration(hours) for hours in frame["median_hours"]],
        p90=[text.duration(hours) for hours in frame["p90_hours"]],
        place=[f"{part}  (n {text.number(n)})" for part, n in parts],
    )
    columns = ["place", "median_days", "p90_days", "median", "p90"]
    return Drawing(days[columns], _spread())


@cache
def _spread() -> str:
    scale = alt.Scale(type="log", nice=False, padding=56)
    days = axes.spans()
    told = [
        alt.Tooltip("place:N", title=" "),
        alt.Tooltip("median:N", title="median"),
        alt.Tooltip("p90:N", title="P90"),
    ]
    base = alt.Chart(ROWS).encode(
        y=alt.Y("place:N", sort=None, title=None, axis=axes.names()),
        tooltip=told,
    )
    blue = axes.COLOURS["throughput"]
    line = base.mark_rule(strokeWidth=3, opacity=0.45, color=blue).encode(
        x=alt.X("median_days:Q", scale=scale, axis=days, title=None), x2="p90_days:Q"
    )
    middle = base.mark_point(filled=True, size=70, opacity=1, color=blue).encode(
        x=alt.X("median_days:Q", scale=scale)
    )
    tail = base.mark_tick(thickness=2.5, size=13, color=blue, aria=False).encode(
        x=alt.X("p90_days:Q", scale=scale)
    )
    named = base.mark_text(align="right", dx=-8, fontSize=11, color=axes.COLOURS["unknown"]).encode(
        x=alt.X("median_days:Q", scale=scale), text="median:N"
    )
    return written(alt.layer(line, middle, tail, named), alt.Step(26))
