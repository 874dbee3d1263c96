"""Who wrote a change request, who landed it, and whether another human shows."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analyzers.reviews import numbers
from analyzers.reviews.landings import Landing

IsAutomation = Callable[[pd.Series, pd.Series], np.ndarray]

_PLATFORM = re.compile(
    r"^(?:noreply@(?:github|gitlab)\.|gitlab@|gerrit@)|^web-flow@", re.IGNORECASE
)
_NO_REPLY = re.compile(r"^(?:\d+[+-])?([^@+]+)@users\.noreply\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class People:
    """Authors and committers by graph position; `logins` leads from a login to a person."""

    authors: list[str]
    committers: list[str]
    is_platform: list[bool]
    is_automation: list[bool]
    logins: dict[str, str]

    def author(self, own: Sequence[int], landing: Landing | None) -> tuple[str | None, bool]:
        """Who wrote most of the commits, and whether that is an automation account."""
        commits = own or ([landing.commit] if landing is not None else [])
        if not commits:
            return None, False
        counted = Counter(self.authors[i] for i in commits)
        author = max(counted, key=lambda person: (counted[person], person))
        return author, next(self.is_automation[i] for i in commits if self.authors[i] == author)

    def landed_by(self, landing: Landing | None, subject: str, *, is_merge: bool) -> str | None:
        """Who landed it; None where only the platform's name stands there.

        bors: the approver of `r=name`; a merge: its author; else the committer. A commit that
        was fast-forwarded names nobody.
        """
        if landing is None or (landing.commit == landing.tip and landing.style != "twin"):
            return None
        if landing.style == "bors":
            login = numbers.approver(subject)
            return None if login is None else self.person(login)
        if is_merge:
            return None if self.is_automation[landing.commit] else self.authors[landing.commit]
        return None if self.is_platform[landing.commit] else self.committers[landing.commit]

    def person(self, login: str) -> str:
        """The person behind a login: known by an address that carries it, else a key of its own."""
        known = self.logins.get(login.lower())
        return known or "p" + hashlib.sha256(login.lower().encode()).hexdigest()[:12]

    def others(self, author: str | None, own: Sequence[int]) -> set[str]:
        """Humans besides the author who wrote or committed one of the own commits."""
        written = {self.authors[i] for i in own if not self.is_automation[i]}
        committed = {self.committers[i] for i in own if not self.is_platform[i]}
        return (written | committed) - {author}


def people(commits: pd.DataFrame, is_automation: IsAutomation) -> People:
    """The people of tables.MINED_COMMITS."""
    authored = commits[["author_name", "author_email"]].drop_duplicates()
    committed = commits[["committer_name", "committer_email"]].drop_duplicates()
    robots = _pairs(authored, is_automation(authored["author_name"], authored["author_email"]))
    machines = _pairs(
        committed, is_automation(committed["committer_name"], committed["committer_email"])
    )
    machines |= {
        pair for pair in committed.itertuples(index=False, name=None) if _is_platform(pair)
    }
    return People(
        authors=commits["author_id"].tolist(),
        committers=commits["committer_id"].tolist(),
        is_platform=_flags(commits["committer_name"], commits["committer_email"], machines),
        is_automation=_flags(commits["author_name"], commits["author_email"], robots),
        logins=_logins(commits),
    )


def _is_platform(pair: tuple[str, str]) -> bool:
    return bool(_PLATFORM.match(pair[1])) or pair[0] in ("GitHub", "GitLab")


def _pairs(frame: pd.DataFrame, mask: np.ndarray) -> set[tuple[str, str]]:
    chosen = frame[np.asarray(mask, dtype=bool)]
    return set(chosen.itertuples(index=False, name=None))


def _flags(names: pd.Series, emails: pd.Series, pairs: set[tuple[str, str]]) -> list[bool]:
    return [pair in pairs for pair in zip(names.tolist(), emails.tolist(), strict=True)]


def _logins(commits: pd.DataFrame) -> dict[str, str]:
    """Logins that addresses show: no-reply addresses first, then the part before the @."""
    known = commits[["author_email", "author_id"]].drop_duplicates()
    logins: dict[str, str] = {}
    for email, person in known.itertuples(index=False, name=None):
        found = _NO_REPLY.match(email)
        if found:
            logins[found[1].lower()] = person
    for email, person in known.itertuples(index=False, name=None):
        logins.setdefault(email.partition("@")[0].lower(), person)
    return logins
