"""Pull requests as GitHub's GraphQL answers: with the timeline, pushes and drafts are exact."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import Field

from analyzers.reviews.events import NOBODY, Actor, ReviewEvent
from analyzers.reviews.exported import CamelRow, Exported, Items, Moment, checked
from analyzers.reviews.github import NAME, Account, Commit, Pull, exported

_KINDS = {
    "ReviewRequestedEvent": "review_requested",
    "ReadyForReviewEvent": "ready",
    "ConvertToDraftEvent": "drafted",
    "HeadRefForcePushedEvent": "updated",
    "PullRequestCommit": "updated",
    "MergedEvent": "landed",
    "ClosedEvent": "closed",
    "ReopenedEvent": "reopened",
}


class Item(CamelRow):
    """One entry of timelineItems; reviews and comments are read from it as from their lists."""

    typename: str = Field(default="", alias="__typename")
    created_at: Moment = None
    actor: Account | None = None
    commit: Commit | None = None


class Timeline(CamelRow):
    """The timeline of a pull request."""

    items: Items[Item] = ()


def recognises(row: object) -> bool:
    """Whether a document is an answer of GraphQL that holds pull requests."""
    return isinstance(row, dict) and isinstance(row.get("data"), dict) and bool(list(_pulls(row)))


def read(documents: list[Any], where: str) -> Iterator[tuple[Exported | None, list[str]]]:
    """The pull requests of GraphQL answers, each with what was wrong in it."""
    pulls = [pull for document in documents for pull in _pulls(document)]
    for index, row in enumerate(pulls, start=1):
        place = f"{where}: pull request {index}"
        flat = _flat(row)
        entries = _list(flat.pop("timelineItems", None))
        pull, problems = checked(Pull, flat | _from_timeline(flat, entries), place)
        known = {"items": [e for e in entries if _kind(e) or not isinstance(e, dict)]}
        timeline, faults = checked(Timeline, known, f"{place}: timelineItems")
        problems += faults
        yield (None if pull is None else _exported(pull, timeline or Timeline()), problems)


def _pulls(document: Any) -> Iterator[dict[str, Any]]:
    """Pull requests at any depth of an answer: repository, search and node queries."""
    if isinstance(document, list):
        for part in document:
            yield from _pulls(part)
    elif isinstance(document, dict):
        if "number" in document and {"createdAt", "timelineItems"} & set(document):
            yield document
            return
        for part in document.values():
            if isinstance(part, dict | list):
                yield from _pulls(part)


def _flat(value: Any) -> Any:
    """The answer without GraphQL's wrapping: lists in place of `nodes`, commits in place."""
    if isinstance(value, list):
        return [_flat(item) for item in value if item is not None]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("nodes"), list):
        return _flat(value["nodes"])
    if isinstance(value.get("edges"), list):
        return [_flat(edge.get("node")) for edge in value["edges"] if isinstance(edge, dict)]
    return {key: _flat(item) for key, item in value.items()}


def _from_timeline(pull: dict[str, Any], entries: list[Any]) -> dict[str, Any]:
    """Reviews, comments and commits, from their own lists, the timeline and review threads."""
    found = {name: [e for e in entries if _type(e) == name] for name in _LISTS.values()}
    lists = {key: [*_list(pull.get(key)), *found[name]] for key, name in _LISTS.items()}
    for thread in _list(pull.get("reviewThreads")):
        lists["comments"] += _list(thread.get("comments") if isinstance(thread, dict) else thread)
    lists["commits"] = [
        commit.get("commit", commit) if isinstance(commit, dict) else commit
        for commit in _list(pull.get("commits"))
    ]
    return lists


def _list(value: Any) -> list[Any]:
    """The value as a list; what should be a list and is none becomes a bad entry to name."""
    return value if isinstance(value, list) else [] if value is None else [value]


_LISTS = {"reviews": "PullRequestReview", "comments": "IssueComment"}


def _type(entry: Any) -> str:
    return str(entry.get("__typename", "")) if isinstance(entry, dict) else ""


def _kind(entry: Any) -> str | None:
    return _KINDS.get(_type(entry))


def _exported(pull: Pull, timeline: Timeline) -> Exported:
    """What the pull request tells, with its timeline in place of what was guessed."""
    told = list(_events(pull, timeline))
    exact = {event.kind for event in told}
    guessed = exported(pull)
    drafts = {"ready", "drafted"} & exact
    kept = [
        event
        for event in guessed.events
        if event.kind not in exact and not (event.kind == "drafted" and drafts)
    ]
    return replace(guessed, events=[*kept, *told])


def _events(pull: Pull, timeline: Timeline) -> Iterator[ReviewEvent]:
    for item in timeline.items:
        kind, at, who = _KINDS[item.typename], item.created_at, (item.actor or Account()).actor()
        if item.commit is not None and at is None:
            at, who = _committed(item.commit)
        if at is not None and not _told_by_another(pull, kind, at):
            yield ReviewEvent(f"#{pull.number}", kind, who, at, NAME)


def _told_by_another(pull: Pull, kind: str, at: datetime) -> bool:
    """GitHub also closes what it merges, and lists the commits it was opened with."""
    closes_merged = kind == "closed" and pull.merged_at is not None and at >= pull.merged_at
    opened_with = kind == "updated" and pull.created_at is not None and at <= pull.created_at
    return closes_merged or opened_with


def _committed(commit: Commit) -> tuple[datetime | None, Actor]:
    who = commit.authors[0].actor() if commit.authors else NOBODY
    return commit.committed_date, who
