"""Why does a commit or change request count as it does, and what could not be read?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analyzers import tables
from dashboard import data, filters, parts, text

shown = filters.current()
GRADES = {
    "A": "exact, or within hours",
    "B": "bounded closely by neighbours",
    "C": "bounded within days",
    "D": "a guess from its first commit",
}


@st.fragment
def _traces() -> None:
    evidence = shown.repo.rows("evidence")
    st.header("Traces of AI tools", anchor=False)
    if evidence.empty:
        st.text("No trace of an AI tool was found in this history.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        wanted = st.text_input(
            "Commit or change request",
            key="find",
            bind="query-params",
            placeholder="4b825dc or #12",
            width=260,
        ).strip()
        tools = sorted(evidence["tool"].unique())
        tool = st.selectbox(
            "Tool", tools, index=None, placeholder="All tools", key="tool", width=230
        )
        places = [place for place in tables.EVIDENCE_PLACES if (evidence["place"] == place).any()]
        place = st.selectbox(
            "Place", places, index=None, placeholder="All places", key="place", width=200
        )
    rows = evidence if tool is None else evidence[evidence["tool"] == tool]
    rows = rows if place is None else rows[rows["place"] == place]
    if wanted:
        rows = rows[
            rows["sha"].str.startswith(wanted.lower())
            | rows["change_request"].isin([wanted, f"#{wanted}", f"!{wanted}"])
        ]
    st.caption(f"{text.counted(len(rows), 'trace')}.")
    if rows.empty:
        st.text("No trace matches. A commit without traces is unmarked, which is not 'human'.")
        return
    linked = rows.head(parts.ROWS)
    linked = linked.assign(
        link=shown.repo.forge.commits(linked["sha"]), sha=linked["sha"].str.slice(0, 10)
    )
    columns = ["sha", "change_request", "detail", "tool", "place", "degree", "confidence"]
    if linked["link"].notna().any():
        columns.append("link")
    st.dataframe(
        linked[columns],
        column_config={
            "sha": "Commit",
            "change_request": "Request",
            "detail": st.column_config.TextColumn("Why", width="large"),
            "link": st.column_config.LinkColumn("Forge", display_text="open", width="small"),
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
    made.insert(1, "meaning", made["opened_grade"].map(GRADES))
    st.dataframe(
        made,
        column_config={
            "opened_grade": "Grade",
            "meaning": "Meaning",
            "opened_method": "Method",
            "n": st.column_config.ProgressColumn(
                "n", format="localized", min_value=0, max_value=int(made["n"].max())
            ),
        },
        hide_index=True,
        placeholder=text.UNKNOWN,
        alt="Openings by grade and method",
    )


def _coverage() -> None:
    st.header("What was read, and what was not", anchor=False)
    manifest = shown.repo.manifest
    for warning in manifest.get("warnings", []):
        st.text(f"• {warning}")
    facts = shown.repo.facts
    known = {
        "data up to": manifest.get("data_edge"),
        "head": facts.get("head"),
        "line": facts.get("head_name"),
        "shallow clone": facts.get("is_shallow"),
        "partial clone": facts.get("is_partial"),
        "commits not read in full": manifest.get("incomplete", 0),
    }
    known |= {name.replace("_", " "): value for name, value in _flat(manifest.get("coverage"))}
    known |= {name.replace("_", " "): value for name, value in _flat(manifest.get("counts"))}
    st.dataframe(
        pd.DataFrame({"fact": list(known), "value": [_said(value) for value in known.values()]}),
        hide_index=True,
        column_config={"fact": "Fact", "value": "Value"},
        alt="Coverage of this repository",
    )


def _said(value: object) -> str:
    if value is None:
        return text.UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    return text.number(value) if isinstance(value, int | float) else str(value)


def _flat(facts: object, prefix: str = "") -> list[tuple[str, object]]:
    if not isinstance(facts, dict):
        return []
    made: list[tuple[str, object]] = []
    for name, value in facts.items():
        if isinstance(value, dict):
            made += _flat(value, f"{prefix}{name}: ")
        else:
            made.append((f"{prefix}{name}", value))
    return made


if parts.begin(shown, "Evidence", requests=False):
    st.markdown(text.DECLARED)
    _traces()
    _left, _right = st.columns(2, gap="large")
    with _left:
        _dating()
    with _right:
        _coverage()
