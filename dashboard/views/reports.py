"""Take the numbers elsewhere: the weekly report, every table, and a description of its columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import streamlit as st

from analyzers import capacity, tables
from dashboard import data, filters, parts, taking, text

shown = filters.current()
TABLES = (
    capacity.WEEKLY,
    tables.CHANGE_REQUESTS,
    tables.COMMITS,
    tables.EVIDENCE,
    tables.REVIEW_EVENTS,
)
SHARE = "ai_share_declared_of_change_requests"
COLUMNS: dict[str, Any] = {
    "iso_week": "Week",
    "generation_rate": st.column_config.NumberColumn("Opened"),
    "throughput": st.column_config.NumberColumn("Landed"),
    "time_to_land_median_hours": st.column_config.NumberColumn(
        "Median hours to land", format="%.1f"
    ),
    "time_to_land_n": "n",
    SHARE: st.column_config.NumberColumn("AI share, declared", format="%.0f%%"),
    "backlog_young": "Waiting",
    "review_efficiency_index": st.column_config.NumberColumn("Index", format="%.2f"),
    "demonstrated_capacity": st.column_config.NumberColumn("Capacity", format="%.1f"),
    "review_gap_ratio": st.column_config.NumberColumn("Review gap", format="%.2f"),
}


def _whole() -> None:
    """The report and the package: what most people come for."""
    grid = st.grid(2, min_column_width=300, border=True)
    repo = shown.repo
    for title, told, file, mime, make in (
        (
            "Weekly report",
            "The newest complete week in one HTML file that opens anywhere and asks nobody.",
            "report.html",
            "text/html",
            lambda: taking.report(repo),
        ),
        (
            "Everything",
            "Every table as CSV with a datapackage.json that says what each column means.",
            "reviewgap.zip",
            "application/zip",
            lambda: taking.package(repo),
        ),
    ):
        with grid.cell():
            _offer(title, told, file, mime, make)


def _tables() -> None:
    st.header("Single tables", anchor=False)
    grid = st.grid(3, min_column_width=300, border=True)
    for table in (table for table in TABLES if shown.repo.has(table.name)):
        with grid.cell():
            _offer(
                table.name.replace("_", " ").capitalize(),
                table.meaning,
                f"{table.name}.csv",
                "text/csv",
                lambda table=table: taking.csv(shown.repo, table),
            )


def _offer(title: str, told: str, file: str, mime: str, make: Callable[[], str | bytes]) -> None:
    st.markdown(f"**{title}**")
    st.caption(told)
    st.download_button(
        file,
        make,
        file_name=file,
        mime=mime,
        key=f"reports-{file}",
        on_click="ignore",
        icon=":material/download:",
    )


def _weekly() -> None:
    st.header("Weekly table", anchor=False)
    frame = data.weekly(shown.repo)
    rows = frame[frame["iso_week"].between(shown.span.first, "9")].iloc[::-1]
    st.dataframe(
        rows[list(COLUMNS)].head(parts.ROWS).assign(**{SHARE: rows[SHARE] * 100}),
        column_config=COLUMNS,
        hide_index=True,
        placeholder=text.UNKNOWN,
        alt="Weekly table of the period, newest week first",
    )
    st.caption(
        f"{len(COLUMNS)} of the {len(capacity.WEEKLY.columns)} columns, newest week first."
        f" {text.WEEKS} Empty cells are unknown, never zero."
    )


def _elsewhere() -> None:
    st.header("The same from a terminal or another tool", anchor=False)
    st.code(
        "reviewgap export REPO > weekly.csv\n"
        "reviewgap report REPO --format markdown\n"
        f"curl '{_served_at()}/api/v1/weekly.csv?repository={quote(shown.repo.key)}'",
        language=None,
    )


def _served_at() -> str:
    """The address before the page's own part, as the browser has it, also behind a proxy."""
    return (st.context.url or "http://127.0.0.1:8501").partition("?")[0].removesuffix("/reports")


if parts.begin(shown, "Reports", requests=False):
    _whole()
    _tables()
    _weekly()
    _elsewhere()
