"""What waits now, the oldest first?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import data, filters, parts, text, wait_charts

shown = filters.current()
COLUMNS = [
    "change_request",
    "title",
    "opened_at",
    "waiting_days",
    "authorship",
    "reviewable_lines",
    "n_commits",
    "area",
]
AGES = ((3, "< 3 days"), (7, "3–7 days"), (30, "1–4 weeks"), (90, "1–3 months"))
YOUNG_DAYS = 90


def _waiting() -> pd.DataFrame:
    frame = data.requests(shown.repo)
    edge = pd.Timestamp(shown.repo.manifest["data_edge"])
    waits = frame["landed_at"].isna() & frame["closed_at"].isna() & (frame["opened_at"] <= edge)
    frame = frame[waits & frame["group"].isin(shown.groups)]
    days = (edge - frame["opened_at"]).dt.total_seconds() / 86_400
    return frame.assign(waiting_days=days.round(1))


def _ages(frame: pd.DataFrame) -> None:
    names = [name for _, name in AGES]
    cut = pd.cut(frame["waiting_days"], [-1, *(most for most, _ in AGES)], labels=names)
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


@st.fragment
def _list(frame: pd.DataFrame) -> None:
    areas = list(frame["area"].dropna().value_counts().index[:40])
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        order = st.segmented_control(
            "Order",
            ["Oldest", "Largest", "Newest"],
            default="Oldest",
            required=True,
            key="queue_order",
            bind="query-params",
        )
        area = st.selectbox(
            "Area", areas, index=None, placeholder="All areas", key="area", width=230
        )
    rows = frame if area is None else frame[frame["area"] == area]
    by, ascending = {
        "Oldest": ("opened_at", True),
        "Largest": ("reviewable_lines", False),
        "Newest": ("opened_at", False),
    }[str(order)]
    rows = rows.sort_values(by, ascending=ascending, na_position="last")
    st.caption(f"{text.counted(len(rows), 'change request')} waiting as far as git can tell.")
    parts.request_table(rows, key="queue-table", columns=COLUMNS, height=460)


if parts.begin(shown, "Queue"):
    _all = _waiting()
    _young = _all[_all["waiting_days"] <= YOUNG_DAYS]
    st.markdown(
        f"**{text.number(len(_young))}** change requests opened in the last {YOUNG_DAYS} days have"
        f" not landed; **{text.number(len(_all) - len(_young))}** older ones never did and are"
        " taken as given up. The period above does not apply: this is the state at the data's end."
    )
    if _young.empty:
        st.text("Nothing waits.")
    else:
        _ages(_young)
        _list(_young)
