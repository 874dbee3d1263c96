"""Take the numbers elsewhere: every table as CSV, with a description of its columns."""

from __future__ import annotations

import json

import streamlit as st

from analyzers import capacity, tables
from analyzers.reports import datapackage, export
from analyzers.tables import Table
from dashboard import data, filters, parts, text

shown = filters.current()
TABLES = (
    capacity.WEEKLY,
    tables.CHANGE_REQUESTS,
    tables.COMMITS,
    tables.EVIDENCE,
    tables.REVIEW_EVENTS,
)
SHOWN = [
    "iso_week",
    "generation_rate",
    "throughput",
    "time_to_land_median_hours",
    "time_to_land_n",
    "ai_share_declared_of_change_requests",
    "backlog_young",
    "review_efficiency_index",
    "demonstrated_capacity",
    "review_gap_ratio",
]


def _csv(table: Table) -> bytes:
    return export.csv_text(shown.repo.rows(table.name), table).encode()


def _package(table: Table) -> str:
    made = datapackage.descriptor(table, f"{table.name}.csv", "csv")
    return json.dumps(made, indent=2) + "\n"


def _downloads() -> None:
    grid = st.grid(3, min_column_width=300, border=True)
    for table in (table for table in TABLES if shown.repo.has(table.name)):
        with grid.cell():
            st.markdown(f"**{table.name.replace('_', ' ').capitalize()}**")
            st.caption(table.meaning)
            with st.container(horizontal=True, gap="small"):
                st.download_button(
                    f"{table.name}.csv",
                    lambda table=table: _csv(table),
                    file_name=f"{table.name}.csv",
                    mime="text/csv",
                    key=f"reports-{table.name}",
                    on_click="ignore",
                    icon=":material/download:",
                )
                st.download_button(
                    "datapackage.json",
                    lambda table=table: _package(table),
                    file_name="datapackage.json",
                    mime="application/json",
                    key=f"reports-{table.name}-package",
                    on_click="ignore",
                    type="tertiary",
                )


def _weekly() -> None:
    st.header("Weekly table", anchor=False)
    frame = data.weekly(shown.repo)
    rows = frame[frame["iso_week"].between(shown.span.first, "9")].iloc[::-1]
    st.dataframe(
        rows[SHOWN].head(parts.ROWS),
        column_config={
            "iso_week": "Week",
            "generation_rate": st.column_config.NumberColumn("Opened"),
            "throughput": st.column_config.NumberColumn("Landed"),
            "time_to_land_median_hours": st.column_config.NumberColumn(
                "Median hours to land", format="%.1f"
            ),
            "time_to_land_n": "n",
            "ai_share_declared_of_change_requests": st.column_config.NumberColumn(
                "AI share, declared", format="percent"
            ),
            "backlog_young": "Waiting",
            "review_efficiency_index": st.column_config.NumberColumn("Index", format="%.2f"),
            "demonstrated_capacity": st.column_config.NumberColumn("Capacity", format="%.1f"),
            "review_gap_ratio": st.column_config.NumberColumn("Review gap", format="%.2f"),
        },
        hide_index=True,
        placeholder=text.UNKNOWN,
        alt="Weekly table of the period, newest week first",
    )
    st.caption(
        f"Ten of the {len(capacity.WEEKLY.columns)} columns, newest week first. {text.WEEKS}"
        " Empty cells are unknown, never zero."
    )


def _elsewhere() -> None:
    st.header("The same from a terminal or another tool", anchor=False)
    st.code(
        "reviewgap export REPO > weekly.csv\n"
        "reviewgap report REPO --format markdown\n"
        "curl http://127.0.0.1:8501/api/v1/weekly.csv",
        language=None,
    )


if parts.begin(shown, "Reports", requests=False):
    _downloads()
    _weekly()
    _elsewhere()
