"""What waits longest, as far as git can tell: change requests, never people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from analyzers.capacity.backlog import YOUNG_DAYS
from analyzers.reports.links import Forge
from analyzers.vocabulary import DECLARED_AI

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Waiting:
    """One change request that has neither landed nor is known to be closed."""

    change_request: str
    title: str
    days: float
    lines: int | None
    authorship: str
    grade: str
    link: str | None


@dataclass(frozen=True, slots=True)
class Queue:
    """The oldest of those that wait, how many do, and how many older ones are taken as given up."""

    oldest: tuple[Waiting, ...]
    n_young: int
    n_given_up: int

    @property
    def has_lines(self) -> bool:
        """Whether the size of any of them is known."""
        return any(one.lines is not None for one in self.oldest)


def queue(requests: pd.DataFrame, *, edge: pd.Timestamp, forge: Forge) -> Queue:
    """What waited at the data edge; `requests` is tables.CHANGE_REQUESTS.

    Opened within 90 days, as in the young backlog; automation accounts apart.
    """
    waits = requests["landed_at"].isna() & requests["closed_at"].isna()
    waits &= ~requests["is_automation"] & (requests["opened_at"] <= edge).fillna(False)
    found = requests[waits.to_numpy(bool)]
    days = (edge - found["opened_at"]).dt.total_seconds() / 86_400
    found = found.assign(days=days, link=forge.change_requests(found["number"]))
    young = found[found["days"] <= YOUNG_DAYS].sort_values(["days", "number"], ascending=False)
    return Queue(tuple(_rows(young.head(SHOWN))), len(young), len(found) - len(young))


def _rows(frame: pd.DataFrame) -> Iterator[Waiting]:
    for row in frame.itertuples():
        yield Waiting(
            change_request=str(row.change_request),
            title="" if pd.isna(row.title) else str(row.title),
            days=float(row.days),
            lines=None if pd.isna(row.reviewable_lines) else int(row.reviewable_lines),
            authorship="AI declared" if row.authorship in {*DECLARED_AI, "mixed"} else "unmarked",
            grade=str(row.opened_grade),
            link=None if pd.isna(row.link) else str(row.link),
        )
