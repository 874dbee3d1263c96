"""How do several repositories compare over the same weeks?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analyzers.fleet.overview import PERIODS
from dashboard import data, filters, mining_panel, parts, repositories, text
from dashboard.serving import terms

shown = filters.current()
first, last = shown.span.first, shown.span.last
USUAL = 26
COLUMNS = {
    "name": st.column_config.TextColumn("Repository", width="medium"),
    "verdict": st.column_config.TextColumn("Verdict", width=262),
    "opened": st.column_config.NumberColumn("Opened / week", format="%.1f"),
    "landed": st.column_config.NumberColumn("Landed / week", format="%.1f"),
    "gap": st.column_config.NumberColumn("Review gap", format="%.2f"),
    "work": st.column_config.NumberColumn("Weeks of work", format="%.1f"),
    "wait_days": st.column_config.NumberColumn("Median days", format="%.1f"),
    "declared": st.column_config.NumberColumn("AI declared", format="%.0f%%"),
    "weeks": st.column_config.NumberColumn("Weeks", format="localized"),
    "edge": "Data to",
}


def _mined() -> list[data.Repository]:
    found = [data.repository(key) for key in data.labels()]
    return sorted((repo for repo in found if repo), key=lambda repo: repo.name.lower())


def _table(listed: pd.DataFrame, weeks: str) -> None:
    st.dataframe(
        listed,
        column_config=COLUMNS,
        hide_index=True,
        placeholder=text.UNKNOWN,
        alt=f"Figures of {len(listed)} repositories over {weeks}, by name",
    )
    st.caption(
        "Median days from opening to landing. By name, not by rank: projects land work in"
        " different ways, and git sees more of some than of others."
    )


@st.fragment
def _charts(mined: list[data.Repository]) -> None:
    grid = st.grid(3, min_column_width=330, gap="medium")
    for repo in mined:
        with grid.cell():
            made = repositories.flow(repo, first, last)
            if made is None:
                st.header(text.plain(repo.name), anchor=False)
                st.caption("No complete week inside this period.")
                continue
            parts.chart(
                text.plain(repo.name),
                made[0],
                key=f"repositories-{repo.key}",
                alt_text="Change requests opened and landed per week in one repository",
                reading="",
                frame=made[1],
            )


def _few() -> int:
    mined = _mined()
    n = text.counted(len(mined), "repository", "repositories")
    st.markdown(f"Weeks {first} to {last} of each. {n}.")
    rows = [repositories.row(repo, first, last) for repo in mined]
    _table(pd.DataFrame(rows), "the same weeks")
    _charts(mined)
    st.caption("Each chart has a scale of its own. Automation is left out.")
    return len(mined)


def _many(rows: pd.DataFrame) -> int:
    chosen = filters.preset()
    weeks = chosen if chosen in PERIODS else USUAL
    listed = repositories.from_overview(rows, weeks)
    n = text.counted(len(listed), "repository", "repositories")
    st.markdown(f"The newest {weeks} complete weeks of each. {n}.")
    _table(listed, f"their newest {weeks} weeks")
    if chosen != weeks:
        st.caption(f"So many are listed over {', '.join(map(str, PERIODS))} weeks only.")
    st.caption(
        "Counted as `reviewgap summary` counts. Start the dashboard on"
        f" {data.MANY} or fewer to see them side by side, over the same weeks."
    )
    return len(listed)


if parts.begin(shown, "Repositories", requests=False):
    _overview = data.overview()
    _n = _few() if _overview is None else _many(_overview)
    mining_panel.draw(shown.repo.key)
    if _n == 1 and len(terms().mineable) <= 1:
        st.text("To see several side by side, start the dashboard on them:")
        st.code("reviewgap dashboard PATH/TO/ONE PATH/TO/ANOTHER", language=None)
