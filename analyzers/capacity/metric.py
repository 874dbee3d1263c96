"""What a metric is: a function from frames to weekly columns, with the columns' meaning beside it.

Adding one: write a function `(frames, *, weeks) -> DataFrame` under `@metric(Column(...), ...)`
and name it in METRICS (`analyzers/capacity/__init__.py`). It then appears in the CSV, its
description, the report and the dashboard unaided.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

import numpy as np
import pandas as pd

from analyzers.capacity.weeks import Weeks, micros
from analyzers.columns import Ground
from analyzers.errors import NotEnoughData
from analyzers.tables import FILE_CHANGES, MEMBERSHIPS, Column
from analyzers.vocabulary import DECLARED_AI


@dataclass(frozen=True)
class Frames:
    """What the metrics are made from: tables.COMMITS, CHANGE_REQUESTS and REVIEW_EVENTS.

    Only review effort asks for MEMBERSHIPS and FILE_CHANGES.
    """

    commits: pd.DataFrame
    change_requests: pd.DataFrame
    review_events: pd.DataFrame
    memberships: pd.DataFrame = field(default_factory=MEMBERSHIPS.empty)
    file_changes: pd.DataFrame = field(default_factory=FILE_CHANGES.empty)

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
    def sees_unlanded(self) -> bool:
        """Whether change requests that did not land can be seen at all.

        A plain clone names only what landed: openings, backlog and completion would come from
        the survivors alone, and look too good. One head or one unlanded request tells otherwise.
        """
        told = self.change_requests
        is_seen = told["head_sha"].notna() | told["state"].ne("landed")
        return told.empty or bool(is_seen.any())

    def require_unlanded(self) -> None:
        """Raise NotEnoughData where only what landed can be seen."""
        if not self.sees_unlanded:
            raise NotEnoughData(UNSEEN)

    @cached_property
    def declared(self) -> np.ndarray:
        """Whether each of `requests` declares AI, wholly or in part."""
        return is_declared(self.requests["authorship"])


UNSEEN = (
    "heads of change requests are not in this clone, so what did not land is unseen;"
    " `reviewgap fetch-reviews` brings them"
)
"""Why figures that need the unlanded are unknown."""


class Compute(Protocol):
    """The one signature of every metric."""

    def __call__(self, frames: Frames, *, weeks: Weeks) -> pd.DataFrame:
        """The metric's columns, one row per week."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A weekly metric: its columns and how they are computed."""

    columns: tuple[Column, ...]
    compute: Compute
    needs_unlanded: bool = False

    def __call__(self, frames: Frames, *, weeks: Weeks) -> pd.DataFrame:
        """The columns, one row per week, in the order they are declared."""
        names = [column.name for column in self.columns]
        if self.needs_unlanded and not frames.sees_unlanded:
            return pd.DataFrame(pd.NA, index=weeks.starts, columns=names)
        return self.compute(frames, weeks=weeks)[names]


def metric(
    *columns: Column, ground: Ground | None = None, needs_unlanded: bool = False
) -> Callable[[Compute], Metric]:
    """Bind a function to the columns it fills, all of which stand on the same `ground`.

    With `needs_unlanded` they are unknown where only what landed can be seen.
    """
    columns = tuple(replace(column, ground=ground) for column in columns)
    if needs_unlanded:
        columns = tuple(replace(column, nullable=True) for column in columns)
    return lambda compute: Metric(columns, compute, needs_unlanded)


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
