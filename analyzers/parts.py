"""Mined parts of the store: immutable Parquet files, written in a stream and read together."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analyzers import parquet, tables
from analyzers.history import Messages

KINDS = {"commits": tables.MINED_COMMITS, "messages": tables.MESSAGES, "files": tables.FILE_CHANGES}


class Part:
    """Takes what mining streams and writes it as one part; memory is one row group."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.shas: list[str] = []
        self._folder = folder
        self._writers: dict[str, pq.ParquetWriter] = {}

    def commits(self, table: pa.Table) -> None:
        """Rows of tables.MINED_COMMITS."""
        self.shas += table["sha"].to_pylist()
        self.write("commits", table)

    def messages(self, table: pa.Table) -> None:
        """Rows of tables.MESSAGES."""
        self.write("messages", table)

    def file_changes(self, table: pa.Table) -> None:
        """Rows of tables.FILE_CHANGES."""
        self.write("files", table)

    def close(self) -> None:
        """Finish and sync the files; a kind that got no row becomes an empty file."""
        for kind in KINDS:
            self._writer(kind).close()
            parquet.sync(part_path(self._folder, self.name, kind))

    def write(self, kind: str, rows: pa.Table) -> None:
        """Rows of one of the KINDS."""
        schema = KINDS[kind].arrow_schema
        self._writer(kind).write_table(rows.select(schema.names).cast(schema))

    def _writer(self, kind: str) -> pq.ParquetWriter:
        if kind not in self._writers:
            path = part_path(self._folder, self.name, kind)
            self._writers[kind] = parquet.writer(path, KINDS[kind].arrow_schema)
        return self._writers[kind]


def part_path(folder: Path, name: str, kind: str) -> Path:
    """File of one kind of rows in one part."""
    return folder / "mined" / f"{name}.{kind}.parquet"


class Mined:
    """What git holds, read over several parts."""

    def __init__(self, folder: Path, parts: list[str]) -> None:
        self._folder = folder
        self._parts = parts

    def rows(self, kind: str, columns: list[str] | None = None) -> pd.DataFrame:
        """All rows of one kind: commits or files."""
        table = KINDS[kind]
        names = columns or table.names
        paths = [part_path(self._folder, part, kind) for part in self._parts]
        empty = table.arrow_schema.empty_table().select(names)
        found = pa.concat_tables([empty, *(parquet.read(path, names) for path in paths)])
        return found.to_pandas() if columns else table.conform(found.to_pandas())

    def messages(self) -> Messages:
        """The messages of every mined commit."""
        return Messages([part_path(self._folder, part, "messages") for part in self._parts])
