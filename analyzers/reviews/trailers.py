"""Who reviewed, by what commit messages say: trailers, bors' r=name, mail archives.

Trailers name people and tell no time: `at` is unknown, except for mailed patches whose message
id holds the moment of sending. Only commits that belong to a change request are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd

from analyzers.history import History, Sieve
from analyzers.reviews.events import Actor, ReviewEvent
from analyzers.reviews.names import Names

NAME = "trailer"
BORS = "bors"

SIEVE = Sieve(
    r"(?m)^(?:reviewed|acked|approved|tested)[- ]by:\s*\S|\br=@?[a-z0-9]"
    r"|^(?:link|message-id):\s*\S+@"
)
"""What a message must hold to be looked at; the exact rules follow in Python."""

_KINDS = {"reviewed": "approved", "acked": "approved", "approved": "approved"}
_TRAILER = re.compile(
    r"^(reviewed|acked|approved|tested)[- ]by:[ \t]*(\S.*?)[ \t]*$", re.IGNORECASE | re.MULTILINE
)
_PERSON = re.compile(r"\s*([^<,]*?)\s*<([^<>\s]+@[^<>\s]+)>")
_BORS = re.compile(r"(?:auto|rollup) merge of #(\d{1,9})\b.*?, r=(\S+)", re.IGNORECASE)
_BORS_NG = re.compile(r"^(\d{1,9}): .*? r=(\S+(?:, ?\S+)*?)(?: a=\S+)?[ \t]*$", re.MULTILINE)
_LOGIN = re.compile(r"@?([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?(?:\[bot\])?)")
_MAIL = re.compile(
    r"^(?:link|message-id):[ \t]*(?:https?://\S*/)?<?([^\s/<>]+@[^\s/<>]+?)>?/?$",
    re.IGNORECASE | re.MULTILINE,
)
_MAIL_AT = re.compile(r"(?<!\d)(?:(20\d{12})|(1\d{9})(?:\d{3})?)(?!\d)")
_AMLOG = "refs/notes/amlog"
_NOBODY = ("try", "me", "none")


@dataclass(frozen=True, slots=True)
class _Commit:
    message: str
    author_id: str
    committed_at: datetime | None


def read(
    history: History, memberships: pd.DataFrame, names: Names | None = None
) -> Iterator[ReviewEvent]:
    """Approvals that messages name: `Reviewed-by` and its like, bors, Phabricator, mail.

    A person's name on their own commit says nothing and is left out. `Tested-by` speaks but
    does not approve. `names` are those of the history, where they are known already.
    """
    requests = _requests(memberships)
    numbers = frozenset(memberships["change_request"].to_list())
    hits = [hit for hit in _texts(history) if hit[0] in requests]
    if not hits:
        return
    known = history.commits.set_index("sha").loc[[sha for sha, _ in hits]]
    names = names or Names.of(history.commits)
    authors, times = known["author_id"].tolist(), known["committed_at"].tolist()
    for (sha, message), author, at in zip(hits, authors, times, strict=True):
        commit = _Commit(message, author, None if pd.isna(at) else at)
        yield from (told for told in _bors(commit, names) if told.change_request in numbers)
        for request in requests[sha]:
            yield from _trailers(commit, names, request)
            yield from _mailed(commit, request)


def _texts(history: History) -> Iterator[tuple[str, str]]:
    """Messages worth a look, and the mail ids that git.git keeps in refs/notes/amlog."""
    yield from history.messages.matching(SIEVE)
    mailed = history.notes[history.notes["ref"] == _AMLOG]
    yield from zip(mailed["sha"].tolist(), mailed["text"].tolist(), strict=True)


def approvers(subject: str) -> list[str]:
    """The logins of bors' `r=name,name2`; `r=<try>` and `r=me` name nobody."""
    found = _BORS.match(subject)
    return _logins(found[2]) if found else []


def _requests(memberships: pd.DataFrame) -> dict[str, list[str]]:
    pairs = memberships[["sha", "change_request"]].drop_duplicates()
    requests: dict[str, list[str]] = {}
    for sha, request in zip(pairs["sha"].tolist(), pairs["change_request"].tolist(), strict=True):
        requests.setdefault(sha, []).append(request)
    return requests


def _trailers(commit: _Commit, names: Names, request: str) -> Iterator[ReviewEvent]:
    for word, value in _TRAILER.findall(commit.message):
        kind = _KINDS.get(word.lower(), "commented")
        for who in _people(value, names):
            if who.id != commit.author_id:
                yield ReviewEvent(request, kind, who, None, NAME)


def _people(value: str, names: Names) -> Iterator[Actor]:
    """`Name <mail>`, several of them, or the plain logins and names of Phabricator and GitLab."""
    mailed = _PERSON.findall(value)
    if mailed:
        yield from (names.person(name, mail) for name, mail in mailed)
        return
    for part in value.split(","):
        name = part.strip().rstrip(".")
        if name.startswith("@"):
            yield names.login(name)
        elif name and not name.startswith(("#", "http")):
            yield names.name(name)


def _bors(commit: _Commit, names: Names) -> Iterator[ReviewEvent]:
    """A bors merge names the change request beside the approver, whichever commit carries it."""
    subject, _, body = commit.message.partition("\n")
    found = _BORS.match(subject)
    named = [(found[1], found[2])] if found else _BORS_NG.findall(body)
    for number, logins in named:
        for login in _logins(logins):
            yield ReviewEvent(f"#{number}", "approved", names.login(login), None, BORS)


def _logins(text: str) -> list[str]:
    parts = [part.strip() for part in text.split(",")]
    found = [_LOGIN.fullmatch(part) for part in parts]
    return [match[1] for match in found if match and match[1].lower() not in _NOBODY]


def _mailed(commit: _Commit, request: str) -> Iterator[ReviewEvent]:
    """The final version of a mailed patch was sent when its message id says."""
    for message_id in _MAIL.findall(commit.message):
        at = sent_at(message_id)
        if at is not None and (commit.committed_at is None or at <= commit.committed_at):
            yield ReviewEvent(request, "updated", Actor(commit.author_id, "human"), at, NAME)


def sent_at(message_id: str) -> datetime | None:
    """When a mail was sent, by the date in an id that git wrote; None where it holds none.

    14 digits by `git send-email`, 10 by `git format-patch` and b4, 13 by GitGitGadget.
    """
    found = _MAIL_AT.search(message_id.partition("@")[0])
    if not found:
        return None
    if found[2]:
        return datetime.fromtimestamp(int(found[2]), UTC)
    try:
        return datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
