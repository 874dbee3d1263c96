"""When and where each change request landed: six kinds of evidence, tried in this order.

1. `Merge pull request #N` (or a merge titled `… (#N)`); GitLab's `See merge request …!N`;
   Phabricator's `Differential Revision: …/DN`
2. bors: `Auto merge of #N`, `Merge #N #M` (the k-th number to the k-th extra parent)
3. one parent and a subject that ends in `(#N)`
4. the head is an ancestor of a line
5. the head has a twin on a line: same author address, author time and subject
6. `Closes #N` where N is a change request with a head

All on first-parent lines: a fork's own `Merge pull request #1` counts nowhere else. Gerrit
changes land by 4, 5 and by their `Change-Id`. Source: the landing study, section 3.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from analyzers.graph import UNREACHED
from analyzers.history import Messages
from analyzers.reviews import heads, named
from analyzers.reviews.landing import SERVER_MADE, Landing
from analyzers.reviews.record import UNKNOWN, Record
from analyzers.reviews.sequences import Sequence

Claims = dict[int, list[Landing]]


def claims(record: Record, sequence: Sequence, messages: Messages) -> Claims:
    """Every landing that history claims for each number, best evidence first."""
    found: Claims = defaultdict(list)
    for landing in _all_claims(record, sequence, messages):
        found[landing.number].append(landing)
    return dict(found)


def _all_claims(record: Record, sequence: Sequence, messages: Messages) -> Iterator[Landing]:
    if sequence.sigil == "#":
        yield from named.pull_requests(record, sequence)
    elif sequence.sigil == "!":
        yield from named.merge_requests(record, messages)
    elif sequence.sigil == "D":
        yield from named.revisions(record, sequence, messages)
    if sequence.heads:
        yield from heads.reachable(record, sequence)
        yield from heads.twins(record, sequence)
    if sequence.heads and sequence.sigil == "#":
        yield from named.closing(record, sequence, messages)
    if sequence.heads and not sequence.sigil:
        yield from heads.change_ids(record, sequence, messages)


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
