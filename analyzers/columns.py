"""What a table is: columns with a type, a unit and a meaning, checked at every stage boundary."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import pandas as pd
import pyarrow as pa

Dtype = Literal["str", "int", "float", "bool", "timestamp"]

_PANDAS: dict[Dtype, str] = {
    "str": "str",
    "int": "Int64",
    "float": "Float64",
    "bool": "boolean",
    "timestamp": "datetime64[us, UTC]",
}

_ARROW: dict[Dtype, pa.DataType] = {
    "str": pa.string(),
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "timestamp": pa.timestamp("us", tz="UTC"),
}


@dataclass(frozen=True, slots=True)
class Ground:
    """What a figure counts, what it leaves out, and what it is known by."""

    counted: str
    left_out: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `nullable` means that empty stands for unknown, never for zero."""

    name: str
    dtype: Dtype
    meaning: str
    unit: str = ""
    nullable: bool = False
    values: tuple[str, ...] = ()
    ground: Ground | None = None

    @property
    def pandas_dtype(self) -> str:
        """The pandas dtype; all of them can hold unknown."""
        return _PANDAS[self.dtype]


@dataclass(frozen=True, slots=True)
class Table:
    """A named list of columns; `key` is what makes a row unique."""

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """Column names in their order."""
        return [column.name for column in self.columns]

    @property
    def arrow_schema(self) -> pa.Schema:
        """The table as it lies in Parquet."""
        return pa.schema([(column.name, _ARROW[column.dtype]) for column in self.columns])

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def empty(self) -> pd.DataFrame:
        """The table without rows, with its column types."""
        return self.conform(pd.DataFrame({name: [] for name in self.names}))

    def from_rows(self, rows: Iterable[dict[str, object]]) -> pd.DataFrame:
        """The rows as a frame; columns a row does not name are unknown."""
        return self.conform(pd.DataFrame(list(rows), columns=self.names))

    def conform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame with exactly these columns, in this order and with these types.

        Missing nullable columns are filled with unknown; a missing required column, or an
        empty cell in one, is a bug of ours and raises ValueError.
        """
        missing = [c.name for c in self.columns if c.name not in frame and not c.nullable]
        if missing:
            raise ValueError(f"table {self.name} lacks the columns {', '.join(missing)}")
        typed = {c.name: _typed(frame, c) for c in self.columns}
        holes = [c.name for c in self.columns if not c.nullable and typed[c.name].isna().any()]
        if holes:
            raise ValueError(f"table {self.name} has empty cells in {', '.join(holes)}")
        return pd.DataFrame(typed, index=frame.index).reset_index(drop=True)


def _typed(frame: pd.DataFrame, column: Column) -> pd.Series:
    if column.name not in frame:
        return pd.Series(pd.NA, index=frame.index).astype(column.pandas_dtype)
    return frame[column.name].astype(column.pandas_dtype)
