"""Which change requests are behind the figures, and by what evidence was each one dated?"""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from analyzers import tables
from dashboard import data, filters, one_request, parts, text

shown = filters.current()
span = shown.span
PICKED = "picked"  # in the address: the change request whose evidence is open
COLUMNS = [
    "change_request",
    "title",
    "state",
    "opened_at",
    "opened_grade",
    "landed_at",
    "time_to_land_hours",
    "authorship",
    "ai_tools",
    "reviewable_lines",
    "n_commits",
    "area",
]


def _chosen(frame: pd.DataFrame) -> pd.DataFrame:
    states = [state for state in text.STATES if (frame["state"] == state).any()]
    grades = sorted(frame["opened_grade"].dropna().unique())
    with st.container(horizontal=True, vertical_alignment="top", gap="medium"):
        wanted = st.text_input(
            "Find",
            key="request",
            bind="query-params",
            placeholder="#12, or words of a title",
            width=230,
        ).strip()
        state = st.pills(
            "State",
            states,
            format_func=text.STATES.__getitem__,
            selection_mode="multi",
            key="state",
            bind="query-params",
        )
        grade = st.pills(
            "Opening graded",
            grades,
            selection_mode="multi",
            key="grade",
            bind="query-params",
            help=tables.CHANGE_REQUESTS["opened_grade"].meaning,
        )
        order = st.segmented_control(
            "Order",
            ["Newest", "Slowest", "Largest"],
            default="Newest",
            required=True,
            key="order",
            bind="query-params",
        )
    keep = frame["state"].isin(state or states) & frame["opened_grade"].isin(grade or grades)
    keep &= _matches(frame, wanted)
    by = {"Newest": "opened_at", "Slowest": "time_to_land_hours", "Largest": "reviewable_lines"}
    return frame[keep].sort_values(by[str(order)], ascending=False, na_position="last")


def _matches(frame: pd.DataFrame, wanted: str) -> pd.Series:
    """Whether the number is the one asked for, or the title holds the words."""
    if not wanted:
        return pd.Series(data=True, index=frame.index)
    number = frame["change_request"].isin([wanted, f"#{wanted}", f"!{wanted}"])
    return number | frame["title"].fillna("").str.contains(wanted, case=False, regex=False)


@st.fragment
def _list() -> None:
    frame = data.requests(shown.repo)
    active = frame["opened_week"].between(span.first, span.last) | frame["landed_week"].between(
        span.first, span.last
    )
    rows = _chosen(frame[active & frame["group"].isin(shown.groups)])
    st.caption(
        f"{text.counted(len(rows), 'change request')} opened or landed from {span.first} to"
        f" {span.last}. Select a row for its evidence, which is then in the address of the page."
    )
    if rows.empty:
        st.text("Nothing matches these filters; choose fewer of them or a longer period.")
        return
    parts.tell_first()
    parts.request_table(
        rows,
        key="requests-table",
        columns=COLUMNS,
        on_select=partial(_pick, list(rows["change_request"].head(parts.ROWS))),
        selection_mode="single-row",
        height=460,
    )
    asked = st.query_params.get(PICKED)
    found = frame[frame["change_request"] == asked] if asked else rows if len(rows) == 1 else None
    if found is not None and len(found):
        _evidence(found.iloc[0])


def _pick(listed: list[str]) -> None:
    """The row that was selected becomes part of the address; none selected, none in it."""
    selected = st.session_state["requests-table"].selection.rows
    if selected and selected[0] < len(listed):
        st.query_params[PICKED] = listed[selected[0]]
    else:
        st.query_params.pop(PICKED, None)


def _evidence(row: pd.Series) -> None:
    st.header("One change request", anchor=False)
    st.text(f"{row['change_request']}  {row['title'] if pd.notna(row['title']) else ''}")
    if pd.notna(row["link"]):
        st.link_button("Open on the forge", row["link"], icon=":material/open_in_new:")
    st.caption("How it was dated, and how it landed")
    known = one_request.facts(row)
    frame = pd.DataFrame({"In git": known.values()}, index=pd.Index(known, name="Fact"))
    st.table(frame, width="content")
    st.caption(f"Why it counts as {text.VERDICTS.get(row['authorship'], row['authorship'])}")
    evidence, memberships = shown.repo.rows("evidence"), shown.repo.rows("memberships")
    own = one_request.traces(evidence, memberships, row["change_request"])
    if own.empty:
        st.text("No trace of an AI tool was found.")
        return
    st.dataframe(
        own.head(parts.ROWS),
        column_config={
            "detail": st.column_config.TextColumn("Why", width="large"),
            "place": "Where",
            "tool": "Tool",
            "degree": "Degree",
            "confidence": "Confidence",
        },
        hide_index=True,
        alt="Evidence of AI authorship",
    )


if parts.begin(shown, "Change requests"):
    _list()
    if not shown.repo.forge.change_request:
        st.caption(text.NO_LINKS)
