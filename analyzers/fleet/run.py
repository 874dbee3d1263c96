"""All tasks of one command: those with nothing new told at once, the rest handed out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from analyzers import errors, manifest, unchanged
from analyzers.errors import RefusedRepository
from analyzers.fleet import cluster, local, task
from analyzers.fleet.targets import largest_first
from analyzers.fleet.task import Outcome, Task
from analyzers.mining import locate


@dataclass(frozen=True, slots=True)
class Order:
    """What to mine, where to, and who does the work: processes here, or a Dask scheduler."""

    repositories: Sequence[Path]
    store: Path
    as_of: datetime
    root: Path | None = None
    n_workers: int | None = None
    scheduler: str | None = None
    publish: str | None = None


def outcomes(order: Order) -> Iterator[Outcome]:
    """One outcome per repository, as they come; what is unchanged is skipped, and told first."""
    tasks = []
    for path in largest_first(order.repositories):
        each = Task(path.absolute(), order.store.absolute(), order.as_of, order.root, order.publish)
        if _is_unchanged(each):
            yield task.run(each)
        else:
            tasks.append(each)
    if order.scheduler and tasks:
        yield from cluster.outcomes(tasks, order.scheduler)
    elif tasks:
        yield from local.outcomes(tasks, order.n_workers or local.workers(len(tasks)))


def exit_code(found: Sequence[Outcome]) -> int:
    """A bug of ours before all; what failed makes the whole partial, or refused if it is all."""
    codes = {outcome.exit_code for outcome in found}
    if errors.OUR_BUG in codes:
        return errors.OUR_BUG
    if all(outcome.state == "failed" for outcome in found):
        return max(codes)
    return errors.PARTIAL if codes != {errors.COMPLETE} else errors.COMPLETE


def _is_unchanged(each: Task) -> bool:
    try:
        where = locate.place(each.repository, root=each.root)
        folder = each.store / manifest.shelf_key(where.git_dir)
        seen = unchanged.trace(where, folder)
    except RefusedRepository:
        return False
    return unchanged.manifest_if_unchanged(folder, seen) is not None
