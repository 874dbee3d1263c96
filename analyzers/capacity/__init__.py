"""Does review keep up? Weekly figures, alarms, forecasts and what-if, from frames alone.

METRICS is the list of weekly metrics: a new one is a function in a file of its own and one
line here.
"""

from __future__ import annotations

import pandas as pd

from analyzers.capacity import weekly as _weekly
from analyzers.capacity import weeks as weeks
from analyzers.capacity.backlog import backlog
from analyzers.capacity.declared import declared
from analyzers.capacity.demonstrated import demonstrated
from analyzers.capacity.generation import commits as commit_counts
from analyzers.capacity.generation import generation
from analyzers.capacity.latency import latency
from analyzers.capacity.metric import Metric
from analyzers.capacity.reviewers import reviewers
from analyzers.capacity.throughput import throughput
from analyzers.tables import Table

METRICS: tuple[Metric, ...] = (
    generation,
    commit_counts,
    declared,
    throughput,
    latency,
    reviewers,
    backlog,
    demonstrated,
)

WEEKLY = _weekly.table_of(METRICS)


def weekly(
    commits: pd.DataFrame, change_requests: pd.DataFrame, review_events: pd.DataFrame
) -> pd.DataFrame:
    """The WEEKLY table from tables.COMMITS, CHANGE_REQUESTS and REVIEW_EVENTS."""
    return _weekly.computed(METRICS, commits, change_requests, review_events)


TABLES: tuple[Table, ...] = (WEEKLY,)


def tables_of(
    commits: pd.DataFrame, change_requests: pd.DataFrame, review_events: pd.DataFrame
) -> dict[Table, pd.DataFrame]:
    """Every table of TABLES, computed."""
    return {WEEKLY: weekly(commits, change_requests, review_events)}
