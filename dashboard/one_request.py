"""One change request in words: how it was dated, how it landed, and what counts as its evidence."""

from __future__ import annotations

import pandas as pd

from analyzers.authorship import verdict
from analyzers.reviews.explanation import STYLES
from dashboard import text

UNTOLD = "not known from git"


def facts(row: pd.Series) -> dict[str, str]:
    """What is known of it: the name of each fact and its words, none of them from history."""
    told = {
        "State": _state(row),
        "Opened": _opened(row),
        "Dated by": text.METHODS.get(str(row["opened_method"]), str(row["opened_method"])),
        "First response": _moment(row["first_response_at"]) or UNTOLD,
        "Last push": _moment(row["last_push_at"]) or UNTOLD,
        "Landed": _landed(row),
        "Found by": STYLES.get(str(row["landing_style"]), ""),
        "Size": _size(row),
        "Rounds": text.number(row["n_rounds"]) if pd.notna(row["n_rounds"]) else "",
    }
    return {fact: value for fact, value in told.items() if value}


def traces(evidence: pd.DataFrame, memberships: pd.DataFrame, change_request: str) -> pd.DataFrame:
    """Its traces of AI tools in words: columns detail, place, tool, degree, confidence."""
    own = verdict.behind(change_request, evidence, memberships)
    return own.assign(
        detail=list(map(text.reason, own["detail"], own["tool"])),
        place=own["place"].map(text.place),
        degree=own["degree"].map(text.degree),
    )[["detail", "place", "tool", "degree", "confidence"]].drop_duplicates()


def _state(row: pd.Series) -> str:
    if row["state"] == "not_landed":
        return "not landed; whether it is open or closed is " + UNTOLD
    return text.STATES.get(str(row["state"]), str(row["state"]))


def _opened(row: pd.Series) -> str:
    at, low, high = (_moment(row[name]) for name in ("opened_at", "opened_low", "opened_high"))
    between = f", between {low} and {high}" if low and high and low != high else ""
    grade = f"{row['opened_grade']}, {text.GRADES.get(str(row['opened_grade']), '')}"
    return f"{at or 'unknown'}{between} (grade {grade})"


def _landed(row: pd.Series) -> str:
    at = _moment(row["landed_at"])
    if not at or pd.isna(row["time_to_land_hours"]):
        return at
    return f"{at}, {text.duration(row['time_to_land_hours'])} after opening"


def _size(row: pd.Series) -> str:
    lines, commits = row["reviewable_lines"], row["n_commits"]
    told = [
        text.counted(lines, "reviewable line") if pd.notna(lines) else "",
        text.counted(commits, "commit") if pd.notna(commits) else "",
    ]
    return " in ".join(part for part in told if part)


def _moment(at: object) -> str:
    return "" if pd.isna(at) else f"{pd.Timestamp(str(at)):%Y-%m-%d %H:%M} UTC"
