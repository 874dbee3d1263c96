"""Who people are: the repository's mailmap, one key per person, and accounts that are machines.

The mailmap follows gitmailmap(5). Machines are rows of `automation.toml`; AI agents are none of
them: what an agent did is a matter of authorship, not of automation.
"""

from __future__ import annotations

import functools
import hashlib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Identity = tuple[str, str]

_NO_REPLY = re.compile(r"(?:\d+[+-])?([^@+]+)@users\.noreply\.[^@]+")
_RULES = Path(__file__).with_name("automation.toml")
_AGENTS = Path(__file__).parents[1] / "authorship" / "ai_tools.toml"


def person_id(name: str, email: str) -> str:
    """The stable key of a person, from the address, or from the name where there is none."""
    known_by = email.strip().lower() or name.strip().lower()
    return "p" + hashlib.sha256(known_by.encode(errors="replace")).hexdigest()[:12]


def is_automation(
    names: Iterable[str], emails: Iterable[str], *, bots: Iterable[str] = ()
) -> np.ndarray:
    """Which of these identities are automation accounts, as a boolean array.

    `bots` are further names, addresses or logins, as in a repository's own configuration.
    """
    further = frozenset(bot.strip().lower() for bot in bots)
    by_name, found_names = pd.factorize(_series(names))
    by_email, found_emails = pd.factorize(_series(emails))
    n = max(len(found_emails), 1)
    pairs, place = np.unique(by_name * n + by_email, return_inverse=True)
    known_names, known_emails = found_names.tolist(), found_emails.tolist()
    told = (_is_machine(known_names[p // n], known_emails[p % n], further) for p in pairs.tolist())
    known = np.fromiter(told, dtype=bool, count=len(pairs))
    answer: np.ndarray = known[place]
    return answer


def _series(values: Iterable[str]) -> pd.Series:
    return values if isinstance(values, pd.Series) else pd.Series(list(values), dtype="str")


def is_platform_committer(email: str) -> bool:
    """Whether a forge stands for whoever pressed the button: it committed, a person decided."""
    return bool(_rules().platform.fullmatch(email.strip().lower()))


@dataclass(frozen=True, slots=True)
class Person:
    """Who a commit's identity is: key, proper name and address.

    `written` is the identity (name, line end, address) where the mailmap said another.
    """

    id: str
    name: str
    email: str
    written: str | None


class Mailmap:
    """Proper names and addresses by those in commits; call it with a name and an address."""

    def __init__(self, entries: dict[tuple[str | None, str], tuple[str, str]]) -> None:
        self._entries = entries
        self._known: dict[Identity, Identity] = {}
        self._persons: dict[Identity, Person] = {}

    @classmethod
    def parse(cls, text: bytes) -> Mailmap:
        """The mailmap in a `.mailmap` file; lines that are none are passed over, as git does."""
        entries: dict[tuple[str | None, str], tuple[str, str]] = {}
        for line in text.decode(errors="replace").split("\n"):
            if not line.startswith("#"):
                _add(entries, _identities(line))
        return cls(entries)

    def __call__(self, name: str, email: str) -> Identity:
        """The proper name and the proper address, in lower case."""
        identity = (name, email)
        if identity not in self._known:
            self._known[identity] = self._look_up(name, email.lower())
        return self._known[identity]

    def person(self, name: str, email: str) -> Person:
        """Who that is; the same few people write most commits, so most are known."""
        known = self._persons.get((name, email))
        if known is None:
            proper = self(name, email)
            written = None if proper == (name, email.lower()) else f"{name}\n{email}"
            known = self._persons[name, email] = Person(person_id(*proper), *proper, written)
        return known

    def _look_up(self, name: str, email: str) -> Identity:
        found = self._entries.get((name.lower(), email)) or self._entries.get((None, email))
        proper_name, proper_email = found or ("", "")
        return proper_name or name, proper_email or email


def _identities(line: str) -> list[Identity]:
    """The one or two `Name <address>` in a line; by hand, for no line may take a regex's time."""
    found: list[Identity] = []
    while len(found) < 2 and "<" in line and ">" in line:
        name, _, rest = line.partition("<")
        email, closed, line = rest.partition(">")
        if not closed:
            break
        found.append((name.strip(), email.strip().lower()))
    return found


def _add(
    entries: dict[tuple[str | None, str], tuple[str, str]], found: list[tuple[str, str]]
) -> None:
    """One line: `Proper <commit>`, `<proper> <commit>`, `Proper <proper> [Commit] <commit>`."""
    if not found:
        return
    proper_name, proper_email = found[0]
    commit_name, commit_email = found[1] if len(found) == 2 else ("", proper_email)
    proper_email = proper_email if len(found) == 2 else ""
    key = (commit_name.lower() or None, commit_email)
    if commit_name:
        entries[key] = (proper_name, proper_email)
    else:  # later lines add to earlier ones for the same address
        old_name, old_email = entries.get(key, ("", ""))
        entries[key] = (proper_name or old_name, proper_email or old_email)


# -- automation accounts ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Account:
    """One row of automation.toml; see there."""

    id: str
    examples: tuple[str, ...]
    near_misses: tuple[str, ...]
    logins: frozenset[str]
    names: frozenset[str]
    emails: frozenset[str]
    name_pattern: re.Pattern[str] | None
    email_pattern: re.Pattern[str] | None

    def fits(self, name: str, email: str) -> bool:
        """Whether both patterns that the row has are found."""
        by_name, by_email = self.name_pattern, self.email_pattern
        is_asked = by_name is not None or by_email is not None
        return (
            is_asked
            and (by_name is None or by_name.search(name) is not None)
            and (by_email is None or by_email.search(email) is not None)
        )


@dataclass(frozen=True, slots=True)
class _Rules:
    accounts: tuple[Account, ...]
    patterns: tuple[Account, ...]  # those of them that have one
    logins: frozenset[str]
    names: frozenset[str]
    emails: frozenset[str]
    agents: frozenset[str]  # logins and addresses
    agent_words: re.Pattern[str]
    platform: re.Pattern[str]


def accounts() -> tuple[Account, ...]:
    """The rows of automation.toml."""
    return _rules().accounts


@functools.lru_cache(maxsize=1 << 16)  # asked for the same people by every stage
def _is_machine(name: str, email: str, further: frozenset[str]) -> bool:
    rules = _rules()
    name, email = name.strip().lower(), email.strip().lower()
    logins = _logins(name, email)
    if further and (name in further or email in further or not further.isdisjoint(logins)):
        return True
    if email in rules.agents or not rules.agents.isdisjoint(logins):
        return False
    if name in rules.names or email in rules.emails or not rules.logins.isdisjoint(logins):
        return True
    if rules.agent_words.search(f"{name} {email}"):
        return False
    return any(account.fits(name, email) for account in rules.patterns)


def _logins(name: str, email: str) -> set[str]:
    """The forge logins an identity shows: a no-reply address, a name that ends in [bot]."""
    found = _NO_REPLY.fullmatch(email)
    logins = {found[1]} if found else set()
    return logins | {name} if name.endswith("[bot]") else logins


@functools.cache
def _rules() -> _Rules:
    data = tomllib.loads(_RULES.read_text(encoding="utf-8"))
    rows = tuple(_account(row) for row in data["accounts"])
    return _Rules(
        accounts=rows,
        patterns=tuple(row for row in rows if row.name_pattern or row.email_pattern),
        logins=frozenset().union(*(row.logins for row in rows)),
        names=frozenset().union(*(row.names for row in rows)),
        emails=frozenset().union(*(row.emails for row in rows)),
        agents=frozenset(data["agents"]["logins"]) | _known_agents(),
        agent_words=re.compile(rf"(?<![a-z])(?:{'|'.join(data['agents']['words'])})(?![a-z])"),
        platform=re.compile("|".join(data["platform"]["emails"])),
    )


def _known_agents() -> frozenset[str]:
    """Logins and addresses of the marker rows: a new tool is one row there and none here."""
    rows = tomllib.loads(_AGENTS.read_text(encoding="utf-8"))["markers"]
    agents = [
        row
        for row in rows
        if row["kind"] == "identity"
        and row["degree"] in ("agent", "coauthored")
        and "name" not in row
    ]
    return frozenset(
        who for row in agents for who in (*row.get("logins", ()), *row.get("emails", ()))
    )


def _account(row: dict[str, Any]) -> Account:
    return Account(
        id=row["id"],
        examples=tuple(row["examples"]),
        near_misses=tuple(row.get("near_misses", ())),
        logins=frozenset(row.get("logins", ())),
        names=frozenset(row.get("names", ())),
        emails=frozenset(row.get("emails", ())),
        name_pattern=_compiled(row, "name_pattern"),
        email_pattern=_compiled(row, "email_pattern"),
    )


def _compiled(row: dict[str, Any], key: str) -> re.Pattern[str] | None:
    return re.compile(row[key]) if key in row else None
