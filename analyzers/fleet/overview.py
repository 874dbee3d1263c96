"""One row per repository, made at mining time, so that a page of thousands reads one small file.

STORE/repositories.parquet    replaced in one step when a run over one or many ends
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import filelock
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analyzers import manifest, saved, tables
from analyzers.capacity import reading
from analyzers.columns import Column, Table
from analyzers.errors import NotEnoughData

FILE = "repositories.parquet"
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
    "One row per repository of the store: its newest 26 complete weeks. By name; no ranking.",
    ("key",),
    (
        Column("key", "str", "Its folder in the store."),
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


def figures(finished: dict[Table, pd.DataFrame], weekly: Table) -> dict[str, Any]:
    """What the manifest keeps for the row: the answer of `summary`, without its reasons."""
    try:
        told = reading.reading(
            finished[weekly], finished[tables.CHANGE_REQUESTS], finished[tables.COMMITS]
        )
    except NotEnoughData:
        return {}
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
    found = [(folder.name, manifest.read(folder)) for folder in folders]
    rows = REPOSITORIES.from_rows(_row(key, facts) for key, facts in found if facts)
    write(store, rows)
    return len(rows)


def keep(folder: Path) -> None:
    """Bring the row of the repository in this folder of the store up to date, the others as is."""
    store = folder.parent
    with filelock.FileLock(store / f"{FILE}.lock", timeout=_PATIENCE_SECONDS):
        for left in store.glob(f"{FILE}.*.new"):  # by runs that were killed
            left.unlink(missing_ok=True)
        try:
            others = read(store)
        except (OSError, ValueError):  # it is damaged, or of another version
            others = _EMPTY
        if others.empty:
            gather(store)
            return
        row = REPOSITORIES.from_rows([_row(folder.name, manifest.read(folder))])
        rows = pd.concat([others[others["key"] != folder.name], row], ignore_index=True)
        write(store, rows.sort_values("key"))


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


def _row(key: str, facts: dict[str, Any]) -> dict[str, object]:
    return {
        "key": key,
        "name": facts["repository"]["name"],
        "generation": facts["generation"],
        "data_edge": facts.get("data_edge"),
        "n_commits": facts["counts"]["commits"],
        "n_change_requests": facts["counts"]["change_requests"],
        "is_partial": bool(manifest.exit_code(facts)),
        **facts.get("overview", {}),
    }
