"""The same tasks on a Dask cluster, whose workers see the repositories and the store by path.

Dask resubmits what a lost worker had in its hands. A task that takes three workers with it is
given up and told; a scheduler that goes away ends the run, and the store keeps what is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from analyzers import errors
from analyzers.errors import ClusterError, UsageError
from analyzers.fleet.task import Outcome, Task, failed, run

_SECONDS_TO_CONNECT = 20
_RETRIES = 2


def outcomes(tasks: Sequence[Task], scheduler: str) -> Iterator[Outcome]:
    """The outcome of every task, as they come; ClusterError where the scheduler goes away."""
    distributed = _distributed()
    client = _client(distributed, scheduler)
    try:
        with client:
            futures = {_submit(client, task): task for task in tasks}
            n_done = 0
            done = distributed.as_completed(list(futures), loop=client.loop, raise_errors=False)
            for future in done:
                if future.status == "cancelled" or client.status != "running":
                    raise _gone(scheduler, n_done, len(tasks))
                n_done += 1
                yield _outcome(future, futures[future])
            if n_done < len(tasks):
                raise _gone(scheduler, n_done, len(tasks))
    except (OSError, TimeoutError, distributed.client.FuturesCancelledError):
        raise _gone(scheduler, 0, len(tasks)) from None


def _submit(client: Any, task: Task) -> Any:
    # Longest first, as the list is; a repository has one name, so that it is never done twice.
    key = f"reviewgap-{task.repository.resolve()}-{task.as_of.isoformat()}"
    return client.submit(run, task, key=key, pure=False, retries=_RETRIES)


def _outcome(future: Any, task: Task) -> Outcome:
    if future.status == "finished":
        outcome: Outcome = future.result()
        return outcome
    error = future.exception()
    message = f"no worker finished it: {type(error).__name__}; mine it alone to see why"
    return failed(task, message, errors.PARTIAL)


def _client(distributed: Any, scheduler: str) -> Any:
    try:
        return distributed.Client(scheduler, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
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


def _gone(scheduler: str, n_done: int, n_all: int) -> ClusterError:
    return ClusterError(
        f"the scheduler {scheduler} went away after {n_done} of {n_all} repositories; the store"
        " holds what was finished; run the same command again for the rest"
    )
