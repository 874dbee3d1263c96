"""Landings that a commit on a line names by their number: merges, queues, squashes, `Closes #N`."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers.graph import UNREACHED
from analyzers.history import Messages
from analyzers.reviews import numbers
from analyzers.reviews.landing import STYLES, Landing
from analyzers.reviews.record import Record
from analyzers.reviews.sequences import Sequence


def pull_requests(record: Record, sequence: Sequence) -> list[Landing]:
    """Merges, then queues, then squashes, each on the default line first and in line order."""
    found = [
        landing
        for position in _line_commits(record)
        if "#" in record.subjects[position]
        for landing in _by_subject(record, position, sequence)
    ]
    found.sort(
        key=lambda landing: STYLES.index(landing.style)
    )  # stable: the first line stays first
    return _without_foreign(found, sequence)


def _by_subject(record: Record, position: int, sequence: Sequence) -> Iterator[Landing]:
    subject, parents = record.subjects[position], record.graph.parents[position]
    at = record.committed[position]
    if len(parents) < 2:
        number = numbers.trailing(subject, sequence.heads)
        if number is not None:
            is_own = sequence.heads.get(number) == position
            yield Landing(number, position, at, "squash_number", is_proof=not is_own)
        return
    named = numbers.merge(subject)
    if named is None and not numbers.is_revert(subject):
        named = numbers.trailing(subject, sequence.heads)
    if named is not None:
        yield Landing(named, position, at, "merge_commit", parents[1])
    else:
        for number, tip in zip(numbers.bors(subject), parents[1:], strict=False):
            yield Landing(number, position, at, "bors", tip)


def _without_foreign(found: list[Landing], sequence: Sequence) -> list[Landing]:
    """Where nearly every number has a head, one that lacks it is an issue's or a tracker's."""
    if not sequence.heads:
        return found
    last = max(sequence.heads)
    within = [landing for landing in found if landing.number <= last]
    with_head = sum(landing.number in sequence.head_shas for landing in within)
    if with_head < 0.9 * len(within):
        return found
    return [
        landing
        for landing in found
        if landing.number in sequence.head_shas or landing.number > last
    ]


def merge_requests(record: Record, messages: Messages) -> list[Landing]:
    """GitLab's `See merge request group/project!N`; issues have numbers of their own there."""
    found = []
    for sha, message in messages.matching(numbers.GITLAB):
        position = record.graph.index.get(sha)
        number = numbers.gitlab(message)
        if position is None or number is None or not record.lines.on_line[position]:
            continue
        parents = record.graph.parents[position]
        style = "merge_commit" if len(parents) > 1 else "squash_number"
        tip = parents[1] if len(parents) > 1 else UNREACHED
        found.append(Landing(number, position, record.committed[position], style, tip))
    return _default_first(record, found)


def revisions(record: Record, sequence: Sequence, messages: Messages) -> list[Landing]:
    """Phabricator lands a revision as one commit that names it; a revert names it again.

    Where the commit also lands a pull request, that one counts and the revision is its import.
    """
    found = []
    for sha, message in messages.matching(numbers.REVISION):
        position, number = record.graph.index.get(sha), numbers.revision(message)
        if position is None or number is None or not record.lines.on_line[position]:
            continue
        is_import = numbers.IMPORTED in message or any(_by_subject(record, position, sequence))
        if not is_import and not numbers.is_revert(message):
            found.append(Landing(number, position, record.committed[position], "squash_number"))
    return _default_first(record, found)


def closing(record: Record, sequence: Sequence, messages: Messages) -> list[Landing]:
    """Hand-pushed work: `Closes #N` where N has a head and the commit lands no other number."""
    found = []
    for sha, message in messages.matching(numbers.CLOSES):
        position = record.graph.index.get(sha)
        if position is None or not record.lines.on_line[position] or numbers.is_revert(message):
            continue
        if any(_by_subject(record, position, sequence)):
            continue  # it lands its own number; what it closes was superseded
        at = record.committed[position]
        found += [
            Landing(number, position, at, "closes_number")
            for number in dict.fromkeys(numbers.closed(message))
            if number in sequence.heads
        ]
    return _default_first(record, found)


def _default_first(record: Record, found: list[Landing]) -> list[Landing]:
    order = {position: rank for rank, position in enumerate(_line_commits(record))}
    return sorted(found, key=lambda landing: order[landing.commit])


def _line_commits(record: Record) -> Iterator[int]:
    """First-parent commits, the default line first, each line from old to new."""
    yield from record.lines.default
    yield from record.lines.release
