"""Tasks on this machine: one process each, so that a repository that kills it kills no other."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

from analyzers import errors
from analyzers.fleet.task import Outcome, Task, failed, run

_BYTES_EACH = 700 << 20  # a process and its two git children on a long history
_KILLED = "its process was killed or crashed, twice; mine it alone to see why"


def workers(n_tasks: int) -> int:
    """Processes to use: no more than tasks, cores, or what memory is free for."""
    by_memory = _free_bytes() // _BYTES_EACH
    return max(1, min(n_tasks, len(os.sched_getaffinity(0)), by_memory))


def outcomes(tasks: Sequence[Task], n_workers: int) -> Iterator[Outcome]:
    """The outcome of every task, as they come.

    Only so many tasks are handed out as there are processes: if one dies, those are the ones to
    try again, each alone, and the rest goes on.
    """
    waiting = deque(tasks)
    while waiting:
        suspects: list[Task] = []
        with _pool(n_workers) as pool:
            yield from _handed_out(pool, waiting, suspects, n_workers)
        for task in suspects:
            yield _alone(task)


def _handed_out(
    pool: ProcessPoolExecutor, waiting: deque[Task], suspects: list[Task], n_workers: int
) -> Iterator[Outcome]:
    """Outcomes until all is done or a process died; then `suspects` are those in its hands."""
    running: dict[Future[Outcome], Task] = {}
    while (waiting or running) and not suspects:
        while waiting and len(running) < n_workers:
            task = waiting.popleft()
            running[pool.submit(run, task)] = task
        for done in wait(running, return_when=FIRST_COMPLETED).done:
            task = running.pop(done)
            if isinstance(done.exception(), BrokenProcessPool):
                suspects.append(task)
            else:
                yield done.result()
    suspects += running.values()


def _alone(task: Task) -> Outcome:
    with _pool(1) as pool:
        try:
            return pool.submit(run, task).result()
        except BrokenProcessPool:
            return failed(task, _KILLED, errors.PARTIAL)


def _pool(n_workers: int) -> ProcessPoolExecutor:
    # A child must not import from the current directory, which may be a hostile repository.
    os.environ["PYTHONSAFEPATH"] = "1"
    return ProcessPoolExecutor(n_workers, mp_context=get_context("spawn"))


def _free_bytes() -> int:
    """Memory that can be had without swapping; plenty where the system does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return 64 << 30
    told = next(line for line in lines if line.startswith("MemAvailable:"))
    return int(told.split()[1]) << 10
