"""Does review keep up? Weekly figures, alarms, forecasts and what-if, from frames alone.

METRICS is the list of weekly metrics: a new one is a function in a file of its own and one
line here.
"""

from __future__ import annotations

from contextlib import suppress

import pandas as pd

from analyzers.capacity import (
    alarm,
    backlog,
    concentration,
    declared,
    demonstrated,
    demonstrated_lines,
    effort,
    forecast,
    generation,
    latency,
    practice,
    reading,
    reviewers,
    shifts,
    throughput,
    waiting,
    weeks,
)
from analyzers.capacity import weekly as _weekly
from analyzers.capacity.metric import Frames, Metric
from analyzers.errors import NotEnoughData
from analyzers.tables import Table

__all__ = ["METRICS", "TABLES", "WEEKLY", "alarm", "reading", "tables_of", "weekly", "weeks"]

METRICS: tuple[Metric, ...] = (
    generation.generation,
    generation.commits,
    declared.declared,
    throughput.throughput,
    latency.latency,
    reviewers.reviewers,
    backlog.backlog,
    demonstrated.demonstrated,
    practice.practice,
    demonstrated_lines.demonstrated_lines,
    waiting.waiting,
    latency.release_lines,
)

WEEKLY = _weekly.table_of(METRICS)


def weekly(
    commits: pd.DataFrame, change_requests: pd.DataFrame, review_events: pd.DataFrame
) -> pd.DataFrame:
    """The WEEKLY table from tables.COMMITS, CHANGE_REQUESTS and REVIEW_EVENTS."""
    return _weekly.computed(METRICS, Frames(commits, change_requests, review_events))


TABLES: tuple[Table, ...] = (
    WEEKLY,
    forecast.FORECAST,
    forecast.BACKTEST,
    forecast.PAST_FORECASTS,
    alarm.ALARMS,
    shifts.SHIFTS,
    concentration.REVIEWERS,
    practice.PRACTICES,
    effort.EFFORT,
)


_PARTS = (
    forecast.forecasts,
    alarm.alarms,
    shifts.shifts,
    concentration.reviewers_table,
    practice.practices,
    effort.efforts,
)


def tables_of(frames: Frames) -> dict[Table, pd.DataFrame]:
    """Every table of TABLES, computed."""
    grid = weeks.Weeks.spanning(frames.commits, frames.change_requests)
    made = {WEEKLY: _weekly.computed(METRICS, frames)}
    for part in _PARTS:
        with suppress(NotEnoughData):
            made |= part(frames, weeks=grid)
    return {table: made[table] if table in made else table.empty() for table in TABLES}
