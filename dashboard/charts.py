"""Frames to charts, written in Altair; nothing here knows Streamlit.

A chart's specification does not depend on its numbers, so that of the frequent ones is made
once and kept: writing and checking it takes Altair a tenth of a second, on every click.

One colour has one meaning on every page, and each comes with a dash of its own. Time axes are
aware UTC with `scale(type="utc")`, and points are named by their ISO week, because charts of
naive or local dates slip by a day in some time zones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import altair as alt
import pandas as pd

from dashboard import axes
from dashboard.drawing import PADDING, ROWS, Drawing, Mark, written
from dashboard.once import once

DEGREE_COLOURS = ["#9C4377", "#CC79A7", "#E8BFD6"]  # one hue: all of them are declared AI
HEIGHT, SMALL = 300, 190
FEW = 64  # points; with more, dots would only thicken the line
PICK = "week"


@dataclass(frozen=True, slots=True)
class Line:
    """One series: its column, its name in the legend, its meaning, its band if it has one."""

    column: str
    label: str
    meaning: str
    low: str = ""
    high: str = ""
    dash: str = ""


def lines(  # noqa: PLR0913 - what a chart of weeks can differ in
    frame: pd.DataFrame,
    series: Sequence[Line],
    *,
    unit: str,
    fmt: str = ",.1f",
    reference: float | None = None,
    height: int = HEIGHT,
    marks: tuple[Mark, ...] | None = None,
    spans: bool = False,
) -> Drawing:
    """Series over weeks with their bands; the running week hatched, hollow; a week to pick.

    `spans` are days from minutes to years, on a log scale, or the long ones would hide the rest.
    """
    named = tuple(line for line in series if line.column in frame)
    wide = _narrow(frame, named)
    look = _Look(unit, fmt, reference, height, is_log=spans)
    return Drawing(wide, _lines(tuple(_banded(line, wide) for line in named), look), marks)


@dataclass(frozen=True, slots=True)
class _Look:
    """All that the specification of `lines` depends on besides its series."""

    unit: str
    fmt: str
    reference: float | None
    height: int
    is_log: bool


@once(maxsize=256)
def _lines(named: tuple[Line, ...], look: _Look) -> str:
    base = alt.Chart(ROWS).encode(x=axes.same_weeks())
    complete = base.transform_filter("datum.is_complete")
    layers = [_hatched(base)]
    layers += [_area(complete, line) for line in named if line.low]
    if look.reference is not None:
        layers.append(_rule(look.reference))
    layers += [_stroke(complete, line, named, look) for line in named]
    layers += [_hollow(base, line) for line in named]
    return written(alt.layer(*layers, *_pick(base, named, look.fmt)), look.height)


def _banded(line: Line, wide: pd.DataFrame) -> Line:
    """The line, without a band where the frame has none."""
    has_band = line.low in wide and line.high in wide
    return line if has_band else replace(line, low="", high="")


def stacked(
    frame: pd.DataFrame, *, unit: str, order: Sequence[str], colours: Sequence[str]
) -> Drawing:
    """Bars per week stacked by `part`; columns week_start, iso_week, is_complete, part, rank, n."""
    return Drawing(frame, _stacked(unit, tuple(order), tuple(colours)))


@once(maxsize=16)
def _stacked(unit: str, order: tuple[str, ...], colours: tuple[str, ...]) -> str:
    base = alt.Chart(ROWS).encode(x=axes.same_weeks())
    bars = base.mark_bar(binSpacing=0).encode(
        y=alt.Y("n:Q", title=unit, axis=axes.axis()),
        color=alt.Color(
            "part:N",
            scale=alt.Scale(domain=list(order), range=list(colours)),
            legend=axes.legend(order, "square"),
            title=None,
        ),
        order=alt.Order("rank:O"),
        tooltip=["iso_week:N", alt.Tooltip("part:N", title="degree"), alt.Tooltip("n:Q")],
    )
    return written(alt.layer(_hatched(base), bars), 240)


def strips(frame: pd.DataFrame) -> Drawing:
    """One row per `part`, in the order in which they come, darker where n is larger.

    Columns week_start, week_end, iso_week, is_complete, part, n.
    """
    return Drawing(frame, _strips())


@once(maxsize=1)
def _strips() -> str:
    base = alt.Chart(ROWS).encode(x=axes.same_weeks())
    cells = base.mark_bar(color=axes.COLOURS["declared_ai"], height={"band": 0.86}).encode(
        x2="week_end:T",
        y=alt.Y("part:N", sort=None, title=None, axis=axes.axis(grid=False)),
        opacity=alt.when("datum.n > 0")
        .then(alt.Opacity("n:Q", scale=alt.Scale(type="sqrt", range=[0.12, 1]), legend=None))
        .otherwise(alt.value(0)),
        tooltip=[
            alt.Tooltip("iso_week:N", title="week"),
            alt.Tooltip("part:N", title="tool"),
            alt.Tooltip("n:Q", title="commits"),
        ],
    )
    return written(alt.layer(_hatched(base), cells), alt.Step(24))


def forecast(past: pd.DataFrame, ahead: pd.DataFrame, *, unit: str, meaning: str) -> alt.LayerChart:
    """What was forecast and what came, then what is forecast now.

    `past` has week_start, value, low, high, actual; `ahead` week_start, value, low, high.
    """
    colour = axes.COLOURS[meaning]
    past_base = alt.Chart(past).encode(x=axes.weeks())
    ahead_base = alt.Chart(ahead).encode(x=axes.weeks())
    labels, colours = ["What came", "Forecast, 90% band"], [colour, axes.COLOURS["unknown"]]
    legend = axes.legend(labels)
    scales = {
        "color": alt.Scale(domain=labels, range=colours),
        "dash": alt.Scale(domain=labels, range=[[1, 0], [4, 3]]),
    }

    def line(base: alt.Chart, column: str, label: str, **mark: object) -> alt.Chart:
        named = base.transform_calculate(label=alt.expr.toString(label))
        return named.mark_line(strokeWidth=2, **mark).encode(
            y=alt.Y(f"{column}:Q", title=unit, axis=axes.axis()),
            color=alt.Color("label:N", title=None, scale=scales["color"], legend=legend),
            strokeDash=alt.StrokeDash("label:N", title=None, scale=scales["dash"], legend=legend),
            tooltip=[
                alt.Tooltip("iso_week:N", title="as of"),
                alt.Tooltip(f"{column}:Q", title=label, format=",.1f"),
            ],
        )

    def area(base: alt.Chart, opacity: float) -> alt.Chart:
        return base.mark_area(color=axes.COLOURS["unknown"], opacity=opacity).encode(
            y="low:Q", y2="high:Q"
        )

    return alt.layer(
        area(past_base, 0.14),
        ahead_base.mark_rule(color=axes.COLOURS["unknown"], strokeWidth=5, opacity=0.5).encode(
            y="low:Q", y2="high:Q"
        ),
        line(past_base, "value", labels[1]),
        line(ahead_base, "value", labels[1], point={"filled": True, "size": 45}),
        line(past_base, "actual", labels[0]),
    ).properties(height=HEIGHT, padding=PADDING)


def bars(frame: pd.DataFrame, *, unit: str, meaning: str, x: str, fmt: str = ".0%") -> Drawing:
    """One bar per row in the given order; columns rank, value."""
    return Drawing(frame, _bars(unit, meaning, x, fmt))


@once(maxsize=16)
def _bars(unit: str, meaning: str, x: str, fmt: str) -> str:
    chart = (
        alt.Chart(ROWS)
        .mark_bar(color=axes.COLOURS[meaning], cornerRadiusEnd=2)
        .encode(
            x=alt.X("rank:O", title=x, axis=axes.axis(grid=False, angle=0)),
            y=alt.Y("value:Q", title=unit, axis=axes.axis(fmt=fmt)),
            tooltip=[alt.Tooltip("rank:O", title=x), alt.Tooltip("value:Q", format=fmt)],
        )
    )
    return written(chart, SMALL)


def _narrow(frame: pd.DataFrame, series: Sequence[Line]) -> pd.DataFrame:
    """Only what the chart shows, as plain numbers: every column more is bytes on each rerun."""
    columns = [name for line in series for name in (line.column, line.low, line.high)]
    present = [name for name in dict.fromkeys(columns) if name in frame]
    made = frame[["week_start", "iso_week", "is_complete"]].assign(
        is_complete=frame["is_complete"].astype(bool),
        **{name: frame[name].astype("float64").round(4) for name in present},
    )
    return made if made["is_complete"].all() else made.reset_index(drop=True)


def _area(base: alt.Chart, line: Line) -> alt.Chart:
    return base.mark_area(color=axes.COLOURS[line.meaning], opacity=0.18).encode(
        y=alt.Y(f"{line.low}:Q"), y2=alt.Y2(f"{line.high}:Q")
    )


def _stroke(base: alt.Chart, line: Line, named: Sequence[Line], look: _Look) -> alt.Chart:
    labels = [each.label for each in named]
    meanings = [each.meaning for each in named]
    dashes = [axes.DASHES[each.dash or each.meaning] for each in named]
    legend = axes.legend(labels) if len(named) > 1 else None
    named_line = base.transform_calculate(label=alt.expr.toString(line.label))
    few = alt.ExprRef(f"length(data('rows')) < {FEW} ? 1 : 0")
    dots = alt.OverlayMarkDef(size=14, color=axes.COLOURS[line.meaning], opacity=few, aria=False)
    axis = axes.spans() if look.is_log else axes.axis(fmt=look.fmt.replace(".1f", "~f"))
    scale = alt.Scale(type="log", nice=False) if look.is_log else alt.Undefined
    return named_line.mark_line(strokeWidth=2, strokeCap="round", point=dots).encode(
        y=alt.Y(f"{line.column}:Q", title=look.unit, axis=axis, scale=scale),
        color=alt.Color("label:N", title=None, legend=legend, scale=axes.colours(labels, meanings)),
        strokeDash=alt.StrokeDash(
            "label:N", title=None, legend=legend, scale=alt.Scale(domain=labels, range=dashes)
        ),
    )


def _hatched(base: alt.Chart) -> alt.Chart:
    """The time axis, and the running week hatched from top to bottom: it is not over yet."""
    return (
        base.transform_filter("!datum.is_complete")
        .transform_aggregate(n="count()", groupby=["week_start"])
        .transform_calculate(week_end=f"datum.week_start + {_WEEK}")
        .mark_rect(fill=_HATCH, opacity=0.5, aria=False)
        .encode(x=axes.weeks(), x2="week_end:T", y=alt.value(0), y2=alt.value("height"))
    )


_WEEK = 7 * 86_400_000  # milliseconds
_STRIPES = 20  # over the height of a chart; a gradient with hard stops is drawn as a hatch
_HATCH = {
    "gradient": "linear",
    "x1": 0,
    "y1": 0,
    "x2": 0.1,
    "y2": 1,
    "stops": [
        {"offset": round((at + begin) / _STRIPES, 3), "color": colour}
        for at in range(_STRIPES)
        for begin, end, colour in ((0, 0.25, axes.COLOURS["unknown"]), (0.25, 1, "transparent"))
        for begin in (begin, end)
    ],
}


def _hollow(base: alt.Chart, line: Line) -> alt.Chart:
    return (
        base.transform_filter("!datum.is_complete")
        .mark_point(
            color=axes.COLOURS[line.meaning], size=45, strokeWidth=1.6, filled=False, aria=False
        )
        .encode(y=alt.Y(f"{line.column}:Q"))
    )


def _rule(value: float) -> alt.Chart:
    return (
        alt.Chart(ROWS)
        .transform_aggregate(n="count()")
        .mark_rule(color=axes.COLOURS["unknown"], strokeDash=[3, 3], aria=False)
        .encode(y=alt.datum(value))
    )


def _pick(base: alt.Chart, named: Sequence[Line], fmt: str) -> list[alt.Chart]:
    """A line that follows the pointer with every figure of the week, and the picked week."""
    over = alt.selection_point(
        name="over",
        fields=["iso_week"],
        nearest=True,
        on="pointerover",
        empty=False,
        clear="pointerout",
    )
    picked = alt.selection_point(
        name=PICK, fields=["iso_week"], nearest=True, on="click", empty=False
    )
    tooltip = [
        alt.Tooltip("iso_week:N", title="week"),
        *(alt.Tooltip(f"{line.column}:Q", title=line.label, format=fmt) for line in named),
    ]
    points = (
        base.mark_rule(strokeWidth=1.2, color=axes.COLOURS["unknown"], aria=False)
        .encode(
            opacity=alt.when(over | picked).then(alt.value(0.9)).otherwise(alt.value(0)),
            tooltip=tooltip,
        )
        .add_params(over, picked)
    )
    return [points]
