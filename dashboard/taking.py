"""What the Reports page hands out of one repository: tables, a data package, the weekly report."""

from __future__ import annotations

import io
import json
import zipfile

import pandas as pd

from analyzers.reports import datapackage, digest, export, weekly
from analyzers.reports.tabular import EXPORTED
from analyzers.store import Shelf
from analyzers.tables import Table
from dashboard.data import Repository


class _Served(Shelf):
    """The shelf as viewers may see it: what the report reads goes through the same pseudonyms."""

    def __init__(self, repo: Repository) -> None:
        super().__init__(repo.folder)
        self._repo = repo

    def table(self, table: Table, columns: list[str] | None = None) -> pd.DataFrame:
        """The table with pseudonyms."""
        rows = self._repo.table(table.name)
        made = table.empty() if rows is None else table.conform(rows)
        return made if columns is None else made[columns]


def csv(repo: Repository, table: Table) -> bytes:
    """One table."""
    return export.csv_text(repo.rows(table.name), table).encode()


def package(repo: Repository) -> bytes:
    """Every table as CSV in one ZIP file, with a Data Package that describes all columns."""
    held = [table for table in EXPORTED if repo.has(table.name)]
    resources = [
        resource
        for table in held
        for resource in datapackage.descriptor(table, f"{table.name}.csv", "csv")["resources"]
    ]
    described = {"name": "reviewgap", "profile": "tabular-data-package", "resources": resources}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("datapackage.json", json.dumps(described, indent=2) + "\n")
        for table in held:
            file.writestr(f"{table.name}.csv", csv(repo, table))
    return made.getvalue()


def report(repo: Repository) -> str:
    """The weekly report as one HTML file."""
    return weekly.html(digest.digest([_Served(repo)]))
