"""The reviewgap command: the only place that prints.

Data goes to stdout, everything else to stderr; the exit codes stand in `analyzers.errors`.
Heavy imports stay inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analyzers import errors

if TYPE_CHECKING:
    import pandas as pd

    from analyzers.pipeline import Progress, Refreshed
    from analyzers.tables import Table

app = typer.Typer(
    name="reviewgap",
    help="Does code review keep up with generation? Answered from a git repository alone.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

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


def main() -> None:
    """Run the command line and leave with its documented exit code."""
    sys.exit(_run())


def _run() -> int:
    try:
        return int(app(standalone_mode=False) or errors.COMPLETE)
    except errors.ReviewgapError as error:
        _note(f"reviewgap: {error}")
        return error.exit_code
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python must not complain about it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return errors.COMPLETE
    except KeyboardInterrupt:
        return errors.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last line of defence turns a bug into one line
        return _unexpected(error)


def _unexpected(error: Exception) -> int:
    if hasattr(error, "format_message"):  # Typer's own usage errors
        _note(f"reviewgap: {error.format_message()} (see: reviewgap --help)")
        return errors.USAGE
    if os.environ.get("REVIEWGAP_DEBUG"):
        traceback.print_exc()
    _note(
        f"reviewgap: this is a bug of ours: {type(error).__name__}: {error}"
        " (REVIEWGAP_DEBUG=1 shows where)"
    )
    return errors.OUR_BUG


# -- commands --------------------------------------------------------------------------------


@app.command()
def mine(
    repositories: Annotated[list[Path], typer.Argument(metavar="REPO…")],
    store: StoreDir = None,
    root: RootDir = None,
    form: Annotated[TextFormat, typer.Option("--format")] = TextFormat.table,
    quiet: Quiet = False,
) -> int:
    """Bring the store up to date; `--format json` ends with one JSON line of counts."""
    codes = [_mine_one(path, store, root, form, quiet=quiet) for path in repositories]
    return max(codes)


def _mine_one(
    path: Path, store: Path | None, root: Path | None, form: TextFormat, *, quiet: bool
) -> int:
    refreshed = _refresh(path, store, root, quiet=quiet)
    counts = refreshed.shelf.manifest["counts"]
    if form is TextFormat.json:
        _print(json.dumps(counts | {"warnings": refreshed.shelf.manifest["warnings"]}))
    elif not quiet:
        state = "mined" if refreshed.is_new else "nothing new"
        n_commits, n_requests = counts["commits"], counts["change_requests"]
        _note(f"{path}: {state}: {n_commits:,} commits, {n_requests:,} change requests")
    return refreshed.exit_code


@app.command()
def summary(
    repository: Repository = Path(),
    store: StoreDir = None,
    root: RootDir = None,
    form: Annotated[TextFormat, typer.Option("--format")] = TextFormat.table,
    weeks: Annotated[int, typer.Option(min=4, help="Complete weeks to look at.")] = 26,
    quiet: Quiet = False,
) -> int:
    """The answer in the terminal: does review keep up, by what figures, how sure."""
    from analyzers.reports import summary as report

    refreshed = _refresh(repository, store, root, quiet=quiet)
    _print(report.text(refreshed.shelf, weeks=weeks, form=form.value))
    return refreshed.exit_code


@app.command()
def export(
    repository: Repository = Path(),
    table: Annotated[
        str, typer.Option("--table", help="Which table; `weekly` by default.")
    ] = "weekly",
    form: Annotated[DataFormat, typer.Option("--format")] = DataFormat.csv,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A file, with datapackage.json beside it.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="2026-01-31, 2026-W05, 12w or 6mo.")] = None,
    until: Annotated[str | None, typer.Option(help="Likewise.")] = None,
    raw_csv: Annotated[bool, typer.Option(help="Do not defuse spreadsheet formulas.")] = False,
    store: StoreDir = None,
    root: RootDir = None,
    quiet: Quiet = False,
) -> int:
    """The weekly CSV on stdout, or any other table, as CSV, JSON or Parquet."""
    from analyzers.reports import export as exporting
    from analyzers.reports import tabular

    wanted = tabular.find(table)
    if form is DataFormat.parquet and output is None:
        raise errors.UsageError("Parquet is binary and wants a file; add: -o FILE.parquet")
    refreshed = _refresh(repository, store, root, quiet=quiet)
    rows = tabular.rows(refreshed.shelf, wanted, since=since, until=until)
    if output is None:
        _write(exporting.content(rows, wanted, form.value, raw=raw_csv))
    else:
        _save(rows, wanted, output, form, raw=raw_csv)
        _note(f"wrote {output} and {output.with_name('datapackage.json')}", quiet=quiet)
    return refreshed.exit_code


@app.command()
def explain(
    repository: Repository,
    what: Annotated[str, typer.Argument(metavar="COMMIT|#N")],
    store: StoreDir = None,
    root: RootDir = None,
    quiet: Quiet = False,
) -> int:
    """Why a commit counts as it does; how a change request was dated: all the evidence."""
    from analyzers.reports import explanation

    refreshed = _refresh(repository, store, root, quiet=quiet)
    _print(explanation.text(refreshed.shelf, what))
    return refreshed.exit_code


@app.command()
def doctor(
    repository: Repository = Path(),
    store: StoreDir = None,
    root: RootDir = None,
    quiet: Quiet = False,
) -> int:
    """What evidence this repository offers, what is missing, and the one command that adds it."""
    from analyzers.reports import diagnosis

    refreshed = _refresh(repository, store, root, quiet=quiet)
    _print(diagnosis.text(refreshed.shelf, str(repository)))
    return refreshed.exit_code


@app.command()
def dashboard(
    repositories: Annotated[list[Path] | None, typer.Argument(metavar="[REPO…]")] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; anyone who reaches it can read.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; the next free one if taken, 0 for any.")] = 8501,
    base_path: Annotated[str, typer.Option(help="Path prefix behind a proxy.")] = "",
    allowed_host: Annotated[
        list[str] | None, typer.Option(help="Further host names that browsers may use.")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
    store: StoreDir = None,
    root: RootDir = None,
    quiet: Quiet = False,
) -> int:
    """Mine what is new, then serve the dashboard (on the current folder without REPO)."""
    mined = [_refresh(path, store, root, quiet=quiet) for path in repositories or [Path()]]
    from dashboard import launch

    launch.serve(
        [refreshed.shelf.folder for refreshed in mined],
        host=host,
        port=port,
        base_path=base_path,
        allowed_hosts=tuple(allowed_host or ()),
        browser=browser,
        announce=lambda line: _note(line, quiet=quiet),
    )
    return errors.COMPLETE


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        from importlib.metadata import version as installed

        _print(f"reviewgap {installed('reviewgap')}")
        raise typer.Exit


# -- edges -----------------------------------------------------------------------------------


def _refresh(path: Path, store: Path | None, root: Path | None, *, quiet: bool) -> Refreshed:
    from analyzers import pipeline
    from analyzers.store import default_root

    with _progress(quiet=quiet) as progress:
        refreshed = pipeline.refresh(
            pipeline.Request(path, store or default_root(), datetime.now(UTC), root, progress)
        )
    for warning in refreshed.shelf.manifest["warnings"]:
        _note(f"reviewgap: {path}: {warning}", quiet=quiet)
    return refreshed


def _save(rows: pd.DataFrame, table: Table, path: Path, form: DataFormat, *, raw: bool) -> None:
    from analyzers.reports import export as exporting

    try:
        exporting.write(rows, table, path, form.value, raw=raw)
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise errors.UsageError(
            f"cannot write {path} ({reason}); choose another -o FILE"
        ) from error


@contextlib.contextmanager
def _progress(*, quiet: bool) -> Iterator[Progress | None]:
    """Counts and time left on stderr, only where a person watches."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def report(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=total or None, description=what)

        yield report


def _print(text: str) -> None:
    """Data, to stdout, as UTF-8 with LF whatever the locale says."""
    _write(f"{text}\n".encode())


def _write(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _note(text: str, *, quiet: bool = False) -> None:
    if not quiet:
        print(text, file=sys.stderr)  # noqa: T201 - the only place that prints
