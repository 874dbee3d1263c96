"""PyDriller and lizard on the changed files of single commits, in processes of their own.

PyDriller starts git for every commit, and tells of every commit three times how maintainable it
is by reading all files anew, which is three quarters of what it costs. So each file is asked
once, for its parts of the sums, and what is known of its two blobs already is not asked.
"""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from multiprocessing import get_context
from pathlib import PurePosixPath
from typing import Any

from pydriller import Git
from pydriller.domain.commit import DMMProperty

from analyzers.mining.git import ENVIRONMENT

MOST_FILES = 60
MOST_BYTES = 300_000  # of one file; lizard is slow on what machines have written
_COMMITS_EACH = 8  # a process costs more to start than to read fewer

Progress = Callable[[int, int, str], None]
Row = dict[str, object]
Change = tuple[str, str, str]
"""The blob before, the blob after ("" for none), and the ending that tells the language."""

RISKS = {
    "size": DMMProperty.UNIT_SIZE,
    "paths": DMMProperty.UNIT_COMPLEXITY,
    "parameters": DMMProperty.UNIT_INTERFACING,
}


def workers(n_commits: int) -> int:
    """Processes to use: as many as cores, where each has something to do."""
    return max(1, min(n_commits // _COMMITS_EACH, len(os.sched_getaffinity(0))))


def read(
    git_dir: str, shas: list[str], known: Collection[Change], progress: Progress | None
) -> Iterator[Row]:
    """One row per readable file of each commit, as they come; one without path where none is.

    Rows of a change that is `known` have no figures. A commit that kills its process has no rows.
    """
    told = progress or (lambda *_: None)
    told(0, len(shas), "measuring complexity")
    for done, rows in enumerate(_by_commit(git_dir, shas, frozenset(known)), start=1):
        yield from rows
        told(done, len(shas), "measuring complexity")


def _by_commit(git_dir: str, shas: list[str], known: frozenset[Change]) -> Iterator[list[Row]]:
    n_workers = workers(len(shas))
    if n_workers == 1:
        with _opened(git_dir) as repository:
            yield from (rows(repository, sha, known) for sha in shas)
        return
    # A child must not import from the current directory, which may be a hostile repository.
    os.environ["PYTHONSAFEPATH"] = "1"
    spawn = get_context("spawn")
    with ProcessPoolExecutor(
        n_workers, mp_context=spawn, initializer=_open_alone, initargs=(git_dir, spawn.Lock())
    ) as pool:
        try:
            for done in as_completed([pool.submit(_one, git_dir, sha, known) for sha in shas]):
                if not isinstance(done.exception(), BrokenProcessPool):
                    yield done.result()
        finally:
            pool.shutdown(cancel_futures=True)


@functools.cache
def _kept_open(git_dir: str) -> Any:
    repository: Any = Git(git_dir)
    repository.repo.git.update_environment(**ENVIRONMENT)
    return repository


def _open_alone(git_dir: str, turn: AbstractContextManager[bool]) -> None:
    """Open the repository while no other process does: PyDriller writes its config on opening."""
    with turn:
        _kept_open(git_dir)


def _one(git_dir: str, sha: str, known: frozenset[Change]) -> list[Row]:
    return rows(_kept_open(git_dir), sha, known)


@contextmanager
def _opened(git_dir: str) -> Iterator[Any]:
    try:
        yield _kept_open(git_dir)
    finally:
        _kept_open(git_dir).clear()
        _kept_open.cache_clear()


def rows(repository: Any, sha: str, known: frozenset[Change]) -> list[Row]:
    """The rows of one commit; without figures where it cannot be read in full."""
    began = time.monotonic()
    try:
        found = repository.get_commit(sha).modified_files
        files = [file for file in found if file.language_supported]
        named: list[Row] = [_named(file) for file in files]
        if len(files) <= MOST_FILES and not any(map(_is_large, files)):
            named = [
                row if change(row) in known else row | _figures(file)
                for row, file in zip(named, files, strict=True)
            ]
    except Exception:  # noqa: BLE001 - a grammar that trips over a file leaves it unknown
        named = []
    named = named or [unread(sha)]
    named[0]["seconds"] = time.monotonic() - began
    return [row | {"sha": sha} for row in named]


def unread(sha: str) -> Row:
    """The row of a commit of which nothing can be told."""
    return {"sha": sha, "path": "", "old_blob": "", "new_blob": "", "seconds": 0.0}


def change(row: Row) -> Change:
    """What a row's figures follow from, in whatever commit it comes."""
    return str(row["old_blob"]), str(row["new_blob"]), PurePosixPath(str(row["path"])).suffix


def _named(file: Any) -> Row:
    difference = file._c_diff  # noqa: SLF001 - PyDriller has no public name for the blobs
    blobs = [blob.hexsha if blob else "" for blob in (difference.a_blob, difference.b_blob)]
    path = file.new_path if file.new_path not in {None, "/dev/null"} else file.old_path
    return {"path": path, "old_blob": blobs[0], "new_blob": blobs[1], "seconds": 0.0}


def _figures(file: Any) -> Row:
    touched = file.changed_methods
    after, before = file.methods, file.methods_before
    told: Row = {
        "n_methods": len(touched),
        "complexity": sum(method.complexity for method in touched),
    }
    for name, risk in RISKS.items():
        for is_low in (True, False):
            grown = _lines(after, risk, is_low=is_low) - _lines(before, risk, is_low=is_low)
            told[f"{name}_{'low' if is_low else 'high'}"] = grown
    return told


def _lines(methods: list[Any], risk: DMMProperty, *, is_low: bool) -> int:
    return sum(method.nloc for method in methods if method.is_low_risk(risk) is is_low)


def _is_large(file: Any) -> bool:
    return any(len(content or b"") > MOST_BYTES for content in (file.content, file.content_before))
