"""Merge requests as `glab api` gives them, with versions, notes, approvals and state events."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from analyzers.reviews.events import NOBODY, Actor, ReviewEvent, actor
from analyzers.reviews.exported import Exported, Items, Moment, Number, Row, checked, rows

NAME = "gitlab"

EXPECTED = "merge requests from `glab api projects/:id/merge_requests`"

_STATES = {"opened": "open", "locked": "open", "closed": "closed", "merged": "landed"}
_TURNS = {"closed": "closed", "reopened": "reopened", "merged": "landed"}

_OPENING = timedelta(minutes=1)
"""The version that a merge request opens with is written some seconds after it."""

# What GitLab itself notes about an act: the only place where some acts have a time.
_NOTICES = (
    (re.compile(r"approved this merge request"), "approved"),
    (re.compile(r"(?:has )?requested changes"), "changes_requested"),
    (re.compile(r"requested (?:a )?review from"), "review_requested"),
    (re.compile(r"unmarked |marked this merge request as \W*ready"), "ready"),
    (re.compile(r"marked (?:this merge request )?as (?:a )?\W*(?:[Dd]raft|[Ww]ork)"), "drafted"),
)


class User(Row):
    """An account; GitLab gives deleted ones to its ghost user."""

    username: str | None = None
    bot: bool | None = None

    def actor(self) -> Actor:
        """Who it is, by the common rule."""
        return actor(self.username, is_bot=bool(self.bot))


class Version(Row):
    """A push."""

    created_at: Moment = None
    head_commit_sha: str | None = None


class Note(Row):
    """A comment, or a notice of GitLab's own (`system`)."""

    author: User | None = None
    created_at: Moment = None
    system: bool = False
    body: str = ""


class Discussion(Row):
    """A thread, as /discussions gives it."""

    notes: Items[Note] = ()


class Approval(Row):
    """One approval; its time only in recent releases."""

    user: User | None = None
    approved_at: Moment = None


class Approvals(Row):
    """The answer of /approvals."""

    approved_by: Items[Approval] = ()


class StateEvent(Row):
    """Closed, reopened or merged."""

    user: User | None = None
    created_at: Moment = None
    state: str = ""


class MergeRequest(Row):
    """One merge request; of all fields only the number must be there."""

    iid: Number
    title: str | None = None
    author: User | None = None
    state: str | None = None
    draft: bool | None = None
    work_in_progress: bool | None = None
    created_at: Moment = None
    merged_at: Moment = None
    closed_at: Moment = None
    merge_user: User | None = None
    merged_by: User | None = None
    closed_by: User | None = None
    sha: str | None = None
    merge_commit_sha: str | None = None
    squash_commit_sha: str | None = None
    reviewers: Items[User] = ()
    versions: Items[Version] = ()
    notes: Items[Note] = ()
    discussions: Items[Discussion] = ()
    approvals: Approvals | None = None
    resource_state_events: Items[StateEvent] = ()


def recognises(row: object) -> bool:
    """Whether a row is a merge request of the REST API."""
    return isinstance(row, dict) and "iid" in row and bool({"created_at", "merged_at"} & set(row))


def read(documents: list[Any], where: str) -> Iterator[tuple[Exported | None, list[str]]]:
    """The merge requests, each with what was wrong in it."""
    for index, row in enumerate(rows(documents), start=1):
        request, problems = checked(MergeRequest, row, f"{where}: row {index}")
        yield (None if request is None else _exported(request), problems)


def _exported(request: MergeRequest) -> Exported:
    author = request.author or User()
    merged = request.merged_at is not None
    return Exported(
        change_request=f"!{request.iid}",
        number=request.iid,
        title=request.title,
        author=author.actor(),
        author_login=author.username,
        state="landed" if merged else _STATES.get(request.state or ""),
        opened_at=request.created_at,
        landed_at=request.merged_at,
        closed_at=None if merged else request.closed_at,
        is_draft=request.draft if request.draft is not None else request.work_in_progress,
        landed_sha=request.merge_commit_sha or request.squash_commit_sha,
        head_sha=request.sha,
        events=list(_events(request)),
    )


def _events(request: MergeRequest) -> Iterator[ReviewEvent]:
    author = (request.author or User()).actor()
    noted = list(_noted(request, author))
    if request.created_at is not None:
        yield _event(request, "opened", author, request.created_at)
        told = {event.kind for event in noted} & {"ready", "drafted"}
        if (request.draft or request.work_in_progress) and not told:
            yield _event(request, "drafted", author, request.created_at)
    for version in request.versions:
        pushed, opened = version.created_at, request.created_at
        if pushed is not None and (opened is None or pushed > opened + _OPENING):
            yield _event(request, "updated", NOBODY, pushed)
    if request.reviewers and not any(event.kind == "review_requested" for event in noted):
        yield _event(request, "review_requested", NOBODY, None)
    yield from noted
    yield from _approvals(request, noted)
    yield from _ends(request)


def _noted(request: MergeRequest, author: Actor) -> Iterator[ReviewEvent]:
    threads = (note for discussion in request.discussions for note in discussion.notes)
    for note in request.notes or threads:
        who = (note.author or User()).actor()
        kind = _notice(note.body) if note.system else "commented"
        if kind is None or note.created_at is None:
            continue
        judges = kind in ("approved", "changes_requested")
        if not (judges and who.id == author.id):  # one's own approval says nothing
            yield _event(request, kind, who, note.created_at)


def _notice(body: str) -> str | None:
    return next((kind for pattern, kind in _NOTICES if pattern.match(body)), None)


def _approvals(request: MergeRequest, noted: list[ReviewEvent]) -> Iterator[ReviewEvent]:
    """Approvals that no notice told, without time where the release gives none."""
    author = (request.author or User()).actor()
    told = {event.actor.id for event in noted if event.kind == "approved"} | {author.id}
    for approval in request.approvals.approved_by if request.approvals else ():
        who = (approval.user or User()).actor()
        if who.id not in told:
            yield _event(request, "approved", who, approval.approved_at)


def _ends(request: MergeRequest) -> Iterator[ReviewEvent]:
    """Each closing, reopening and merge, if exported; else the last, from the request itself."""
    kinds = set()
    for event in request.resource_state_events:
        kind = _TURNS.get(event.state)
        if kind is not None and event.created_at is not None:
            kinds.add(kind)
            who = NOBODY if event.user is None else event.user.actor()
            yield _event(request, kind, who, event.created_at)
    if request.merged_at is not None and "landed" not in kinds:
        merger = request.merge_user or request.merged_by
        yield _event(request, "landed", merger.actor() if merger else NOBODY, request.merged_at)
    elif request.merged_at is None and request.closed_at is not None and "closed" not in kinds:
        closer = request.closed_by
        yield _event(request, "closed", closer.actor() if closer else NOBODY, request.closed_at)


def _event(request: MergeRequest, kind: str, who: Actor, at: datetime | None) -> ReviewEvent:
    return ReviewEvent(f"!{request.iid}", kind, who, at, NAME)
