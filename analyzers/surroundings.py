"""What the caller's environment may not decide: which program is run, and what git is told.

The current directory may be a hostile repository, and a PATH with an empty or relative entry
would run a `git` that lies in it. Variables named GIT_* would reach whatever PyDriller starts.
"""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path

from analyzers.errors import UsageError

_KEPT = {"GIT_SSL_CAINFO"}  # only `fetch-reviews` passes it on


def leave_behind() -> None:
    """Forget what could mislead us or a child; to be called before anything else is imported."""
    os.environ["PATH"] = search_path()
    for name in [name for name in os.environ if name.startswith("GIT_") and name not in _KEPT]:
        del os.environ[name]


def search_path() -> str:
    """The caller's PATH without entries that depend on where we stand."""
    entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(entry for entry in entries if Path(entry).is_absolute())


@cache
def program(name: str) -> str:
    """Absolute path of a program; UsageError where the PATH has none."""
    found = shutil.which(name, path=search_path())
    if found is None:
        raise UsageError(f"{name} was not found on the PATH; install git 2.39 or newer")
    return found
