"""Ways around review, and how much work a change request is: tables of the last 52 weeks."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from analyzers.capacity.effort import CONFOUNDED, EFFORT_SAMPLE
from analyzers.capacity.practice import LARGE_LINES, LINES_PER_HOUR
from analyzers.store import Shelf
from dashboard import data, parts, text
from dashboard.once import once

_PRACTICES = {
    "self_landed_share": ("Landed by its author alone", "Not proof that nobody looked."),
    "no_change_request_share": (
        "Commits without a change request",
        "Pushed directly, or the evidence is missing.",
    ),
    "fast_large_share": (
        f"Large ones, landed faster than {LINES_PER_HOUR} lines an hour",
        f"Of those with {LARGE_LINES} lines or more. A flag to look at, not a finding.",
    ),
}
_NAMES = {
    "effort": "Effort (lines and files)",
    "lines": "Reviewable lines",
    "files": "Reviewable files",
    "complexity": "Cyclomatic complexity touched",
    "n_methods": "Methods touched",
    "maintainability_share": "Delta maintainability",
}
_COMPARISONS = {
    "growth": "Now against the year before",
    "declared_ai": "Declared AI against the rest",
}
_PERCENT = st.column_config.NumberColumn(format="%.1f%%")


def around_review(repo: data.Repository) -> None:
    """Three shares with their bands, each beside what it does not prove; or why it is unknown."""
    st.header("Ways around review", anchor=False)
    rows = repo.rows("practices")
    if rows.empty:
        st.caption("Not measured yet; the next mining run does.")
        return
    st.dataframe(
        _shares(repo),
        column_config={"Share": _PERCENT, "n": st.column_config.NumberColumn(format="localized")},
        hide_index=True,
        placeholder=text.UNKNOWN,
        alt="Shares of the last 52 weeks that landed around review",
    )
    st.caption("Over the last 52 complete weeks, with 90% bands. None proves a lack of review.")


@once(16)
def _shares(repo: data.Repository) -> pd.DataFrame:
    return pd.DataFrame([_practice(row) for _, row in repo.rows("practices").iterrows()])


def _practice(row: pd.Series) -> dict[str, object]:
    name, limit = _PRACTICES[row["practice"]]
    is_known = pd.notna(row["value"])
    return {
        "What": name,
        "Share": float(row["value"]) * 100 if is_known else None,
        "90% band": _span(row, text.share),
        "n": int(row["n"]),
        "Note": limit if is_known else f"Unknown: {row['reason']}.",
    }


def _changed(repo: data.Repository) -> int:
    """When `reviewgap effort` measured last; 0 if it never did."""
    try:
        return (repo.folder / f"{EFFORT_SAMPLE.name}.parquet").stat().st_mtime_ns
    except OSError:
        return 0


@once(16)
def _sample(repo: data.Repository, changed: int) -> pd.DataFrame:
    """What it measured; read again only when it has changed."""
    return Shelf(repo.folder).kept(EFFORT_SAMPLE) if changed else EFFORT_SAMPLE.empty()


@once(16)
def _ratios(repo: data.Repository, changed: int) -> pd.DataFrame:
    rows = pd.concat([repo.rows("effort"), _sample(repo, changed)])
    told = pd.DataFrame([_ratio(row) for _, row in rows.iterrows()])
    return told.dropna(axis="columns", how="all")


def effort(repo: data.Repository) -> None:
    """Does the work in a change request grow? And that nothing can be read of AI's effect."""
    st.header("Review effort", anchor=False)
    rows = repo.rows("effort")
    if rows.empty:
        st.caption("Not measured yet; the next mining run does.")
        return
    changed = _changed(repo)
    sample = _sample(repo, changed)
    st.markdown(_growth(rows.iloc[0]))
    st.dataframe(
        _ratios(repo, changed),
        column_config={"Times": st.column_config.NumberColumn(format="%.2f")},
        hide_index=True,
        placeholder=text.UNKNOWN,
        alt="How large and how complex change requests are, compared",
    )
    st.caption(
        "Effort is relative to a usual change request of the year before, not hours. " + CONFOUNDED
    )
    if sample.empty:
        st.caption("Complexity of the changed code takes minutes to measure, from a sample:")
        parts.command("reviewgap effort PATH/TO/REPOSITORY")
    else:
        st.caption(f"Complexity is of a sample measured as of {sample['last_week'].iloc[0]}.")


def _growth(row: pd.Series) -> str:
    if pd.isna(row["ratio"]):
        return f"Whether effort per change request grows is unknown: {row['reason']}."
    times = f"**{row['ratio']:.2f} times** that of the year before"
    if row["low"] > 1:
        verdict = "Review effort grows faster than the number landed"
    elif row["high"] < 1:
        verdict = "Review effort grows slower than the number landed"
    else:
        verdict = "Whether effort per change request grows cannot be told"
    return f"{verdict}: per change request it is {times} ({text.band(row['low'], row['high'])})."


def _ratio(row: pd.Series) -> dict[str, object]:
    is_known = pd.notna(row["ratio"])
    return {
        "Compared": _COMPARISONS[row["comparison"]],
        "Measure": _NAMES[row["name"]],
        "Times": float(row["ratio"]) if is_known else None,
        "90% band": _span(row, text.ratio),
        "n": f"{row['n']:,} and {row['n_other']:,}",
        "Note": None if is_known else f"Unknown: {row['reason']}.",
    }


def _span(row: pd.Series, wording: Callable[[object], str]) -> str | None:
    known = pd.notna(row["low"]) and pd.notna(row["high"])
    return f"{wording(row['low'])} to {wording(row['high'])}" if known else None
