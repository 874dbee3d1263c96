"""Ways around review, each named as what it is: none of them proves that nobody looked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from analyzers.capacity.estimates import MIN_N, shares, wilson
from analyzers.capacity.latency import waits
from analyzers.capacity.metric import Frames, count, figure, metric, weekly_frame
from analyzers.capacity.reviewers import COVERAGE_AT_LEAST
from analyzers.capacity.weeks import WEEK, Weeks, arrived
from analyzers.columns import Ground
from analyzers.tables import Column, Table

YEAR = 52
LARGE_LINES = 200
LINES_PER_HOUR = 500  # top of the inspection rates of the Cisco study (Cohen 2006)
SHORTEST_HOURS = 5 / 60

PRACTICES = Table(
    "practices",
    "Ways around review over the last 52 complete weeks, each named as what it is: none of them"
    " proves that nobody looked.",
    ("practice",),
    (
        Column(
            "practice",
            "str",
            "self_landed_share, no_change_request_share or fast_large_share, as in the weekly"
            " table.",
        ),
        Column("value", "float", "Unknown where `reason` says why.", "share", nullable=True),
        Column("low", "float", "5 % of a Wilson interval.", "share", nullable=True),
        Column("high", "float", "95 % of the same.", "share", nullable=True),
        Column("n", "int", "What it is a share of, as far as known.", "changes"),
        Column("coverage_share", "float", "For how much of those it is known.", "share"),
        Column("reason", "str", "Why it is unknown; empty where it is known."),
    ),
)


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
    ground=Ground(
        "What came onto the default line in the week.",
        "Automation accounts.",
        "Which commits came with a change request known to git, and how fast large ones landed.",
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


@dataclass(frozen=True, slots=True)
class Share:
    """One practice over the last 52 complete weeks; None is unknown, and `reason` says why.

    `n` are those it is a share of, `coverage` the part of them for which it is known.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    coverage: float
    reason: str


def last_year(frames: Frames, *, weeks: Weeks) -> list[Share]:
    """Landed alone, without a change request, too fast to read: over the last 52 weeks."""
    return list(_last_year(frames, weeks))


def practices(frames: Frames, *, weeks: Weeks) -> dict[Table, pd.DataFrame]:
    """The PRACTICES table: the same as rows, also where they are unknown."""
    rows = (asdict(share) for share in _last_year(frames, weeks))
    renamed = (row | {"practice": row["name"], "coverage_share": row["coverage"]} for row in rows)
    return {PRACTICES: PRACTICES.from_rows(renamed)}


def _last_year(frames: Frames, weeks: Weeks) -> Iterator[Share]:
    landed = _recent(frames.landed, weeks)
    alone = frames.requests["self_landed"]
    known = alone.notna().to_numpy(bool) & landed
    hits = alone.fillna(False).to_numpy(bool) & known
    yield _share("self_landed_share", hits.sum(), known.sum(), landed.sum())
    at, direct = _entries(frames)
    came = _recent(at, weeks)
    yield _share("no_change_request_share", (direct & came).sum(), came.sum(), came.sum())
    large, fast = fast_large(frames)
    yield _share("fast_large_share", (fast & landed).sum(), *[(large & landed).sum()] * 2)


def _share(name: str, hits: int, n: int, total: int) -> Share:
    coverage = float(n / total) if total else 0.0
    reason = f"{n} are known; {MIN_N} are needed" if n < MIN_N else ""
    if total and coverage < COVERAGE_AT_LEAST:
        reason = f"known for {coverage:.0%} of {total}; {COVERAGE_AT_LEAST:.0%} are needed"
    if reason:
        return Share(name, None, None, None, int(n), coverage, reason)
    low, high = wilson(np.array([hits]), np.array([n]))
    return Share(name, float(hits / n), float(low[0]), float(high[0]), int(n), coverage, "")


def _recent(moments: np.ndarray, weeks: Weeks) -> np.ndarray:
    n = int(weeks.is_complete.sum()) if weeks.n else 0
    begin, end = weeks.first + max(n - YEAR, 0) * WEEK, weeks.first + n * WEEK
    recent: np.ndarray = (moments >= begin) & (moments < end)
    return recent


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
