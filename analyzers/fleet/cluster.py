"""The same tasks on a Dask cluster, whose workers see the repositories and the store by path.

Dask resubmits what a lost worker had in its hands. What several workers died with is tried once
more when nothing else runs, so that only a repository that really kills workers is given up. A
scheduler that goes away ends the run, and so does a cluster without workers; the store keeps
what is done.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

from analyzers import errors
from analyzers.errors import ClusterError, UsageError
from analyzers.fleet.task import Outcome, Task, failed, run

_SECONDS_TO_CONNECT = 20
_SECONDS_WITHOUT_WORKER = 60
_SECONDS_BETWEEN_LOOKS = 0.05
_RETRIES = 2
_ENDED = ("finished", "error")


def outcomes(tasks: Sequence[Task], scheduler: str) -> Iterator[Outcome]:
    """The outcome of every task, as they come; ClusterError where the cluster goes away."""
    distributed = _distributed()
    n_done = 0
    try:
        with _client(distributed, scheduler) as client:
            suspects: list[Task] = []
            for task, future in _ended(distributed, client, tasks):
                if _died_with_workers(future):
                    suspects.append(task)
                    continue
                n_done += 1
                yield _outcome(task, future)
            for suspect in suspects:
                for task, future in _ended(distributed, client, [suspect], again="-alone"):
                    n_done += 1
                    yield _outcome(task, future)
    except (OSError, distributed.client.FuturesCancelledError):
        raise ClusterError(
            f"the scheduler {scheduler} went away after {n_done} of {len(tasks)} repositories; the"
            " store holds what was finished; run the same command again for the rest"
        ) from None


def _ended(
    distributed: Any, client: Any, tasks: Sequence[Task], again: str = ""
) -> Iterator[tuple[Task, Any]]:
    """Tasks and their futures as they end; ConnectionError once the scheduler is gone."""
    futures = {_submit(client, task, again): task for task in tasks}
    done = distributed.as_completed(list(futures), loop=client.loop, raise_errors=False)
    n_left, seen_worker = len(futures), time.monotonic()
    while n_left:
        if done.has_ready():
            future = next(done)
            if future.status == "cancelled":
                raise ConnectionError
            if future.status not in _ENDED:  # its worker took the outcome with it; it is made again
                done.add(future)
                continue
            n_left, seen_worker = n_left - 1, time.monotonic()
            yield futures[future], future
        elif client.status != "running":
            raise ConnectionError
        elif time.monotonic() - seen_worker > _SECONDS_WITHOUT_WORKER:
            _require_worker(client)
            seen_worker = time.monotonic()
        else:
            time.sleep(_SECONDS_BETWEEN_LOOKS)


def _submit(client: Any, task: Task, again: str) -> Any:
    # Longest first, as the list is; a repository has one name, so that it is never done twice.
    key = f"reviewgap-{task.repository.resolve()}-{task.as_of.isoformat()}{again}"
    return client.submit(run, task, key=key, pure=False, retries=_RETRIES)


def _require_worker(client: Any) -> None:
    if not client.nthreads():
        raise ClusterError(
            f"the cluster has had no worker for {_SECONDS_WITHOUT_WORKER} s; the store holds what"
            " was finished; start one (dask worker ADDRESS) and run the same command again"
        )


def _died_with_workers(future: Any) -> bool:
    return future.status == "error" and type(future.exception()).__name__ == "KilledWorker"


def _outcome(task: Task, future: Any) -> Outcome:
    if future.status == "finished":
        outcome: Outcome = future.result()
        return outcome
    if _died_with_workers(future):
        message = "every worker that took it died, also when it ran alone; mine it here to see why"
    else:
        error = future.exception()
        message = f"no worker could run it ({type(error).__name__}: {error}); do they have the same"
        message += " reviewgap installed?"
    return failed(task, message, errors.PARTIAL)


def _client(distributed: Any, scheduler: str) -> Any:
    try:
        return distributed.Client(scheduler, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"no Dask scheduler answers at {scheduler} ({type(error).__name__}); start one with:"
            " dask scheduler"
        ) from None


def _distributed() -> Any:
    try:
        import distributed  # noqa: PLC0415 - an extra, for those who have a cluster
    except ImportError:
        raise UsageError("--scheduler needs Dask; install it with: reviewgap[fleet]") from None
    return distributed
