"""What the commands share: their common options, and bringing the store up to date first."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from analyzers import errors, manifest, terminal, unchanged
from analyzers.mining import locate

if TYPE_CHECKING:
    from analyzers.pipeline import Request
    from analyzers.store import Shelf

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
TrustRepo = Annotated[
    bool,
    typer.Option(
        "--trust-repo",
        help="For this call, let another user's repository lead to files that are not theirs.",
    ),
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


class Refreshed(Protocol):
    """A repository whose store is up to date, whoever saw to it."""

    @property
    def manifest(self) -> dict[str, Any]:
        """What the store says of it."""

    @property
    def shelf(self) -> Shelf:
        """Its tables."""

    @property
    def is_new(self) -> bool:
        """Whether anything had changed."""

    @property
    def exit_code(self) -> int:
        """Partial where something that history holds could not be read."""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A repository in which nothing has changed; its tables are loaded only if asked for."""

    folder: Path
    manifest: dict[str, Any]
    is_new: bool = False

    @property
    def shelf(self) -> Shelf:
        """Its tables."""
        from analyzers.store import Shelf

        return Shelf(self.folder)

    @property
    def exit_code(self) -> int:
        """Partial where something that history holds could not be read."""
        return manifest.exit_code(self.manifest)


def refresh(
    path: Path,
    store: Path | None,
    root: Path | None,
    *,
    quiet: bool,
    watched: terminal.Progress | None = None,
    trust: bool = False,
) -> Refreshed:
    """Bring the store up to date, with progress (also to `watched`) and warnings on stderr."""
    refreshed: Refreshed | None = _unchanged(path, store, root, trust=trust)
    if refreshed is None:
        from analyzers import pipeline
        from analyzers.fleet import overview

        with terminal.progress(quiet=quiet) as shown:
            asked = request(path, store, root, watched or shown, trust=trust, quiet=quiet)
            try:
                made = pipeline.refresh(asked)
            except errors.UnwritableStore as error:
                terminal.note(f"reviewgap: {error}; what is read now is not kept", quiet=quiet)
                made = pipeline.refresh(replace(asked, store=_of_this_run()))
        if made.is_rebuilt:
            told = "the store was damaged or of another version; it was made anew from git"
            terminal.note(f"reviewgap: {path}: {told}", quiet=quiet)
        if made.is_new:
            folder = made.shelf.folder
            with suppress(OSError):  # only the list of all goes without what is new
                overview.keep(folder.parent, {folder.name: made.manifest["generation"]})
        refreshed = made
    for warning in refreshed.manifest["warnings"]:
        terminal.note(f"reviewgap: {path}: {warning}", quiet=quiet)
    return refreshed


def _of_this_run() -> Path:
    """A store for a run whose own cannot be written; it goes when the run ends."""
    folder = tempfile.mkdtemp(prefix="reviewgap-store-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _unchanged(
    path: Path, store: Path | None, root: Path | None, *, trust: bool
) -> Refreshed | None:
    where = locate.place(path, root=root)
    folder = (store or manifest.default_root()) / manifest.shelf_key(where.git_dir)
    found = unchanged.manifest_if_unchanged(folder, unchanged.trace(where, folder, trust=trust))
    return None if found is None else Unchanged(folder, found)


def request(
    path: Path,
    store: Path | None,
    root: Path | None,
    progress: terminal.Progress | None = None,
    *,
    trust: bool = False,
    quiet: bool = False,
) -> Request:
    """What to bring up to date and where, as of now."""
    from analyzers import pipeline

    at = store or manifest.default_root()
    tell = partial(_tell, quiet=quiet)
    return pipeline.Request(path, at, datetime.now(UTC), root, progress, trust, tell)


def _tell(text: str, *, quiet: bool) -> None:
    terminal.note(f"reviewgap: {text}", quiet=quiet)


class ReportFormat(StrEnum):
    """How a weekly report is written."""

    markdown = "markdown"
    html = "html"


class LinesFormat(StrEnum):
    """How the verdict on limits is written."""

    text = "text"
    json = "json"
