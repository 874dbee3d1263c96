"""The weekly table: one row per ISO week, every metric's columns side by side."""

from __future__ import annotations

import pandas as pd

from analyzers.capacity.metric import Frames, Metric
from analyzers.capacity.weeks import Weeks
from analyzers.tables import Column, Table

KEY = (
    Column("iso_week", "str", "ISO week, Monday to Sunday, UTC."),
    Column("week_start_utc", "timestamp", "Its Monday.", "date"),
    Column("is_complete", "bool", "False while the data edge lies before the week's last day."),
)


def table_of(metrics: tuple[Metric, ...]) -> Table:
    """The weekly table with these metrics' columns, in their order."""
    columns = tuple(column for each in metrics for column in each.columns)
    meaning = "Generation, authorship, latency and review capacity of every ISO week."
    return Table("weekly", meaning, ("iso_week",), KEY + columns)


def computed(metrics: tuple[Metric, ...], frames: Frames) -> pd.DataFrame:
    """Every metric over every week from the first sign of work to the data edge."""
    weeks = Weeks.spanning(frames.commits, frames.change_requests)
    table = table_of(metrics)
    if not weeks.n:
        return table.empty()
    key = pd.DataFrame(
        {
            "iso_week": weeks.keys,
            "week_start_utc": weeks.starts,
            "is_complete": weeks.is_complete,
        },
        index=weeks.starts,
    )
    return table.conform(pd.concat([key, *(each(frames, weeks=weeks) for each in metrics)], axis=1))
