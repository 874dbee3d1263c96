"""Commands on how sure the authorship is: evaluate against labels, and lines that survive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analyzers import errors, terminal
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

Seed = Annotated[int, typer.Option(help="The same seed draws the same sample.")]


def evaluate(
    repository: Repository,
    labels: Annotated[
        Path | None, typer.Argument(metavar="[LABELS.csv]", help="Columns sha and label.")
    ] = None,
    sample: Annotated[
        int | None, typer.Option(min=2, help="Draw so many commits to label by hand.")
    ] = None,
    seed: Seed = 1,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where the drawn sample goes.")
    ] = None,
    store: StoreDir = None,
    root: RootDir = None,
    trust_repo: TrustRepo = False,
    quiet: Quiet = False,
) -> int:
    """How right the verdicts are by your own labels; --sample draws commits to label."""
    from analyzers.reports import evaluation

    if (labels is None) == (sample is None):
        raise errors.UsageError(
            "name LABELS.csv to be scored, or draw a sample: --sample 100 -o FILE"
        )
    refreshed = refresh(repository, store, root, quiet=quiet, trust=trust_repo)
    if labels is not None:
        terminal.show(evaluation.scored(refreshed.shelf, labels))
        return refreshed.exit_code
    told = evaluation.drawn(refreshed.shelf, size=sample or 0, seed=seed)
    if output is None:
        terminal.write(told.encode())
    else:
        evaluation.save(told, output)
        terminal.note(
            f"wrote {output}; fill its column label with ai or human, then:"
            f" reviewgap evaluate {repository} {output}",
            quiet=quiet,
        )
    return refreshed.exit_code


def lines(
    repository: Repository = Path(),
    sample: Annotated[int, typer.Option(min=8, help="Files to blame, drawn by folder.")] = 200,
    seed: Seed = 1,
    form: Annotated[TextFormat, typer.Option("--format")] = TextFormat.table,
    store: StoreDir = None,
    root: RootDir = None,
    trust_repo: TrustRepo = False,
    quiet: Quiet = False,
) -> int:
    """How much of today's code comes from declared-AI commits and survives. Slow: samples."""
    from analyzers import line_survey
    from analyzers.reports import evaluation

    asked = request(repository, store, root, trust=trust_repo)
    refreshed = refresh(repository, store, root, quiet=quiet, trust=trust_repo)
    with terminal.progress(quiet=quiet) as progress:
        found = line_survey.surveyed(
            refreshed.shelf, asked, sample=sample, seed=seed, progress=progress
        )
    terminal.show(evaluation.lines(found, form=form.value))
    return refreshed.exit_code
