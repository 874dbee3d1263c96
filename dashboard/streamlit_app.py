"""The page list and the filters that all pages share. Started by launch.py, never by hand."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from analyzers.errors import StoreError
from dashboard import asked, filters, login, mining_panel, text

HERE = Path(__file__).parent
PAGES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (  # the last: filters that apply to it
    ("gap", "Review gap", "balance", filters.NAMES),
    ("authorship", "AI authorship", "robot_2", ("period", "marks")),
    ("lines", "Surviving lines", "layers", ()),
    ("latency", "Review latency", "schedule", filters.NAMES),
    ("change_requests", "Change requests", "merge", ("period", "authorship", "automation")),
    ("queue", "Queue", "pending_actions", ("authorship", "automation")),
    ("capacity", "Capacity", "groups", ("period", "marks")),
    ("forecast", "Forecast", "trending_up", ()),
    ("evidence", "Evidence", "fact_check", ()),
    ("repositories", "Repositories", "folder_copy", ("period",)),
    ("reports", "Reports", "download", ("period",)),
)

asked.note(filters.UNDERSTOOD)
st.set_page_config(page_title="reviewgap", page_icon=str(HERE / "icon.svg"), layout="wide")
page = st.navigation(
    [
        st.Page(
            HERE / "views" / f"{name}.py",
            title=title,
            icon=f":material/{icon}:",
            url_path="" if name == "gap" else name.replace("_", "-"),
            default=name == "gap",
        )
        for name, title, icon, _ in PAGES
        if (HERE / "views" / f"{name}.py").exists()
    ],
    position="top",
)
applies = {title: names for _, title, _, names in PAGES}[page.title]
# Streamlit leaves room for a logo above and a chat box below; the answer belongs higher up.
# The list of pages begins where the text below it does. Words of a card wrap instead of being cut,
# and its note stands close below. On a phone the filters take less of the first screen.
st.html(
    "<style>"
    "[data-testid='stMainBlockContainer'] {padding-top: 4.25rem; padding-bottom: 3rem}"
    "@media (min-width: 800px) {[data-testid='stTopNav'] {margin-left: 3.4rem}}"
    "[data-testid='stMetric'] * {white-space: normal !important}"
    "[data-testid='stVerticalBlock']:has(> * > [data-testid='stMetric']) {gap: 0.25rem}"
    "@media (max-width: 640px) {"
    ".st-key-filters {gap: 0.6rem}"
    ".st-key-filters [role='radiogroup'] > * {padding: 0.2rem 0.5rem}"
    ".st-key-switches {flex-direction: row; gap: 1.5rem}"
    "}"
    f"{filters.hiding(applies)}</style>"
)
if login.is_admitted():
    try:
        if filters.choose(applies):
            page.run()
            is_of_one = page.url_path != "repositories"
            st.caption(text.source(filters.current().repo.manifest) if is_of_one else text.WEEKS)
        else:
            mining_panel.nothing_yet()
    except StoreError:
        st.error(
            "A file of this repository's store is missing or not as it was written, so nothing of"
            " it is shown. `reviewgap mine` makes it anew from git."
        )
