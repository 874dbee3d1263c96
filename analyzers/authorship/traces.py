"""What detectors read and what they find: a commit, and one piece of evidence."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analyzers import tables

_FEW = 8


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit as detectors see it; `committed_at` is None where git holds no usable date."""

    sha: str
    author_name: str
    author_email: str
    committer_name: str
    committer_email: str
    committed_at: pd.Timestamp | None
    subject: str
    message: str
    is_merge: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """One trace of a tool; `source_sha` is the commit that carries it, if another one."""

    sha: str
    tool: str
    marker: str
    place: str
    degree: str
    confidence: str
    detail: str
    change_request: str | None = None
    source_sha: str | None = None


def among(values: pd.Series, wanted: Collection[str]) -> np.ndarray:
    """Which of the values are wanted.

    Pandas' `isin` on Arrow strings is many times slower; Arrow's own is fast for few wanted.
    """
    if len(wanted) * _FEW > len(values):
        found = (value in wanted for value in values.to_list())
        return np.fromiter(found, dtype=bool, count=len(values))
    column = pa.array(values, type=pa.large_string())
    held = pc.is_in(column, value_set=pa.array(list(wanted), type=column.type))
    return np.asarray(held.to_numpy(zero_copy_only=False), dtype=bool)


def frame(found: Iterable[Evidence]) -> pd.DataFrame:
    """tables.EVIDENCE from pieces of evidence; the same trace is kept once."""
    rows = [{name: getattr(evidence, name) for name in tables.EVIDENCE.names} for evidence in found]
    return tables.EVIDENCE.conform(
        tables.EVIDENCE.from_rows(rows).drop_duplicates(subset=list(tables.EVIDENCE.key))
    )
