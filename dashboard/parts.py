"""Pieces that several pages are made of: charts with their data, tables, empty states."""

from __future__ import annotations

import time
from typing import Any

import pandas as pd
import streamlit as st

from analyzers import tables
from dashboard import data, takeaway, text
from dashboard.drawing import Drawing
from dashboard.filters import Filters
from dashboard.takeaway import Chart

ROWS = 500  # what a table shows at once; more is for the downloads
HEAD_START = 0.03  # seconds: six of Streamlit's rounds of sending, for a busy machine


def tell_first() -> None:
    """Let what was written so far reach the reader before the charts and tables below it.

    A browser shows what comes together only once all of it is drawn, and charts take longest.
    """
    time.sleep(HEAD_START)


def chart(
    title: str,
    made: Chart,
    *,
    key: str,
    alt_text: str,
    reading: str,
    frame: pd.DataFrame,
    **options: Any,
) -> None:
    """A chart: its heading, its downloads, its takeaway in words, and how to read it."""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", wrap=False
    ):
        st.header(title, width="stretch", anchor=False)
        takeaway.menu(title, made, frame, key=key)
    options |= {"width": "stretch", "key": key, "alt": alt_text}
    if isinstance(made, Drawing):
        st.vega_lite_chart(None, made.spec, **options)
    else:
        st.altair_chart(made, **options)
    if reading:
        st.caption(reading)


def command(words: str) -> None:
    """A command to type. `st.code` loads 1.6 MB first, and charts beside it come a second later."""
    st.markdown(f"`{words}`")


FEWEST_POINTS = 3


def has_points(frame: pd.DataFrame, column: str, title: str) -> bool:
    """Whether there is enough to draw a line; False after saying that there is not."""
    if frame[column].notna().sum() >= FEWEST_POINTS:
        return True
    st.header(title, anchor=False)
    st.caption("Known for too few weeks of this period to draw.")
    return False


def request_table(frame: pd.DataFrame, *, key: str, columns: list[str], **options: Any) -> Any:
    """Change requests, at most ROWS of them; text from history only in cells, never as markup."""
    return _table(frame, "change_request", tables.CHANGE_REQUESTS, key, columns, options)


def commit_table(frame: pd.DataFrame, *, key: str, columns: list[str], **options: Any) -> Any:
    """Commits, at most ROWS of them."""
    short = frame.assign(sha=frame["sha"].str.slice(0, 10))
    return _table(short, "sha", tables.COMMITS, key, columns, options)


def _table(
    frame: pd.DataFrame,
    name: str,
    table: tables.Table,
    key: str,
    columns: list[str],
    options: dict[str, Any],
) -> Any:
    shown = frame.head(ROWS)
    for column, words in (("authorship", text.VERDICTS), ("state", text.STATES)):
        if column in columns:
            shown = shown.assign(**{column: shown[column].map(words)})
    linked = "link" in shown and shown["link"].notna().any()
    order = [columns[0], "link", *columns[1:]] if linked else columns
    config = {column: _column(column, table) for column in columns}
    config["link"] = st.column_config.LinkColumn("Forge", display_text="open", width=64)
    event = st.dataframe(
        shown[order],
        column_config=config,
        column_order=order,
        hide_index=True,
        key=key,
        placeholder=text.UNKNOWN,
        alt=f"Table of {len(shown)} rows by {name}",
        **options,
    )
    if len(frame) > ROWS:
        st.caption(f"The first {ROWS} of {text.number(len(frame))} rows; Reports has all of them.")
    return event


def _column(name: str, table: tables.Table) -> Any:
    title = TITLES.get(name, name.replace("_", " ").capitalize())
    known = name in table.names
    note = table[name].meaning if known else None
    if name in {"opened_at", "landed_at", "committed_at", "authored_at", "at"}:
        return st.column_config.DatetimeColumn(
            title, format="YYYY-MM-DD", timezone="UTC", help=note, width=104
        )
    if name.endswith(("_hours", "_days")):
        return st.column_config.NumberColumn(title, format="%.1f", help=note)
    if known and table[name].dtype in {"int", "float"}:
        return st.column_config.NumberColumn(title, format="localized", help=note)
    return st.column_config.TextColumn(title, help=note, width=_WIDTHS.get(name))


_WIDTHS = {
    "title": 340,
    "subject": "large",
    "detail": "large",
    "signs": 230,
    "change_request": 84,
    "opened_grade": 60,
    "area": 90,
}
TITLES = {
    "change_request": "Request",
    "time_to_land_hours": "Hours to land",
    "time_to_first_response_hours": "Hours to answer",
    "waiting_days": "Days waiting",
    "opened_at": "Opened (UTC)",
    "landed_at": "Landed (UTC)",
    "committed_at": "Committed (UTC)",
    "opened_grade": "Grade",
    "reviewable_lines": "Lines",
    "n_commits": "Commits",
    "n_files": "Files",
    "n_rounds": "Rounds",
    "ai_tools": "AI tools",
    "sha": "Commit",
}


def nothing(filters: Filters, *, title: str) -> bool:
    """Say why there is nothing to see, and what to do next; True where there is nothing."""
    if filters.span.n:
        return False
    st.title(title, anchor=False)
    if filters.repo.facts.get("head") is None:
        st.header("This repository has no commits yet.", anchor=False)
        st.text("Commit something, then run reviewgap on it again.")
        return True
    notices(filters)
    st.header("No complete week of history in this period.", anchor=False)
    st.text("Figures need at least one whole ISO week, Monday to Sunday. Choose a longer period.")
    return True


def begin(filters: Filters, title: str, *, requests: bool = True) -> bool:
    """Title and notices of a page; False, after saying why, where it has nothing to show."""
    if nothing(filters, title=title):
        return False
    st.title(title, anchor=False)
    notices(filters)
    if requests and data.requests(filters.repo).empty:
        no_requests()
        return False
    return True


_TOLD_ABOVE = ("shallow", "no heads of", "no commits yet")


def notices(filters: Filters) -> None:
    """What the reader must know of how complete the history is."""
    facts, manifest = filters.repo.facts, filters.repo.manifest
    if facts.get("is_shallow"):
        st.warning(
            "This is a shallow clone: history before its edge is missing, so early weeks count too"
            " little. Run `git fetch --unshallow`, then mine again.",
            icon=":material/content_cut:",
        )
    if facts.get("is_partial"):
        st.warning(
            "This is a partial clone: commits whose files are not here have no line counts."
            " Run `git fetch --refetch --no-filter`, then mine again.",
            icon=":material/data_alert:",
        )
    told_above = (*_TOLD_ABOVE, "line counts") if facts.get("is_partial") else _TOLD_ABOVE
    for warning in manifest.get("warnings", []):
        if not any(told in warning for told in told_above):
            st.warning(f"{text.plain(warning)}.", icon=":material/info:")


def no_requests() -> None:
    """No change request was found: say what would add some."""
    st.header("No change requests found.", anchor=False)
    st.text(
        "This history shows commits only. Heads of change requests tell more; fetch them, then"
        " mine again:"
    )
    command("reviewgap fetch-reviews PATH/TO/REPOSITORY")
