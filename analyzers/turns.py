"""One writer at a time in a repository's place in the store; whoever waits is told for whom."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from platform import node

import filelock

from analyzers.errors import StoreError

Tell = Callable[[str], None]

_SOON_SECONDS = 1.0
_PATIENCE_SECONDS = 600.0
_HOLDER = "writer"


@contextmanager
def turn(folder: Path, tell: Tell) -> Iterator[None]:
    """The folder for this process alone; StoreError where another keeps it for ten minutes."""
    with _acquired(filelock.FileLock(folder / "lock"), folder, tell):
        since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        with suppress(OSError):  # it only tells others whom they wait for
            told = f"process {os.getpid()} on {node()} since {since}"
            (folder / _HOLDER).write_text(told, encoding="utf-8")
        try:
            yield
        finally:
            with suppress(OSError):
                (folder / _HOLDER).unlink(missing_ok=True)


def _acquired(
    lock: filelock.BaseFileLock, folder: Path, tell: Tell
) -> AbstractContextManager[object]:
    with suppress(filelock.Timeout):
        return lock.acquire(timeout=_SOON_SECONDS)
    tell(f"{folder} is in use by {_holder(folder)}; waiting for at most ten minutes")
    try:
        return lock.acquire(timeout=_PATIENCE_SECONDS)
    except filelock.Timeout:
        raise StoreError(
            f"{folder} has been in use for ten minutes by {_holder(folder)}; wait or stop it"
        ) from None


def _holder(folder: Path) -> str:
    try:
        return (folder / _HOLDER).read_text(encoding="utf-8", errors="replace")[:200]
    except OSError:
        return "another reviewgap"
