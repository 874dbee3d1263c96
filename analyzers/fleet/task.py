"""One repository brought up to date, wherever that is done; what came of it, as plain values."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from analyzers import errors, manifest, memory, surroundings, unchanged
from analyzers.mining import locate

State = Literal["mined", "nothing new", "failed"]


@dataclass(frozen=True, slots=True)
class Task:
    """Which repository, into which store, as of when, and where to leave a copy of its tables."""

    repository: Path
    store: Path
    as_of: datetime
    root: Path | None = None
    trust: bool = False
    publish: str | None = None

    @property
    def key(self) -> str:
        """The repository's name in the store; RefusedRepository if it is none."""
        where = locate.place(self.repository, root=self.root)
        return manifest.shelf_key(where.git_dir)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a task: `message` says why it failed, `counts` what is there if it did not."""

    repository: Path
    state: State
    exit_code: int
    message: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    key: str = ""
    generation: str = ""
    head: str = ""  # what HEAD leads to
    seconds: float = 0.0


def run(task: Task) -> Outcome:
    """Bring one repository up to date; a repository that is refused or breaks us is an outcome."""
    surroundings.leave_behind()
    memory.give_back()
    began = time.monotonic()
    try:
        is_new, facts = _refreshed(task)
        if task.publish:
            _publish(task, task.publish)
    except errors.ReviewgapError as error:
        return failed(task, str(error), error.exit_code, began)
    except Exception as error:  # noqa: BLE001 - a poisoned repository must not end the others
        message = f"this is a bug of ours: {type(error).__name__}: {error}"
        return failed(task, message, errors.OUR_BUG, began)
    return Outcome(
        task.repository,
        "mined" if is_new else "nothing new",
        manifest.exit_code(facts),
        counts=facts["counts"],
        warnings=tuple(facts["warnings"]),
        key=task.key,
        generation=facts["generation"],
        head=facts["repository"]["head"] or "",
        seconds=time.monotonic() - began,
    )


def unchanged_manifest(task: Task) -> dict[str, Any] | None:
    """What the store says of the repository, if nothing has changed; RefusedRepository."""
    where = locate.place(task.repository, root=task.root)
    folder = task.store / manifest.shelf_key(where.git_dir)
    seen = unchanged.trace(where, folder, trust=task.trust)
    return unchanged.manifest_if_unchanged(folder, seen)


def failed(task: Task, message: str, code: int, began: float | None = None) -> Outcome:
    """The outcome of a task that came to nothing."""
    seconds = 0.0 if began is None else time.monotonic() - began
    return Outcome(task.repository, "failed", code, message, seconds=seconds)


def _refreshed(task: Task) -> tuple[bool, dict[str, Any]]:
    known = unchanged_manifest(task)
    if known is not None:
        return False, known
    from analyzers import pipeline  # noqa: PLC0415 - most repositories have nothing new

    request = pipeline.Request(task.repository, task.store, task.as_of, task.root, trust=task.trust)
    refreshed = pipeline.refresh(request)
    return refreshed.is_new, refreshed.manifest


def _publish(task: Task, address: str) -> None:
    from analyzers.fleet import shared  # noqa: PLC0415 - fsspec comes with an extra

    shared.publish(task.store / task.key, address)
