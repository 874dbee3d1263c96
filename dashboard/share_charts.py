"""Charts of shares by part: a dot at the share, a line over its 90 % band."""

from __future__ import annotations

from functools import cache

import altair as alt
import pandas as pd

from dashboard import axes, text
from dashboard.drawing import ROWS, Drawing, written

LEAST = 0.05  # of the axis, or shares of nought alone would stand on one of no length


def shares(frame: pd.DataFrame) -> Drawing:
    """The share of each part in the given order; columns part, share, low, high, n."""
    parts = zip(frame["part"], frame["n"], strict=True)
    made = frame[["share", "low", "high"]].assign(
        place=[f"{part}  (n {text.number(n)})" for part, n in parts],
        told=[text.share(share) for share in frame["share"]],
    )
    return Drawing(made, _shares())


@cache
def _shares() -> str:
    base = alt.Chart(ROWS).encode(
        y=alt.Y("place:N", sort=None, title=None, axis=axes.names()),
        tooltip=[
            alt.Tooltip("place:N", title=" "),
            alt.Tooltip("share:Q", format=".1%", title="AI declared"),
            alt.Tooltip("low:Q", format=".1%", title="90% from"),
            alt.Tooltip("high:Q", format=".1%", title="to"),
        ],
    )
    colour = axes.COLOURS["declared_ai"]
    percent = axes.axis(fmt=".0%", count=4)
    band = base.mark_rule(strokeWidth=3, opacity=0.45, color=colour).encode(
        x=alt.X("low:Q", title=None, axis=percent, scale=alt.Scale(zero=True)), x2="high:Q"
    )
    floor = base.mark_rule(opacity=0, aria=False).encode(x=alt.datum(LEAST))
    dot = base.mark_point(filled=True, size=70, opacity=1, color=colour).encode(x="share:Q")
    told = base.mark_text(
        align="left", baseline="bottom", dx=-4, dy=-5, fontSize=11, color=axes.COLOURS["unknown"]
    )
    return written(
        alt.layer(floor, band, dot, told.encode(x="share:Q", text="told:N")), alt.Step(28)
    )
