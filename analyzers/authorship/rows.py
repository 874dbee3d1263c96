"""Reads marker rows, shipped or the user's own, and refuses a bad one by name and field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analyzers.errors import UsageError

KINDS = {
    "identity": ("emails", "ids", "logins", "name"),
    "trailer": ("keys",),
    "footer": ("regex",),
    "link": ("regex",),
    "subject": ("regex",),
    "branch": ("regex",),
    "disclosure": ("regex",),
    "note": ("ref",),
    "file": ("regex",),
    "denial": ("regex",),
    "negative": (),
}
"""The kinds of rows, and what each is matched by: at least one of these fields."""

DEGREES = ("agent", "coauthored", "assisted", "ambiguous", "denied", "none")
CONFIDENCE = ("high", "medium", "low")

_LISTS = ("emails", "logins", "keys", "examples", "near_misses")
_TEXTS = ("id", "tool", "kind", "degree", "confidence", "name", "value", "regex", "ref", "source")
_PATTERNS = ("name", "value", "regex", "sieve")
_OTHER = ("ids", "since", "until", "evidence_place", "committer", "sieve")
_REPEATED_GROUP = re.compile(r"(?<!\\)\)(?:[*+]|\{\d*,)")
WORDS = "agent words"
WORDS_OR_YES = "agent words or yes"


@dataclass(frozen=True, slots=True)
class Marker:
    """One row of ai_tools.toml; which fields are set depends on its kind."""

    id: str
    tool: str
    kind: str
    degree: str
    confidence: str
    emails: tuple[str, ...] = ()
    ids: tuple[int, ...] = ()
    logins: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    name: re.Pattern[str] | None = None
    value: re.Pattern[str] | str | None = None
    regex: re.Pattern[str] | None = None
    sieve: re.Pattern[str] | None = None
    ref: str = ""
    committer: bool = False
    evidence_place: str = ""
    since: pd.Timestamp | None = None
    until: pd.Timestamp | None = None
    examples: tuple[str, ...] = field(default=(), compare=False)
    near_misses: tuple[str, ...] = field(default=(), compare=False)
    source: str = ""

    def counts_at(self, moment: pd.Timestamp | None) -> bool:
        """Whether the mark means something on that commit date; an unknown date counts."""
        if moment is None or pd.isna(moment):
            return True
        too_early = self.since is not None and moment < self.since
        too_late = self.until is not None and moment >= self.until
        return not (too_early or too_late)


def marker(row: Mapping[str, object], *, origin: str) -> Marker:
    """The row as a Marker; UsageError names the row, the field, and what was expected."""
    where = f"{origin}: marker {row.get('id', '(without id)')!s}"
    _require_known_fields(row, where)
    values: dict[str, object] = {"degree": "none", "confidence": "high"} | dict(row)
    for name in ("id", "kind"):
        if not values.get(name):
            raise UsageError(f"{where}: {name} is missing")
    _require_choice(values, "kind", tuple(KINDS), where)
    _require_choice(values, "degree", DEGREES, where)
    _require_choice(values, "confidence", CONFIDENCE, where)
    kind = str(values["kind"])
    if KINDS[kind] and not any(values.get(name) for name in KINDS[kind]):
        raise UsageError(f"{where}: kind {kind} needs {' or '.join(KINDS[kind])}")
    values.setdefault("tool", "")
    if not values["tool"] and kind not in ("negative", "denial"):
        raise UsageError(f"{where}: tool is missing")
    return Marker(**{name: _parsed(name, value, kind, where) for name, value in values.items()})  # type: ignore[arg-type]


def require_tame(row: Mapping[str, object], *, origin: str) -> None:
    """UsageError for a pattern that a message could keep busy for ever; nobody vouches for it."""
    where = f"{origin}: marker {row.get('id', '(without id)')!s}"
    for name in _PATTERNS:
        if not isinstance(value := row.get(name), str) or value in (WORDS, WORDS_OR_YES):
            continue
        if _REPEATED_GROUP.search(value):
            raise UsageError(
                f"{where}: {name} repeats a group, which some messages would make slow without"
                " end; repeat characters or classes only"
            )
        try:
            pc.match_substring_regex(pa.scalar(""), value)
        except pa.ArrowInvalid as error:
            reason = str(error).removeprefix("Invalid regular expression: ")
            raise UsageError(f"{where}: {name} is no pattern of RE2: {reason}") from None


def _require_known_fields(row: Mapping[str, object], where: str) -> None:
    known = {*_LISTS, *_TEXTS, *_OTHER}
    unknown = sorted(set(row) - known)
    if unknown:
        raise UsageError(
            f"{where}: unknown field {unknown[0]!r}; the fields are {', '.join(sorted(known))}"
        )


def _require_choice(
    values: Mapping[str, object], name: str, choices: tuple[str, ...], where: str
) -> None:
    if values[name] not in choices:
        raise UsageError(
            f"{where}: {name} must be one of {', '.join(choices)}, found {values[name]!r}"
        )


def _parsed(name: str, value: object, kind: str, where: str) -> object:
    if name in _LISTS or name == "ids":
        return _items(name, value, where)
    if name in ("since", "until"):
        return _moment(name, value, where)
    if name == "committer":
        return bool(value)
    if not isinstance(value, str):
        raise UsageError(f"{where}: {name} must be a string, found {value!r}")
    if name in _PATTERNS and value not in (WORDS, WORDS_OR_YES):
        return _pattern(name, value, kind, where)
    return value


def _items(name: str, value: object, where: str) -> tuple[object, ...]:
    wanted = int if name == "ids" else str
    if not isinstance(value, list) or not all(isinstance(item, wanted) for item in value):
        raise UsageError(f"{where}: {name} must be a list of {wanted.__name__}, found {value!r}")
    return tuple(item.lower() if name in ("emails", "logins") else item for item in value)


def _moment(name: str, value: object, where: str) -> pd.Timestamp:
    if not isinstance(value, date | datetime):
        raise UsageError(f"{where}: {name} must be a date such as 2025-05-01, found {value!r}")
    moment = pd.Timestamp(value)
    return moment if moment.tzinfo else moment.tz_localize("UTC")


def _pattern(name: str, value: str, kind: str, where: str) -> re.Pattern[str]:
    # A footer starts its line; emoji, bullets and mark-up before it are decoration.
    starts_its_line = name == "regex" and kind in ("footer", "disclosure")
    anchored = rf"^[\W_]{{0,10}}(?:{value})" if starts_its_line else value
    try:
        return re.compile(anchored, re.IGNORECASE)
    except re.error as error:
        raise UsageError(f"{where}: {name} is no regular expression: {error}") from None
