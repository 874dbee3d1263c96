"""The command that mines: one repository, or as many as there are."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analyzers import errors, manifest, terminal
from analyzers.options import Quiet, Refreshed, RootDir, StoreDir, TextFormat, TrustRepo, refresh

if TYPE_CHECKING:
    from analyzers.fleet.run import Order
    from analyzers.fleet.task import Outcome


def mine(
    repositories: Annotated[list[Path] | None, typer.Argument(metavar="[REPO…]")] = None,
    listed: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="A list: a path a line, or a forge's JSON."),
    ] = None,
    store: StoreDir = None,
    root: RootDir = None,
    trust_repo: TrustRepo = False,
    form: Annotated[TextFormat, typer.Option("--format")] = TextFormat.table,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes; by default as cores and memory allow.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Mine on the Dask cluster at this address (tcp://…).")
    ] = None,
    publish: Annotated[
        str | None, typer.Option(metavar="URL", help="Copy finished tables there (s3://…, a path).")
    ] = None,
    status: Annotated[
        Path | None, typer.Option(hidden=True, help="Tell how the run gets on in this JSON file.")
    ] = None,
    quiet: Quiet = False,
) -> int:
    """Bring the store up to date; `--format json` ends with one JSON line of counts.

    A folder that is no repository stands for the repositories right below it. Several are mined
    side by side, and one that cannot be read does not stop the others.
    """
    from analyzers.fleet.targets import targets

    found = targets(repositories or [], listed=listed, root=root)
    if not found:
        raise errors.UsageError("name a repository, a folder of repositories, or a list: --from")
    if len(found) == 1 and not (listed or scheduler or publish):
        refreshing = partial(refresh, store=store, root=root, trust=trust_repo)
        return _mine_one(found[0], form, status, refreshing, quiet=quiet)
    from analyzers.fleet.run import Order

    at = store or manifest.default_root()
    order = Order(found, at, datetime.now(UTC), root, trust_repo, jobs, scheduler, publish)
    return _mine_many(order, form, quiet=quiet)


def _mine_one(
    path: Path,
    form: TextFormat,
    status: Path | None,
    refreshing: Callable[..., Refreshed],
    *,
    quiet: bool,
) -> int:
    from analyzers import jobs

    with jobs.told(status) if status else nullcontext() as watched:
        refreshed = refreshing(path, watched=watched, quiet=quiet)
    counts = refreshed.manifest["counts"]
    if form is TextFormat.json:
        terminal.show(json.dumps(counts | {"warnings": refreshed.manifest["warnings"]}))
    else:
        state = "mined" if refreshed.is_new else "nothing new"
        terminal.note(f"{path}: {state}: {_counted(counts)}", quiet=quiet)
    return refreshed.exit_code


def _mine_many(order: Order, form: TextFormat, *, quiet: bool) -> int:
    """One line per repository as it is done; JSON lines in the order of their names, at the end."""
    from analyzers.fleet import run

    n = len(order.repositories)
    found: list[Outcome] = []
    try:
        with terminal.progress(quiet=quiet) as progress:
            for outcome in run.outcomes(order):
                found.append(outcome)
                _tell(outcome, f"[{len(found)}/{n}]", quiet=quiet)
                if progress is not None:
                    progress(len(found), n, "repositories")
    finally:
        if any(outcome.key for outcome in found):
            _gather(order, found)
    for copies in _copies(found):
        paths = ", ".join(str(outcome.repository) for outcome in copies)
        terminal.note(f"reviewgap: the same history, which sums would count twice: {paths}")
    _sum_up(found, quiet=quiet)
    if form is TextFormat.json:
        for outcome in sorted(found, key=lambda each: str(each.repository)):
            terminal.show(_as_json(outcome))
    return errors.worst([outcome.exit_code for outcome in found])


def _tell(outcome: Outcome, place: str, *, quiet: bool) -> None:
    for warning in outcome.warnings:
        terminal.note(f"reviewgap: {outcome.repository}: {warning}", quiet=quiet)
    if outcome.state == "failed":
        terminal.note(f"reviewgap: {outcome.repository}: failed: {outcome.message}")
        return
    told = f"{outcome.state}: {_counted(outcome.counts)}"
    terminal.note(f"{place} {outcome.repository}: {told}, {outcome.seconds:.1f} s", quiet=quiet)


def _copies(found: list[Outcome]) -> Iterator[list[Outcome]]:
    """Repositories whose HEAD is one and the same commit: copies, which a path does not tell."""
    by_head: dict[str, list[Outcome]] = {}
    for outcome in sorted(found, key=lambda each: str(each.repository)):
        by_head.setdefault(outcome.head, []).append(outcome)
    return (copies for head, copies in by_head.items() if head and len(copies) > 1)


def _sum_up(found: list[Outcome], *, quiet: bool) -> None:
    """The last line, for whoever cannot read two thousand of them."""
    times = Counter(outcome.state for outcome in found)
    states = ", ".join(f"{n:,} {state}" for state, n in sorted(times.items()))
    terminal.note(f"{len(found):,} repositories: {states}", quiet=quiet)


def _counted(counts: dict[str, int]) -> str:
    return f"{counts['commits']:,} commits, {counts['change_requests']:,} change requests"


def _as_json(outcome: Outcome) -> str:
    told = {"repository": str(outcome.repository), "state": outcome.state, **outcome.counts}
    if outcome.state == "failed":
        return json.dumps(told | {"message": outcome.message})
    return json.dumps(told | {"warnings": list(outcome.warnings)})


def _gather(order: Order, found: list[Outcome]) -> None:
    """Bring the table of all repositories up to date, here and where it is published."""
    made = {outcome.key: outcome.generation for outcome in found if outcome.key}
    # Also where nothing is new: the run that mined it may not have lived to tell.
    if manifest.is_unlisted(order.store, made):
        from analyzers.fleet import overview

        overview.keep(order.store, made)
    if order.publish:
        from analyzers.fleet import shared

        shared.publish_rows(order.store, order.publish, made)
