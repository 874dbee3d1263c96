"""The reviewgap command: what can be asked of it.

Heavy imports stay inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analyzers import (
    cli_authorship,
    cli_dashboard,
    cli_mine,
    cli_reports,
    cli_reviews,
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
    TrustRepo,
    refresh,
    request,
)

if TYPE_CHECKING:
    pass

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


app.command()(cli_mine.mine)


@app.command()
def summary(
    repository: Repository = Path(),
    store: StoreDir = None,
    root: RootDir = None,
    trust_repo: TrustRepo = False,
    form: Annotated[TextFormat, typer.Option("--format")] = TextFormat.table,
    weeks: Annotated[int, typer.Option(min=4, help="Complete weeks to look at.")] = 26,
    quiet: Quiet = False,
) -> int:
    """The answer in the terminal: does review keep up, by what figures, how sure."""
    from analyzers.reports import summary as report

    refreshed = refresh(repository, store, root, quiet=quiet, trust=trust_repo)
    terminal.show(report.text(refreshed.shelf, weeks=weeks, form=form.value))
    return refreshed.exit_code


@app.command()
def explain(
    repository: Repository,
    what: Annotated[str, typer.Argument(metavar="COMMIT|#N")],
    store: StoreDir = None,
    root: RootDir = None,
    trust_repo: TrustRepo = False,
    quiet: Quiet = False,
) -> int:
    """Why a commit counts as it does; how a change request was dated: all the evidence."""
    from analyzers.reports import explanation

    refreshed = refresh(repository, store, root, quiet=quiet, trust=trust_repo)
    terminal.show(explanation.text(refreshed.shelf, what))
    return refreshed.exit_code


@app.command()
def doctor(
    repository: Repository = Path(),
    store: StoreDir = None,
    root: RootDir = None,
    trust_repo: TrustRepo = False,
    quiet: Quiet = False,
) -> int:
    """What evidence this repository offers, what is missing, and the one command that adds it."""
    from analyzers.reports import diagnosis

    refreshed = refresh(repository, store, root, quiet=quiet, trust=trust_repo)
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
    completion: Annotated[
        float | None, typer.Option(help="What if this share lands within 30 days, 0 to 1.")
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
    trust_repo: TrustRepo = False,
    quiet: Quiet = False,
) -> int:
    """What comes next, how well that would have been told before, and what if."""
    from analyzers.reports import outlook

    changes = {
        "ai_doubling_months": ai_doubling_months,
        "reviewers": reviewers,
        "assistance": assistance,
        "completion": completion,
        "batch": batch,
    }
    refreshed = refresh(repository, store, root, quiet=quiet, trust=trust_repo)
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
    trust_repo: TrustRepo = False,
    quiet: Quiet = False,
) -> int:
    """Does the effort of review grow faster than the number of change requests? Slow: samples."""
    from analyzers import sampling
    from analyzers.reports import effort as report

    asked = request(repository, store, root, trust=trust_repo)
    refreshed = refresh(repository, store, root, quiet=quiet, trust=trust_repo)
    with terminal.progress(quiet=quiet) as progress:
        found = sampling.measured_effort(refreshed.shelf, asked, sample, progress)
    terminal.show(report.text(found, form=form.value))
    return refreshed.exit_code


app.command("import")(cli_reviews.import_)
app.command()(cli_reviews.fetch_reviews)
app.command()(cli_reports.export)
app.command()(cli_reports.report)
app.command()(cli_reports.check)
app.command()(cli_reports.expected_wait)
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
