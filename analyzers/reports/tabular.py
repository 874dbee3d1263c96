"""Any table of the store by its name: the list of what `export` offers."""

from __future__ import annotations

import pandas as pd

from analyzers import capacity, tables
from analyzers.errors import UsageError
from analyzers.reports.periods import between
from analyzers.store import Shelf

EXPORTED: tuple[tables.Table, ...] = (*capacity.TABLES, *tables.TABLES)


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
    return between(shelf.table(table), table, since=since, until=until)
