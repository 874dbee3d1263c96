"""Any table of the store by its name, or all of them: the list of what `export` offers."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analyzers import capacity, tables
from analyzers.capacity.effort import EFFORT_SAMPLE
from analyzers.errors import UsageError
from analyzers.reports.periods import between, time_column
from analyzers.store import Shelf

EXPORTED: tuple[tables.Table, ...] = (*capacity.TABLES, EFFORT_SAMPLE, *tables.TABLES)


ALL = "all"
"""The name that asks for every table."""


def find(name: str) -> tables.Table:
    """The table of that name; UsageError that lists the names otherwise."""
    for table in EXPORTED:
        if table.name == name:
            return table
    names = ", ".join(table.name for table in EXPORTED)
    raise UsageError(f"expected a table, found {name!r}; the tables are {names}")


def rows(
    shelf: Shelf, table: tables.Table, *, since: str | None = None, until: str | None = None
) -> pd.DataFrame:
    """The rows of a table between two moments, both of them whole ISO weeks or days."""
    found = shelf.kept(table) if table is EFFORT_SAMPLE else shelf.table(table)
    return between(found, table, since=since, until=until)


def every(
    shelf: Shelf, *, since: str | None = None, until: str | None = None
) -> Iterator[tuple[tables.Table, pd.DataFrame]]:
    """Every table with its rows between two moments; those without dates come whole."""
    for table in EXPORTED:
        is_dated = time_column(table) is not None
        span = {"since": since, "until": until} if is_dated else {}
        yield table, rows(shelf, table, **span)
