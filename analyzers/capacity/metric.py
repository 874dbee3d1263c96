"""What a metric is: a function from frames to weekly columns, with the columns' meaning beside it.

Adding one: write a function `(frames, *, weeks) -> DataFrame` under `@metric(Column(...), ...)`
and name it in METRICS (`analyzers/capacity/__init__.py`). It then appears in the CSV, its
description, the report and the dashboard unaided.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import pandas as pd

from analyzers.capacity.weeks import Weeks, micros
from analyzers.tables import DECLARED_AI, Column


@dataclass(frozen=True)
class Frames:
    """What the metrics are made from: tables.COMMITS, CHANGE_REQUESTS and REVIEW_EVENTS."""

    commits: pd.DataFrame
    change_requests: pd.DataFrame
    review_events: pd.DataFrame

    @cached_property
    def requests(self) -> pd.DataFrame:
        """Change requests of people and AI agents; automation accounts are reported apart."""
        automation = self.change_requests["is_automation"].to_numpy(bool)
        return self.change_requests[~automation]

    @cached_property
    def opened(self) -> np.ndarray:
        """When each of `requests` was opened, in microseconds."""
        return micros(self.requests["opened_at"])

    @cached_property
    def landed(self) -> np.ndarray:
        """When each of `requests` landed, in microseconds."""
        return micros(self.requests["landed_at"])

    @cached_property
    def declared(self) -> np.ndarray:
        """Whether each of `requests` declares AI, wholly or in part."""
        return is_declared(self.requests["authorship"])


class Compute(Protocol):
    """The one signature of every metric."""

    def __call__(self, frames: Frames, *, weeks: Weeks) -> pd.DataFrame:
        """The metric's columns, one row per week."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A weekly metric: its columns and how they are computed."""

    columns: tuple[Column, ...]
    compute: Compute

    def __call__(self, frames: Frames, *, weeks: Weeks) -> pd.DataFrame:
        """The columns, one row per week, in the order they are declared."""
        frame = self.compute(frames, weeks=weeks)
        return frame[[column.name for column in self.columns]]


def metric(*columns: Column) -> Callable[[Compute], Metric]:
    """Bind a function to the columns it fills."""
    return lambda compute: Metric(columns, compute)


def weekly_frame(weeks: Weeks, columns: dict[str, np.ndarray]) -> pd.DataFrame:
    """Arrays as a frame with one row per week."""
    return pd.DataFrame(columns, index=weeks.starts)


def is_declared(authorship: pd.Series) -> np.ndarray:
    """Verdicts that count as declared AI; a change request may also be `mixed`."""
    declared: np.ndarray = authorship.isin([*DECLARED_AI, "mixed"]).to_numpy(bool)
    return declared


def count(name: str, meaning: str, unit: str) -> Column:
    """A column that is always known."""
    return Column(name, "int", meaning, unit)


def known_sum(name: str, meaning: str, unit: str) -> Column:
    """A whole number that is empty where there was something to add and none of it is known."""
    return Column(name, "int", meaning, unit, nullable=True)


def figure(name: str, meaning: str, unit: str) -> Column:
    """An estimate, empty where it is unknown."""
    return Column(name, "float", meaning, unit, nullable=True)
