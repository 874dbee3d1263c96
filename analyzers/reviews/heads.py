"""Landings that a head shows without a number: reachable, a twin, or the same Change-Id."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator

from analyzers.graph import UNREACHED
from analyzers.history import Messages, Sieve
from analyzers.reviews.landing import Landing
from analyzers.reviews.record import Record
from analyzers.reviews.sequences import Sequence

Identity = tuple[str, int, str]

SIEVE = Sieve(r"(?m)^Change-Id: *I[0-9a-f]{40}", ignore_case=False)
_CHANGE_ID = re.compile(r"^Change-Id:\s*(I[0-9a-f]{40})\s*$", re.MULTILINE)


def reachable(record: Record, sequence: Sequence) -> Iterator[Landing]:
    """Heads that are ancestors of a line: they landed with the event that brought them in."""
    uploaded = _uploaded(sequence)
    for number, head in sequence.heads.items():
        event = record.lines.arrival[head]
        if event != UNREACHED:
            at = record.committed[event]
            is_proof = event not in uploaded
            yield Landing(number, event, at, "reachable_head", head, is_proof=is_proof)


def twins(record: Record, sequence: Sequence) -> Iterator[Landing]:
    """Heads whose author address, author time and subject stand on a line (a rebase)."""
    arrival, uploaded = record.lines.arrival, _uploaded(sequence)
    wanted: dict[Identity, list[int]] = defaultdict(list)
    for number, head in sequence.heads.items():
        newest = _newest_own(record, head)
        if arrival[newest] == UNREACHED:
            wanted[identity(record, newest)].append(number)
    for key, twins in earliest_twins(record, wanted).items():
        for twin in twins:
            event = twin if record.lines.on_line[twin] else arrival[twin]
            at, is_proof = record.committed[event], event not in uploaded
            for number in wanted[key]:
                yield Landing(number, event, at, "twin", twin, is_proof)


def earliest_twins(record: Record, wanted: Collection[Identity]) -> dict[Identity, list[int]]:
    """By identity the first commit on the default line, then the first on a release line.

    A back-port is a twin on both; which of them is its landing is for the choice to say.
    """
    best: dict[Identity, dict[bool, tuple[int, int]]] = defaultdict(dict)
    if not wanted:
        return {}
    for position, event in enumerate(record.lines.arrival):
        if event == UNREACHED:
            continue
        key = identity(record, position)
        if key in wanted:
            first, is_release = best[key], not record.lines.on_default[event]
            rank = (record.committed[event], position)
            first[is_release] = min(first.get(is_release, rank), rank)
    return {key: [first[line][1] for line in sorted(first)] for key, first in best.items()}


def _newest_own(record: Record, head: int) -> int:
    """The head, or what it stood on before the base was merged into it."""
    parents = record.graph.parents
    while len(parents[head]) > 1 and record.lines.arrival[head] == UNREACHED:
        head = parents[head][0]
    return head


def identity(record: Record, position: int) -> Identity:
    """What a rebase or a cherry-pick keeps: author address, author time, subject."""
    return record.author_emails[position], record.authored[position], record.subjects[position]


def change_ids(record: Record, sequence: Sequence, messages: Messages) -> Iterator[Landing]:
    """Changes whose Change-Id is on a line, and no other change shares it."""
    heads = {head: number for number, head in sequence.heads.items()}
    uploaded = _uploaded(sequence)
    changes: dict[str, list[int]] = defaultdict(list)
    landed: dict[str, list[int]] = defaultdict(list)
    for sha, message in messages.matching(SIEVE):
        position, ids = record.graph.index.get(sha), _CHANGE_ID.findall(message)
        if position is None or not ids:
            continue
        if position in heads:
            changes[ids[-1]].append(heads[position])
        if record.lines.arrival[position] != UNREACHED:
            landed[ids[-1]].append(position)
    for change_id in changes.keys() & landed.keys():
        if len(changes[change_id]) == 1:
            twin = min(landed[change_id], key=lambda i: record.committed[record.lines.arrival[i]])
            event = record.lines.arrival[twin]
            at, number = record.committed[event], changes[change_id][0]
            yield Landing(number, event, at, "gerrit", twin, is_proof=event not in uploaded)


def _uploaded(sequence: Sequence) -> set[int]:
    """Commits that stand on a line as they were pushed: dated by a client, before landing."""
    return set(sequence.heads.values()).union(*sequence.pushes.values())
