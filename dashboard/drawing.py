"""A chart's specification beside its rows, and the releases that are drawn behind them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import altair as alt
import pandas as pd
import pyarrow as pa

from dashboard import axes

ROWS = alt.NamedData(name="rows")
ROOM = 0.06  # of the time axis, for the name of a release


@dataclass(frozen=True, slots=True)
class Release:
    """A release: its tag and the moment of its commit (ISO 8601, UTC)."""

    name: str
    day: str


@dataclass(frozen=True)
class Drawing:
    """A Vega-Lite specification that Altair made, and the rows it draws."""

    frame: pd.DataFrame
    made: str
    releases: tuple[Release, ...] = ()

    @cached_property
    def rows(self) -> pa.Table:
        """The rows as they are sent; turning a frame into Arrow takes milliseconds each time."""
        return pa.Table.from_pandas(self.frame, preserve_index=False)

    @property
    def spec(self) -> dict[str, Any]:
        """A fresh copy: whoever draws it may change it."""
        spec: dict[str, Any] = json.loads(self.made)
        return spec | {"layer": [*self._behind, *spec["layer"]]} if self.releases else spec

    @cached_property
    def _behind(self) -> list[dict[str, Any]]:
        ended = self.frame["week_start"]
        days = (ended.max() - ended.min()).days if len(ended) else 0
        return _release_layers(self.releases, days)


def written(chart: alt.Chart | alt.LayerChart, height: int | alt.Step) -> str:
    """The specification without its data, which `Drawing` has beside it."""
    spec = chart.properties(height=height).to_dict()
    del spec["data"]
    return json.dumps(spec)


def _release_layers(releases: tuple[Release, ...], days: int) -> list[dict[str, Any]]:
    """A light rule per release, behind everything else, with its name where there is room."""
    rows = {"values": _rows(releases, apart=days * ROOM)}
    x = {"field": "day", "type": "temporal", "scale": {"type": "utc"}}
    told = [
        {"field": "release", "type": "nominal", "title": "release"},
        {"field": "day", "type": "temporal", "title": "day", "format": "%Y-%m-%d"},
    ]
    # The title is empty because axes of one scale are merged, and so are their titles.
    encoding = {"x": x | {"title": None}, "tooltip": told}
    rule = {"type": "rule", "color": axes.COLOURS["unknown"], "opacity": 0.45, "aria": False}
    name = {
        "type": "text",
        "color": axes.COLOURS["unknown"],
        "align": "left",
        "baseline": "top",
        "dx": 3,
        "fontSize": 10,
        "aria": False,
    }
    label = encoding | {"text": {"field": "label", "type": "nominal"}, "y": {"value": 0}}
    return [
        {"data": rows, "mark": rule, "encoding": encoding},
        {"data": rows, "mark": name, "encoding": label},
    ]


def _rows(releases: tuple[Release, ...], *, apart: float) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    named: pd.Timestamp | None = None
    for each in releases:
        day = pd.Timestamp(each.day)
        has_room = named is None or (day - named).days >= apart
        named = day if has_room else named
        rows.append({"release": each.name, "day": each.day, "label": each.name * has_room})
    return rows
