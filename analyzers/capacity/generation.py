"""How much is made per week: change requests opened, commits and lines arrived."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from analyzers.capacity.estimates import BAND, seeded
from analyzers.capacity.metric import (
    Frames,
    count,
    figure,
    is_declared,
    known_sum,
    metric,
    weekly_frame,
)
from analyzers.capacity.weeks import UNKNOWN, Weeks, arrived, micros
from analyzers.columns import Ground

REDRAWS = 100
_RIGHT = {"own": 0.75, "interpolated": 0.4}
"""How often an estimated opening is right to a twentieth of its band, by method: measured where
Gerrit recorded the truth (jgit 79 and 40 %, code-owners 74 and 38 %). Others are taken for even."""


@metric(
    count(
        "generation_rate",
        "Change requests opened, automation accounts apart, AI agents included.",
        "change requests per week",
    ),
    figure(
        "generation_rate_low",
        "5 % of redraws of the openings inside their bands.",
        "change requests per week",
    ),
    figure("generation_rate_high", "95 % of the same redraws.", "change requests per week"),
    count(
        "generation_rate_declared_ai",
        "Of them, with at least one AI marker.",
        "change requests per week",
    ),
    count(
        "generation_rate_unmarked",
        "Of them, without: unknown, not human.",
        "change requests per week",
    ),
    count(
        "generation_rate_automation",
        "Opened by automation accounts, counted apart.",
        "change requests per week",
    ),
    known_sum(
        "generation_lines_rate",
        "Reviewable lines added and deleted in the opened change requests, as far as known;"
        " unknown where change requests were opened and the lines of none are known.",
        "lines per week",
    ),
    count(
        "generation_lines_unknown_n",
        "Opened change requests whose lines are unknown and left out of the sum.",
        "change requests",
    ),
    ground=Ground(
        "Change requests, by the week in which they were opened.",
        "Automation accounts, counted apart; what was opened after the data ends.",
        "Heads and numbers of change requests; openings are estimated from the order of numbers"
        " and graded A to D, unless recorded.",
    ),
    needs_unlanded=True,
)
def generation(frames: Frames, *, weeks: Weeks) -> pd.DataFrame:
    """How many change requests are opened per week, by whom, and how large are they?"""
    opened = weeks.sums(frames.opened)
    declared = weeks.sums(frames.opened[frames.declared])
    low, high = opening_band(frames, weeks=weeks)
    lines, unknown = known_lines(frames.requests["reviewable_lines"])
    return weekly_frame(
        weeks,
        {
            "generation_rate": opened,
            "generation_rate_low": np.minimum(low, opened),
            "generation_rate_high": np.maximum(high, opened),
            "generation_rate_declared_ai": declared,
            "generation_rate_unmarked": opened - declared,
            "generation_rate_automation": weeks.sums(micros(_automation(frames)["opened_at"])),
            "generation_lines_rate": known_sums(weeks, frames.opened, lines, unknown),
            "generation_lines_unknown_n": weeks.sums(frames.opened[unknown]),
        },
    )


@metric(
    count(
        "n_commits",
        "Commits that came onto the default line, merges and copies left out.",
        "commits",
    ),
    count("n_commits_declared_ai", "Of them, with an AI marker.", "commits"),
    count("n_commits_unmarked", "Of them, without a marker: unknown, not human.", "commits"),
    count("n_commits_automation", "Of them, by automation accounts.", "commits"),
    count("n_commits_ambiguous", "Of them, with traces that prove nothing.", "commits"),
    known_sum(
        "reviewable_lines",
        "Lines added and deleted in files that people review, automation apart, as far as known;"
        " unknown where commits arrived and the lines of none are known.",
        "lines",
    ),
    known_sum("reviewable_lines_declared_ai", "Of them, in commits with an AI marker.", "lines"),
    count(
        "reviewable_lines_unknown_n",
        "Commits whose lines are unknown and left out of the sum.",
        "commits",
    ),
    ground=Ground(
        "Commits, by the week in which they came onto the default line.",
        "Merges and copies; automation is counted apart.",
        "History of HEAD, dated by its landing.",
    ),
)
def commits(frames: Frames, *, weeks: Weeks) -> pd.DataFrame:
    """How many commits and reviewable lines arrive per week, with and without markers?"""
    made = authored(frames)
    at, verdict = arrived(made), made["authorship"]
    declared = is_declared(verdict)
    automation = (verdict == "automation_bot").to_numpy(bool)
    ambiguous = (verdict == "ambiguous").to_numpy(bool)
    lines, unknown = known_lines(made["reviewable_lines"])
    n = weeks.sums(at)
    apart = {
        "n_commits_declared_ai": weeks.sums(at[declared]),
        "n_commits_automation": weeks.sums(at[automation]),
        "n_commits_ambiguous": weeks.sums(at[ambiguous]),
    }
    return weekly_frame(
        weeks,
        {
            "n_commits": n,
            "n_commits_unmarked": n - sum(apart.values()),
            "reviewable_lines": known_sums(weeks, at, lines, unknown, of=~automation),
            "reviewable_lines_declared_ai": known_sums(weeks, at, lines, unknown, of=declared),
            "reviewable_lines_unknown_n": weeks.sums(at[unknown & ~automation]),
            **apart,
        },
    )


def authored(frames: Frames) -> pd.DataFrame:
    """The commits that stand for somebody's work, once each.

    Merges carry no authorship; a cherry-pick or backport repeats what its original stands for.
    """
    commits = frames.commits
    is_copy = commits["is_copy"].fillna(False).to_numpy(bool)
    return commits[~commits["is_merge"].to_numpy(bool) & ~is_copy]


def known_lines(column: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Line counts with zero for unknown, and where they are unknown."""
    unknown = column.isna().to_numpy(bool)
    return column.fillna(0).to_numpy(np.int64), unknown


def known_sums(
    weeks: Weeks,
    at: np.ndarray,
    lines: np.ndarray,
    unknown: np.ndarray,
    *,
    of: np.ndarray | None = None,
) -> np.ndarray:
    """Lines per week as far as known: 0 where nothing came, NaN where all that came is unknown."""
    among = np.ones(len(at), dtype=bool) if of is None else of
    came, known = weeks.sums(at[among]), weeks.sums(at[among & ~unknown])
    total = weeks.sums(at[among], lines[among].astype(float))
    return np.where((came > 0) & (known == 0), np.nan, total)


def redraws_of_openings(frames: Frames, rng: np.random.Generator) -> Callable[[], np.ndarray]:
    """Asked again and again: each opening anew, as estimated or drawn evenly from its band.

    Each of the two as often as it is true.
    """
    low = micros(frames.requests["opened_low"])
    high = micros(frames.requests["opened_high"])
    right = frames.requests["opened_method"].map(_RIGHT).to_numpy("float64", na_value=0)
    banded = (frames.opened != UNKNOWN) & (low != UNKNOWN) & (high > low)
    width = np.where(banded, high - np.where(banded, low, 0), 0)

    def redrawn() -> np.ndarray:
        moves = banded & (rng.random(len(low)) >= right)
        drawn = low + (rng.random(len(low)) * width).astype(np.int64)
        return np.where(moves, drawn, frames.opened)

    return redrawn


def opening_band(frames: Frames, *, weeks: Weeks) -> tuple[np.ndarray, np.ndarray]:
    """5 and 95 % of the weekly openings when each is redrawn inside its band."""
    redrawn = redraws_of_openings(frames, seeded())
    draws = np.array([weeks.sums(redrawn()) for _ in range(REDRAWS)])
    low, high = np.quantile(draws, BAND, axis=0)
    return low, high


def _automation(frames: Frames) -> pd.DataFrame:
    return frames.change_requests[frames.change_requests["is_automation"].to_numpy(bool)]
