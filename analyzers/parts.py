"""Mined parts of the store: immutable Parquet files, written in a stream and read together."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analyzers import parquet, saved, tables
from analyzers.history import Messages, Sieve, sieved, sieved_schema
from analyzers.mining.people import Mailmap
from analyzers.mining.renaming import READ_COMMITS, renamed

KINDS = {"commits": READ_COMMITS, "messages": tables.MESSAGES, "files": tables.FILE_CHANGES}
"""What lies in the store."""

_TOLD = KINDS | {"commits": tables.MINED_COMMITS}
_ROWS = 16384

Sieves = tuple[Sieve, ...]


class Part:
    """Takes what mining streams and writes it as one part; memory is one row group.

    What the sieves let through of the messages is kept beside them, so that the stages do not
    read every message again at each refresh.
    """

    def __init__(self, folder: Path, name: str, sieves: Sieves = ()) -> None:
        self.name = name
        self.shas: list[str] = []
        self._folder = folder
        self._sieves = sieves
        self._writers: dict[str, pq.ParquetWriter] = {}

    def commits(self, table: pa.Table) -> None:
        """Rows of READ_COMMITS."""
        self.shas += table["sha"].to_pylist()
        self.write("commits", table)

    def messages(self, table: pa.Table, committed_at: pa.ChunkedArray) -> None:
        """Rows of tables.MESSAGES, and when their commits were made."""
        self.write("messages", table)
        if self._sieves:
            self._writer("sieved").write_table(sieved(table, committed_at, self._sieves))

    def file_changes(self, table: pa.Table) -> None:
        """Rows of tables.FILE_CHANGES."""
        self.write("files", table)

    def close(self) -> None:
        """Finish and sync the files; a kind that got no row becomes an empty file."""
        for kind in (*KINDS, *(["sieved"] if self._sieves else [])):
            self._writer(kind).close()
            parquet.sync(self._path(kind))

    def write(self, kind: str, rows: pa.Table) -> None:
        """Rows of one of the KINDS."""
        self._writer(kind).write_table(_in_shape(rows, KINDS[kind].arrow_schema))

    def _writer(self, kind: str) -> pq.ParquetWriter:
        if kind not in self._writers:
            is_sieved = kind == "sieved"
            schema = sieved_schema(self._sieves) if is_sieved else KINDS[kind].arrow_schema
            self._writers[kind] = parquet.writer(self._path(kind), schema)
        return self._writers[kind]

    def _path(self, kind: str) -> Path:
        if kind == "sieved":
            return sieved_path(self._folder, self.name, self._sieves)
        return part_path(self._folder, self.name, kind)


def _in_shape(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    for field in schema:
        if field.name not in rows.column_names:  # nullable, or writing fails
            rows = rows.append_column(field, pa.nulls(len(rows), field.type))
    return rows.select(schema.names).cast(schema)


def rename_part(folder: Path, name: str, fresh: str, mailmap: Mailmap) -> None:
    """Make a part of the same commits with the names that another mailmap gives them."""
    for path in (folder / "mined").glob(f"{name}.*.parquet"):
        new = path.with_name(path.name.replace(name, fresh, 1))
        if path != part_path(folder, name, "commits"):
            parquet.same(path, new)
    rows = renamed(parquet.read(part_path(folder, name, "commits")), mailmap)
    parquet.write(part_path(folder, fresh, "commits"), rows)


def part_path(folder: Path, name: str, kind: str) -> Path:
    """File of one kind of rows in one part."""
    return folder / "mined" / f"{name}.{kind}.parquet"


def sieved_path(folder: Path, name: str, sieves: Sieves) -> Path:
    """File of what these sieves let through of one part; other sieves have another one."""
    digest = hashlib.sha256("".join(sieve.name for sieve in sieves).encode()).hexdigest()[:8]
    return part_path(folder, name, f"sieved-{digest}")


def sieve_part(folder: Path, name: str, sieves: Sieves) -> None:
    """Make that file for a part that was written for other sieves, all of it or nothing."""
    path = sieved_path(folder, name, sieves)
    dates = parquet.read(part_path(folder, name, "commits"), ["committed_at"])["committed_at"]
    start = 0
    with saved.whole(path) as fresh:
        with parquet.writer(fresh, sieved_schema(sieves)) as writer:
            for batch in parquet.batches(part_path(folder, name, "messages"), size=_ROWS):
                rows = pa.Table.from_batches([batch])
                writer.write_table(sieved(rows, dates.slice(start, len(rows)), sieves))
                start += len(rows)
        parquet.sync(fresh)


class Mined:
    """What git holds, read over several parts."""

    def __init__(self, folder: Path, parts: list[str]) -> None:
        self._folder = folder
        self._parts = parts

    def rows(self, kind: str, columns: list[str] | None = None) -> pd.DataFrame:
        """All rows of one kind: commits or files."""
        table = _TOLD[kind]
        names = columns or table.names
        paths = [part_path(self._folder, part, kind) for part in self._parts]
        empty = table.arrow_schema.empty_table().select(names)
        found = pa.concat_tables([empty, *(parquet.read(path, names) for path in paths)])
        return found.to_pandas() if columns else table.conform(found.to_pandas())

    def messages(self, sieves: Sieves = ()) -> Messages:
        """The messages of every mined commit; once they have gone through the sieves, if any."""
        kept = {part: sieved_path(self._folder, part, sieves) for part in self._parts}
        return Messages(
            {
                part_path(self._folder, part, "messages"): path if path.exists() else None
                for part, path in kept.items()
            }
        )
