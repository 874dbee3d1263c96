"""Pull requests as GitHub's own tools export them: `gh pr list --json` and GraphQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import Field

from analyzers.reviews.events import NOBODY, Actor, ReviewEvent, actor
from analyzers.reviews.exported import CamelRow, Exported, Items, Moment, Number, checked, rows

NAME = "github"

EXPECTED = "an array from `gh pr list --json …` or answers of `gh api graphql`"

_REVIEWS = {
    "APPROVED": "approved",
    "CHANGES_REQUESTED": "changes_requested",
    "COMMENTED": "commented",
    "DISMISSED": "commented",  # it was given, and taken back by somebody later
}
_STATES = {"OPEN": "open", "CLOSED": "closed", "MERGED": "landed"}


class Account(CamelRow):
    """An account; absent where it was deleted."""

    login: str | None = None
    email: str | None = None
    is_bot: bool = Field(default=False, alias="is_bot")
    typename: str | None = Field(default=None, alias="__typename")

    def actor(self) -> Actor:
        """Who it is, by the common rule."""
        return actor(self.login or self.email, is_bot=self.is_bot or self.typename == "Bot")


class Commit(CamelRow):
    """A commit of a pull request."""

    oid: str | None = None
    committed_date: Moment = None
    authors: Items[Account] = ()


class Review(CamelRow):
    """A review; PENDING ones are drafts that nobody else has seen."""

    author: Account | None = None
    state: str | None = None
    submitted_at: Moment = None


class Comment(CamelRow):
    """A comment of the conversation or of a review thread."""

    author: Account | None = None
    created_at: Moment = None


class Pull(CamelRow):
    """One pull request; of all fields only the number must be there."""

    number: Number
    title: str | None = None
    author: Account | None = None
    state: str | None = None
    is_draft: bool | None = None
    created_at: Moment = None
    closed_at: Moment = None
    merged_at: Moment = None
    merged_by: Account | None = None
    merge_commit: Commit | None = None
    head_ref_oid: str | None = None
    reviews: Items[Review] = ()
    latest_reviews: Items[Review] = ()
    comments: Items[Comment] = ()
    commits: Items[Commit] = ()
    review_requests: Items[dict[str, Any]] = ()


def recognises(row: object) -> bool:
    """Whether a row is a pull request of `gh pr list --json`."""
    return isinstance(row, dict) and "number" in row and bool({"createdAt", "mergedAt"} & set(row))


def read(documents: list[Any], where: str) -> Iterator[tuple[Exported | None, list[str]]]:
    """The pull requests of `gh pr list --json …` arrays, each with what was wrong in it."""
    for index, row in enumerate(rows(documents), start=1):
        pull, problems = checked(Pull, row, f"{where}: row {index}")
        yield (None if pull is None else exported(pull), problems)


def exported(pull: Pull) -> Exported:
    """One pull request and its events."""
    author = pull.author or Account()
    return Exported(
        change_request=f"#{pull.number}",
        number=pull.number,
        title=pull.title,
        author=author.actor(),
        author_login=author.login or None,
        state="landed" if pull.merged_at else _STATES.get(pull.state or ""),
        opened_at=pull.created_at,
        landed_at=pull.merged_at,
        closed_at=None if pull.merged_at else pull.closed_at,
        is_draft=pull.is_draft,
        landed_sha=None if pull.merge_commit is None else pull.merge_commit.oid,
        head_sha=pull.head_ref_oid,
        events=list(_events(pull)),
        logins=_logins(pull),
    )


def _events(pull: Pull) -> Iterator[ReviewEvent]:
    author = (pull.author or Account()).actor()
    if pull.created_at is not None:
        yield _event(pull, "opened", author, pull.created_at)
        if pull.is_draft:  # since when is not exported; it is not ready now
            yield _event(pull, "drafted", author, pull.created_at)
    yield from _pushes(pull)
    if pull.review_requests:
        yield _event(pull, "review_requested", NOBODY, None)
    yield from answers(pull)
    if pull.merged_at is not None:
        merger = NOBODY if pull.merged_by is None else pull.merged_by.actor()
        yield _event(pull, "landed", merger, pull.merged_at)
    elif pull.closed_at is not None:
        yield _event(pull, "closed", NOBODY, pull.closed_at)


def answers(pull: Pull) -> Iterator[ReviewEvent]:
    """Reviews by others, and every comment; an author's review of their own is a comment.

    `latestReviews`, one of each person, must do where `reviews` was not asked for.
    """
    author = (pull.author or Account()).actor()
    for review in pull.reviews or pull.latest_reviews:
        who = (review.author or Account()).actor()
        kind = _REVIEWS.get(review.state or "")
        if kind is not None and review.submitted_at is not None:
            yield _event(
                pull, "commented" if who.id == author.id else kind, who, review.submitted_at
            )
    for comment in pull.comments:
        if comment.created_at is not None:
            yield _event(
                pull, "commented", (comment.author or Account()).actor(), comment.created_at
            )


def _pushes(pull: Pull) -> Iterator[ReviewEvent]:
    """Commits made after the opening: those that survive, so a lower bound of the pushes."""
    ended = pull.merged_at or pull.closed_at
    for commit in pull.commits:
        at = commit.committed_date
        if at is None or pull.created_at is None or at <= pull.created_at:
            continue
        if ended is None or at <= ended:
            who = commit.authors[0].actor() if commit.authors else NOBODY
            yield _event(pull, "updated", who, at)


def _event(pull: Pull, kind: str, who: Actor, at: datetime | None) -> ReviewEvent:
    return ReviewEvent(f"#{pull.number}", kind, who, at, NAME)


def _logins(pull: Pull) -> dict[str, str]:
    """Which login commits under which address."""
    accounts = (account for commit in pull.commits for account in commit.authors)
    return {account.login: account.email for account in accounts if account.login and account.email}
