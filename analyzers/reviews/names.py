"""Which person a name, an address or a login in a message is, among those who committed."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import pandas as pd

from analyzers.reviews.events import Actor, actor_kind, person_id

_NO_REPLY = re.compile(r"(?:\d+[+-])?([^@+]+)@users\.noreply\.\S+", re.IGNORECASE)
_OWNER = re.compile(
    r"^(?:Merge pull request #\d+ from ([\w.-]+)/|(?:[Aa]uto|Rollup) merge of #\d+ - ([\w.-]+):)"
)
_OWN_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Names:
    """The people of a history by address, by full name and by login, all in lower case."""

    emails: dict[str, str]
    names: dict[str, str]
    logins: dict[str, str]

    @classmethod
    def of(cls, commits: pd.DataFrame) -> Names:
        """The authors and committers of tables.MINED_COMMITS.

        A login is known by a platform's no-reply address, by the branches it had merged, or by
        the part of an address before the @, in this order of trust. A name or login that
        several people share leads to none of them.
        """
        seen = pd.concat([_people(commits, "author"), _people(commits, "committer")])
        seen = seen.drop_duplicates()
        emails = dict(zip(seen["email"].tolist(), seen["id"].tolist(), strict=True))
        parts = _unshared(seen["email"].map(_before_at), seen["id"])
        shown = _unshared(seen["email"].map(_no_reply), seen["id"])
        names = _unshared(seen["name"].str.lower(), seen["id"])
        return cls(emails, names, parts | _owners(commits) | shown)

    def person(self, name: str, email: str) -> Actor:
        """Who `Name <email>` is; somebody of that address, where nobody of it committed."""
        key = email.strip().lower()
        known = self.emails.get(key) or (name.strip() and self.names.get(name.strip().lower()))
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


def _owners(commits: pd.DataFrame) -> dict[str, str]:
    """Who wrote the branches that merges say a login owned; most of them must be one person's."""
    merges = commits[commits["is_merge"].astype(bool)]
    named = zip(merges["subject"].tolist(), merges["parents"].tolist(), strict=True)
    tips = [
        ((found[1] or found[2]).lower(), parents.split()[1])
        for subject, parents in named
        if (found := _OWNER.match(subject))
    ]
    if not tips:
        return {}
    authors = dict(zip(commits["sha"].tolist(), commits["author_id"].tolist(), strict=True))
    counted = Counter((login, authors[tip]) for login, tip in tips if tip in authors)
    merged = Counter(login for login, tip in tips if tip in authors)
    return {login: who for (login, who), n in counted.items() if n / merged[login] >= _OWN_SHARE}


def _login_of(email: str) -> str | None:
    return _no_reply(email) or _before_at(email)


def _no_reply(email: str) -> str | None:
    """The login that a platform's no-reply address shows."""
    found = _NO_REPLY.fullmatch(email)
    return found[1].lower() if found else None


def _before_at(email: str) -> str | None:
    return email.partition("@")[0].lower() or None


def _unshared(keys: pd.Series, persons: pd.Series) -> dict[str, str]:
    pairs = pd.DataFrame({"key": keys.to_numpy(), "id": persons.to_numpy()}).dropna()
    pairs = pairs.drop_duplicates().drop_duplicates("key", keep=False)
    return dict(zip(pairs["key"].tolist(), pairs["id"].tolist(), strict=True))
