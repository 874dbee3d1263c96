"""What the figures of a report rest on, and what of it changed: heads, openings, squashes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from analyzers import tables
from analyzers.capacity.reading import Reading
from analyzers.reports import wording
from analyzers.store import Shelf

WINDOW = pd.Timedelta(weeks=8)
CLOSE = ("A", "B")


@dataclass(frozen=True, slots=True)
class Ground:
    """One kind of evidence: how much of it there is, how much there was before, what follows."""

    name: str
    now: str
    before: str
    meaning: str


def grounds(shelf: Shelf, answer: Reading, *, end: pd.Timestamp) -> Iterator[Ground]:
    """Evidence of the eight weeks before `end` beside that of the eight before them."""
    requests = shelf.table(tables.CHANGE_REQUESTS)
    requests = requests[~requests["is_automation"].to_numpy(bool)]
    heads = requests["head_sha"].notna()
    close = requests["opened_grade"].isin(CLOSE)
    yield _share(
        "Landed with its head here",
        (requests["landed_at"], heads),
        end,
        "Without heads only what landed is seen.",
    )
    yield _share(
        "Opening known within hours",
        (requests["opened_at"], close),
        end,
        "Grades A and B; the rest have wider bands, and so has the latency.",
    )
    known = answer.fact("reviewer_coverage_share")
    yield Ground(
        "Reviewer known",
        wording.share(known.value),
        wording.share(known.previous),
        "Of what landed in 13 weeks, now and half a year ago: a reviewer, or who landed it.",
    )
    yield _squash(shelf)
    yield _unreadable(shelf)


def _share(name: str, told: tuple[pd.Series, pd.Series], end: pd.Timestamp, meaning: str) -> Ground:
    at, holds = told

    def of(begin: pd.Timestamp, until: pd.Timestamp) -> str:
        inside = ((at >= begin) & (at < until)).fillna(False).to_numpy(bool)
        n = int(inside.sum())
        return f"{wording.share(holds[inside].mean())} of {n:,}" if n else wording.UNKNOWN

    return Ground(name, of(end - WINDOW, end), of(end - 2 * WINDOW, end - WINDOW), meaning)


def _squash(shelf: Shelf) -> Ground:
    lost = shelf.manifest.get("coverage", {}).get("squash_loss", {})
    n, of = lost.get("n_lost", 0), lost.get("n_ai", 0)
    now = f"{n:,} of {of:,}" if of else "none seen"
    return Ground(
        "AI traces lost by squashing",
        now,
        "",
        "Over all history; found again in the commits before the squash where heads are here.",
    )


def _unreadable(shelf: Shelf) -> Ground:
    counts = shelf.manifest.get("counts", {})
    n = counts.get("incomplete", 0)
    return Ground(
        "Commits without line counts",
        f"{n:,} of {counts.get('commits', 0):,}",
        "",
        "Their files are missing in this clone; left out of line figures.",
    )
