"""Demonstrated capacity and review gap once more, counted in reviewable lines.

Where AI makes change requests larger rather than more numerous, counting them misses it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analyzers.capacity.backlog import soon_landed, weeks_of_work, young_backlog
from analyzers.capacity.demonstrated import MEMORY, Flow, columns
from analyzers.capacity.generation import known_lines
from analyzers.capacity.metric import Frames, figure, metric, weekly_frame
from analyzers.capacity.weeks import Weeks, trailing_sums
from analyzers.columns import Ground

UNKNOWN_AT_MOST = 0.2

_KNOWN = " Unknown while lines are unknown for more than a fifth of the year's landings."
_KNOWN_BOTH = _KNOWN.replace("landings", "landings or openings")


@metric(
    figure(
        "demonstrated_lines_capacity",
        "As demonstrated_capacity, in reviewable lines of change requests: a lower bound." + _KNOWN,
        "lines per week",
    ),
    figure("demonstrated_lines_capacity_low", "5 % of a 4-week block bootstrap.", "lines per week"),
    figure("demonstrated_lines_capacity_high", "95 % of the same.", "lines per week"),
    figure(
        "review_gap_lines_ratio",
        "As review_gap_ratio, in reviewable lines of change requests." + _KNOWN_BOTH,
        "ratio",
    ),
    figure("review_gap_lines_ratio_low", "5 % of a joint 4-week block bootstrap.", "ratio"),
    figure("review_gap_lines_ratio_high", "95 % of the same.", "ratio"),
    ground=Ground(
        "Reviewable lines of the last 52 weeks' change requests.",
        "Automation, generated, vendored and lock files.",
        "Line counts of their own commits, as far as known.",
    ),
    needs_unlanded=True,
)
def demonstrated_lines(frames: Frames, *, weeks: Weeks) -> pd.DataFrame:
    """How many lines has review shown it can land, and are more of them opened?"""
    made = columns(
        lines_flow(frames, weeks=weeks),
        weeks,
        "demonstrated_lines_capacity",
        "review_gap_lines_ratio",
    )
    landed = _mostly_known(frames, frames.landed, weeks)
    both = landed & _mostly_known(frames, frames.opened, weeks)
    return weekly_frame(
        weeks,
        {
            name: np.where(both if name.startswith("review_gap") else landed, values, np.nan)
            for name, values in made.items()
        },
    )


def lines_flow(frames: Frames, *, weeks: Weeks) -> Flow:
    """The flow of reviewable lines; the backlog that marks busy weeks stays a count."""
    complete = weeks.is_complete
    lines, _ = known_lines(frames.requests["reviewable_lines"])
    soon = soon_landed(frames, days=30)
    ends = young_backlog(frames, weeks=weeks)
    parts = (
        weeks.sums(frames.opened, lines),
        weeks.sums(frames.landed, lines),
        np.concatenate([[0], ends])[: weeks.n],
        weeks.sums(frames.opened[soon], lines[soon]),
        weeks_of_work(ends, weeks.sums(frames.landed)),
    )
    return Flow(*(part[complete] for part in parts))


def _mostly_known(frames: Frames, at: np.ndarray, weeks: Weeks) -> np.ndarray:
    _, unknown = known_lines(frames.requests["reviewable_lines"])
    all_of_them = trailing_sums(weeks.sums(at), MEMORY)
    missing = trailing_sums(weeks.sums(at[unknown]), MEMORY)
    mostly: np.ndarray = missing <= UNKNOWN_AT_MOST * all_of_them
    return mostly
