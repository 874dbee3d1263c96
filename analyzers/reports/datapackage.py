"""datapackage.json: what every column of an exported table means, as a Table Schema."""

from __future__ import annotations

import re
from pathlib import Path

from analyzers.tables import Column, Dtype, Table

SCHEMA_VERSION = 1
"""Of all tables together: another number means that a column left, moved its meaning or type."""

_TYPES: dict[Dtype, str] = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "timestamp": "datetime",
}
_MEDIA = {
    "csv": "text/csv",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "parquet": "application/vnd.apache.parquet",
}


def descriptor(table: Table, file: str, form: str, *, raw: bool = False) -> dict[str, object]:
    """The Data Package that describes one exported file (Frictionless, v1 profile)."""
    hardening = "" if raw or form != "csv" else _HARDENED
    resource: dict[str, object] = {
        "name": table.name.replace("_", "-"),
        "path": file,
        "profile": "tabular-data-resource",
        "description": table.meaning + hardening,
        "format": form,
        "mediatype": _MEDIA[form],
        "encoding": "utf-8",
        "schema": {
            "fields": [_field(column, table) for column in table.columns],
            "missingValues": [""],
            "primaryKey": list(table.key),
        },
    }
    if form == "csv":
        resource["dialect"] = {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"'}
    package_name = f"reviewgap-{table.name.replace('_', '-')}"
    return {
        "name": package_name,
        "profile": "tabular-data-package",
        "version": f"{SCHEMA_VERSION}.0.0",
        "resources": [resource],
    }


def merged(there: dict[str, object], fresh: dict[str, object], folder: Path) -> dict[str, object]:
    """The fresh package with the resources of ours that were there, one per file, by path.

    A package that is not ours is replaced; resources whose files are gone are left out. Names
    must be unique, so that in such a package they are those of the files.
    """
    name, found, ours = there.get("name"), there.get("resources"), fresh["resources"]
    assert isinstance(ours, list)  # noqa: S101  # for the type checker
    if not isinstance(name, str) or not name.startswith("reviewgap") or not isinstance(found, list):
        return fresh
    paths = {resource["path"] for resource in ours}
    kept = [old for old in found if _is_there(old, folder) and old["path"] not in paths]
    if not kept:
        return fresh
    resources = sorted([*kept, *ours], key=lambda resource: str(resource["path"]))
    named = [resource | {"name": _slug(str(resource["path"]))} for resource in resources]
    return fresh | {"name": "reviewgap", "resources": named}


def _is_there(resource: object, folder: Path) -> bool:
    path = resource.get("path") if isinstance(resource, dict) else None
    return isinstance(path, str) and Path(path).name == path and (folder / path).is_file()


def _slug(path: str) -> str:
    return re.sub(r"[^a-z0-9._-]+", "-", path.lower()).replace(".", "-").strip("-")


_HARDENED = (
    " Text that a spreadsheet would run as a formula has a leading apostrophe; export raw to"
    " leave it out."
)


def is_date(column: Column) -> bool:
    """Whether a timestamp column holds days, as week_start_utc does."""
    return column.dtype == "timestamp" and column.unit == "date"


def _field(column: Column, table: Table) -> dict[str, object]:
    unit = f" Unit: {column.unit}." if column.unit and not is_date(column) else ""
    unknown = " Empty: unknown." if column.nullable else ""
    field: dict[str, object] = {
        "name": column.name,
        "type": "date" if is_date(column) else _TYPES[column.dtype],
        "description": column.meaning + unit + unknown,
    }
    if column.ground is not None:
        field |= {
            "counted": column.ground.counted,
            "leftOut": column.ground.left_out,
            "evidence": column.ground.evidence,
        }
    if column.dtype == "timestamp" and not is_date(column):
        field["format"] = "%Y-%m-%dT%H:%M:%SZ"
    constraints = _constraints(column, table)
    return field | ({"constraints": constraints} if constraints else {})


def _constraints(column: Column, table: Table) -> dict[str, object]:
    constraints: dict[str, object] = {}
    if not column.nullable:
        # A text cell may be empty and yet known, which Table Schema cannot tell from missing.
        constraints |= {} if column.dtype == "str" and not column.values else {"required": True}
    if column.values:
        constraints["enum"] = list(column.values)
    if column.unit == "share":
        constraints |= {"minimum": 0, "maximum": 1}
    if table.key == (column.name,):
        constraints |= {"required": True, "unique": True}
    return constraints
