"""Our own format, for every source that has none here: one JSON object per act and line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator

from analyzers.reviews.events import NOBODY, Actor, ReviewEvent, actor
from analyzers.reviews.exported import Exported, Moment, Row, checked

NAME = "review_events"

EXPECTED = 'JSON lines of our own: {"change_request": "#12", "kind": "opened", "at": …}'

_BROKEN = "no JSON"
_NUMBER = re.compile(r"[#!D]?(\d{1,12})")

Kind = Literal[
    "opened",
    "updated",
    "ready",
    "drafted",
    "review_requested",
    "commented",
    "approved",
    "changes_requested",
    "landed",
    "closed",
    "reopened",
]


def _numbered(value: str) -> str:
    if not _NUMBER.fullmatch(value):
        raise ValueError("expected #12, !12, D12 or 12")
    return value


class Line(Row):
    """One act; docs/review-data.md explains each field."""

    change_request: Annotated[str, AfterValidator(_numbered)]
    kind: Kind
    at: Moment = None
    actor: str | None = None
    actor_kind: Literal["human", "bot", "agent", "unknown"] | None = None
    title: str | None = None
    sha: str | None = None

    def who(self) -> Actor:
        """Who acted; where the line does not say what kind, the common rule does."""
        if not self.actor:
            return NOBODY if self.actor_kind is None else Actor(None, self.actor_kind)
        known = actor(self.actor)
        return known if self.actor_kind is None else Actor(known.id, self.actor_kind)


def recognises(row: object) -> bool:
    """Whether a row is a line of our own format."""
    return isinstance(row, dict) and "change_request" in row and "kind" in row


def lines_of(text: str) -> list[Any]:
    """What stands on each line; None where it is empty, _BROKEN where it is no JSON."""
    return [_parsed(line) for line in text.split("\n")]


def read(documents: list[Any], where: str) -> Iterator[tuple[Exported | None, list[str]]]:
    """One change request for each that the lines name, and one entry for each bad line."""
    acts: dict[str, list[Line]] = {}
    for number, document in enumerate(documents, start=1):
        if document is None:
            continue
        place = f"{where}: line {number}"
        if document == _BROKEN:
            yield None, [f"{place}: expected a JSON object; line left out"]
            continue
        line, problems = checked(Line, document, place)
        if problems:
            yield None, problems
        if line is not None:
            acts.setdefault(line.change_request, []).append(line)
    for lines in acts.values():
        yield _exported(lines), []


def _parsed(line: str) -> Any:
    if not line.strip():
        return None
    try:
        return json.loads(line) if line.lstrip().startswith("{") else _BROKEN
    except (ValueError, RecursionError):
        return _BROKEN


def _exported(lines: list[Line]) -> Exported:
    name = lines[0].change_request
    found = _NUMBER.fullmatch(name)
    opened = next((line for line in lines if line.kind == "opened"), None)
    landed = next((line for line in lines if line.kind == "landed"), None)
    timed = [(line.at, i) for i, line in enumerate(lines) if line.at and line.kind in _ENDS]
    last = lines[max(timed)[1]] if timed else None
    pushed = [line.sha for line in lines if line.sha and line.kind in ("opened", "updated")]
    return Exported(
        change_request=name,
        number=int(found[1]) if found else 0,
        title=next((line.title for line in lines if line.title), None),
        author=opened.who() if opened else None,
        author_login=opened.actor if opened else None,
        state=_ENDS[last.kind] if last else None,
        opened_at=opened.at if opened else None,
        landed_at=landed.at if landed else None,
        closed_at=last.at if last and last.kind == "closed" else None,
        landed_sha=landed.sha if landed else None,
        head_sha=pushed[-1] if pushed else None,
        events=[ReviewEvent(name, line.kind, line.who(), line.at, NAME) for line in lines],
    )


_ENDS = {"opened": "open", "reopened": "open", "landed": "landed", "closed": "closed"}
