"""Why does a commit or change request count as it does, and what could not be read?"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from analyzers import vocabulary
from dashboard import coverage, data, filters, parts, text

shown = filters.current()


@st.fragment
def _traces() -> None:
    evidence = shown.repo.rows("evidence")
    st.header("Traces of AI tools", anchor=False)
    if evidence.empty:
        st.text("No trace of an AI tool was found in this history.")
        return
    with st.container(horizontal=True, vertical_alignment="top", gap="medium"):
        wanted = st.text_input(
            "Commit or change request",
            key="find",
            bind="query-params",
            placeholder="4b825dc or #12",
            width=260,
        ).strip()
        tools = sorted(evidence["tool"].unique())
        tool = st.selectbox(
            "Tool",
            tools,
            index=None,
            placeholder="All tools",
            key="tool",
            bind="query-params",
            width=230,
        )
        places = [
            place for place in vocabulary.EVIDENCE_PLACES if (evidence["place"] == place).any()
        ]
        place = st.selectbox(
            "Where",
            places,
            index=None,
            placeholder="Everywhere",
            format_func=text.place,
            key="place",
            bind="query-params",
            width=230,
        )
    rows = evidence if tool is None else evidence[evidence["tool"] == tool]
    rows = rows if place is None else rows[rows["place"] == place]
    if wanted:
        rows = rows[
            rows["sha"].str.startswith(wanted.lower())
            | rows["change_request"].isin([wanted, f"#{wanted}", f"!{wanted}"])
        ]
    st.caption(f"{text.counted(len(rows), 'trace')} in all of history.")
    if rows.empty:
        st.text("No trace matches. A commit without traces is unmarked, which is not 'human'.")
        return
    linked = rows.head(parts.ROWS)
    linked = linked.assign(
        link=shown.repo.forge.commits(linked["sha"]),
        sha=linked["sha"].str.slice(0, 10),
        detail=list(map(text.reason, linked["detail"], linked["tool"])),
        place=linked["place"].map(text.place),
        degree=linked["degree"].map(text.degree),
    )
    link = ["link"] if linked["link"].notna().any() else []
    columns = ["sha", *link, "detail", "tool", "place", "degree", "confidence", "change_request"]
    st.dataframe(
        linked[columns],
        column_config={
            "sha": "Commit",
            "change_request": "Request",
            "detail": st.column_config.TextColumn("Why", width="large"),
            "tool": "Tool",
            "place": "Where",
            "degree": "Degree",
            "confidence": "Confidence",
            "link": st.column_config.LinkColumn("Forge", display_text="open", width=64),
        },
        hide_index=True,
        placeholder=text.UNKNOWN,
        height=420,
        alt="Traces of AI tools",
    )


def _dating() -> None:
    requests = data.requests(shown.repo)
    st.header("How change requests were dated", anchor=False)
    if requests.empty:
        st.text("No change requests were found.")
        return
    made = (
        requests.groupby(["opened_grade", "opened_method"], observed=True, dropna=False)
        .size()
        .rename("n")
        .reset_index()
    )
    made.insert(1, "meaning", made["opened_grade"].map(text.GRADES))
    made["opened_method"] = made["opened_method"].map(text.METHODS).fillna(made["opened_method"])
    st.dataframe(
        made,
        column_config={
            "opened_grade": "Grade",
            "meaning": "Meaning",
            "opened_method": "Dated by",
            "n": st.column_config.ProgressColumn(
                "n", format="localized", min_value=0, max_value=int(made["n"].max())
            ),
        },
        hide_index=True,
        placeholder=text.UNKNOWN,
        alt="Openings by grade and method",
    )
    for line in coverage.dating(shown.repo.manifest):
        st.markdown(line)


def _looked_at() -> None:
    manifest = shown.repo.manifest
    st.header("Where traces were looked for", anchor=False)
    st.dataframe(
        pd.DataFrame(coverage.looked_at(manifest), columns=["place", "read", "absent"]),
        hide_index=True,
        column_config={
            "place": st.column_config.TextColumn("Place", width="medium"),
            "read": st.column_config.TextColumn("Read", width="small"),
            "absent": st.column_config.TextColumn("What its absence means", width="large"),
        },
        alt="Places where traces of AI tools can lie, and how many were read",
    )
    spots = coverage.blind_spots(manifest)
    if spots:
        st.markdown("\n".join(f"- {line}" for line in spots))


def _read() -> None:
    manifest, facts = shown.repo.manifest, shown.repo.facts
    counts = manifest.get("counts", {})
    st.header("What was read, and what was not", anchor=False)
    for warning in manifest.get("warnings", []):
        st.text(f"• {warning}")
    known = {
        "Data up to": str(manifest.get("data_edge") or text.UNKNOWN)[:10],
        "Commit": str(facts.get("head") or text.UNKNOWN)[:12],
        "Line": facts.get("head_name") or "detached",
        "Clone": _clone(facts),
        "Commits of this line": text.number(counts.get("commits")),
        "Commits read in all": text.number(counts.get("all_commits")),
        "Commits without line counts": text.number(counts.get("incomplete", 0)),
        "Commits missing": text.number(manifest.get("n_missing", 0)),
    }
    st.dataframe(
        pd.DataFrame({"fact": list(known), "value": list(known.values())}),
        hide_index=True,
        column_config={"fact": "Fact", "value": "Value"},
        alt="What was read of this repository",
    )


def _clone(facts: dict[str, Any]) -> str:
    told = [name for name in ("shallow", "partial") if facts.get(f"is_{name}")]
    return " and ".join(told) or "complete"


if parts.begin(shown, "Evidence", requests=False):
    st.markdown(text.DECLARED)
    _traces()
    _looked_at()
    _left, _right = st.columns(2, gap="large")
    with _left:
        _dating()
    with _right:
        _read()
