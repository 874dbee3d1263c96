"""ReviewEvent, the one shape for every source, and the one rule for who is a person."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from importlib.resources import files

import pandas as pd

from analyzers import tables

GHOST = "ghost"
"""The login of accounts that were deleted; nobody can tell which one it was."""

_BOT_MARK = "[bot]"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted: `id` as in `author_id`, `kind` human, bot, agent or unknown."""

    id: str | None
    kind: str


NOBODY = Actor(None, "unknown")


@dataclass(frozen=True, slots=True)
class ReviewEvent:
    """One act on a change request: a row of tables.REVIEW_EVENTS."""

    change_request: str
    kind: str
    actor: Actor
    at: datetime | None
    source: str


def frame(events: Iterable[ReviewEvent]) -> pd.DataFrame:
    """The events as tables.REVIEW_EVENTS, each once, by change request and time.

    Acts of one moment keep the order in which their source gave them.
    """
    rows = [(e.change_request, e.kind, e.actor.id, e.actor.kind, e.at, e.source) for e in events]
    if not rows:
        return tables.REVIEW_EVENTS.empty()
    columns = dict(zip(tables.REVIEW_EVENTS.names, zip(*rows, strict=True), strict=True))
    columns["at"] = pd.to_datetime(pd.Series(columns["at"]), utc=True)
    table = tables.REVIEW_EVENTS.conform(pd.DataFrame(columns))
    table = table.drop_duplicates(list(tables.REVIEW_EVENTS.key))
    return table.sort_values(["change_request", "at"], kind="stable").reset_index(drop=True)


def person_id(key: str) -> str:
    """The id of a person from an address or a login, as mining makes it."""
    return "p" + hashlib.sha256(key.strip().lower().encode()).hexdigest()[:12]


@lru_cache(maxsize=1 << 16)
def actor(login: str | None, *, is_bot: bool = False) -> Actor:
    """Who a forge login is; `is_bot` where the forge says so.

    No login at all is a deleted account: kept, as the ghost, of unknown kind. `gh` takes it for
    an app and writes `app/`.
    """
    if not login or _bare(login) in ("", GHOST):
        return Actor(person_id(GHOST), "unknown")
    return Actor(person_id(_bare(login)), actor_kind(login, is_bot=is_bot))


def actor_kind(login: str, *, is_bot: bool = False) -> str:
    """human, bot or agent: agents and bots by list, bots also by mark ([bot], app/)."""
    bare, lists = _bare(login), _lists()
    if bare in lists.agents:
        return "agent"
    marked = is_bot or login.lower().startswith("app/") or login.lower().endswith(_BOT_MARK)
    return "bot" if marked or bare in lists.bots or lists.patterns.fullmatch(bare) else "human"


def known_as(events: pd.DataFrame, logins: dict[str, str]) -> pd.DataFrame:
    """The events with persons in place of logins; `logins` maps a login to an `author_id`."""
    persons = {person_id(_bare(login)): person for login, person in logins.items()}
    ids = events["actor_id"]
    return events.assign(actor_id=ids.map(persons).fillna(ids).astype("str"))


def with_marked_bots(events: pd.DataFrame) -> pd.DataFrame:
    """The events with an account that is marked as a bot anywhere taken for one everywhere.

    `gh` marks the authors of change requests, but not who comments and reviews.
    """
    marked = events.loc[events["actor_kind"] == "bot", "actor_id"].dropna().unique()
    unmarked = events["actor_id"].isin(marked) & (events["actor_kind"] == "human")
    return events.assign(actor_kind=events["actor_kind"].mask(unmarked, "bot"))


def with_bots(events: pd.DataFrame, bots: Iterable[str]) -> pd.DataFrame:
    """The events with the accounts that a user lists as bots marked so."""
    listed = events["actor_id"].isin([person_id(_bare(bot)) for bot in bots])
    return events.assign(actor_kind=events["actor_kind"].mask(listed, "bot"))


def _bare(login: str) -> str:
    return login.strip().lower().removeprefix("@").removeprefix("app/").removesuffix(_BOT_MARK)


@dataclass(frozen=True, slots=True)
class _Lists:
    agents: frozenset[str]
    bots: frozenset[str]
    patterns: re.Pattern[str]


@cache
def _lists() -> _Lists:
    text = files("analyzers.reviews").joinpath("review_agents.toml").read_text("utf-8")
    data = tomllib.loads(text)
    return _Lists(
        frozenset(data["agents"]), frozenset(data["bots"]), re.compile("|".join(data["patterns"]))
    )
