"""All tasks of one command: those with nothing new told at once, the rest handed out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from analyzers.errors import RefusedRepository
from analyzers.fleet import cluster, local, task
from analyzers.fleet.targets import largest_first
from analyzers.fleet.task import Outcome, Task


@dataclass(frozen=True, slots=True)
class Order:
    """What to mine, where to, and who does the work: processes here, or a Dask scheduler."""

    repositories: Sequence[Path]
    store: Path
    as_of: datetime
    root: Path | None = None
    trust: bool = False
    n_workers: int | None = None
    scheduler: str | None = None
    publish: str | None = None


def outcomes(order: Order) -> Iterator[Outcome]:
    """One outcome per repository, as they come; what is unchanged is skipped, and told first."""
    tasks = []
    for path in largest_first(order.repositories):
        each = _task(order, path)
        if _is_unchanged(each):
            yield task.run(each)
        else:
            tasks.append(each)
    if order.scheduler and tasks:
        yield from cluster.outcomes(tasks, order.scheduler)
    elif tasks:
        yield from local.outcomes(tasks, order.n_workers or local.workers(len(tasks)))


def _is_unchanged(each: Task) -> bool:
    try:
        return task.unchanged_manifest(each) is not None
    except RefusedRepository:
        return False


def _task(order: Order, path: Path) -> Task:
    return Task(
        path.absolute(),
        order.store.absolute(),
        order.as_of,
        order.root,
        order.trust,
        order.publish,
    )
