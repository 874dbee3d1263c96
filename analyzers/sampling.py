"""Review effort of one repository: what the store has, and a measured sample of its commits.

Apart from the pipeline, because measuring complexity starts git for every commit: `mine` never
runs it, `reviewgap effort` does, and keeps what it measured beside the tables.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import pandas as pd

from analyzers import tables
from analyzers.capacity import effort, effort_sample
from analyzers.capacity.effort import EFFORT_SAMPLE, Ratio
from analyzers.capacity.metric import Frames
from analyzers.capacity.weeks import Weeks
from analyzers.mining import complexity
from analyzers.mining.file_complexity import Progress
from analyzers.pipeline import Request
from analyzers.store import Shelf

KEPT = "complexity.parquet"


@dataclass(frozen=True, slots=True)
class Effort:
    """What was found, and what the sample is made of and cost.

    `n_opened` commits had to be measured in this run, in `elapsed_seconds`; `seconds` is what
    measuring the whole sample takes on one core, at whatever time it was done.
    """

    growth: list[Ratio]
    declared: list[Ratio]
    complexity: list[Ratio]
    complexity_declared: list[Ratio]
    n_population: int
    n_sampled: int
    n_measured: int
    n_opened: int
    elapsed_seconds: float
    seconds: float
    tool: str


def measured_effort(
    shelf: Shelf,
    asked: Request,
    sample: int,
    progress: Progress | None = None,
) -> Effort:
    """Effort per change request and complexity of a sample.

    The commits are read through the sterile view; what was measured before is not measured again.
    """
    commits, changes = shelf.table(tables.COMMITS), shelf.table(tables.FILE_CHANGES)
    requests = shelf.table(tables.CHANGE_REQUESTS)
    members = shelf.table(tables.MEMBERSHIPS)
    frames = Frames(commits, requests, tables.REVIEW_EVENTS.empty(), members, changes)
    weeks = Weeks.spanning(commits, requests)
    weights = effort.weighed(frames, weeks=weeks)
    everything = effort_sample.population(commits, _readable(changes))
    shas = effort_sample.sampled(everything, sample)
    began = time.monotonic()
    with asked.view(shelf.side) as view:
        found = complexity.measured(view, shas, kept=shelf.folder / KEPT, progress=progress)
    elapsed, rows = time.monotonic() - began, found.rows
    grown = effort_sample.complexity_growth(everything, rows)
    declared = effort_sample.complexity_declared(everything, rows)
    keys = weeks.keys
    last = {"last_week": keys[int(weeks.is_complete.sum()) - 1] if keys else ""}
    kept = EFFORT_SAMPLE.from_rows(row | last for row in effort.ratio_rows(grown, declared))
    shelf.keep(EFFORT_SAMPLE, kept)
    return Effort(
        effort.growth(weights, weeks=weeks),
        effort.declared_against_rest(weights, weeks=weeks),
        grown,
        declared,
        len(everything),
        len(shas),
        int(rows["complexity"].notna().sum()),
        found.n_opened,
        elapsed,
        float(rows["seconds"].sum()),
        complexity.tool(),
    )


def _readable(changes: pd.DataFrame) -> pd.DataFrame:
    paths = changes["path"].drop_duplicates()
    known = paths[complexity.readable(paths)]
    return changes[changes["path"].isin(known).to_numpy(bool)]
