"""Charts of the weekly report as SVG that follows the reader's light or dark.

Altair describes them, vl-convert draws them without a browser or a network. Colours become CSS
variables, so that one drawing serves both themes and print.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import altair as alt
import pandas as pd

from analyzers.reports.palette import COLOURS, DASHES

WEEKS = 52
WIDTH, HEIGHT = 460, 190
_INK, _MUTED, _GRID = "#111101", "#111102", "#111103"
_VARIABLES = {_INK: "ink", _MUTED: "muted", _GRID: "grid"} | {
    colour: name.replace("_", "-") for name, colour in reversed(COLOURS.items())
}
_HOURS = [1, 6, 24, 72, 168, 720, 2160, 8760]
_HOUR_LABEL = "datum.value < 24 ? datum.value + ' h' : format(datum.value / 24, ',') + ' d'"


@dataclass(frozen=True, slots=True)
class Drawing:
    """One chart: its heading, one sentence on how to read it, and the SVG."""

    title: str
    reading: str
    svg: str


@dataclass(frozen=True, slots=True)
class _Series:
    column: str
    label: str
    meaning: str
    has_band: bool = False


def drawings(weekly: pd.DataFrame, ahead: pd.DataFrame) -> Iterator[Drawing]:
    """The year's weeks in four charts; `weekly` is WEEKLY's complete weeks, `ahead` FORECAST."""
    year = weekly.tail(WEEKS)
    if year.empty:
        return
    flow = (
        _Series("generation_rate", "opened", "generation"),
        _Series("throughput", "landed", "throughput"),
        _Series("demonstrated_capacity", "demonstrated capacity", "capacity"),
    )
    yield _drawn(
        "Opened and landed per week",
        "Demonstrated capacity is the most that review has shown: a lower bound, not a ceiling.",
        _lines(year, flow, unit="change requests"),
    )
    waits = (_Series("time_to_land_median_hours", "median", "throughput", has_band=True),)
    yield _drawn(
        "Time to land",
        "Median of what landed in the week, with its 90% band; log scale.",
        _lines(year, waits, unit="", hours=True),
    )
    share = (_Series("ai_share_declared_of_change_requests", "declared", "declared_ai", True),)
    yield _drawn(
        "Declared AI share of opened change requests",
        "A lower bound with its 90% band: what carries no trace is unmarked, not human.",
        _lines(year, share, unit="", fmt="%"),
    )
    yield _drawn(
        "Waiting, and what comes next",
        "Opened in the 90 days before and not landed: an upper bound. Points: the forecast for 4,"
        " 8 and 12 weeks ahead with its 90% band.",
        _backlog(year, ahead),
    )


def _lines(
    frame: pd.DataFrame,
    series: Sequence[_Series],
    *,
    unit: str,
    fmt: str = "~s",
    hours: bool = False,
) -> alt.LayerChart:
    told = [one for one in series if frame[one.column].notna().any()] or list(series[:1])
    labels = [one.label for one in told]
    legend = _legend() if len(told) > 1 else None
    colours = alt.Scale(domain=labels, range=[COLOURS[one.meaning] for one in told])
    drawn = [DASHES[one.meaning] if legend else [1, 0] for one in told]
    dashes = alt.Scale(domain=labels, range=drawn)
    scale = alt.Scale(type="log", nice=False) if hours else alt.Scale(zero=True)
    axis = (
        alt.Axis(values=_HOURS, labelExpr=_HOUR_LABEL, labelOverlap=False)
        if hours
        else alt.Axis(format=fmt)
    )
    layers = []
    for one in told:
        base = alt.Chart(_plain(frame, one, hours=hours)).encode(x=_weeks())
        y = alt.Y("value:Q", title=unit or None, scale=scale, axis=axis)
        if one.has_band:
            layers.append(
                base.mark_area(color=COLOURS[one.meaning], opacity=0.2).encode(
                    y=alt.Y("low:Q", scale=scale, axis=axis, title=unit or None), y2="high:Q"
                )
            )
        layers.append(
            base.mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=7)).encode(
                y=y,
                color=alt.Color("label:N", scale=colours, legend=legend, title=None),
                strokeDash=alt.StrokeDash("label:N", scale=dashes, legend=legend, title=None),
            )
        )
    return alt.layer(*layers)


def _backlog(frame: pd.DataFrame, ahead: pd.DataFrame) -> alt.LayerChart:
    one = _Series("backlog_young", "waiting", "backlog")
    past = alt.Chart(_plain(frame, one)).encode(x=_weeks())
    ours = ahead[ahead["target"] == "backlog_young"]
    begin = frame["week_start_utc"].iloc[-1]
    points = pd.DataFrame(
        {
            "week_start": [begin + pd.Timedelta(weeks=int(h)) for h in ours["horizon_weeks"]],
            "value": ours["value"].astype("float64").to_numpy(),
            "low": ours["low"].astype("float64").to_numpy(),
            "high": ours["high"].astype("float64").to_numpy(),
        }
    )
    coming = alt.Chart(points).encode(x=_weeks())
    y = alt.Y("value:Q", title="change requests", scale=alt.Scale(zero=True), axis=alt.Axis())
    return alt.layer(
        past.mark_area(color=COLOURS["backlog"], opacity=0.18).encode(y=y),
        past.mark_line(color=COLOURS["backlog"], strokeWidth=2).encode(y=y),
        coming.mark_rule(color=COLOURS["generation"], strokeWidth=4, opacity=0.35).encode(
            y="low:Q", y2="high:Q"
        ),
        coming.mark_point(color=COLOURS["generation"], filled=True, size=42, opacity=1).encode(y=y),
    )


def _plain(frame: pd.DataFrame, one: _Series, *, hours: bool = False) -> pd.DataFrame:
    """Only what is drawn, as floats; a log scale has no zero, so an hour is its least."""
    least = 1.0 if hours else None
    made = pd.DataFrame({"week_start": frame["week_start_utc"], "label": one.label})
    names = {"value": one.column}
    if one.has_band:
        names |= {"low": f"{one.column}_low", "high": f"{one.column}_high"}
    for name, column in names.items():
        made[name] = frame[column].astype("float64").clip(lower=least)
    return made


def _weeks() -> alt.X:
    axis = alt.Axis(grid=False, format="%b %Y", tickCount={"interval": "month", "step": 3})
    return alt.X("week_start:T", title=None, scale=alt.Scale(type="utc", padding=6), axis=axis)


def _hour_axis() -> alt.Axis:
    return alt.Axis(values=_HOURS, labelExpr=_HOUR_LABEL, labelOverlap=False)


def _legend() -> alt.Legend:
    return alt.Legend(orient="top", symbolType="stroke", symbolStrokeWidth=2.5, symbolSize=220)


def _drawn(title: str, reading: str, chart: alt.LayerChart) -> Drawing:
    looked = chart.properties(width=WIDTH, height=HEIGHT, background="transparent").configure(
        font="sans-serif",
        padding=4,
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelColor=_MUTED,
            titleColor=_MUTED,
            titleFontWeight="normal",
            gridColor=_GRID,
            domainColor=_GRID,
            tickColor=_GRID,
            labelFontSize=11,
            titleFontSize=11,
            tickCount=4,
            labelPadding=5,
        ),
        axisY=alt.AxisConfig(domain=False, ticks=False),
        legend=alt.LegendConfig(labelColor=_INK, labelFontSize=11, columns=4, padding=0, offset=6),
    )
    return Drawing(title, reading, _themed(_svg(looked), title))


def _svg(chart: alt.LayerChart) -> str:
    import vl_convert  # noqa: PLC0415 - 80 MB that only the HTML report needs

    version = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    svg: str = vl_convert.vegalite_to_svg(chart.to_dict(), vl_version=version)
    return svg


def _themed(svg: str, title: str) -> str:
    """Colours to CSS variables, ids that stay unique among several charts, one label for all."""
    for colour, name in _VARIABLES.items():
        svg = re.sub(f'"{colour}"', f'"var(--{name})"', svg, flags=re.IGNORECASE)
    own = re.sub(r"[^a-z]+", "-", title.lower())
    svg = re.sub(r'\bid="(\w+)"', rf'id="{own}-\1"', svg)
    svg = re.sub(r"url\(#(\w+)\)", rf"url(#{own}-\1)", svg)
    svg = re.sub(r' (?:aria-[a-z]+|role)="[^"]*"', "", svg)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{title}" ', 1)
