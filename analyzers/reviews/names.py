"""Which person a name, an address or a login in a message is, among those who committed."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from analyzers.reviews.events import Actor, actor_kind, person_id

_NO_REPLY = re.compile(r"(?:\d+[+-])?([^@+]+)@users\.noreply\.\S+", re.IGNORECASE)
_ALIAS = re.compile(r"[^@]+")


@dataclass(frozen=True, slots=True)
class Names:
    """The people of a history by address, by full name and by login, all in lower case."""

    emails: dict[str, str]
    names: dict[str, str]
    logins: dict[str, str]

    @classmethod
    def of(cls, commits: pd.DataFrame) -> Names:
        """The authors and committers of tables.MINED_COMMITS.

        A name or login that several people share leads to none of them.
        """
        seen = pd.concat([_people(commits, "author"), _people(commits, "committer")])
        seen = seen.drop_duplicates()
        emails = dict(zip(seen["email"].tolist(), seen["id"].tolist(), strict=True))
        logins = seen["email"].map(_login_of)
        return cls(
            emails, _unshared(seen["name"].str.lower(), seen["id"]), _unshared(logins, seen["id"])
        )

    def person(self, name: str, email: str) -> Actor:
        """Who `Name <email>` is; somebody of that address, where nobody of it committed."""
        key = email.strip().lower()
        known = self.emails.get(key) or self.names.get(name.strip().lower())
        login = _login_of(key)
        kind = actor_kind(name)
        return Actor(
            known or person_id(key), actor_kind(login) if kind == "human" and login else kind
        )

    def name(self, name: str) -> Actor:
        """Who a plain full name or login is."""
        key = name.strip().lower()
        known = self.names.get(key) or self.logins.get(key)
        return Actor(known or person_id(key), actor_kind(name))

    def login(self, login: str) -> Actor:
        """Who a login is."""
        key = login.strip().lower().removeprefix("@")
        return Actor(self.logins.get(key) or person_id(key), actor_kind(key))


def _people(commits: pd.DataFrame, who: str) -> pd.DataFrame:
    columns = {f"{who}_id": "id", f"{who}_name": "name", f"{who}_email": "email"}
    return commits[list(columns)].rename(columns=columns).drop_duplicates()


def _login_of(email: str) -> str | None:
    """The login that a platform's no-reply address shows, else the part before the @."""
    found = _NO_REPLY.fullmatch(email) or _ALIAS.match(email)
    return None if found is None else found[found.lastindex or 0].lower()


def _unshared(keys: pd.Series, persons: pd.Series) -> dict[str, str]:
    pairs = pd.DataFrame({"key": keys.to_numpy(), "id": persons.to_numpy()}).dropna()
    pairs = pairs.drop_duplicates().drop_duplicates("key", keep=False)
    return dict(zip(pairs["key"].tolist(), pairs["id"].tolist(), strict=True))
