"""What the AI authorship page shows, made once per choice of filters and kept."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from analyzers.capacity import estimates
from analyzers.reports import disclosed
from analyzers.vocabulary import DECLARED_AI
from dashboard import charts, data, figures, marks, share_charts, text
from dashboard.charts import Line
from dashboard.drawing import Drawing
from dashboard.filters import Filters, kept
from dashboard.once import once

Made = tuple[Drawing, pd.DataFrame]
MANY = 8  # tools or areas that get a row of their own
_BLOCK = ["week_start", "iso_week", "is_complete"]
_SHARES = ("ai_share_declared_of_commits", "ai_share_declared_of_change_requests")
_SERIES = [
    Line(
        _SHARES[0], "Of commits, 90% band", "declared_ai", f"{_SHARES[0]}_low", f"{_SHARES[0]}_high"
    ),
    Line(_SHARES[1], "Of change requests", "declared_ai", dash="throughput"),
]


@kept
def cards(chosen: Filters) -> dict[str, figures.Figure]:
    """Pooled shares of the period, and how many commits are ambiguous."""
    span = chosen.span
    made = {name: figures.pooled_share(span, name) for name in _SHARES}
    lines = figures.Figure(_of_lines(span.weeks), _of_lines(span.before))
    return made | {
        "ai_share_declared_of_lines": lines,
        "n_commits_ambiguous": figures.rate(span, "n_commits_ambiguous"),
    }


@kept
def share(chosen: Filters, step: int) -> Made:
    """The declared share of commits and of change requests over time."""
    frame = chosen.weeks_in(step)
    drawn = charts.lines(
        frame, _SERIES, unit="share, at least", fmt=".0%", marks=marks.shown(chosen)
    )
    return drawn, frame[["iso_week", "week_start", *_SHARES]]


@kept
def degrees(chosen: Filters) -> Made | None:
    """Commits per block by degree; none without any that declares AI."""
    counted = _counted(chosen)
    if counted.empty:
        return None
    names = list(text.DEGREES)
    frame = counted.assign(
        part=counted["authorship"].map(text.DEGREES), rank=counted["authorship"].map(names.index)
    )
    frame = frame.groupby([*_BLOCK, "part", "rank"], as_index=False)["n"].sum()
    drawn = charts.stacked(
        _spanning(frame, chosen),
        unit="commits",
        order=list(text.DEGREES.values()),
        colours=charts.DEGREE_COLOURS,
    )
    return drawn, frame[["iso_week", "part", "n"]]


def _spanning(frame: pd.DataFrame, chosen: Filters) -> pd.DataFrame:
    """The frame with empty rows at both ends of the period, so that its time axis shows it all."""
    weeks = chosen.chart_weeks
    ends = pd.concat([frame.head(1), frame.head(1)], ignore_index=True).assign(
        week_start=weeks["week_start"].iloc[[0, -1]].array,
        iso_week=weeks["iso_week"].iloc[[0, -1]].array,
        is_complete=weeks["is_complete"].iloc[[0, -1]].astype(bool).array,
        n=0,
    )
    return pd.concat([frame, ends], ignore_index=True)


@kept
def tools(chosen: Filters) -> tuple[Drawing, pd.DataFrame, int]:
    """Commits per block of the tools named most, and how many tools are named at all."""
    counted = _counted(chosen)
    totals = counted.groupby("tool")["n"].sum().sort_values(ascending=False)
    most = list(totals.index[:MANY])
    frame = counted[counted["tool"].isin(most)]
    frame = frame.groupby([*_BLOCK, "tool"], as_index=False)["n"].sum()
    ordered = frame.sort_values("tool", key=lambda names: names.map(most.index), kind="stable")
    rows = _spanning(ordered.rename(columns={"tool": "part"}), chosen)
    ended = rows["week_start"] + pd.Timedelta(weeks=chosen.step)
    drawn = charts.strips(rows.assign(week_end=ended))
    return drawn, frame, len(totals)


@kept
def spread(chosen: Filters, by: Literal["kind", "area"]) -> Made | None:
    """The declared share of the commits that touch each kind of file or each top folder."""
    touched = _touched(chosen.repo, by)
    if touched.empty:
        return None
    inside = touched["iso_week"].between(chosen.span.first, chosen.span.last)
    counted = touched[inside].groupby("part")[["n_declared", "n"]].sum().reset_index()
    counted = counted[counted["n"] >= estimates.MIN_N]
    if counted.empty:
        return None
    counted = counted.sort_values("n", ascending=False, ignore_index=True).head(MANY)
    hits, n = counted["n_declared"].to_numpy("float64"), counted["n"].to_numpy("float64")
    low, high = estimates.wilson(hits, n)
    frame = counted.assign(share=estimates.shares(hits, n), low=low, high=high)
    return share_charts.shares(frame), frame


@kept
def places(chosen: Filters) -> pd.DataFrame:
    """Commits of the period by tool, place, degree and confidence of their traces."""
    evidence, commits = chosen.repo.rows("evidence"), data.commits(chosen.repo)
    if evidence.empty or commits.empty:
        return pd.DataFrame()
    inside = commits["landed_in_week"].between(chosen.span.first, chosen.span.last)
    found = evidence[evidence["sha"].isin(commits.loc[inside, "sha"])]
    made = found.groupby(["tool", "place", "degree", "confidence"], as_index=False).agg(
        commits=("sha", "nunique")
    )
    return made.sort_values("commits", ascending=False, ignore_index=True)


@kept
def trust(chosen: Filters) -> tuple[list[str], list[str]]:
    """Sentences on what marks miss where notes exist, and on jumps within the period."""
    commits, evidence = chosen.repo.rows("commits"), chosen.repo.rows("evidence")
    if commits.empty or evidence.empty:
        return [], []
    raised, moved = disclosed.found(commits, evidence, chosen.repo.manifest)
    near = disclosed.within(moved, chosen.span.weeks["week_start"].min())
    return list(disclosed.lines(raised, [])), list(disclosed.lines(None, near))


@kept
def _counted(chosen: Filters) -> pd.DataFrame:
    """Commits per block, tool and degree."""
    named, step = data.tool_weeks(chosen.repo), chosen.step
    weeks = (chosen.chart_weeks if step == 1 else chosen.span.weeks)["iso_week"]
    starts = chosen.chart_weeks[_BLOCK].reset_index(drop=True).astype({"is_complete": bool})
    place = {key: max(i - len(weeks) % step, 0) // step for i, key in enumerate(weeks)}
    inside = named[named["iso_week"].isin(place)]
    block = starts.iloc[inside["iso_week"].map(place).astype("int64")]
    return inside.assign(**{name: block[name].array for name in _BLOCK})


@once(maxsize=16)
def _touched(repo: data.Repository, by: str) -> pd.DataFrame:
    """Commits per ISO week and part of the tree, and how many declare AI: a small table."""
    files, commits = repo.rows("file_changes"), repo.rows("commits")
    if files.empty or commits.empty:
        return pd.DataFrame({"iso_week": [], "part": [], "n": [], "n_declared": []})
    part = files["kind"] if by == "kind" else _area(files["path"])
    pairs = pd.DataFrame({"sha": files["sha"], "part": part}).drop_duplicates()
    facts = commits[["sha"]].assign(
        iso_week=commits["landed_in_week"], n_declared=commits["authorship"].isin(DECLARED_AI)
    )
    joined = pairs.merge(facts, on="sha").assign(n=1)
    return joined.groupby(["iso_week", "part"], as_index=False)[["n", "n_declared"]].sum()


def _area(path: pd.Series) -> pd.Series:
    folder = path.str.partition("/")
    return folder[0].where(folder[1] != "", text.TOP_LEVEL)


def _of_lines(frame: pd.DataFrame) -> float:
    total = float(np.nansum(frame["reviewable_lines"].to_numpy("float64", na_value=np.nan)))
    marked = frame["reviewable_lines_declared_ai"].to_numpy("float64", na_value=np.nan)
    return float(np.nansum(marked)) / total if total else float("nan")
