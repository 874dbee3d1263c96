"""Events that the user names and charts mark: a new tool, a reorganisation, a freeze.

They come from `[[events]]` in the repository's reviewgap.toml or from a CSV file with the
columns `date` and `label` that the user gives on the command line.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from analyzers.errors import UsageError

MOST, LONGEST = 200, 60
KEYS = ("date", "label")


@dataclass(frozen=True, slots=True)
class Event:
    """What happened on a day (ISO 8601)."""

    day: str
    label: str


def events(rows: Iterable[Mapping[str, object]], *, origin: str) -> tuple[Event, ...]:
    """The rows as events, oldest first; UsageError names the row that is none."""
    made = [_event(row, f"{origin}: event {n}") for n, row in enumerate(rows, start=1)]
    if len(made) > MOST:
        raise UsageError(f"{origin}: {len(made)} events; at most {MOST} can be marked")
    return tuple(sorted(made, key=lambda event: (event.day, event.label)))


def from_csv(path: Path) -> tuple[Event, ...]:
    """The events of a CSV file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file)
            if not set(KEYS) <= set(table.fieldnames or ()):
                raise UsageError(f"{path}: events need the columns date and label")
            return events(table, origin=str(path))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not CSV in UTF-8"
        raise UsageError(f"{path}: events cannot be read: {reason}") from None


def _event(row: Mapping[str, object], what: str) -> Event:
    label = row.get("label")
    if not isinstance(label, str) or not 0 < len(label.strip()) <= LONGEST:
        raise UsageError(f"{what}: label must be a text of 1 to {LONGEST} characters")
    try:
        day = date.fromisoformat(str(row.get("date")))
    except ValueError:
        raise UsageError(f"{what}: date must be written as 2026-03-01") from None
    return Event(day.isoformat(), label.strip())
