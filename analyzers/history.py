"""What mining hands to the pure stages: frames, and the messages through sieves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analyzers import parquet

_SCHEMA = pa.schema([("sha", pa.string()), ("message", pa.string())])


@dataclass(frozen=True, slots=True)
class Sieve:
    """An RE2 pattern that is looked for anywhere in a message: cheap, before exact rules.

    The filter runs in Arrow's C++; Python sees only the hits. Commits dated before `since` are
    not asked.
    """

    pattern: str
    ignore_case: bool = True
    since: pd.Timestamp | None = None

    @property
    def name(self) -> str:
        """A column's name for it; another one with any change."""
        asked = (self.pattern, self.ignore_case, str(self.since))
        return hashlib.sha256(repr(asked).encode()).hexdigest()[:16]

    def hits(self, messages: pa.Array, committed_at: pa.Array | None = None) -> pa.Array:
        """Which of the messages it lets through."""
        if self.since is None or committed_at is None:
            return pc.match_substring_regex(messages, self.pattern, ignore_case=self.ignore_case)
        is_old = pc.less(committed_at, pa.scalar(self.since, committed_at.type))
        young = np.flatnonzero(~pc.fill_null(is_old, fill_value=False).to_numpy(False))
        found = np.zeros(len(messages), dtype=bool)
        asked = Sieve(self.pattern, self.ignore_case)
        found[young] = asked.hits(messages.take(pa.array(young))).to_numpy(False)
        return pa.array(found)


class Messages:
    """Full commit messages, read batch by batch so that memory stays flat.

    `parts` are files of messages, each with the file that holds what sieves let through of it
    (`sieved`), where there is one.
    """

    def __init__(
        self, parts: Mapping[Path, Path | None] | None = None, *, table: pa.Table | None = None
    ) -> None:
        self._parts = parts or {}
        self._table = table

    @classmethod
    def of(cls, messages: dict[str, str]) -> Messages:
        """Messages held in memory, for tests and examples."""
        pairs = {"sha": list(messages), "message": list(messages.values())}
        return cls(table=pa.table(pairs, schema=_SCHEMA))

    def matching(self, sieve: Sieve) -> Iterator[tuple[str, str]]:
        """(sha, message) of the messages that a sieve lets through."""
        for rows in self._through(sieve):
            yield from zip(rows["sha"].to_pylist(), rows["message"].to_pylist(), strict=True)

    def _through(self, sieve: Sieve) -> Iterator[pa.Table | pa.RecordBatch]:
        for batch in self._table.to_batches() if self._table is not None else ():
            yield batch.filter(sieve.hits(batch["message"]))
        for path, kept in self._parts.items():
            if kept is not None and sieve.name in parquet.names(kept):
                if pc.any(is_hit := parquet.read(kept, [sieve.name])[sieve.name]).as_py():
                    yield parquet.read(kept, _SCHEMA.names).filter(is_hit)
                continue
            for batch in parquet.batches(path, size=8192, columns=_SCHEMA.names):
                yield batch.filter(sieve.hits(batch["message"]))


def sieved(messages: pa.Table, committed_at: pa.ChunkedArray, sieves: Iterable[Sieve]) -> pa.Table:
    """The messages that any of the sieves lets through, with a column for each of them."""
    texts, dates = messages["message"].combine_chunks(), committed_at.combine_chunks()
    hits = {sieve.name: sieve.hits(texts, dates) for sieve in sieves}
    table = messages.select(_SCHEMA.names).cast(_SCHEMA)
    for name, found in hits.items():
        table = table.append_column(name, found)
    is_any = np.logical_or.reduce([found.to_numpy(False) for found in hits.values()])
    return table.filter(pa.array(is_any))


def sieved_schema(sieves: Iterable[Sieve]) -> pa.Schema:
    """The columns of `sieved`."""
    return pa.schema([*_SCHEMA, *((sieve.name, pa.bool_()) for sieve in sieves)])


@dataclass(frozen=True, slots=True)
class History:
    """One repository as mined: `commits` is tables.MINED_COMMITS, `refs` tables.REFS, and so on.

    `head` is the object id HEAD leads to, or None where nothing is committed yet.
    """

    commits: pd.DataFrame
    refs: pd.DataFrame
    notes: pd.DataFrame
    messages: Messages
    head: str | None
