"""How much of the work declares AI, by which tools, in which degree, on what evidence?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard import charts, data, drill, figures, filters, parts, text
from dashboard.charts import Line

shown = filters.current()
span = shown.span
MANY = 8  # tools that get a row of their own


def _cards() -> None:
    grid = st.grid(4, min_column_width=150, border=True)
    for name, column in (
        ("Of commits", "ai_share_declared_of_commits"),
        ("Of change requests", "ai_share_declared_of_change_requests"),
    ):
        figure = figures.pooled_share(span, column)
        parts.card(
            grid,
            name,
            text.share(figure.value),
            change=parts.change(figure, text.points),
            note=f"{text.band(figure.low, figure.high, text.share).capitalize()};"
            f" n {text.number(figure.n)}",
            column=column,
        )
    lines = _lines(span.weeks), _lines(span.before)
    figure = figures.Figure(*lines)
    parts.card(
        grid,
        "Of reviewable lines",
        text.share(figure.value),
        change=parts.change(figure, text.points),
        note="At least; generated files apart",
        column="ai_share_declared_of_lines",
    )
    figure = figures.rate(span, "n_commits_ambiguous")
    parts.card(
        grid,
        "Ambiguous commits",
        text.number(figure.n),
        change=None,
        note="Counted as not declared",
        column="n_commits_ambiguous",
    )


def _lines(frame: pd.DataFrame) -> float:
    if frame.empty:
        return float("nan")
    total = float(frame["reviewable_lines"].sum())
    return float(frame["reviewable_lines_declared_ai"].sum()) / total if total else float("nan")


@st.fragment
def _share() -> None:
    step = max(
        shown.step_for(f"ai_share_declared_of_{what}_n") for what in ("commits", "change_requests")
    )
    frame = shown.weeks_in(step)
    series = [
        Line(
            "ai_share_declared_of_commits",
            "Of commits, 90% band",
            "declared_ai",
            "ai_share_declared_of_commits_low",
            "ai_share_declared_of_commits_high",
        ),
        Line(
            "ai_share_declared_of_change_requests",
            "Of change requests",
            "declared_ai",
            dash="throughput",
        ),
    ]
    parts.chart(
        "Declared AI share",
        charts.lines(frame, series, unit="share, at least", fmt=".0%"),
        key="authorship-share",
        alt_text="Declared AI share per week, of commits and of change requests",
        reading="Everything drawn is a lower bound: the true share lies on or above it. The band is"
        f" chance alone (90%), not the unmarked AI work.{text.per_point(step)}",
        frame=frame[["iso_week", "week_start", *(line.column for line in series)]],
        **drill.picked("authorship-share"),
    )
    drill.week(shown, step=step)


def _counted() -> pd.DataFrame:
    """Commits per block, tool and degree."""
    weeks = span.weeks.reset_index(drop=True)
    tools = data.tool_weeks(shown.repo)
    starts = shown.chart_weeks[["iso_week", "week_start"]].reset_index(drop=True)
    place = {
        key: max(i - len(weeks) % shown.step, 0) // shown.step
        for i, key in enumerate(weeks["iso_week"])
    }
    inside = tools[tools["iso_week"].isin(place)]
    block = inside["iso_week"].map(place).astype("int64")
    return inside.assign(
        iso_week=starts["iso_week"].reindex(block).to_numpy(),
        week_start=starts["week_start"].reindex(block).array,
    )


def _degrees(counted: pd.DataFrame) -> None:
    names = list(text.DEGREES)
    frame = counted.assign(
        part=counted["authorship"].map(text.DEGREES), rank=counted["authorship"].map(names.index)
    )
    frame = frame.groupby(["week_start", "iso_week", "part", "rank"], as_index=False)["n"].sum()
    parts.chart(
        "By degree",
        charts.stacked(
            frame, unit="commits", order=list(text.DEGREES.values()), colours=charts.DEGREE_COLOURS
        ),
        key="authorship-degrees",
        alt_text="Commits that declare AI per week: agent, co-authored, assisted",
        reading="Agent: its own account made the commit. Co-authored: a person's commit that names"
        " the tool as author. Assisted: a weaker mention.",
        frame=frame[["iso_week", "part", "n"]],
    )


def _tools(counted: pd.DataFrame) -> None:
    totals = counted.groupby("tool")["n"].sum().sort_values(ascending=False)
    most = list(totals.index[:MANY])
    frame = counted[counted["tool"].isin(most)]
    frame = frame.groupby(["week_start", "iso_week", "tool"], as_index=False)["n"].sum()
    parts.chart(
        "By tool",
        charts.strips(
            frame.rename(columns={"tool": "part"}).assign(
                week_end=frame["week_start"] + pd.Timedelta(weeks=shown.step)
            ),
            order=most,
        ),
        key="authorship-tools",
        alt_text=f"Commits per week for the {len(most)} tools named most",
        reading=f"Darker: more commits name the tool. {text.counted(len(most), 'tool')} of"
        f" {len(totals)}, most named first; a commit that names two counts for both.",
        frame=frame,
    )


def _places() -> None:
    st.header("What the evidence is", anchor=False)
    evidence = shown.repo.rows("evidence")
    commits = data.commits(shown.repo)
    inside = commits.loc[commits["landed_in_week"].between(span.first, span.last), "sha"]
    found = evidence[evidence["sha"].isin(inside)]
    if found.empty:
        st.caption("No traces in this period.")
        return
    made = found.groupby(["tool", "place", "degree", "confidence"], as_index=False).agg(
        commits=("sha", "nunique")
    )
    st.dataframe(
        made.sort_values("commits", ascending=False).head(parts.ROWS),
        column_config={
            "commits": st.column_config.ProgressColumn(
                "commits", format="localized", min_value=0, max_value=int(made["commits"].max())
            )
        },
        hide_index=True,
        alt="Evidence by tool and place",
    )
    st.caption("Evidence shows each trace with its sentence.")


if parts.begin(shown, "AI authorship", requests=False):
    st.markdown(text.DECLARED)
    _cards()
    _share()
    _marked = _counted()
    if _marked.empty:
        st.caption("No commit of this period carries a trace of an AI tool.")
    else:
        _left, _right = st.columns(2, gap="large")
        with _left:
            _degrees(_marked)
        with _right:
            _tools(_marked)
        _places()
