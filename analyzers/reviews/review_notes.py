"""refs/notes/review: what Gerrit's reviewnotes plugin writes beside each landed commit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pandas as pd

from analyzers.history import History
from analyzers.reviews.events import Actor, ReviewEvent
from analyzers.reviews.names import Names

NAME = "gerrit"
REF = "refs/notes/review"

_LINE = re.compile(r"^([\w-]+?)([+-]\d{1,6})?:[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_PERSON = re.compile(r"(.*?)\s*<([^<>]+)>$")
_NUMBER = re.compile(r"/(\d{1,12})/?$")


def read(history: History, memberships: pd.DataFrame) -> Iterator[ReviewEvent]:
    """Votes (without time) and the landing (with time) of every commit that carries a note.

    The change request is the one the commit belongs to, else the change that `Reviewed-on` names.
    Changes with a record of their own (refs/changes/*/meta) tell all this themselves.
    """
    notes = history.notes[history.notes["ref"] == REF]
    if notes.empty:
        return
    names = Names.of(history.commits)
    metas = history.refs[history.refs["kind"] == "change_meta"]
    recorded = {str(number) for number in metas["number"].tolist()}
    known = memberships.drop_duplicates("sha").set_index("sha")["change_request"].to_dict()
    for sha, text in zip(notes["sha"].tolist(), notes["text"].tolist(), strict=True):
        lines = _LINE.findall(text)
        request = known.get(sha) or _number(lines)
        if request is not None and request not in recorded:
            yield from _votes(lines, names, request)
            yield from _landing(lines, names, request)


def _votes(lines: list[tuple[str, str, str]], names: Names, request: str) -> Iterator[ReviewEvent]:
    for label, value, who in lines:
        if not value:
            continue
        vote = int(value)
        approves = label == "Code-Review" and vote >= 2
        kind = "changes_requested" if vote < 0 else "approved" if approves else "commented"
        yield ReviewEvent(request, kind, _actor(who, names), None, NAME)


def _landing(
    lines: list[tuple[str, str, str]], names: Names, request: str
) -> Iterator[ReviewEvent]:
    told = {key: value for key, vote, value in lines if not vote}
    at = _time(told.get("Submitted-at", ""))
    if at is not None:
        yield ReviewEvent(request, "landed", _actor(told.get("Submitted-by", ""), names), at, NAME)


def _number(lines: list[tuple[str, str, str]]) -> str | None:
    found = (_NUMBER.search(value) for key, _, value in lines if key == "Reviewed-on")
    return next((match[1] for match in found if match), None)


def _actor(text: str, names: Names) -> Actor:
    found = _PERSON.match(text)
    if found:
        return names.person(found[1], found[2])
    return names.name(text) if text else Actor(None, "unknown")


def _time(text: str) -> datetime | None:
    """RFC 2822, in UTC."""
    try:
        at = parsedate_to_datetime(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
