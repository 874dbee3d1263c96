"""How much of HEAD's code comes from declared-AI commits, apart from the pipeline.

It is slow, so `mine` never blames; `reviewgap lines` does, on a sample of files, and keeps what
it learned beside the tables.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pandas as pd

from analyzers import tables
from analyzers.authorship import surviving
from analyzers.mining import blame
from analyzers.pipeline import Request
from analyzers.store import Shelf

KEPT = "blame.json"
KINDS = ("code", "test")


@dataclass(frozen=True, slots=True)
class Survey:
    """The shares by area, how many files there are, and how many could not be blamed."""

    shares: pd.DataFrame
    n_files: int
    n_unreadable: int


def surveyed(
    shelf: Shelf,
    asked: Request,
    *,
    sample: int,
    seed: int,
    progress: blame.Progress | None = None,
) -> Survey:
    """The declared share of surviving code lines; files of code and tests only."""
    with asked.view(shelf.side) as view:
        code = [file for file in blame.files(view) if file.kind in KINDS]
        chosen = set(surviving.drawn([file.path for file in code], size=sample, seed=seed))
        wanted = [file for file in code if file.path in chosen]
        lines = blame.blamed(view, wanted, kept=shelf.folder / KEPT, progress=progress)
    commits = shelf.table(tables.COMMITS, ["sha", "authorship"])
    declared = set(commits.loc[commits["authorship"].isin(tables.DECLARED_AI), "sha"])
    blamed = surviving.by_file(lines, declared)
    sizes = Counter(surviving.area(file.path) for file in code)
    return Survey(surviving.shares(blamed, sizes, seed=seed), len(code), len(wanted) - len(lines))
