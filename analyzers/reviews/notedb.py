"""What one commit of a Gerrit change's own history says: NoteDb's footers.

Each commit below refs/changes/XX/N/meta is one act. Its message is a subject, maybe a text,
and a last paragraph of footers, which alone counts; keys nobody knows are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

_LABEL = re.compile(
    r"(?P<removed>-?)(?P<name>[A-Za-z0-9][\w-]*)(?:=(?P<value>[+-]?\d{1,6}))?"
    r"(?:,\s*[0-9a-f]+)?(?:\s+(?P<other>[^<]*<(?P<account>[^>]+)>))?\s*"
)
_IDENTITY = re.compile(r"<([^>]+)>\s*$")
_PATCH_SET = re.compile(r"(\d{1,9})\b(?:\s+\((\w+)\))?")
_LATEST = 2**33  # the year 2242


class RawCommit(Protocol):
    """The commit of a meta history: what `mining.log.raw_commits` yields."""

    @property
    def sha(self) -> str: ...  # noqa: D102
    @property
    def parents(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def author_email(self) -> str: ...  # noqa: D102
    @property
    def committer_email(self) -> str: ...  # noqa: D102
    @property
    def committer_time(self) -> int | None: ...  # noqa: D102
    @property
    def message(self) -> str: ...  # noqa: D102


class Vote(NamedTuple):
    """A vote as cast: `value` 0 takes it back; `account` is the voter, if not who acted."""

    label: str
    value: int
    account: str | None


class Act(NamedTuple):
    """One act on a change; None and empty say that the act does not touch it.

    A plain tuple, for there are hundreds of thousands of them.
    """

    account: str
    is_server: bool
    at: datetime | None
    patch_set: int | None
    patch_set_state: str | None
    commit: str | None
    subject: str | None
    branch: str | None
    change_id: str | None
    status: str | None
    is_draft: bool | None
    votes: tuple[Vote, ...]
    asked: tuple[str, ...]
    tag: str
    text: str


def act(row: RawCommit) -> Act:
    """The act that a meta commit records; its time is the committer's, the server's clock."""
    text, footers = _split(row.message)
    one = dict(footers)
    patch_set, state = _patch_set(one.get("Patch-set", ""))
    return Act(
        account=row.author_email,
        is_server=row.author_email == row.committer_email,
        at=_moment(row.committer_time),
        patch_set=patch_set,
        patch_set_state=state,
        commit=one.get("Commit") or None,
        subject=one.get("Subject"),
        branch=one.get("Branch"),
        change_id=one.get("Change-id"),
        status=one.get("Status", "").lower() or None,
        is_draft=_flag(one.get("Work-in-progress")),
        votes=tuple(_votes(footers)) if "Label" in one else (),
        asked=tuple(_accounts(footers)) if "Reviewer" in one else (),
        tag=one.get("Tag", ""),
        text=text,
    )


def _split(message: str) -> tuple[str, list[tuple[str, str]]]:
    """The free text and the footers: the last paragraph, and nothing before it."""
    body, _, last = message.rstrip().rpartition("\n\n")
    pairs = [line.partition(":") for line in last.split("\n")]
    _, _, text = body.partition("\n\n")
    return text.strip(), [(key, value.strip()) for key, colon, value in pairs if colon]


def _moment(seconds: int | None) -> datetime | None:
    """None for what no calendar holds."""
    if seconds is None or not 0 <= seconds < _LATEST:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _patch_set(value: str) -> tuple[int | None, str | None]:
    found = _PATCH_SET.match(value)
    return (int(found[1]), found[2]) if found else (None, None)


def _flag(value: str | None) -> bool | None:
    return None if value is None else {"true": True, "false": False}.get(value.lower())


def _votes(footers: Iterable[tuple[str, str]]) -> Iterator[Vote]:
    for key, value in footers:
        found = _LABEL.fullmatch(value) if key == "Label" else None
        if found and (found["removed"] or found["value"]):
            number = 0 if found["removed"] else int(found["value"])
            yield Vote(found["name"], number, found["account"])


def _accounts(footers: Iterable[tuple[str, str]]) -> Iterator[str]:
    for key, value in footers:
        found = _IDENTITY.search(value) if key == "Reviewer" else None
        if found:
            yield found[1]
