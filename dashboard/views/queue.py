"""What waits now, the oldest and the most conspicuous first?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analyzers.capacity.backlog import YOUNG_DAYS
from dashboard import filters, parts, text, wait_charts, waiting
from dashboard.waiting import Queue

shown = filters.current()
COLUMNS = [
    "change_request",
    "title",
    "waiting_days",
    "signs",
    "opened_at",
    "authorship",
    "reviewable_lines",
    "n_commits",
    "area",
]
ORDERS = {
    "Oldest": (["opened_at"], [True]),
    "Most signs": (["n_signs", "waiting_days"], [False, False]),
    "Largest": (["reviewable_lines", "n_commits"], [False, False]),
    "Newest": (["opened_at"], [False]),
}


@st.fragment
def _ages(frame: pd.DataFrame) -> None:
    names = [name for _, name in waiting.AGES]
    edges = [-1, *(most for most, _ in waiting.AGES)]
    cut = pd.cut(frame["waiting_days"], edges, labels=names)
    counted = [
        pd.DataFrame({"bin": names, "rank": range(len(names))}).assign(
            n=cut[frame["group"] == group].value_counts().reindex(names, fill_value=0).to_numpy(),
            label=text.GROUPS[group],
            group=group,
        )
        for group in shown.groups
    ]
    made = pd.concat(counted)
    parts.chart(
        "How long they wait",
        wait_charts.histogram(made, x="waiting since opening", unit="change requests"),
        key="queue-ages",
        alt_text="Waiting change requests by age",
        reading=f"Opened at most {YOUNG_DAYS} days before the data ends. {text.UPPER_BOUND}",
        frame=made[["bin", "label", "n"]],
    )


def _signs(found: Queue) -> None:
    st.header("What stands out", anchor=False)
    told = [f"- **{sign.n}** {sign.meaning} (*{sign.word}*)" for sign in found.signs if sign.n]
    st.markdown("\n".join(told) or "Nothing.")
    st.caption(
        "Signs compare with what landed here in the last year. They are counted, not weighed: a"
        " place to begin, not a prediction."
    )


@st.fragment
def _list(frame: pd.DataFrame) -> None:
    areas = list(frame["area"].dropna().value_counts().index[:40])
    with st.container(horizontal=True, vertical_alignment="top", gap="medium"):
        order = st.segmented_control(
            "Order",
            list(ORDERS),
            default="Oldest",
            required=True,
            key="queue_order",
            bind="query-params",
        )
        area = st.selectbox(
            "Area",
            areas,
            index=None,
            placeholder="All areas" if areas else "Not known for what waits",
            key="area",
            bind="query-params",
            disabled=not areas,
            width=230,
        )
    rows = frame if area is None else frame[frame["area"] == area]
    by, ascending = ORDERS[str(order)]
    rows = rows.sort_values(by, ascending=ascending, na_position="last")
    st.caption(f"{text.counted(len(rows), 'change request')} waiting as far as git can tell.")
    parts.request_table(rows, key="queue-table", columns=COLUMNS, height=460)


if parts.begin(shown, "Queue"):
    _queue = waiting.queue(shown)
    st.markdown(
        f"On {str(shown.repo.manifest['data_edge'])[:10]}, where the data ends,"
        f" **{text.number(len(_queue.rows))}** change requests opened in the {YOUNG_DAYS} days"
        f" before had not landed; **{text.number(_queue.n_given_up)}** older ones never did and"
        " are taken as given up."
    )
    if _queue.rows.empty:
        st.text("Nothing waits.")
    else:
        _left, _right = st.columns([3, 2], gap="large")
        with _left:
            _ages(_queue.rows)
        with _right:
            _signs(_queue)
        _list(_queue.rows)
