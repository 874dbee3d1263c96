"""From a point of a chart to what lies behind it: the change requests and commits of a week."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import data, parts, text
from dashboard.charts import PICK
from dashboard.filters import Filters

_COLUMNS = ["change_request", "title", "opened_at", "landed_at", "time_to_land_hours"]
_TAIL = ["opened_grade", "authorship", "ai_tools", "reviewable_lines"]


def picked(key: str) -> dict[str, Any]:
    """Options that make a chart set the shared week when a point is clicked."""
    return {"on_select": lambda: _take(key), "selection_mode": PICK}


def week(filters: Filters, *, step: int | None = None) -> None:
    """The week box (for those without a pointer) and, under it, the lists of that week."""
    step = step or filters.step
    keys = list(filters.weeks_in(step)["iso_week"])[::-1]
    _settle(keys)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        chosen = st.selectbox(
            "Week to look into",
            keys,
            index=None,
            placeholder="Click the chart, or choose a week",
            key="week",
            bind="query-params",
            width=280,
        )
        if chosen is None:
            return
        found = _behind(filters, str(chosen), step)
        kind = st.segmented_control(
            "Show", list(found), default="Opened", required=True, key="behind", bind="query-params"
        )
        st.caption(", ".join(f"{name} ({len(rows)})" for name, rows in found.items()))
    if kind == "Commits":
        columns = ["sha", "subject", "committed_at", "authorship", "ai_tools", "reviewable_lines"]
        _table(found["Commits"], parts.commit_table, columns, "commits")
    else:
        _table(found[str(kind)], parts.request_table, [*_COLUMNS, *_TAIL], "requests")


def _behind(filters: Filters, first: str, step: int) -> dict[str, pd.DataFrame]:
    """What was opened, what landed, and which commits came in the weeks of that point."""
    weeks = _block(filters, first, step)
    requests, commits = data.requests(filters.repo), data.commits(filters.repo)
    return {
        "Opened": _of(requests, "opened_week", weeks, filters),
        "Landed": _of(requests, "landed_week", weeks, filters),
        "Commits": _of(commits, "landed_in_week", weeks, filters),
    }


def _table(rows: pd.DataFrame, draw: Any, columns: list[str], what: str) -> None:
    if rows.empty:
        st.caption("Nothing under these filters.")
        return
    draw(rows, key=f"drill-{what}-table", columns=columns)
    if rows["link"].isna().all():
        st.caption(text.NO_LINKS)


def _take(key: str) -> None:
    points = st.session_state[key]["selection"].get(PICK, [])
    if points:
        st.session_state["week"] = points[0]["iso_week"]


def _settle(keys: list[str]) -> None:
    """A week chosen on another page becomes the point of this one that it lies in."""
    chosen = st.session_state.get("week")
    if chosen is None or chosen in keys:
        return
    earlier = [key for key in keys if key <= chosen]
    if earlier:
        st.session_state["week"] = earlier[0]
    else:
        del st.session_state["week"]


def _block(filters: Filters, first: str, step: int) -> list[str]:
    """All ISO weeks that the point stands for."""
    if step == 1:
        return [first]
    weeks = list(filters.span.weeks["iso_week"])
    begin = weeks.index(first)
    return weeks[begin : begin + step]


def _of(frame: pd.DataFrame, column: str, weeks: list[str], filters: Filters) -> pd.DataFrame:
    if frame.empty:
        return frame.assign(link=None)
    return frame[frame[column].isin(weeks) & frame["group"].isin(filters.groups)]
