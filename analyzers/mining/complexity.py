"""How complicated is the code that a commit changes? PyDriller and lizard, on the sterile view.

PyDriller starts git for every commit and rewrites the configuration of what it opens; so it gets
only the view, in an environment without anybody's settings, and only the few commits of a
sample. A commit's complexity never changes: what was measured once is kept by commit id.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import lizard_languages  # type: ignore[import-untyped]
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydriller import Git

from analyzers.mining.git import ENVIRONMENT, GitDir
from analyzers.tables import Column, Table

MOST_FILES = 60
_SHA1_DIGITS = 40
MOST_BYTES = 300_000  # of one file; lizard is slow on what machines have written

Progress = Callable[[int, int, str], None]

COMPLEXITY = Table(
    "complexity",
    "Complexity of the code that sampled commits changed, by PyDriller and lizard.",
    ("sha",),
    (
        Column("sha", "str", "Object id of the commit."),
        Column("n_files", "int", "Changed files in a language that lizard reads.", "files"),
        Column("n_methods", "int", "Methods and functions touched.", "methods", nullable=True),
        Column(
            "complexity",
            "int",
            "Cyclomatic complexity of the touched methods after the change, summed; unknown where"
            " the commit has no such file, too many of them, or one that could not be read.",
            "paths",
            nullable=True,
        ),
        Column(
            "maintainability_share",
            "float",
            "Delta maintainability (di Biase et al. 2019), mean of size, complexity and"
            " interfacing: the share of the change that went into low-risk methods.",
            "share",
            nullable=True,
        ),
        Column("seconds", "float", "What measuring it took.", "seconds"),
        Column("tool", "str", "What measured it, with versions."),
    ),
)


def tool() -> str:
    """What measures, with versions: rows of another version are measured again."""
    return f"pydriller {version('pydriller')}, lizard {version('lizard')}"


def measured(
    view: GitDir, shas: list[str], *, kept: Path, progress: Progress | None = None
) -> pd.DataFrame:
    """COMPLEXITY of these commits; those in the file `kept` are read from it, the rest added."""
    known = _read(kept)
    wanted = [sha for sha in shas if sha not in set(known["sha"])]
    if wanted:
        known = pd.concat([known, COMPLEXITY.from_rows(_measure(view, wanted, progress))])
        _write(kept, COMPLEXITY.conform(known))
    return known[known["sha"].isin(shas)].reset_index(drop=True)


def _measure(
    view: GitDir, shas: list[str], progress: Progress | None
) -> Iterator[dict[str, object]]:
    if any(len(sha) != _SHA1_DIGITS for sha in shas):  # GitPython reads no other object format
        unread = {"n_files": 0, "seconds": 0.0, "tool": tool()}
        yield from (unread | {"sha": sha} for sha in shas)
        return
    repository: Any = Git(str(view.path))
    repository.repo.git.update_environment(**ENVIRONMENT)
    try:
        for done, sha in enumerate(shas):
            if progress is not None:
                progress(done, len(shas), "measuring complexity")
            began = time.monotonic()
            row = _row(repository, sha)
            yield row | {"sha": sha, "seconds": time.monotonic() - began, "tool": tool()}
    finally:
        repository.clear()


def _row(repository: Any, sha: str) -> dict[str, object]:
    """A commit's row; figures stay unknown where the commit cannot be read in full."""
    unknown: dict[str, object] = {"n_files": 0}
    try:
        commit = repository.get_commit(sha)
        files = [file for file in commit.modified_files if file.language_supported]
        if not files or len(files) > MOST_FILES or any(_is_large(file) for file in files):
            return unknown | {"n_files": len(files)}
        methods = [method for file in files for method in file.changed_methods]
        return {
            "n_files": len(files),
            "n_methods": len(methods),
            "complexity": sum(method.complexity for method in methods),
            "maintainability_share": _maintainability(commit),
        }
    except Exception:  # noqa: BLE001 - a grammar that trips over a file leaves it unknown
        return unknown


def _is_large(file: Any) -> bool:
    return any(len(content or b"") > MOST_BYTES for content in (file.content, file.content_before))


def _maintainability(commit: Any) -> float | None:
    parts = (commit.dmm_unit_size, commit.dmm_unit_complexity, commit.dmm_unit_interfacing)
    known = [part for part in parts if part is not None]
    return sum(known) / len(known) if known else None


def _read(path: Path) -> pd.DataFrame:
    """What is kept; nothing where there is no file, a damaged one, or one of other versions."""
    with suppress(OSError, pa.ArrowInvalid, ValueError):
        kept = COMPLEXITY.conform(pq.read_table(path, partitioning=None).to_pandas())
        return kept[(kept["tool"] == tool()).to_numpy(bool)]
    return COMPLEXITY.empty()


def _write(path: Path, rows: pd.DataFrame) -> None:
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    table = pa.Table.from_pandas(rows, schema=COMPLEXITY.arrow_schema, preserve_index=False)
    pq.write_table(table.replace_schema_metadata(None), fresh, compression="zstd")
    fresh.replace(path)


def readable(paths: Iterable[str]) -> list[bool]:
    """Which of the paths are in a language that lizard reads, by their names."""
    return [lizard_languages.get_reader_for(path.rsplit("/", 1)[-1]) is not None for path in paths]
