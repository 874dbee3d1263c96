"""`reviewgap.toml` as one frozen Config; a repository's file may tune analysis and nothing else."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields

from analyzers import user_events
from analyzers.errors import UsageError
from analyzers.user_events import Event


@dataclass(frozen=True, slots=True)
class Config:
    """What a user may tune. There is no key for hosts, commands or paths, on purpose."""

    bots: tuple[str, ...] = ()  # further automation accounts: addresses or names
    generated: tuple[str, ...] = ()  # further path patterns that no one reviews
    markers: tuple[dict[str, object], ...] = ()  # further rows, as in ai_tools.toml
    events: tuple[Event, ...] = ()  # what charts mark: [[events]] with a date and a label


def read(text: str, *, origin: str) -> Config:
    """The configuration in a TOML text; unknown keys and wrong types are errors that name it."""
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{origin} is not valid TOML: {error}") from None
    known = {field.name for field in fields(Config)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise UsageError(
            f"{origin}: unknown key {unknown[0]!r}; the keys are {', '.join(sorted(known))}"
        )
    for name in ("bots", "generated"):
        _require_strings(values.get(name, []), f"{origin}: {name}")
    for name in ("markers", "events"):
        _require_tables(values.get(name, []), origin, name)
    if "events" in values:
        values["events"] = user_events.events(values["events"], origin=origin)
    return Config(**{name: tuple(value) for name, value in values.items()})


def _require_tables(value: object, origin: str, name: str) -> None:
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise UsageError(f"{origin}: {name} must be written as [[{name}]] tables")


def _require_strings(value: object, what: str) -> None:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UsageError(f"{what} must be a list of strings, found {value!r}")
