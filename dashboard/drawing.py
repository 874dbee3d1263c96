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
VALIDATES = False  # against Vega-Lite's schema: tests do, it would cost a visitor half a second
NARROW = 600  # pixels; in less width names of marks would lie on each other
_LOOKS: dict[Kind, tuple[str, int]] = {  # what it is called, how far down its name stands
    "release": ("release", 0),
    "event": ("event", 13),
    "shift": ("opened or landed per week", 26),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened: its name and its moment (ISO 8601, UTC)."""

    name: str
    day: str
    kind: Kind = "release"


@dataclass(frozen=True)
class Drawing:
    """A Vega-Lite specification that Altair made, and the rows it draws.

    With other rows or marks the specification stays the same, so that the browser redraws a chart
    instead of building it anew. `marks` is None for a chart that never has any.
    """

    frame: pd.DataFrame
    made: str
    marks: tuple[Mark, ...] | None = None

    @cached_property
    def datasets(self) -> dict[str, pa.Table]:
        """The rows as they are sent; turning a frame into Arrow takes milliseconds each time."""
        frames = {"rows": self.frame} if self.marks is None else {"rows": self.frame, **self._named}
        return {
            name: pa.Table.from_pandas(frame, preserve_index=False)
            for name, frame in frames.items()
        }

    @property
    def spec(self) -> dict[str, Any]:
        """A fresh copy with its rows: whoever draws it may change it."""
        spec: dict[str, Any] = json.loads(self.made)
        if self.marks is not None:
            spec["layer"] = [*_MARKS, *spec["layer"]]
        return spec | {"datasets": dict(self.datasets)}

    @property
    def _named(self) -> dict[str, pd.DataFrame]:
        ended = self.frame["week_start"]
        days = (ended.max() - ended.min()).days if len(ended) else 0
        return {"marks": _rows(self.marks or (), days)}


def written(chart: alt.Chart | alt.LayerChart, height: int | alt.Step) -> str:
    """The specification without its rows, which `Drawing` has beside it."""
    made = chart.properties(height=height).to_dict(validate=VALIDATES)
    return json.dumps(made | {"padding": PADDING, "data": {"name": "rows"}})


def _layers() -> list[dict[str, Any]]:
    """A light rule per mark, behind everything else, with its name where there is room."""
    x = {"field": "day", "type": "temporal", "scale": {"type": "utc"}}
    told = [
        {"field": "mark", "type": "nominal", "title": "name"},
        {"field": "what", "type": "nominal", "title": "what"},
        {"field": "date", "type": "nominal", "title": "day (UTC)"},
    ]
    # The title is empty because axes of one scale are merged, and so are their titles.
    encoding = {"x": x | {"title": None}, "tooltip": told}
    dashes = {
        "condition": [
            {"test": "datum.what == 'event'", "value": [2, 2]},
            {"test": "datum.what == 'opened or landed per week'", "value": [6, 3]},
        ],
        "value": [1, 0],
    }
    grey = {"color": axes.COLOURS["unknown"], "aria": False}
    rule = {
        "type": "rule",
        "opacity": 0.45,
        # One without a name begins below the names, or it would cross that of its neighbour.
        "y": {"expr": f"datum.label || width < {NARROW} ? 0 : 13"},
        "y2": {"expr": "height"},
    }
    name = {
        "type": "text",
        "align": "left",
        "baseline": "top",
        "dx": 3,
        "fontSize": 10,
        "y": {"expr": "datum.top"},
        "opacity": {"expr": f"width < {NARROW} ? 0 : 1"},
    }
    text = {"field": "label", "type": "nominal"}
    data = {"name": "marks"}
    return [
        {"data": data, "mark": rule | grey, "encoding": encoding | {"strokeDash": dashes}},
        {"data": data, "mark": name | grey, "encoding": encoding | {"text": text}},
    ]


_MARKS = _layers()


def _rows(marks: tuple[Mark, ...], days: int) -> pd.DataFrame:
    """A name is told where the one of its kind before it ends early enough."""
    free = dict.fromkeys(_LOOKS, pd.Timestamp.min.tz_localize("UTC"))
    rows = []
    for each in marks:
        day, (what, top) = pd.Timestamp(each.day), _LOOKS[each.kind]
        has_room = day >= free[each.kind]
        if has_room:
            taken = days * ROOM * max(len(each.name), 4)
            free[each.kind] = day + pd.Timedelta(days=taken)
        rows.append((each.name, what, day, each.day[:10], each.name * has_room, top))
    columns = ["mark", "what", "day", "date", "label", "top"]
    made = pd.DataFrame(rows, columns=columns)
    return made.assign(day=pd.to_datetime(made["day"], utc=True), top=made["top"].astype("int64"))
