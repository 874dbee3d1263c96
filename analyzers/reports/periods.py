"""--since and --until: `2026-03-01`, `2026-W10`, `12w`, `6mo`; counted back from the data edge."""

from __future__ import annotations

import re

import pandas as pd

from analyzers.errors import UsageError
from analyzers.tables import Table

_AGO = re.compile(r"(\d{1,4})(d|w|mo|y)")
_ISO_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?")
_UNITS = {"d": "days", "w": "weeks", "mo": "months", "y": "years"}


def moment(text: str, *, edge: pd.Timestamp, end: bool = False) -> pd.Timestamp:
    """The first instant of the day, week or month named; with `end`, the first after it.

    `12w` and `6mo` count back from the data edge. Raises UsageError with the accepted forms.
    """
    start, length = _parsed(text.strip(), edge)
    return start + length if end else start


def between(
    frame: pd.DataFrame,
    table: Table,
    *,
    since: str | None = None,
    until: str | None = None,
    edge: pd.Timestamp | None = None,
) -> pd.DataFrame:
    """The rows from `since` to `until`, both included, by the table's time column.

    The column is the first of week_start_utc, landed_at, opened_at, committed_at, at that the
    table has; rows without a date fall out. `edge` defaults to the newest date in the table.
    """
    if since is None and until is None:
        return frame
    name = time_column(table)
    if name is None:
        raise UsageError(f"table {table.name} has no dates; leave out --since and --until")
    newest = edge if edge is not None else frame[name].max()
    if pd.isna(newest):
        return frame.iloc[0:0]
    keep = frame[name].notna()
    if since is not None:
        begin = moment(since, edge=newest)
        keep &= frame[name] >= (_monday(begin) if name == "week_start_utc" else begin)
    if until is not None:
        keep &= frame[name] < moment(until, edge=newest, end=True)
    return frame[keep.to_numpy(bool)].reset_index(drop=True)


_TIME_COLUMNS = ("week_start_utc", "opened_at", "landed_at", "committed_at", "at")


def time_column(table: Table) -> str | None:
    """The column that --since and --until speak about."""
    return next((name for name in _TIME_COLUMNS if name in table.names), None)


def monday(iso_week: str) -> pd.Timestamp:
    """When an ISO week such as 2026-W10 begins; ValueError where there is no such week."""
    year, number = iso_week.split("-W")
    return pd.Timestamp.fromisocalendar(int(year), int(number), 1).tz_localize("UTC")


def _parsed(text: str, edge: pd.Timestamp) -> tuple[pd.Timestamp, pd.Timedelta | pd.DateOffset]:
    day = pd.Timedelta(days=1)
    if ago := _AGO.fullmatch(text):
        back = pd.DateOffset(**{_UNITS[ago[2]]: int(ago[1])})
        return (edge - back).normalize(), day
    try:
        if _ISO_WEEK.fullmatch(text):
            return monday(text), 7 * day
        if _DATE.fullmatch(text):
            whole_month = len(text) == len("2026-03")
            return pd.Timestamp(text, tz="UTC"), pd.DateOffset(months=1) if whole_month else day
    except ValueError:
        pass
    raise UsageError(
        f"{text!r} is no date; write 2026-03-01, 2026-03, 2026-W10, or 12w, 6mo, 1y before the"
        " newest data"
    )


def _monday(at: pd.Timestamp) -> pd.Timestamp:
    return at.normalize() - pd.Timedelta(days=at.weekday())
