"""What waits: the young backlog, how many weeks of work it is, and what becomes of a cohort."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analyzers.capacity.estimates import MIN_N, shares
from analyzers.capacity.metric import Frames, count, figure, metric, weekly_frame
from analyzers.capacity.weeks import DAY, UNKNOWN, Weeks, micros, trailing_sums
from analyzers.columns import Ground

YOUNG_DAYS = 90
WORK_WINDOW = 13
INDEX_WINDOW = 8
FOLLOW_UPS = (1, 7, 30)
NEVER = np.iinfo(np.int64).max


@metric(
    count(
        "backlog_young",
        "Opened in the 90 days before the week's end, neither landed nor known to be closed by"
        " then: an upper bound, since git does not record closing.",
        "change requests",
    ),
    figure(
        "weeks_of_work",
        "Young backlog over landed per week, both averaged over 13 weeks (Little's law); unknown"
        f" where fewer than {MIN_N} landed in them.",
        "weeks",
    ),
    figure(
        "review_efficiency_index",
        "Landed over opened change requests, both summed over 8 weeks.",
        "ratio",
    ),
    *(
        column
        for k in FOLLOW_UPS
        for column in (
            figure(
                f"completion_{k}d_share",
                f"Change requests opened in the week that landed within {k} days; unknown until"
                " all of them were followed that long.",
                "share",
            ),
            count(f"completion_{k}d_n", "Change requests opened and followed.", "change requests"),
        )
    ),
    ground=Ground(
        "Change requests that wait at the week's end.",
        "Automation accounts, and what was opened more than 90 days before: taken as given up.",
        "Openings and landings; git does not record closing without landing, so the count is an"
        " upper bound.",
    ),
    needs_unlanded=True,
)
def backlog(frames: Frames, *, weeks: Weeks) -> pd.DataFrame:
    """How much waits, how many weeks of work is it, and how much of a week's work ever lands?"""
    waiting = young_backlog(frames, weeks=weeks)
    opened, landed = weeks.sums(frames.opened), weeks.sums(frames.landed)
    return weekly_frame(
        weeks,
        {
            "backlog_young": waiting,
            "weeks_of_work": np.where(
                trailing_sums(landed, WORK_WINDOW) >= MIN_N, weeks_of_work(waiting, landed), np.nan
            ),
            "review_efficiency_index": _over(
                trailing_sums(landed, INDEX_WINDOW), trailing_sums(opened, INDEX_WINDOW)
            ),
        }
        | {
            name: values
            for k in FOLLOW_UPS
            for name, values in _completion(frames, weeks, k).items()
        },
    )


def young_backlog(frames: Frames, *, weeks: Weeks) -> np.ndarray:
    """WIP90 at the end of each week (science notes A.3), free of look-ahead."""
    begin, end = in_progress(frames)
    ends = weeks.end_micros
    left = np.minimum(end, begin + YOUNG_DAYS * DAY)
    return _before(begin, ends) - _before(left, ends)


def in_progress(frames: Frames) -> tuple[np.ndarray, np.ndarray]:
    """When each change request with a known opening began and ceased to wait (NEVER if not)."""
    closed = micros(frames.requests["closed_at"])
    ended = np.where(frames.landed != UNKNOWN, frames.landed, closed)
    known = frames.opened != UNKNOWN
    begin, end = frames.opened[known], ended[known]
    return begin, np.where(end == UNKNOWN, NEVER, np.maximum(end, begin))


def weeks_of_work(waiting: np.ndarray, landed: np.ndarray) -> np.ndarray:
    """Mean young backlog over mean landed per week, 13 weeks each."""
    return _over(trailing_sums(waiting, WORK_WINDOW), trailing_sums(landed, WORK_WINDOW))


def cohorts(frames: Frames, *, weeks: Weeks, days: int) -> tuple[np.ndarray, np.ndarray]:
    """Per opening week: change requests opened, and those that landed within `days`."""
    return weeks.sums(frames.opened), weeks.sums(frames.opened[soon_landed(frames, days=days)])


def soon_landed(frames: Frames, *, days: int) -> np.ndarray:
    """Which change requests landed within `days` of a known opening."""
    known = (frames.landed != UNKNOWN) & (frames.opened != UNKNOWN)
    soon: np.ndarray = known & (frames.landed <= frames.opened + days * DAY)
    return soon


def followed(weeks: Weeks, days: int) -> np.ndarray:
    """Weeks whose last possible opening was followed for `days` by the data edge."""
    return weeks.start_micros + (7 + days) * DAY <= weeks.edge + 1


def little_identity(frames: Frames, *, weeks: Weeks) -> tuple[float, float]:
    """Mean number in progress, and rate x mean time, over the grid: equal by Little's law.

    Each change request's time is clipped to the window on both sides; only then is it an
    identity. A self-test, not a finding.
    """
    begin, end = in_progress(frames)
    window_begin, window_end = weeks.first, weeks.edge + 1
    begin, end = np.maximum(begin, window_begin), np.minimum(end, window_end)
    inside = end > begin
    begin, end = begin[inside], end[inside]
    if not len(begin):
        return 0.0, 0.0
    span = float(window_end - window_begin)
    changes = np.concatenate([begin, end])
    order = np.argsort(changes, kind="stable")
    steps = np.concatenate([np.ones(len(begin)), -np.ones(len(end))])[order]
    level = np.cumsum(steps)[:-1]
    mean_level = float(np.sum(level * np.diff(changes[order]).astype(float)) / span)
    rate_times_wait = len(begin) / span * float(np.mean((end - begin).astype(float)))
    return mean_level, rate_times_wait


def _completion(frames: Frames, weeks: Weeks, days: int) -> dict[str, np.ndarray]:
    opened, soon = cohorts(frames, weeks=weeks, days=days)
    n = np.where(followed(weeks, days), opened, 0)
    return {f"completion_{days}d_share": shares(soon, n), f"completion_{days}d_n": n}


def _before(moments: np.ndarray, ends: np.ndarray) -> np.ndarray:
    return np.searchsorted(np.sort(moments), ends, side="left")


def _over(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    defined = np.isfinite(denominator) & (denominator > 0)
    return np.where(defined, numerator / np.where(defined, denominator, 1), np.nan)
