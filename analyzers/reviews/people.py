"""Who wrote a change request, who landed it, and whether another human shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analyzers.mining.people import is_platform_committer
from analyzers.reviews import numbers
from analyzers.reviews.landing import Landing
from analyzers.reviews.names import Names
from analyzers.reviews.record import repeated

IsAutomation = Callable[[pd.Series, pd.Series], np.ndarray]


@dataclass(frozen=True, slots=True)
class People:
    """Authors and committers by graph position; `names` leads from a login to a person.

    `is_platform`: the committer is a forge or another machine, so a person decided unseen.
    """

    authors: list[str]
    committers: list[str]
    is_platform: list[bool]
    is_automation: list[bool]
    names: Names

    def author(self, own: Sequence[int], landing: Landing | None) -> tuple[str | None, bool]:
        """Who wrote most of the commits, and whether that is an automation account."""
        commits = own or ([landing.commit] if landing is not None else [])
        if not commits:
            return None, False
        counted = Counter([self.authors[i] for i in commits])
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
            return None if login is None else self.names.login(login).id
        if is_merge:
            return None if self.is_automation[landing.commit] else self.authors[landing.commit]
        return None if self.is_platform[landing.commit] else self.committers[landing.commit]

    def others(self, author: str | None, own: Sequence[int]) -> set[str]:
        """Humans besides the author who wrote or committed one of the own commits."""
        written = {self.authors[i] for i in own if not self.is_automation[i]}
        committed = {self.committers[i] for i in own if not self.is_platform[i]}
        return (written | committed) - {author}


def people(commits: pd.DataFrame, is_automation: IsAutomation) -> People:
    """The people of tables.MINED_COMMITS."""
    authors = commits["author_name"], commits["author_email"]
    committers = commits["committer_name"], commits["committer_email"]
    emails = committers[1].unique()
    platforms = {email for email in emails if is_platform_committer(email)}
    machines = np.asarray(is_automation(*committers), dtype=bool)
    return People(
        authors=repeated(commits["author_id"]),
        committers=repeated(commits["committer_id"]),
        is_platform=(machines | committers[1].isin(platforms).to_numpy()).tolist(),
        is_automation=np.asarray(is_automation(*authors), dtype=bool).tolist(),
        names=Names.of(commits),
    )
