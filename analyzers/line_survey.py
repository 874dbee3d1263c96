"""How much of HEAD's code comes from declared-AI commits, apart from the pipeline.

It is slow, so `mine` never blames; `reviewgap lines` does, on a sample of files, and keeps what
it learned and found beside the tables, where the dashboard reads it.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analyzers import saved, tables, vocabulary
from analyzers.authorship import surviving
from analyzers.mining import blame
from analyzers.pipeline import Request
from analyzers.store import Shelf

KEPT = "blame.json"
FOUND = "lines.json"
KINDS = ("code", "test")


@dataclass(frozen=True, slots=True)
class Survey:
    """The shares by area, how many files there are, how many could not be blamed, of which HEAD."""

    shares: pd.DataFrame
    n_files: int
    n_unreadable: int
    head: str


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
        head = str(view.head or "")
    commits = shelf.table(tables.COMMITS, ["sha", "authorship"])
    declared = set(commits.loc[commits["authorship"].isin(vocabulary.DECLARED_AI), "sha"])
    blamed = surviving.by_file(lines, declared)
    sizes = Counter(surviving.area(file.path) for file in code)
    shares = surviving.shares(blamed, sizes, seed=seed)
    survey = Survey(shares, len(code), len(wanted) - len(lines), head)
    _keep(shelf.folder / FOUND, survey)
    return survey


def last(folder: Path) -> Survey | None:
    """The last survey of the repository whose store folder this is; None where there is none."""
    try:
        told = json.loads((folder / FOUND).read_bytes())
        shares = pd.DataFrame(told["shares"], columns=list(surviving.COLUMNS))
        return Survey(shares, int(told["n_files"]), int(told["n_unreadable"]), str(told["head"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(path: Path, survey: Survey) -> None:
    told = {
        "shares": json.loads(survey.shares.to_json(orient="records")),
        "n_files": survey.n_files,
        "n_unreadable": survey.n_unreadable,
        "head": survey.head,
    }
    with saved.replacing(path) as fresh:
        fresh.write_text(json.dumps(told), encoding="utf-8")
