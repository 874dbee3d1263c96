"""What waits at the data's end, and the signs that a change request needs somebody to look.

A sign compares with what landed in this repository in the last year. Signs are counted, not
weighed: the order by signs is a place to begin, not a prediction.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analyzers.capacity import estimates
from analyzers.capacity.backlog import YOUNG_DAYS
from dashboard import data, text
from dashboard.filters import Filters, kept

AGES = ((3, "< 3 days"), (7, "3–7 days"), (30, "1–4 weeks"), (YOUNG_DAYS, "1–3 months"))
MOSTLY = 0.5  # of what waits; a sign that is unknown for the rest would mislead
_YEAR = pd.Timedelta(weeks=52)


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign: its word in the table, how many carry it, and what it means."""

    word: str
    n: int
    meaning: str


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits, with `waiting_days`, `signs` and `n_signs`; and how many are given up."""

    rows: pd.DataFrame
    signs: tuple[Sign, ...]
    n_given_up: int


@kept
def queue(chosen: Filters) -> Queue:
    """The queue of the groups that are shown."""
    frame = data.requests(chosen.repo)
    frame = frame[frame["group"].isin(chosen.groups)]
    edge = pd.Timestamp(chosen.repo.manifest["data_edge"])
    waits = frame["landed_at"].isna() & frame["closed_at"].isna() & (frame["opened_at"] <= edge)
    rows = frame[waits.to_numpy(bool)]
    days = ((edge - rows["opened_at"]).dt.total_seconds() / 86_400).round(1)
    rows = rows.assign(waiting_days=days)
    young = rows[rows["waiting_days"] <= YOUNG_DAYS]
    return _signed(young, frame[frame["landed_at"] > edge - _YEAR], len(rows) - len(young))


def _signed(rows: pd.DataFrame, landed: pd.DataFrame, n_given_up: int) -> Queue:
    found = {}
    for word, column, usual, wording, meaning in (
        ("waits long", "waiting_days", landed["time_to_land_hours"] / 24, _days, "have waited"),
        ("many lines", "reviewable_lines", landed["reviewable_lines"], _lines, "change"),
        ("many commits", "n_commits", landed["n_commits"], _commits, "hold"),
        ("many rounds", "n_rounds", landed["n_rounds"], _rounds, "went through"),
    ):
        known = usual.dropna().astype("float64")
        is_known = rows[column].notna().mean() >= MOSTLY if len(rows) else False
        if len(known) < estimates.MIN_N_TAIL or not is_known:
            continue
        limit = float(known.quantile(0.9))
        carries = (rows[column].astype("float64") > limit).fillna(False)
        told = f"{meaning} more than {wording(limit)}; 9 in 10 that landed did not"
        found[word] = (carries.to_numpy(bool), told)
    if len(rows):
        declared = (rows["group"] == "declared_ai").to_numpy(bool)
        found["AI declared"] = (declared, "carry a trace of an AI tool")
    signs = tuple(Sign(word, int(has.sum()), told) for word, (has, told) in found.items())
    marks = pd.DataFrame({word: has for word, (has, _) in found.items()}, index=rows.index)
    words = [" · ".join(marks.columns[line]) for line in marks.to_numpy(bool)]
    return Queue(rows.assign(signs=words, n_signs=marks.sum(axis=1)), signs, n_given_up)


def _days(limit: float) -> str:
    return text.duration(limit * 24)


def _lines(limit: float) -> str:
    return text.counted(round(limit), "line")


def _commits(limit: float) -> str:
    return text.counted(round(limit), "commit")


def _rounds(limit: float) -> str:
    return text.counted(round(limit), "round")
