"""All repositories in one small file, made at mining time, so that a page of thousands reads it.

STORE/repositories.parquet    replaced in one step when a run over one or many ends
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import filelock
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analyzers import manifest, saved, tables
from analyzers.capacity import reading
from analyzers.capacity.reading import Reading
from analyzers.columns import Column, Table
from analyzers.errors import NotEnoughData

FILE = manifest.OF_ALL
PERIODS = (4, 12, 26, 52)
"""Lengths of the periods that are told, in weeks."""
_PATIENCE_SECONDS = 60
_FACTS = {
    "generation_rate": ("Change requests opened per week.", "change requests per week"),
    "throughput": ("Change requests landed per week.", "change requests per week"),
    "review_gap_ratio": ("Demand over what review has shown it can land.", "ratio"),
    "weeks_of_work": ("Young backlog over weekly throughput.", "weeks"),
    "time_to_land_median_hours": ("Median from opening to landing.", "hours"),
    "ai_share_declared_of_change_requests": ("At least one marker: a lower bound.", "share"),
}

REPOSITORIES = Table(
    "repositories",
    "One row per repository of the store and length of period, up to its newest complete week."
    " By name; no ranking.",
    ("key", "period_weeks"),
    (
        Column("key", "str", "Its folder in the store."),
        Column("period_weeks", "int", "Length of the period; a short history has less.", "weeks"),
        Column("name", "str", "`owner/name` where the forge is known, else the folder's name."),
        Column("generation", "str", "Which state of its tables this row was made of."),
        Column("data_edge", "str", "The newest landing.", nullable=True),
        Column("n_commits", "int", "Commits that HEAD reaches.", "commits"),
        Column("n_change_requests", "int", "Change requests found.", "change requests"),
        Column("is_partial", "bool", "Something that history holds could not be read."),
        Column("first_week", "str", "First ISO week of the period.", nullable=True),
        Column("last_week", "str", "Last ISO week of the period.", nullable=True),
        Column("verdict", "str", "Whether review keeps up.", nullable=True),
        Column("sentence", "str", "The answer in one sentence.", nullable=True),
        *(
            Column(name, "float", meaning, unit, nullable=True)
            for name, (meaning, unit) in _FACTS.items()
        ),
    ),
)


def figures(finished: dict[Table, pd.DataFrame], weekly: Table) -> list[dict[str, Any]]:
    """What the manifest keeps for the rows: the answers of `summary`, without their reasons."""
    requests, commits = finished[tables.CHANGE_REQUESTS], finished[tables.COMMITS]
    try:
        told = reading.readings(finished[weekly], requests, commits, weeks=PERIODS)
    except NotEnoughData:
        return []
    return [{"period_weeks": weeks} | _figures(each) for weeks, each in told.items()]


def _figures(told: Reading) -> dict[str, Any]:
    facts = {fact.name: fact.value for fact in told.facts if fact.name in _FACTS}
    return {
        "first_week": told.first_week,
        "last_week": told.last_week,
        "verdict": told.verdict,
        "sentence": told.sentence,
        **facts,
    }


def gather(store: Path) -> int:
    """Write the table of all repositories in the store anew; how many it has."""
    folders = sorted(path.parent for path in store.glob(f"*/{manifest.FILE}"))
    write(store, _of(folders))
    return len(folders)


def keep(store: Path, generations: Mapping[str, str]) -> None:
    """Bring the rows of these repositories to their generations, the others as they are."""
    with filelock.FileLock(store / f"{FILE}.lock", timeout=_PATIENCE_SECONDS):
        try:
            others = read(store)
        except (OSError, ValueError):  # it is damaged, or of another version
            others = _EMPTY
        if others.empty:
            gather(store)
            return
        known = dict(zip(others["key"], others["generation"], strict=True))
        stale = sorted(key for key, made in generations.items() if known.get(key) != made)
        if stale:
            fresh = _of([store / key for key in stale])
            rows = pd.concat([others[~others["key"].isin(stale)], fresh], ignore_index=True)
            write(store, rows.sort_values(["key", "period_weeks"]))


def _of(folders: Iterable[Path]) -> pd.DataFrame:
    found = ((folder.name, manifest.read(folder)) for folder in folders)
    return REPOSITORIES.from_rows(row for key, facts in found if facts for row in _rows(key, facts))


def write(store: Path, rows: pd.DataFrame) -> None:
    """Replace the table of all repositories in one step."""
    with saved.replacing(store / FILE) as fresh:
        fresh.write_bytes(as_bytes(rows))


def read(store: Path) -> pd.DataFrame:
    """REPOSITORIES as it was last gathered; without rows where it never was."""
    path = store / FILE
    return from_bytes(path.read_bytes()) if path.is_file() else _EMPTY


def as_bytes(rows: pd.DataFrame) -> bytes:
    """REPOSITORIES as a Parquet file."""
    schema, into = REPOSITORIES.arrow_schema, io.BytesIO()
    table = pa.Table.from_pandas(REPOSITORIES.conform(rows), schema=schema, preserve_index=False)
    pq.write_table(table.replace_schema_metadata(None), into, compression="zstd")
    return into.getvalue()


def from_bytes(content: bytes) -> pd.DataFrame:
    """REPOSITORIES from a Parquet file; OSError or ValueError where it is damaged or of another."""
    return REPOSITORIES.conform(pq.read_table(io.BytesIO(content)).to_pandas())


_EMPTY = REPOSITORIES.empty()


def _rows(key: str, facts: dict[str, Any]) -> Iterator[dict[str, object]]:
    """One row per period, also where nothing could be read over it."""
    known = {
        "key": key,
        "name": facts["repository"]["name"],
        "generation": facts["generation"],
        "data_edge": facts.get("data_edge"),
        "n_commits": facts["counts"]["commits"],
        "n_change_requests": facts["counts"]["change_requests"],
        "is_partial": bool(manifest.exit_code(facts)),
    }
    told = {each["period_weeks"]: each for each in facts.get("readings", [])}
    for weeks in PERIODS:
        yield known | {"period_weeks": weeks} | told.get(weeks, {})
