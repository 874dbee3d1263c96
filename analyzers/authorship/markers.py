"""Loads the marker rows and indexes them, so that a commit is compared with none it cannot hit."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TypeVar

from analyzers.authorship.rows import WORDS_OR_YES, Marker, require_tame
from analyzers.authorship.rows import marker as parse
from analyzers.authorship.words import Words
from analyzers.errors import UsageError

_NOREPLY = re.compile(r"^(?:(\d+)\+)?([^@]+)@users\.noreply\.github\.com$")
_BY_LINE = ("denial", "footer", "link")
_ANYTHING = re.compile("")
_ANY_SEPARATOR = re.compile(r"[\s_-]+")
_YES = re.compile(r"^(?:yes|true|partial|partially|full|fully|[1-9]\d?\d?\s?%)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class Markers:
    """All rows, by what they are looked up with; equal only to itself, so that answers are kept."""

    rows: tuple[Marker, ...]
    kinds: Mapping[str, tuple[Marker, ...]]
    words: Words
    generic: Marker
    by_email: Mapping[str, tuple[Marker, ...]]
    by_id: Mapping[int, tuple[Marker, ...]]
    by_login: Mapping[str, tuple[Marker, ...]]
    by_name: tuple[Marker, ...]
    by_key: Mapping[str, tuple[Marker, ...]]
    ignored_lines: re.Pattern[str]
    quick: Mapping[str, re.Pattern[str]]  # per kind: any of its rows without a sieve, in one look
    sieved: frozenset[str]  # kinds of which some row has a sieve
    named: re.Pattern[str]  # a tool, in lower case: without one, no row with a sieve is tried

    def of_kind(self, kind: str) -> tuple[Marker, ...]:
        """The rows of one kind."""
        return self.kinds.get(kind, ())

    def hits(self, kind: str, line: str) -> Marker | None:
        """The first row of a kind whose pattern is found in the line."""
        # A footer starts its line: `match` asks there alone, `search` would ask everywhere.
        quick = self.quick[kind].match if kind == "footer" else self.quick[kind].search
        plain, named = (
            bool(quick(line)),
            kind in self.sieved and bool(self.named.search(line.lower())),
        )
        if not (plain or named):
            return None
        tried = (row for row in self.of_kind(kind) if (named if row.sieve else plain))
        return next((row for row in tried if row.regex and row.regex.search(line)), None)

    def identify(self, name: str, email: str) -> Marker | None:
        """The row that knows this identity, the generic row if it looks like an agent, or None.

        The address decides, never a name alone, except for rows that anchor a name.
        """
        email = email.strip().lower()
        known = self._known(email)
        named = [row for row in known if row.name and row.name.search(name)]
        unnamed = [row for row in known if row.name is None and row.kind != "negative"]
        by_name = [row for row in self.by_name if row.name and row.name.search(name.strip())]
        if found := named or unnamed or by_name:
            return found[0]
        if any(row.kind == "negative" for row in known):
            return None
        return self.generic if self.words.is_agent(name, email) else None

    def _known(self, email: str) -> list[Marker]:
        known = list(self.by_email.get(email, ()))
        if parts := _NOREPLY.match(email):
            known += self.by_login.get(parts[2], ())
            known += self.by_id.get(int(parts[1]), ()) if parts[1] else ()
        return known

    def trailer(self, key: str, value: str) -> Marker | None:
        """The row that a trailer line hits, or None."""
        rows = self.by_key.get(normal_key(key), ())
        return next((row for row in rows if self._has(row, key, value)), None)

    def _has(self, row: Marker, key: str, value: str) -> bool:
        if isinstance(row.value, re.Pattern):
            return bool(row.value.search(value))
        if self.words.is_tool(value) or self._is_known(value):
            return True
        if row.value != WORDS_OR_YES:
            return False
        speaks_of_ai = normal_key(key).startswith(("ai", "llm"))
        return speaks_of_ai and bool(
            _YES.search(value) or self.words.strong.search(value) or self.words.weak.search(value)
        )

    def _is_known(self, value: str) -> bool:
        """Whether a value such as `Oz <oz-agent@warp.dev>` gives the address of a known agent."""
        name, _, rest = value.partition("<")
        row = self.identify(name.strip(), rest.partition(">")[0]) if rest else None
        return row is not None and row.degree in ("agent", "coauthored")


def normal_key(key: str) -> str:
    """`Co Authored By` and `co-authored-by` alike."""
    return _ANY_SEPARATOR.sub("", key).lower()


@cache
def shipped() -> Markers:
    """The rows of ai_tools.toml."""
    return load()


def load(own: Iterable[Mapping[str, object]] = ()) -> Markers:
    """The shipped rows and the user's own, which are looked at first.

    Raises UsageError for a bad row of the user's, naming the row and the field.
    """
    text = resources.files(__package__).joinpath("ai_tools.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    named = data["vocabulary"]
    own = list(own)
    for row in own:
        require_tame(row, origin="reviewgap.toml")
    theirs = tuple(parse(_spelled(row, named), origin="reviewgap.toml") for row in own)
    ours = tuple(parse(_spelled(row, named), origin="ai_tools.toml") for row in data["markers"])
    _require_unique((*theirs, *ours))
    return _indexed((*theirs, *ours), data["generic"], named["named"])


def _spelled(row: Mapping[str, object], named: Mapping[str, str]) -> dict[str, object]:
    """The row with `{tool}` and the like in its patterns spelled out."""
    spelled = dict(row)
    for field in ("name", "value", "regex", "sieve"):
        if isinstance(pattern := row.get(field), str):
            for name, meaning in named.items():
                pattern = pattern.replace(f"{{{name}}}", meaning)
            spelled[field] = pattern
    return spelled


def _require_unique(rows: tuple[Marker, ...]) -> None:
    ids = [row.id for row in rows]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise UsageError(f"reviewgap.toml: marker {twice[0]}: id is used twice")


def _indexed(rows: tuple[Marker, ...], generic: Mapping[str, object], named: str) -> Markers:
    words = Words.of({k: v for k, v in generic.items() if isinstance(v, list)})
    identities = [row for row in rows if row.kind in ("identity", "negative")]
    ignored = [row.regex.pattern for row in rows if row.kind == "negative" and row.regex]
    kinds = _by(rows, lambda row: (row.kind,))
    return Markers(
        rows=rows,
        kinds=kinds,
        words=words,
        generic=_generic_row(generic["since"]),
        by_email=_by(identities, lambda row: row.emails),
        by_id=_by(identities, lambda row: row.ids),
        by_login=_by(identities, lambda row: row.logins),
        by_name=tuple(row for row in identities if row.name and not _has_address(row)),
        by_key=_by(rows, lambda row: tuple(normal_key(key) for key in row.keys)),
        ignored_lines=re.compile("|".join(f"(?:{p})" for p in ignored), re.IGNORECASE),
        quick={kind: _any_of(kinds.get(kind, ())) for kind in _BY_LINE},
        sieved=frozenset(row.kind for row in rows if row.sieve),
        # On lowered lines, since Python looks for fixed letters four times as fast as for either.
        named=re.compile(named),
    )


def _any_of(rows: tuple[Marker, ...]) -> re.Pattern[str]:
    """One pattern for all rows; one that lets everything through where they cannot be joined."""
    patterns = [row.regex for row in rows if row.regex and row.sieve is None]
    if any(pattern.groups for pattern in patterns):
        return _ANYTHING
    with suppress(re.error):
        return re.compile("|".join(f"(?:{p.pattern})" for p in patterns) or r"(?!)", re.IGNORECASE)
    return _ANYTHING


def _generic_row(since: object) -> Marker:
    row = {
        "id": "generic.agent",
        "tool": "unknown agent",
        "kind": "identity",
        "name": "agent words",
        "degree": "agent",
        "confidence": "low",
        "since": since,
    }
    return parse(row, origin="ai_tools.toml")


def _has_address(row: Marker) -> bool:
    return bool(row.emails or row.ids or row.logins)


_K = TypeVar("_K")


def _by(
    rows: Iterable[Marker], keys: Callable[[Marker], Iterable[_K]]
) -> dict[_K, tuple[Marker, ...]]:
    index: dict[_K, tuple[Marker, ...]] = {}
    for row in rows:
        for key in keys(row):
            index[key] = (*index.get(key, ()), row)
    return index
