"""One number sequence brought to its end: landings, own commits, chain, openings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from analyzers.history import Messages
from analyzers.reviews import chain, heads, landings, mentions, openings
from analyzers.reviews.landing import Landing
from analyzers.reviews.openings import Dating, Opening
from analyzers.reviews.ownership import candidate_times, of_its_opener, own_commits
from analyzers.reviews.record import UNKNOWN, Record
from analyzers.reviews.sequences import Sequence

_TWIN_VETO = 3
"""A back-port's commit is a twin of the original's, so twins are judged more strictly."""


@dataclass(frozen=True, slots=True)
class Request:
    """A change request as git shows it, commits by graph position; any list may be empty.

    `own` commits were made for it, `arrived` ones came onto a line in their place (twins),
    `times` are the candidates for its opening.
    """

    number: int
    opening: Opening
    landing: Landing | None
    own: list[int]
    times: list[int]
    arrived: list[int]


@dataclass(frozen=True, slots=True)
class Dated:
    """A sequence with its requests in number order, and what dated them."""

    sequence: Sequence
    dating: Dating
    requests: list[Request]
    vetoed: dict[int, list[Landing]]


def dated(record: Record, sequence: Sequence, messages: Messages) -> Dated:
    """Every change request of the sequence that has a head or a landing."""
    claims = landings.claims(record, sequence, messages)
    first = landings.chosen(claims, vetoes=lambda _: False)
    numbers = sorted({*sequence.heads, *claims})
    own = {n: own_commits(record, sequence, n, first.get(n)) for n in numbers}
    times = {
        n: candidate_times(record, _as_opened(sequence, n, own[n]), first.get(n)) for n in numbers
    }
    proofs = _proofs(record, sequence, first)
    for number, proof in mentions.mentions(record, sequence, messages):
        proofs[number].append(proof)
    dating = openings.dating(times, proofs, snapshot=record.snapshot)

    def is_foreign(landing: Landing) -> bool:
        after = _TWIN_VETO if landing.style == "twin" else chain.VETO_AFTER
        return dating.chain.vetoes(landing.number, landing.at, after=after)

    final = landings.chosen(claims, vetoes=is_foreign)
    kept = [n for n in numbers if n in final or n in sequence.heads]
    for number in kept:
        if final.get(number) != first.get(number):
            own[number] = own_commits(record, sequence, number, final.get(number))
    arrived = _arrived(record, own, final)
    requests = [
        Request(
            number,
            openings.opening(
                dating,
                number,
                times[number],
                is_plain=not own[number],
                latest=_latest(final.get(number)),
                better=_better(record, sequence, own[number], final.get(number)),
            ),
            final.get(number),
            own[number],
            times[number],
            arrived.get(number, []),
        )
        for number in kept
    ]
    return Dated(sequence, dating, requests, _struck(claims, is_foreign))


def _as_opened(sequence: Sequence, number: int, own: list[int]) -> list[int]:
    """The commits it opened with, as far as known: of Gerrit's patch sets the first."""
    return own[:1] if number in sequence.pushes else own


def _latest(landing: Landing | None) -> int:
    return landing.at if landing is not None and landing.is_proof else chain.NO_BOUND


def _better(
    record: Record, sequence: Sequence, own: list[int], landing: Landing | None
) -> list[int]:
    """The candidate times of who opened it, where these are not all of them."""
    opener = own if sequence.pushes else of_its_opener(record, own)
    return [] if len(opener) == len(own) else candidate_times(record, opener, landing)


def _struck(
    claims: landings.Claims, is_foreign: Callable[[Landing], bool]
) -> dict[int, list[Landing]]:
    struck = {number: [c for c in found if is_foreign(c)] for number, found in claims.items()}
    return {number: found for number, found in struck.items() if found}


def _arrived(
    record: Record, own: dict[int, list[int]], final: dict[int, Landing]
) -> dict[int, list[int]]:
    """What came onto a line in place of the own commits, where their twins tell."""
    moved = {n: own[n] for n, landing in final.items() if landing.style in ("twin", "gerrit")}
    keys = {n: [heads.identity(record, i) for i in commits] for n, commits in moved.items()}
    twins = heads.earliest_twins(record, {key for some in keys.values() for key in some})
    side = {n: not record.lines.on_default[final[n].commit] for n in keys}
    return {
        n: sorted({final[n].tip, *_on_side(record, twins, some, is_release=side[n])})
        for n, some in keys.items()
    }


def _on_side(
    record: Record,
    twins: dict[heads.Identity, list[int]],
    keys: list[heads.Identity],
    *,
    is_release: bool,
) -> Iterator[int]:
    """The twins on the kind of line that the change request landed on."""
    for key in keys:
        for twin in twins.get(key, []):
            if record.lines.on_default[record.lines.arrival[twin]] != is_release:
                yield twin


def _proofs(
    record: Record, sequence: Sequence, landed: dict[int, Landing]
) -> defaultdict[int, list[int]]:
    proofs: defaultdict[int, list[int]] = defaultdict(list)
    for number, landing in landed.items():
        if landing.is_proof:
            proofs[number].append(landing.at)
    for number, merge in sequence.test_merges.items():
        if record.committed[merge] != UNKNOWN:
            proofs[number].append(record.committed[merge])
    return proofs
