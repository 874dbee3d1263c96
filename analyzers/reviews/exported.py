"""What every review export shares: tolerant rows, times, and one change request as exported."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from analyzers.reviews.events import Actor, ReviewEvent

_ESCAPED_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_FIRST_YEAR, _LAST_YEAR = 1990, 2200


def _moment(value: object) -> object:
    """RFC 3339 in UTC; gh writes the year 1 for "never". Pydantic tells a ValueError's field."""
    if value is None or not value:
        return None
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError("expected a time such as 2026-01-05T10:00:00Z") from None
    if at.tzinfo is None:
        raise ValueError("a time needs its zone, such as Z or +02:00")
    return at.astimezone(UTC) if _FIRST_YEAR <= at.year <= _LAST_YEAR else None


Moment = Annotated[datetime | None, BeforeValidator(_moment)]


Number = Annotated[int, Field(ge=0, lt=10**12)]


def _items(value: object) -> object:
    return [] if value is None else value


Item = TypeVar("Item")
Items = Annotated[tuple[Item, ...], BeforeValidator(_items)]


class Row(BaseModel):
    """A row of an export: unknown keys are ignored, and all but the number may be missing."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class CamelRow(Row):
    """The same, with the field names of GitHub."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


@dataclass(slots=True)
class Exported:
    """One change request as an export tells it; `logins` leads from logins to addresses."""

    change_request: str
    number: int
    title: str | None = None
    author: Actor | None = None
    author_login: str | None = None
    state: str | None = None
    opened_at: datetime | None = None
    landed_at: datetime | None = None
    closed_at: datetime | None = None
    is_draft: bool | None = None
    landed_sha: str | None = None
    head_sha: str | None = None
    events: list[ReviewEvent] = field(default_factory=list)
    logins: dict[str, str] = field(default_factory=dict)


Checked = TypeVar("Checked", bound=BaseModel)


def checked(model: type[Checked], row: object, where: str) -> tuple[Checked | None, list[str]]:
    """The row as a model, without its bad parts, and a sentence for each of these.

    A bad entry of a list is left out alone, a bad field likewise; without a field that must be
    there the row is lost, and the sentence says so.
    """
    try:
        return model.model_validate(row), []
    except ValidationError as error:
        faults = [(fault["loc"], fault["msg"]) for fault in error.errors()]
    problems = [f"{where}: {_spelled(loc)}: {_plain(message)}" for loc, message in faults]
    try:
        return model.model_validate(_without(row, [loc for loc, _ in faults])), problems
    except ValidationError:
        return None, [*problems[:-1], f"{problems[-1]}; row left out"]


def _without(row: object, faults: list[tuple[int | str, ...]]) -> object:
    """The row without what the faults name: the entry of a list, else the field."""
    if not isinstance(row, dict):
        return row
    kept = dict(row)
    for key in {str(loc[0]) for loc in faults if loc}:
        within = [loc for loc in faults if loc and str(loc[0]) == key]
        value = kept.pop(key, None)
        if isinstance(value, list) and all(len(loc) > 1 for loc in within):
            bad = {loc[1] for loc in within}
            kept[key] = [item for i, item in enumerate(value) if i not in bad]
        elif isinstance(value, dict) and all(len(loc) > 2 for loc in within):
            kept[key] = _without(value, [loc[1:] for loc in within])
    return kept


def _spelled(loc: tuple[int | str, ...]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return text.removeprefix(".") or "row"


def _plain(message: str) -> str:
    text = message.removeprefix("Value error, ")
    return text[:1].lower() + text[1:]


def whole(documents: list[Any], text: str) -> list[Any]:
    """The documents of a text, without halves of characters, which no table can hold."""
    if not _ESCAPED_HALF.search(text):
        return documents
    encoded = json.dumps(documents, ensure_ascii=False).encode("utf-8", "replace")
    return cast("list[Any]", json.loads(encoded))


def rows(documents: list[Any]) -> list[Any]:
    """The rows of documents that are rows, lists of rows, or lists of such pages."""
    found: list[Any] = []
    waiting = documents[::-1]
    while waiting:
        document = waiting.pop()
        if isinstance(document, list):
            waiting += document[::-1]
        else:
            found.append(document)
    return found
