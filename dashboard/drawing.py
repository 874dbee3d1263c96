"""A chart's specification beside its rows, and the marks that are drawn behind them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import altair as alt
import pandas as pd
import pyarrow as pa

from dashboard import axes

ROWS = alt.NamedData(name="rows")
Kind = Literal["release", "event", "shift"]
PADDING = {"left": 0, "right": 6, "top": 2, "bottom": 2}
ROOM = 0.011  # of the time axis, for each letter of a name
_LOOKS: dict[Kind, tuple[str, list[int], int]] = {  # what it is called, its dash, its height
    "release": ("release", [1, 0], 0),
    "event": ("event", [2, 2], 13),
    "shift": ("opened or landed per week", [6, 3], 26),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened: its name and its moment (ISO 8601, UTC)."""

    name: str
    day: str
    kind: Kind = "release"


@dataclass(frozen=True)
class Drawing:
    """A Vega-Lite specification that Altair made, and the rows it draws."""

    frame: pd.DataFrame
    made: str
    marks: tuple[Mark, ...] = ()

    @cached_property
    def rows(self) -> pa.Table:
        """The rows as they are sent; turning a frame into Arrow takes milliseconds each time."""
        return pa.Table.from_pandas(self.frame, preserve_index=False)

    @property
    def spec(self) -> dict[str, Any]:
        """A fresh copy: whoever draws it may change it."""
        spec: dict[str, Any] = json.loads(self.made)
        return spec | {"layer": [*self._behind, *spec["layer"]]} if self.marks else spec

    @cached_property
    def _behind(self) -> list[dict[str, Any]]:
        ended = self.frame["week_start"]
        days = (ended.max() - ended.min()).days if len(ended) else 0
        return _behind(self.marks, days)


def written(chart: alt.Chart | alt.LayerChart, height: int | alt.Step) -> str:
    """The specification without its data, which `Drawing` has beside it."""
    spec = chart.properties(height=height).to_dict() | {"padding": PADDING}
    del spec["data"]
    return json.dumps(spec)


def _behind(marks: tuple[Mark, ...], days: int) -> list[dict[str, Any]]:
    """A light rule per mark, behind everything else, with its name where there is room."""
    kinds = [kind for kind in _LOOKS if any(mark.kind == kind for mark in marks)]
    return [
        layer
        for kind in kinds
        for layer in _layers(tuple(mark for mark in marks if mark.kind == kind), kind, days)
    ]


def _layers(marks: tuple[Mark, ...], kind: Kind, days: int) -> list[dict[str, Any]]:
    title, dash, height = _LOOKS[kind]
    rows = {"values": _rows(marks, days)}
    x = {"field": "day", "type": "temporal", "scale": {"type": "utc"}}
    told = [
        {"field": "mark", "type": "nominal", "title": title},
        {"field": "date", "type": "nominal", "title": "day (UTC)"},
    ]
    # The title is empty because axes of one scale are merged, and so are their titles.
    encoding = {"x": x | {"title": None}, "tooltip": told}
    grey = axes.COLOURS["unknown"]
    rule = {"type": "rule", "color": grey, "opacity": 0.45, "strokeDash": dash, "aria": False}
    name = {
        "type": "text",
        "color": grey,
        "align": "left",
        "baseline": "top",
        "dx": 3,
        "fontSize": 10,
        "aria": False,
    }
    label = encoding | {"text": {"field": "label", "type": "nominal"}, "y": {"value": height}}
    return [
        {"data": rows, "mark": rule, "encoding": encoding},
        {"data": rows, "mark": name, "encoding": label},
    ]


def _rows(marks: tuple[Mark, ...], days: int) -> list[dict[str, str]]:
    """A name is told where the one before it ends early enough."""
    rows: list[dict[str, str]] = []
    free = pd.Timestamp.min.tz_localize("UTC")
    for each in marks:
        day = pd.Timestamp(each.day)
        has_room = day >= free
        if has_room:
            free = day + pd.Timedelta(days=days * ROOM * max(len(each.name), 4))
        label = each.name * has_room
        rows.append({"mark": each.name, "day": each.day, "date": each.day[:10], "label": label})
    return rows
