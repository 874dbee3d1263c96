"""Taking a chart along: its numbers as CSV, its picture as PNG or SVG, made on this machine."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from analyzers import tables
from analyzers.reports import export
from dashboard import filters, text
from dashboard.drawing import Drawing

Chart = alt.Chart | alt.LayerChart | Drawing
WIDTH = 960
SCALE = 2  # PNG pixels per unit, sharp on any screen
_LOOKS = {
    "background": "#ffffff",
    "padding": 16,
    "font": "Source Sans, Source Sans 3, Helvetica, Arial, sans-serif",
    "title": {"anchor": "start", "fontSize": 16, "subtitleColor": "#5b6470", "offset": 14},
    "axis": {"labelColor": "#3c4450", "titleColor": "#3c4450", "gridColor": "#e5e8ec"},
    "view": {"stroke": None},
}


def menu(title: str, made: Chart, frame: pd.DataFrame, *, key: str) -> None:
    """A button that opens the three forms; what is in it costs nothing while it is closed.

    Opening it runs the fragment that the chart stands in; one of its own would cost every click.
    """
    box = st.popover(
        "Download",
        type="tertiary",
        width="content",
        icon=":material/download:",
        key=f"{key}-take",
        on_change="rerun",
        help="This chart as CSV, PNG or SVG.",
    )
    if not box.open:
        return
    repo = filters.current().repo
    source = f"{repo.name}. {text.source(repo.manifest)}"
    forms: tuple[tuple[str, str, Callable[[], str | bytes]], ...] = (
        ("CSV", "text/csv", lambda: csv(frame)),
        ("PNG", "image/png", lambda: png(made, title, source)),
        ("SVG", "image/svg+xml", lambda: svg(made, title, source)),
    )
    with box:
        for name, mime, make in forms:
            st.download_button(
                name,
                make,
                file_name=f"{key}.{name.lower()}",
                mime=mime,
                key=f"{key}-{name.lower()}",
                on_click="ignore",
                type="tertiary",
            )


def csv(frame: pd.DataFrame) -> str:
    """The numbers, through the one CSV writer."""
    columns = tuple(map(_described, frame.items()))
    return export.csv_text(frame, tables.Table("chart", "Numbers behind a chart.", (), columns))


def svg(made: Chart, title: str, source: str) -> str:
    """The picture as SVG, with its title and what it stands on."""
    import vl_convert  # noqa: PLC0415 - 80 MB that most visitors never need

    drawn: str = vl_convert.vegalite_to_svg(standalone(made, title, source), vl_version=_version())
    return drawn


def png(made: Chart, title: str, source: str) -> bytes:
    """The same as PNG."""
    import vl_convert  # noqa: PLC0415

    drawn: bytes = vl_convert.vegalite_to_png(
        standalone(made, title, source), vl_version=_version(), scale=SCALE
    )
    return drawn


def standalone(made: Chart, title: str, source: str) -> dict[str, Any]:
    """The specification with its own data, a title and a width: it needs no page around it."""
    if isinstance(made, Drawing):
        spec = made.spec
        for name, rows in made.datasets.items():
            told = rows.to_pandas().to_json(orient="records", date_format="iso")
            spec["datasets"][name] = json.loads(told)
    else:
        spec = made.to_dict()
    config = spec.get("config", {}) | _LOOKS
    return spec | {
        "width": WIDTH,
        "title": {"text": title, "subtitle": source},
        "config": config,
        "padding": _LOOKS["padding"],
    }


def _version() -> str:
    return ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])


def _described(item: tuple[Any, pd.Series]) -> tables.Column:
    name, values = str(item[0]), item[1]
    dtype: tables.Dtype = "str"
    if pd.api.types.is_bool_dtype(values):
        dtype = "bool"
    elif pd.api.types.is_numeric_dtype(values):
        dtype = "float"
    elif pd.api.types.is_datetime64_any_dtype(values):
        dtype = "timestamp"
    return tables.Column(name, dtype, "", nullable=True)
