"""Ways around review, each named as what it is: none of them proves that nobody looked."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analyzers.capacity.estimates import shares
from analyzers.capacity.latency import waits
from analyzers.capacity.metric import Frames, count, figure, metric, weekly_frame
from analyzers.capacity.weeks import Weeks, arrived

LARGE_LINES = 200
LINES_PER_HOUR = 500  # top of the inspection rates of the Cisco study (Cohen 2006)
SHORTEST_HOURS = 5 / 60


@metric(
    figure(
        "no_change_request_share",
        "Commits on the default line that came with no change request known to git, automation"
        " apart: pushed directly, or the evidence is missing.",
        "share",
    ),
    count("no_change_request_n", "Commits on the default line, automation apart.", "commits"),
    figure(
        "fast_large_share",
        f"Landed change requests of {LARGE_LINES} reviewable lines or more that landed faster"
        f" than {LINES_PER_HOUR} lines per hour can be read: a flag to look at, not a finding.",
        "share",
    ),
    count(
        "fast_large_n",
        f"Landed change requests of {LARGE_LINES} reviewable lines or more.",
        "change requests",
    ),
)
def practice(frames: Frames, *, weeks: Weeks) -> pd.DataFrame:
    """How much comes without a change request, and how much lands faster than it can be read?"""
    at, direct = _entries(frames)
    large, fast = fast_large(frames)
    entries, n = weeks.sums(at), weeks.sums(frames.landed[large])
    return weekly_frame(
        weeks,
        {
            "no_change_request_share": shares(weeks.sums(at[direct]), entries),
            "no_change_request_n": entries,
            "fast_large_share": shares(weeks.sums(frames.landed[fast]), n),
            "fast_large_n": n,
        },
    )


def fast_large(frames: Frames) -> tuple[np.ndarray, np.ndarray]:
    """Which landed change requests are large, and which of them landed implausibly fast."""
    lines = frames.requests["reviewable_lines"].to_numpy("float64", na_value=np.nan)
    hours = waits(frames.opened, frames.landed)
    known = np.isfinite(hours) & np.isfinite(lines)
    large = known & (np.nan_to_num(lines) >= LARGE_LINES)
    pace = np.nan_to_num(lines) / np.maximum(np.nan_to_num(hours), SHORTEST_HOURS)
    return large, large & (pace > LINES_PER_HOUR)


def _entries(frames: Frames) -> tuple[np.ndarray, np.ndarray]:
    """When commits came onto the default line, and which of them with no change request."""
    commits = frames.commits
    ours = commits["on_default_line"] & (commits["authorship"] != "automation_bot")
    line = commits[ours.to_numpy(bool)]
    return arrived(line), line["change_request"].isna().to_numpy(bool)
