"""The week grid that every figure stands on: Monday to Sunday, UTC, up to the data edge.

The data edge is the last commit or landing, never "now": a clone that is a month old must not
look like a project that stopped reviewing (science notes, A.3 and E 7).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

DAY = 86_400_000_000  # microseconds, the unit of every timestamp column
HOUR = DAY // 24
WEEK = 7 * DAY
UNKNOWN = np.iinfo(np.int64).min  # how an unknown timestamp looks among integers


@dataclass(frozen=True, slots=True)
class Weeks:
    """`n` ISO weeks from the Monday `first` (microseconds since 1970, UTC) to the data `edge`."""

    first: int
    n: int
    edge: int

    @classmethod
    def spanning(cls, commits: pd.DataFrame, change_requests: pd.DataFrame) -> Weeks:
        """The weeks from the first sign of work to the last commit or landing.

        An opening after the edge lies outside the grid; without commits there are no weeks.
        """
        arrivals = np.concatenate([arrived(commits), micros(change_requests["landed_at"])])
        arrivals = arrivals[arrivals != UNKNOWN]
        if not len(arrivals):
            return cls(0, 0, 0)
        opened = micros(change_requests["opened_at"])
        begin = min(arrivals.min(), opened[opened != UNKNOWN].min(initial=arrivals.max()))
        return cls.between(int(begin), int(arrivals.max()))

    @classmethod
    def between(cls, begin: int, edge: int) -> Weeks:
        """The weeks that hold both moments (microseconds) and all between."""
        first = monday(begin)
        return cls(first, (monday(edge) - first) // WEEK + 1, edge)

    @property
    def starts(self) -> pd.DatetimeIndex:
        """Mondays at midnight UTC, the index of every weekly frame."""
        stamps = self.start_micros.astype("datetime64[us]")
        return pd.DatetimeIndex(stamps, name="week_start_utc").tz_localize("UTC")

    @property
    def start_micros(self) -> np.ndarray:
        """The same as integers."""
        return self.first + WEEK * np.arange(self.n, dtype=np.int64)

    @property
    def end_micros(self) -> np.ndarray:
        """Where counting stops in each week: its end, or the data edge in the last one."""
        return np.minimum(self.start_micros + WEEK, self.edge + 1)

    @property
    def keys(self) -> list[str]:
        """ISO week names such as 2026-W44."""
        return iso_weeks(self.starts)

    @property
    def is_complete(self) -> np.ndarray:
        """False for the last week when the data edge is not on its last day."""
        return self.start_micros + WEEK - DAY <= self.edge

    def positions(self, at: pd.Series | np.ndarray) -> np.ndarray:
        """The row of each moment's week; -1 where unknown or outside the grid."""
        moments = at if isinstance(at, np.ndarray) else micros(at)
        inside = (moments >= self.first) & (moments <= self.edge)
        return np.where(inside, (np.where(inside, moments, 0) - self.first) // WEEK, -1)

    def sums(self, at: pd.Series | np.ndarray, amounts: np.ndarray | None = None) -> np.ndarray:
        """How many moments fall into each week, or the sum of their amounts."""
        rows = self.positions(at)
        inside = rows >= 0
        weights = None if amounts is None else amounts[inside]
        return np.bincount(rows[inside], weights=weights, minlength=self.n)[: self.n]


def monday(moment: int) -> int:
    """The Monday midnight at or before the moment; 1970-01-01 was a Thursday."""
    return moment - (moment + 3 * DAY) % WEEK


def micros(at: pd.Series) -> np.ndarray:
    """A timestamp column as integer microseconds; UNKNOWN where empty."""
    values: np.ndarray = at.dt.tz_localize(None).to_numpy("datetime64[us]").astype(np.int64)
    return values


def stamps(moments: np.ndarray) -> pd.Series:
    """Integer microseconds as a timestamp column."""
    return pd.Series(moments.astype("datetime64[us]")).dt.tz_localize("UTC")


def arrived(commits: pd.DataFrame) -> np.ndarray:
    """When each commit came onto the default line; its own date where that is unknown."""
    return micros(commits["landed_at"].fillna(commits["committed_at"]))


def iso_weeks(moments: pd.DatetimeIndex) -> list[str]:
    """ISO week names; the year is the ISO year, so 2027-01-01 lies in 2026-W53."""
    calendar = moments.isocalendar()
    pairs = zip(calendar["year"], calendar["week"], strict=True)
    return [f"{year:04d}-W{week:02d}" for year, week in pairs]


def iso_week(at: pd.Series) -> pd.Series:
    """The ISO week name of each moment of a column; unknown where it is unknown."""
    moments = micros(at)
    known = moments != UNKNOWN
    ours = moments[known]
    mondays, place = np.unique(ours - (ours + 3 * DAY) % WEEK, return_inverse=True)
    told = np.full(len(at), None, dtype=object)
    told[known] = np.array(iso_weeks(pd.DatetimeIndex(stamps(mondays))), dtype=object)[place]
    return pd.Series(told, index=at.index, dtype="str")


def trailing_sums(values: np.ndarray, weeks: int) -> np.ndarray:
    """Sum over this week and the weeks before it; unknown until the window is full."""
    total = np.cumsum(np.concatenate([[0.0], values]))
    sums = np.full(len(values), np.nan)
    sums[weeks - 1 :] = total[weeks:] - total[:-weeks] if len(values) >= weeks else np.nan
    return sums
