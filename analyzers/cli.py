"""The reviewgap command: what can be asked of it.

Heavy imports stay inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from analyzers import (
    cli_authorship,
    cli_dashboard,
    cli_reports,
    errors,
    memory,
    surroundings,
    terminal,
)
from analyzers.options import (
    Quiet,
    Repository,
    RootDir,
    StoreDir,
    TextFormat,
    refresh,
    request,
)

app = typer.Typer(
    name="reviewgap",
    help="Does code review keep up with generation? Answered from a git repository alone.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line and leave with its documented exit code."""
    surroundings.leave_behind()
    memory.give_back()
    terminal.leave_tidily_when_terminated()
    sys.exit(terminal.guarded(lambda: app(standalone_mode=False)))


# -- commands --------------------------------------------------------------------------------


@app.command()
def mine(
    repositories: Annotated[list[Path], typer.Argument(metavar="REPO…")],
    store: StoreDir = None,
    root: RootDir = None,
    form: Annotated[TextFormat, typer.Option("--format")] = TextFormat.table,
    status: Annotated[
        Path | None, typer.Option(hidden=True, help="Tell how the run gets on in this JSON file.")
    ] = None,
    quiet: Quiet = False,
) -> int:
    """Bring the store up to date; `--format json` ends with one JSON line of counts."""
    from analyzers import jobs

    with jobs.told(status) if status else nullcontext() as watched:
        codes = [_mine_one(path, store, root, form, watched, quiet=quiet) for path in repositories]
    return max(codes)


def _mine_one(
    path: Path,
    store: Path | None,
    root: Path | None,
    form: TextFormat,
    watched: terminal.Progress | None,
    *,
    quiet: bool,
) -> int:
    refreshed = refresh(path, store, root, quiet=quiet, watched=watched)
    counts = refreshed.manifest["counts"]
    if form is TextFormat.json:
        terminal.show(json.dumps(counts | {"warnings": refreshed.manifest["warnings"]}))
    elif not quiet:
        state = "mined" if refreshed.is_new else "nothing new"
        n_commits, n_requests = counts["commits"], counts["change_requests"]
        terminal.note(f"{path}: {state}: {n_commits:,} commits, {n_requests:,} change requests")
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

    refreshed = refresh(repository, store, root, quiet=quiet)
    terminal.show(report.text(refreshed.shelf, weeks=weeks, form=form.value))
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

    refreshed = refresh(repository, store, root, quiet=quiet)
    terminal.show(explanation.text(refreshed.shelf, what))
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

    refreshed = refresh(repository, store, root, quiet=quiet)
    terminal.show(diagnosis.text(refreshed.shelf, str(repository)))
    return refreshed.exit_code


@app.command()
def forecast(
    repository: Repository = Path(),
    ai_doubling_months: Annotated[
        float | None, typer.Option(help="What if declared-AI change requests double this fast.")
    ] = None,
    reviewers: Annotated[
        float | None, typer.Option(help="What if there are so many times the reviewers.")
    ] = None,
    assistance: Annotated[
        float | None, typer.Option(help="What if tools take over this share of review, 0 to 1.")
    ] = None,
    batch: Annotated[
        float | None, typer.Option(help="What if change requests are so many times as large.")
    ] = None,
    preset: Annotated[str | None, typer.Option(help="A named what-if; `list` names them.")] = None,
    scenario: Annotated[
        Path | None, typer.Option(help="A scenario as JSON, as --format json prints it.")
    ] = None,
    form: Annotated[TextFormat, typer.Option("--format")] = TextFormat.table,
    store: StoreDir = None,
    root: RootDir = None,
    quiet: Quiet = False,
) -> int:
    """What comes next, how well that would have been told before, and what if."""
    from analyzers.reports import outlook

    changes = {
        "ai_doubling_months": ai_doubling_months,
        "reviewers": reviewers,
        "assistance": assistance,
        "batch": batch,
    }
    refreshed = refresh(repository, store, root, quiet=quiet)
    asked = outlook.Asked({k: v for k, v in changes.items() if v is not None}, scenario, preset)
    terminal.show(outlook.text(refreshed.shelf, asked, form=form.value))
    return refreshed.exit_code


@app.command()
def effort(
    repository: Repository = Path(),
    sample: Annotated[int, typer.Option(min=8, help="Commits to measure complexity of.")] = 200,
    form: Annotated[TextFormat, typer.Option("--format")] = TextFormat.table,
    store: StoreDir = None,
    root: RootDir = None,
    quiet: Quiet = False,
) -> int:
    """Does the effort of review grow faster than the number of change requests? Slow: samples."""
    from analyzers import sampling
    from analyzers.reports import effort as report

    shelf = refresh(repository, store, root, quiet=quiet).shelf
    with terminal.progress(quiet=quiet) as progress:
        found = sampling.measured_effort(shelf, repository, root, sample, progress)
    terminal.show(report.text(found, form=form.value))
    return errors.COMPLETE


@app.command("import")
def import_(
    repository: Repository,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…")],
    store: StoreDir = None,
    root: RootDir = None,
    quiet: Quiet = False,
) -> int:
    """Take in review data that gh or glab exported; tells how far off git alone was."""
    from analyzers import pipeline
    from analyzers.reports import imported

    problems = pipeline.take_in(request(repository, store, root), files)
    for problem in problems:
        terminal.note(f"reviewgap: {problem}")
    refreshed = refresh(repository, store, root, quiet=quiet)
    terminal.show(imported.text(refreshed.shelf))
    return errors.PARTIAL if problems else refreshed.exit_code


@app.command()
def fetch_reviews(
    repository: Repository = Path(),
    remote: Annotated[
        str | None, typer.Option(help="A remote's name or address; origin by default.")
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Print the git command and stop.")] = False,
    store: StoreDir = None,
    root: RootDir = None,
    quiet: Quiet = False,
) -> int:
    """Fetch the heads of change requests; the only command that touches the network."""
    from analyzers import pipeline
    from analyzers.mining import fetch

    shelf = pipeline.shelf_of(request(repository, store, root))
    planned = fetch.plan(repository, shelf.side, wanted=remote, root=root)
    if dry_run:
        terminal.show(planned.shell)
        return errors.COMPLETE
    with terminal.progress(quiet=quiet) as progress:
        fetched = fetch.fetch(planned, progress=progress)
    terminal.note(f"{fetched.n_refs:,} heads, {fetched.n_new:,} new, {fetched.n_moved:,} moved")
    return refresh(repository, store, root, quiet=quiet).exit_code


app.command()(cli_reports.export)
app.command()(cli_reports.report)
app.command()(cli_reports.check)
app.command()(cli_authorship.evaluate)
app.command()(cli_authorship.lines)
app.command()(cli_dashboard.dashboard)


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        from importlib.metadata import version as installed

        terminal.show(f"reviewgap {installed('reviewgap')}")
        raise typer.Exit
