"""Files that are written all or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A file to fill, which takes the other's place in one step when the block ends.

    Where anything goes wrong, what was there stays, and nothing else does.
    """
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        yield fresh
        fresh.replace(path)
    except BaseException:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """The same for a file that only saves time: a place that is full or read-only is no error."""
    with suppress(OSError), whole(path) as fresh:
        yield fresh
