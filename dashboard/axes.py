"""The palette, axes and legends that every chart shares.

One colour has one meaning on every page, and each comes with a dash of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from analyzers.reports.palette import COLOURS, DASHES


def weeks() -> alt.X:
    """The time axis; its ticks follow the span that it shows, and no label comes twice.

    They are expressions, so that another period changes the rows of a chart and not its
    specification: the browser then redraws what it has instead of compiling it anew.
    """
    axis = alt.Axis(
        grid=False,
        labelExpr=f"utcFormat(datum.value, {_by_span('format')})",
        tickCount=alt.ExprRef(_by_span("count")),
        labelOverlap="parity",
        labelPadding=6,
        ticks=True,
    )
    return alt.X("week_start:T", title=None, scale=alt.Scale(type="utc"), axis=axis)


def same_weeks() -> alt.X:
    """The time axis for further layers of a chart: `weeks` says how it looks, once."""
    return alt.X("week_start:T", title=None, scale=alt.Scale(type="utc"))


_TICKS: tuple[tuple[int, dict[str, str]], ...] = (  # days at most -> format and count of ticks
    (107, {"format": "'%-d %b'", "count": "{interval: 'week', step: 1}"}),
    (207, {"format": "'%-d %b'", "count": "{interval: 'week', step: 2}"}),
    (407, {"format": "'%b %Y'", "count": "{interval: 'month', step: 1}"}),
    (1300, {"format": "'%b %Y'", "count": "{interval: 'month', step: 3}"}),
)
_LONGEST = {"format": "'%Y'", "count": "{interval: 'year', step: 1}"}


def _by_span(name: str) -> str:
    """The rule of `_TICKS` that suits the days between the ends of the axis."""
    told = _LONGEST[name]
    for most, rule in reversed(_TICKS):
        told = f"span(domain('x')) <= {most * 864e5:.0f} ? {rule[name]} : {told}"
    return told


def axis(
    *,
    fmt: str = "",
    grid: bool = True,
    count: int = 5,
    values: Sequence[float] | None = None,
    angle: int | None = None,
) -> alt.Axis:
    """Grid lines and ticks; an axis with grid lines needs no line of its own."""
    made: dict[str, object] = {"grid": grid, "tickCount": count, "domain": not grid}
    if fmt:
        made["format"] = fmt
        if fmt.endswith(".0f"):
            made["tickMinStep"] = 1
    if values is not None:
        made["values"] = list(values)
    if angle is not None:
        made["labelAngle"] = angle
    return alt.Axis(**made)


def spans(*, grid: bool = True, overlap: bool = True) -> alt.Axis:
    """Ticks of an axis of days that spans minutes to years; `overlap` drops labels that touch."""
    return alt.Axis(
        grid=grid,
        domain=not grid,
        values=[1 / 144, 1 / 24, 6 / 24, 1, 3, 7, 30, 90, 365],
        labelExpr="datum.value < 0.04 ? '10 min' : datum.value < 1"
        " ? round(datum.value * 24) + ' h' : datum.value + ' d'",
        labelOverlap="greedy" if overlap else False,
        labelBound=7,  # pixels beyond its end; more would be cut by the edge of the picture
    )


def names() -> alt.Axis:
    """Names of rows, without lines or ticks."""
    return alt.Axis(
        grid=False, ticks=False, domain=False, labelLimit=220, labelPadding=8, labelFlush=False
    )


def legend(labels: Sequence[str] = (), symbol: str = "stroke") -> alt.Legend:
    """Above the chart, with strokes or squares; stacked where the names would be cut off."""
    needed = sum(7 * len(label) + 36 for label in labels) or 420
    return alt.Legend(
        orient="top",
        columns=alt.ExprRef(f"width < {needed} ? 1 : 4"),
        symbolType=symbol,
        symbolSize=220,
        symbolStrokeWidth=2.5,
        symbolOpacity=1,
        labelLimit=260,
        offset=10,
        padding=0,
    )


def colour(labels: Sequence[str], meanings: Sequence[str], symbol: str = "stroke") -> alt.Color:
    """Colours of the labels by what they mean."""
    return alt.Color(
        "label:N", title=None, legend=legend(labels, symbol), scale=colours(labels, meanings)
    )


def dash(labels: Sequence[str], meanings: Sequence[str]) -> alt.StrokeDash:
    """Dashes of the labels by what they mean: the second channel beside colour."""
    return alt.StrokeDash(
        "label:N", title=None, legend=legend(labels), scale=dashes(labels, meanings)
    )


def colours(labels: Sequence[str], meanings: Sequence[str]) -> alt.Scale:
    """Label -> colour of its meaning."""
    return alt.Scale(domain=list(labels), range=[COLOURS[meaning] for meaning in meanings])


def dashes(labels: Sequence[str], meanings: Sequence[str]) -> alt.Scale:
    """Label -> dash of its meaning."""
    return alt.Scale(domain=list(labels), range=[DASHES[meaning] for meaning in meanings])
