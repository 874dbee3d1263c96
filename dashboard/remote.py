"""A shared store is read through a local copy: what is looked at is brought, once a minute at most.

Where the shared store does not answer, what was brought before is shown.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from analyzers.errors import ReviewgapError
from dashboard.serving import terms

SECONDS = 60

_looked: dict[Path, float] = {}
_lock = Lock()
_log = logging.getLogger(__name__)


def freshen(folder: Path) -> None:
    """Bring this repository's tables, if there is a shared store and it has newer ones."""
    if (address := terms().shared) and _is_due(folder):
        from analyzers.fleet import shared  # noqa: PLC0415 - fsspec comes with an extra

        _try(lambda: shared.bring(address, folder))


def freshen_rows(store: Path) -> None:
    """Bring the table of all repositories, if there is a shared store."""
    if (address := terms().shared) and _is_due(store):
        from analyzers.fleet import shared  # noqa: PLC0415 - fsspec comes with an extra

        _try(lambda: shared.bring_rows(address, store))


def _try(bring: Callable[[], None]) -> None:
    try:
        bring()
    except (ReviewgapError, OSError) as error:
        _log.warning("%s", error)


def _is_due(place: Path) -> bool:
    with _lock:
        if time.monotonic() - _looked.get(place, -SECONDS) < SECONDS:
            return False
        _looked[place] = time.monotonic()
        return True
