"""Charts of weekly columns, made once per choice of filters and kept."""

from __future__ import annotations

from dashboard import charts, marks
from dashboard.charts import Line
from dashboard.drawing import Drawing
from dashboard.filters import Filters, kept


@kept
def lines(
    chosen: Filters,
    *series: Line,
    unit: str,
    step: int,
    fmt: str = ",.1f",
    height: int = charts.SMALL,
    has_marks: bool = False,
) -> Drawing:
    """The columns of `series` over the period, one point for every `step` weeks."""
    shown = marks.shown(chosen) if has_marks else None
    frame = chosen.weeks_in(step)
    return charts.lines(frame, series, unit=unit, fmt=fmt, height=height, marks=shown)
