"""What mining hands to the pure stages: frames, and the messages in batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analyzers import parquet

_SCHEMA = pa.schema([("sha", pa.string()), ("message", pa.string())])


class Messages:
    """Full commit messages, read batch by batch so that memory stays flat."""

    def __init__(self, parts: Iterable[Path] = (), *, table: pa.Table | None = None) -> None:
        self._parts = tuple(parts)
        self._table = table

    @classmethod
    def of(cls, messages: dict[str, str]) -> Messages:
        """Messages held in memory, for tests and examples."""
        pairs = {"sha": list(messages), "message": list(messages.values())}
        return cls(table=pa.table(pairs, schema=_SCHEMA))

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Record batches with the columns sha and message."""
        if self._table is not None:
            yield from self._table.to_batches()
        for part in self._parts:
            yield from parquet.batches(part, size=8192, columns=["sha", "message"])

    def matching(self, pattern: str, *, ignore_case: bool = True) -> Iterator[tuple[str, str]]:
        """(sha, message) of the messages in which an RE2 pattern is found anywhere.

        The filter runs in Arrow's C++; Python sees only the hits. Use it as a cheap sieve
        before exact rules.
        """
        for batch in self.batches():
            mask = pc.match_substring_regex(batch["message"], pattern, ignore_case=ignore_case)
            hits = batch.filter(mask)
            yield from zip(hits["sha"].to_pylist(), hits["message"].to_pylist(), strict=True)


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
