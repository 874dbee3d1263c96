"""Tables as CSV, JSON, JSON lines and Parquet, with a description of every column beside them.

The CSV follows RFC 4180 with LF line ends: UTF-8, text always quoted, empty for unknown, `true`
and `false`, ISO 8601 timestamps in UTC, at most six decimals, columns in the order of the table.
The same table gives the same bytes.

A text cell that a spreadsheet would run as a formula gets a leading apostrophe: one that opens
with = + - @ (or their full-width twins), tab, CR or NUL, also after spaces, quotes or a byte
order mark and at the start of an inner line. Plain numbers are left alone. `raw=True` turns
this off. Line breaks inside a cell become spaces. JSON and Parquet are never altered.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analyzers.errors import UsageError
from analyzers.reports import files
from analyzers.reports.datapackage import SCHEMA_VERSION, descriptor, is_date, merged
from analyzers.reports.periods import between
from analyzers.tables import Column, Table

__all__ = ["FORMATS", "between", "content", "csv_text", "json_text", "jsonl_text", "save", "write"]

Format = Literal["csv", "json", "jsonl", "parquet"]
DECIMALS = 6
_PARQUET = {"reviewgap.schema_version": str(SCHEMA_VERSION)}

_OPENING = "[\\s\"'`\u00a0\ufeff\u200b\u2060]*"
_DANGER = re.compile(
    rf"(?:\A|[\r\n\u2028\u2029\v\f\x85]){_OPENING}[=+\-@＝＋－＠\t\r\0]|\A[\t\r\n\0]"
)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_BREAKS = re.compile(r"\r\n|[\r\n\v\f\x85\u2028\u2029]")


def csv_text(frame: pd.DataFrame, table: Table, *, raw: bool = False) -> str:
    """The table as CSV text, header first."""
    typed = table.conform(frame)
    cells = [_csv_cells(typed[column.name], column, raw=raw) for column in table.columns]
    lines = [",".join(table.names), *map(",".join, zip(*cells, strict=True))]
    return "\n".join(lines) + "\n"


def json_text(frame: pd.DataFrame, table: Table) -> str:
    """One JSON object: schema_version, table, and its rows, one per line; null is unknown."""
    head = f'{{"schema_version": {SCHEMA_VERSION}, "table": {json.dumps(table.name)}, "rows": ['
    rows = ",\n".join(_json_rows(frame, table))
    return f"{head}\n{rows}\n]}}\n"


def jsonl_text(frame: pd.DataFrame, table: Table) -> str:
    """JSON lines: one object per row; null is unknown."""
    return "".join(row + "\n" for row in _json_rows(frame, table))


def parquet_bytes(frame: pd.DataFrame, table: Table) -> bytes:
    """The table as Parquet, values as they are, with the schema version in its metadata."""
    arrow = pa.Table.from_pandas(
        table.conform(frame), schema=table.arrow_schema, preserve_index=False
    )
    sink = io.BytesIO()
    pq.write_table(arrow.replace_schema_metadata(_PARQUET), sink, compression="zstd")
    return sink.getvalue()


FORMATS: dict[Format, Callable[[pd.DataFrame, Table], bytes]] = {
    "csv": lambda frame, table: csv_text(frame, table).encode(),
    "json": lambda frame, table: json_text(frame, table).encode(),
    "jsonl": lambda frame, table: jsonl_text(frame, table).encode(),
    "parquet": parquet_bytes,
}


def content(frame: pd.DataFrame, table: Table, form: Format, *, raw: bool = False) -> bytes:
    """The table in one of the FORMATS."""
    if form not in FORMATS:
        raise UsageError(f"no format {form!r}; the formats are {', '.join(FORMATS)}")
    if form == "csv":
        return csv_text(frame, table, raw=raw).encode()
    return FORMATS[form](frame, table)


def save(frame: pd.DataFrame, table: Table, path: Path, form: Format, *, raw: bool = False) -> None:
    """As `write`, for the command line: UsageError where the folder cannot be written."""
    with files.refused(path):
        write(frame, table, path, form, raw=raw)


def save_all(
    told: Iterable[tuple[Table, pd.DataFrame]], folder: Path, form: Format, *, raw: bool = False
) -> int:
    """Every table into one folder, a file each, and one datapackage.json; how many there are."""
    with files.refused(folder):
        folder.mkdir(parents=True, exist_ok=True)
        n = 0
        for table, frame in told:
            write(frame, table, folder / f"{table.name}.{form}", form, raw=raw)
            n += 1
    return n


def write(
    frame: pd.DataFrame, table: Table, path: Path, form: Format, *, raw: bool = False
) -> None:
    """Write the table to `path` in one step, and its columns to datapackage.json beside it.

    A file that was there stays whole until the new one is complete; what datapackage.json says
    of other files that are still there stays. Raises UsageError for an unknown format, OSError
    where the folder cannot be written.
    """
    data = content(frame, table, form, raw=raw)
    files.replace(path, data)
    beside = path.with_name("datapackage.json")
    package = merged(_package(beside), descriptor(table, path.name, form, raw=raw), path.parent)
    files.replace(beside, (json.dumps(package, indent=2) + "\n").encode())


def _package(path: Path) -> dict[str, object]:
    """The package that is there; empty where there is none, or nothing of that shape."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def hardened(text: str) -> str:
    """The text, with a leading apostrophe if a spreadsheet would run it as a formula."""
    return f"'{text}" if _DANGER.search(text) and not _NUMBER.fullmatch(text) else text


def _csv_cells(values: pd.Series, column: Column, *, raw: bool) -> list[str]:
    if column.dtype != "str":
        return ["" if text is None else text for text in plain(values, column)]
    unique, codes = np.unique(values.fillna("").to_numpy(object).astype(str), return_inverse=True)
    quoted = np.array([_quoted(text, raw=raw) for text in unique] + [""], dtype=object)
    codes = np.where(values.isna().to_numpy(bool), len(unique), codes)
    return list(quoted[codes])


def _quoted(text: str, *, raw: bool) -> str:
    safe = _BREAKS.sub(" ", text if raw else hardened(text)).replace("\0", "")
    return '"' + safe.replace('"', '""') + '"'


def plain(values: pd.Series, column: Column) -> list[str | None]:
    """Every cell of a column that is not text, as it is written; None for unknown."""
    missing = values.isna().to_numpy(bool)
    if column.dtype == "timestamp":
        form = "%Y-%m-%d" if is_date(column) else "%Y-%m-%dT%H:%M:%SZ"
        texts = values.dt.strftime(form).to_list()
    elif column.dtype == "float":
        texts = [decimal(value) for value in values.fillna(0).to_numpy(float)]
    else:
        texts = [str(value).lower() for value in values.to_list()]
    return [None if gone else text for text, gone in zip(texts, missing, strict=True)]


def decimal(value: float) -> str:
    """At most six decimals, no exponent, no trailing zeros, never -0."""
    text = f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _json_rows(frame: pd.DataFrame, table: Table) -> list[str]:
    typed = table.conform(frame)
    cells = [_json_cells(typed[column.name], column) for column in table.columns]
    names = [json.dumps(name) for name in table.names]
    return [
        "{" + ", ".join(f"{name}: {cell}" for name, cell in zip(names, row, strict=True)) + "}"
        for row in zip(*cells, strict=True)
    ]


def _json_cells(values: pd.Series, column: Column) -> list[str]:
    if column.dtype == "str":
        missing = values.isna().to_numpy(bool)
        pairs = zip(values.to_list(), missing, strict=True)
        return ["null" if gone else json.dumps(text, ensure_ascii=False) for text, gone in pairs]
    mark = '"' if column.dtype == "timestamp" else ""
    return ["null" if text is None else f"{mark}{text}{mark}" for text in plain(values, column)]
