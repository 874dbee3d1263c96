"""Writes files that a person named: all of it or nothing, and one clear line where it cannot."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analyzers.errors import UsageError


def save(path: Path, data: bytes) -> None:
    """Make this the content of the file; UsageError where the folder cannot be written."""
    with refused(path):
        replace(path, data)


@contextmanager
def refused(path: Path) -> Iterator[None]:
    """Turns what the system says against writing into one line that names the file."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise UsageError(f"cannot write {path} ({reason}); choose another -o FILE") from error


def replace(path: Path, data: bytes) -> None:
    """A file that was there stays whole until the new one is complete."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
