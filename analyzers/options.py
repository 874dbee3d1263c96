"""What the commands share: their common options, and bringing the store up to date first."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analyzers import terminal

if TYPE_CHECKING:
    from analyzers.pipeline import Refreshed, Request

Repository = Annotated[
    Path, typer.Argument(metavar="REPO", help="A git repository: work tree, bare, or .git folder.")
]
StoreDir = Annotated[
    Path | None,
    typer.Option(
        "--store", metavar="DIR", envvar="REVIEWGAP_STORE", help="Where results are kept."
    ),
]
RootDir = Annotated[
    Path | None,
    typer.Option("--root", metavar="DIR", help="Read no repository outside this folder."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notes on stderr.")]


class TextFormat(StrEnum):
    """How a summary is written."""

    table = "table"
    json = "json"
    markdown = "markdown"


class DataFormat(StrEnum):
    """How a table is written."""

    csv = "csv"
    json = "json"
    jsonl = "jsonl"
    parquet = "parquet"


def refresh(
    path: Path,
    store: Path | None,
    root: Path | None,
    *,
    quiet: bool,
    watched: terminal.Progress | None = None,
) -> Refreshed:
    """Bring the store up to date, with progress (also to `watched`) and warnings on stderr."""
    from analyzers import pipeline

    with terminal.progress(quiet=quiet) as shown:
        refreshed = pipeline.refresh(request(path, store, root, watched or shown))
    for warning in refreshed.shelf.manifest["warnings"]:
        terminal.note(f"reviewgap: {path}: {warning}", quiet=quiet)
    return refreshed


def request(
    path: Path, store: Path | None, root: Path | None, progress: terminal.Progress | None = None
) -> Request:
    """What to bring up to date and where, as of now."""
    from analyzers import pipeline
    from analyzers.store import default_root

    return pipeline.Request(path, store or default_root(), datetime.now(UTC), root, progress)


class ReportFormat(StrEnum):
    """How a weekly report is written."""

    markdown = "markdown"
    html = "html"


class LinesFormat(StrEnum):
    """How the verdict on limits is written."""

    text = "text"
    json = "json"
