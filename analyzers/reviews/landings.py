"""When and where each change request landed: six kinds of evidence, tried in this order.

1. `Merge pull request #N` (or a merge titled `… (#N)`); GitLab's `See merge request …!N`
2. bors: `Auto merge of #N`, `Merge #N #M` (the k-th number to the k-th extra parent)
3. one parent and a subject that ends in `(#N)`
4. the head is an ancestor of a line
5. the head has a twin on a line: same author address, author time and subject
6. `Closes #N` where N is a change request with a head

All on first-parent lines: a fork's own `Merge pull request #1` counts nowhere else. Gerrit
changes land by 4, 5 and by their `Change-Id`. Source: the landing study, section 3.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass

from analyzers.graph import UNREACHED
from analyzers.history import Messages
from analyzers.reviews import numbers
from analyzers.reviews.record import UNKNOWN, Record
from analyzers.reviews.sequences import Sequence

STYLES = (
    "merge_commit",
    "bors",
    "squash_number",
    "reachable_head",
    "twin",
    "closes_number",
    "gerrit",
)
SERVER_MADE = STYLES[:3]
"""Styles whose commit the platform makes at the moment of landing."""

_CHANGE_ID = re.compile(r"^Change-Id:\s*(I[0-9a-f]{40})\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Landing:
    """One claim that a change request landed: where (`commit`), when, by which evidence.

    `tip` is where its own commits start, if the graph shows them; `is_proof` says whether the
    landing proves that the number existed by then (its own commit proves nothing).
    """

    number: int
    commit: int
    at: int
    style: str
    tip: int = UNREACHED
    is_proof: bool = True


Identity = tuple[str, int, str]
Claims = dict[int, list[Landing]]


def claims(record: Record, sequence: Sequence, messages: Messages) -> Claims:
    """Every landing that history claims for each number, best evidence first."""
    found: Claims = defaultdict(list)
    for landing in _all_claims(record, sequence, messages):
        found[landing.number].append(landing)
    return dict(found)


def _all_claims(record: Record, sequence: Sequence, messages: Messages) -> Iterator[Landing]:
    if sequence.sigil == "#":
        yield from _numbered(record, sequence)
    elif sequence.sigil == "!":
        yield from _merge_requests(record, messages)
    if sequence.heads:
        yield from _reachable(record, sequence)
        yield from _twins(record, sequence)
    if sequence.heads and sequence.sigil == "#":
        yield from _closing(record, sequence, messages)
    if sequence.heads and not sequence.sigil:
        yield from _change_ids(record, sequence, messages)


def line_commits(record: Record) -> Iterator[int]:
    """First-parent commits, the default line first, each line from old to new."""
    yield from record.lines.default
    yield from record.lines.release


def _numbered(record: Record, sequence: Sequence) -> list[Landing]:
    found = [
        landing
        for position in line_commits(record)
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


def _merge_requests(record: Record, messages: Messages) -> list[Landing]:
    found = []
    for sha, message in messages.matching(numbers.GITLAB_SIEVE, ignore_case=False):
        position = record.graph.index.get(sha)
        number = numbers.gitlab(message)
        if position is None or number is None or not record.lines.on_line[position]:
            continue
        parents = record.graph.parents[position]
        style = "merge_commit" if len(parents) > 1 else "squash_number"
        tip = parents[1] if len(parents) > 1 else UNREACHED
        found.append(Landing(number, position, record.committed[position], style, tip))
    return _default_first(record, found)


def _reachable(record: Record, sequence: Sequence) -> Iterator[Landing]:
    uploaded = _uploaded(sequence)
    for number, head in sequence.heads.items():
        event = record.lines.arrival[head]
        if event != UNREACHED:
            at = record.committed[event]
            is_proof = event not in uploaded
            yield Landing(number, event, at, "reachable_head", head, is_proof=is_proof)


def _uploaded(sequence: Sequence) -> set[int]:
    """Commits that stand on a line as they were pushed: dated by a client, before landing."""
    return set(sequence.heads.values()).union(*sequence.pushes.values())


def _twins(record: Record, sequence: Sequence) -> Iterator[Landing]:
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


def earliest_twins(record: Record, wanted: Container[Identity]) -> dict[Identity, list[int]]:
    """By identity the first commit on the default line, then the first on a release line.

    A back-port is a twin on both; which of them is its landing is for the choice to say.
    """
    best: dict[Identity, dict[bool, tuple[int, int]]] = defaultdict(dict)
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


def _closing(record: Record, sequence: Sequence, messages: Messages) -> list[Landing]:
    found = []
    for sha, message in messages.matching(numbers.CLOSES_SIEVE):
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


def _change_ids(record: Record, sequence: Sequence, messages: Messages) -> Iterator[Landing]:
    """Changes whose Change-Id is on a line, and no other change shares it."""
    heads = {head: number for number, head in sequence.heads.items()}
    uploaded = _uploaded(sequence)
    changes: dict[str, list[int]] = defaultdict(list)
    landed: dict[str, list[int]] = defaultdict(list)
    for sha, message in messages.matching(r"(?m)^Change-Id: *I[0-9a-f]{40}", ignore_case=False):
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


def _default_first(record: Record, found: list[Landing]) -> list[Landing]:
    order = {position: rank for rank, position in enumerate(line_commits(record))}
    return sorted(found, key=lambda landing: order[landing.commit])


def chosen(found: Claims, *, vetoes: Callable[[Landing], bool]) -> dict[int, Landing]:
    """The best claim of each number that no veto strikes; a commit set lands once.

    Of several numbers whose heads claim the same commits, one that landed by its number wins,
    else the highest: the change request that was opened again. A squash that names its number
    is no other's twin (a back-port keeps author, author time and subject).
    """
    best = {}
    squashes = {claims[0].commit: n for n, claims in found.items() if _is_squash(claims[0])}
    for number, landings in found.items():
        kept = [
            claim
            for claim in landings
            if claim.at != UNKNOWN
            and squashes.get(claim.commit, number) == number
            and not vetoes(claim)
        ]
        if kept:
            best[number] = kept[0]
    return _once(best)


def _once(best: dict[int, Landing]) -> dict[int, Landing]:
    holders: dict[int, int] = {}
    for number in sorted(best):
        tip = best[number].tip
        if tip != UNREACHED:
            rival = holders.get(tip)
            if rival is None or best[number].style in SERVER_MADE or not _by_number(best[rival]):
                holders[tip] = number
    return {
        number: landing
        for number, landing in best.items()
        if landing.tip == UNREACHED or _by_number(landing) or holders[landing.tip] == number
    }


def _is_squash(landing: Landing) -> bool:
    return landing.style == "squash_number"


def _by_number(landing: Landing) -> bool:
    return landing.style in SERVER_MADE
