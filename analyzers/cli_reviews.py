"""Commands that bring in review data: from files that the forges' tools wrote, or from a remote."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analyzers import errors, terminal
from analyzers.options import Quiet, Repository, RootDir, StoreDir, TrustRepo, refresh, request


def import_(
    repository: Repository,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…")],
    store: StoreDir = None,
    root: RootDir = None,
    trust_repo: TrustRepo = False,
    quiet: Quiet = False,
) -> int:
    """Take in review data that gh or glab exported; tells how far off git alone was."""
    from analyzers import pipeline
    from analyzers.reports import imported

    problems = pipeline.take_in(request(repository, store, root, trust=trust_repo), files)
    for problem in problems:
        terminal.note(f"reviewgap: {problem}")
    refreshed = refresh(repository, store, root, quiet=quiet, trust=trust_repo)
    terminal.show(imported.text(refreshed.shelf))
    return errors.PARTIAL if problems else refreshed.exit_code


def fetch_reviews(
    repository: Repository = Path(),
    remote: Annotated[
        str | None, typer.Option(help="A remote's name or address; origin by default.")
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Print the git command and stop.")] = False,
    store: StoreDir = None,
    root: RootDir = None,
    trust_repo: TrustRepo = False,
    quiet: Quiet = False,
) -> int:
    """Fetch the heads of change requests; the only command that asks a git server."""
    from analyzers import pipeline
    from analyzers.mining import fetch

    shelf = pipeline.shelf_of(request(repository, store, root, trust=trust_repo))
    planned = fetch.plan(repository, shelf.side, wanted=remote, root=root, trust=trust_repo)
    if dry_run:
        terminal.show(planned.shell)
        return errors.COMPLETE
    with terminal.progress(quiet=quiet) as progress:
        fetched = fetch.fetch(planned, progress=progress)
    terminal.note(f"{fetched.n_refs:,} heads, {fetched.n_new:,} new, {fetched.n_moved:,} moved")
    return refresh(repository, store, root, quiet=quiet, trust=trust_repo).exit_code
