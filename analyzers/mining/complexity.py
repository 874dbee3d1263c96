"""How complicated is the code that a commit changes? PyDriller and lizard, on the sterile view.

A commit's complexity never changes, and neither does what a file's two blobs say. So both are
kept, a row per changed file: a commit that was measured is not opened again, and a change that
comes back in another commit (rebased, picked, landed twice) is not measured again.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from itertools import chain
from pathlib import Path

import lizard_languages  # type: ignore[import-untyped]
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analyzers import saved
from analyzers.mining import file_complexity, numstat, objects
from analyzers.mining.file_complexity import RISKS, Progress, Row
from analyzers.mining.git import GitDir
from analyzers.tables import Column, Table

MOST_BYTES = 32 << 20  # of all files that a commit changed: PyDriller takes them whole
_MOST_BLOBS = 4000  # of them, before and after; PyDriller takes 20 s for 100,000
_SHA1_DIGITS = 40
_SUMS = [f"{name}_{side}" for name in RISKS for side in ("low", "high")]
_FIGURES = ["n_methods", "complexity", *_SUMS]

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

CHANGED_FILES = Table(
    "changed_files",
    "What is kept of the sampled commits: complexity of each changed file, by its blobs.",
    ("sha", "path"),
    (
        Column("sha", "str", "Object id of the commit."),
        Column("path", "str", "The file; empty where the commit has none that lizard reads."),
        Column("old_blob", "str", "Object id of its content before; empty where it was added."),
        Column("new_blob", "str", "Object id of its content after; empty where it was deleted."),
        Column("n_methods", "int", "Methods and functions touched.", "methods", nullable=True),
        Column("complexity", "int", "Paths through them, summed.", "paths", nullable=True),
        *(
            Column(name, "int", "Lines gained by methods at that risk.", "lines", nullable=True)
            for name in _SUMS
        ),
        Column("seconds", "float", "Of the whole commit, in its first row.", "seconds"),
        Column("tool", "str", "What measured it, with versions."),
    ),
)


@dataclass(frozen=True, slots=True)
class Measurement:
    """COMPLEXITY of the commits asked for, and how many of them had to be opened for it."""

    rows: pd.DataFrame
    n_opened: int


def tool() -> str:
    """What measures, with versions: rows of another version are measured again."""
    return f"pydriller {version('pydriller')}, lizard {version('lizard')}"


def measured(
    view: GitDir, shas: list[str], *, kept: Path, progress: Progress | None = None
) -> Measurement:
    """Complexity of these commits; those in the file `kept` are read from it, the rest added.

    What was measured before an interruption is kept too.
    """
    known = _read(kept)
    wanted = [sha for sha in shas if sha not in set(known["sha"])]
    if wanted:
        fresh: list[Row] = []
        try:
            fresh.extend(_fresh(view, wanted, known, progress))
        finally:
            if fresh:
                known = pd.concat([known, CHANGED_FILES.from_rows(fresh)], ignore_index=True)
                _write(kept, known)
    files = known[known["sha"].isin(shas)]
    lost = sorted(set(shas) - set(files["sha"]))  # their process was killed
    return Measurement(pd.concat([_commits(files), _unread(lost)], ignore_index=True), len(wanted))


def _fresh(
    view: GitDir, shas: list[str], known: pd.DataFrame, progress: Progress | None
) -> Iterable[Row]:
    if any(len(sha) != _SHA1_DIGITS for sha in shas):  # GitPython reads no other object format
        return
    whole = known[known["complexity"].notna()].to_dict("records")
    figures = {file_complexity.change(row): {name: row[name] for name in _FIGURES} for row in whole}
    readable = _readable(view, shas)
    unread = [file_complexity.unread(sha) for sha in shas if sha not in readable]
    small = [sha for sha in shas if sha in readable]
    for row in chain(unread, file_complexity.read(str(view.path), small, figures, progress)):
        yield figures.get(file_complexity.change(row), {}) | row | {"tool": tool()}


def _readable(view: GitDir, shas: list[str]) -> set[str]:
    """Commits whose files are neither too large for PyDriller, nor missing, nor forged.

    GitPython takes every file whole, and waits for ever for the bytes that a forged size promises.
    """
    changed = numstat.changed_blobs(view, shas)
    names = sorted({blob for blobs in changed.values() for blob in blobs})
    sizes = dict(zip(names, objects.sizes(view, names), strict=True))
    small = {
        sha: blobs
        for sha, blobs in changed.items()
        if len(blobs) <= _MOST_BLOBS and sum(sizes[blob] or 0 for blob in blobs) <= MOST_BYTES
    }
    genuine = objects.genuine(view, sorted({blob for blobs in small.values() for blob in blobs}))
    return {sha for sha, blobs in small.items() if genuine.issuperset(blobs)}


def _commits(files: pd.DataFrame) -> pd.DataFrame:
    """COMPLEXITY of the commits whose files these are; unknown where a file's is."""
    if files.empty:
        return COMPLEXITY.empty()
    by_commit = files.groupby("sha", sort=False)
    sums = by_commit[_FIGURES].sum()
    sums = sums.mask(files["complexity"].isna().groupby(files["sha"], sort=False).any())
    return COMPLEXITY.conform(
        pd.DataFrame(
            {
                "n_files": (files["path"] != "").groupby(files["sha"], sort=False).sum(),
                "n_methods": sums["n_methods"],
                "complexity": sums["complexity"],
                "maintainability_share": _maintainability(sums),
                "seconds": by_commit["seconds"].sum(),
                "tool": by_commit["tool"].first(),
            }
        ).reset_index()
    )


def _maintainability(sums: pd.DataFrame) -> pd.Series:
    """Mean over the three risks of good change over all; good is more low risk or less high."""
    shares = []
    for name in RISKS:
        low, high = (sums[f"{name}_{side}"].astype("Float64") for side in ("low", "high"))
        total = low.abs() + high.abs()
        shares.append((low.clip(lower=0) - high.clip(upper=0)) / total.mask(total == 0))
    return pd.concat(shares, axis=1).astype(float).mean(axis=1).replace(np.nan, pd.NA)


def _unread(shas: list[str]) -> pd.DataFrame:
    unknown = {"n_files": 0, "seconds": 0.0, "tool": tool()}
    return COMPLEXITY.from_rows(unknown | {"sha": sha} for sha in shas)


def _read(path: Path) -> pd.DataFrame:
    """What is kept; nothing where there is no file, a damaged one, or one of other versions."""
    with suppress(OSError, pa.ArrowInvalid, ValueError):
        kept = CHANGED_FILES.conform(pq.read_table(path, partitioning=None).to_pandas())
        return kept[(kept["tool"] == tool()).to_numpy(bool)]
    return CHANGED_FILES.empty()


def _write(path: Path, rows: pd.DataFrame) -> None:
    schema = CHANGED_FILES.arrow_schema
    table = pa.Table.from_pandas(CHANGED_FILES.conform(rows), schema=schema, preserve_index=False)
    with saved.replacing(path) as fresh:
        pq.write_table(table.replace_schema_metadata(None), fresh, compression="zstd")


def readable(paths: Iterable[str]) -> list[bool]:
    """Which of the paths are in a language that lizard reads, by their names."""
    return [lizard_languages.get_reader_for(path.rsplit("/", 1)[-1]) is not None for path in paths]
