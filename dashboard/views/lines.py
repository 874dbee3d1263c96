"""How much of today's code comes from commits that declare AI, and in which folders?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analyzers import line_survey
from analyzers.authorship import surviving
from analyzers.line_survey import Survey
from dashboard import filters, parts, share_charts, text

MANY = 20  # folders that get a row of their own
shown = filters.current()


def _not_yet() -> None:
    st.info(
        "Nobody has asked yet which commit each line comes from. It takes minutes on a large"
        " repository, so mining leaves it out. In a terminal: `reviewgap lines`, with the path of"
        " this repository and the same `--store`; then reload this page.",
        icon=":material/layers:",
    )


def _answer(survey: Survey) -> None:
    whole = survey.shares.iloc[0]
    if not whole["n_blamed"]:
        st.caption("No code at HEAD could be traced to its commits.")
        return
    st.markdown(
        f"**{text.share(whole['ai_share_of_lines'])}** of today's"
        f" {text.number(whole['n_lines'])} lines of code and tests ({_band(whole)}) were last"
        " changed by commits that declare AI: a lower bound."
    )
    areas = survey.shares.iloc[1:].head(MANY)
    frame = pd.DataFrame(
        {
            "part": areas["area"].replace(".", text.TOP_LEVEL),
            "share": areas["ai_share_of_lines"],
            "low": areas["low"],
            "high": areas["high"],
            "n": areas["n_lines"],
        }
    ).reset_index(drop=True)
    parts.chart(
        "By folder",
        share_charts.shares(frame),
        key="lines-area",
        alt_text="Declared AI share of surviving lines by top folder, with 90% band",
        reading="Folders by size; n is lines. Without a bar: one file was read, or none or all of"
        " what was read declares AI. A line belongs to the commit that last changed it: a reformat"
        " takes lines over, and a squash gives all its lines to one commit.",
        frame=frame,
    )


def _band(whole: pd.Series) -> str:
    if pd.isna(whole["low"]):
        which = "none" if not whole["ai_share_of_lines"] else "all"
        return f"no band: {which} of the {text.number(whole['n_blamed'])} files read"
    return text.band(whole["low"], whole["high"], text.share)


def _made_of(survey: Survey) -> None:
    n_blamed = int(survey.shares.iloc[0]["n_blamed"])
    drawn = ", drawn at random in each folder" if n_blamed < survey.n_files else ""
    told = (
        f"{text.number(n_blamed)} of {text.counted(survey.n_files, 'file')} of code and tests"
        f" read{drawn}"
    )
    if survey.n_unreadable:
        told += f"; {text.number(survey.n_unreadable)} could not be read"
    st.caption(f"{told}, at commit {survey.head[:10]}.")
    if survey.head != shown.repo.facts.get("head"):
        st.warning("HEAD has moved since: run `reviewgap lines` again.", icon=":material/history:")


if parts.begin(shown, "Surviving lines", requests=False):
    found = line_survey.last(shown.repo.folder)
    if found is None or list(found.shares.columns) != list(surviving.COLUMNS):
        _not_yet()
    else:
        _answer(found)
        _made_of(found)
