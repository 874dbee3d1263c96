"""Which commits are a change request's own, and which times they offer for its opening."""

from __future__ import annotations

from analyzers.graph import UNREACHED
from analyzers.reviews.landing import SERVER_MADE, Landing
from analyzers.reviews.record import UNKNOWN, Record
from analyzers.reviews.sequences import Sequence

_NEWEST = 60
_MANY = 3
_MOST_WALKED = 2000


def own_commits(
    record: Record, sequence: Sequence, number: int, landing: Landing | None
) -> list[int]:
    """Graph positions of the commits made for this change request, merges left out.

    What its landing brought in; else its head minus everything on a line (at most 400).
    Gerrit: every patch set. Empty where only a squash is left of it.
    """
    if number in sequence.pushes:
        return sequence.pushes[number]
    head = sequence.heads.get(number, UNREACHED)
    if landing is not None and landing.tip != UNREACHED and landing.style != "twin":
        brought = _brought(record, landing)
        if brought:
            return brought
    if head == UNREACHED:
        return []
    event = record.lines.arrival[head]
    return record.graph.own_commits(head, record.lines.arrival, event=event) or [head]


def _brought(record: Record, landing: Landing) -> list[int]:
    arrival = record.lines.arrival_at(landing.commit)
    if landing.tip == landing.commit:
        return [landing.tip]  # fast-forward: the line does not show where the branch began
    if arrival[landing.tip] != landing.commit:
        return []
    return record.graph.own_commits(landing.tip, arrival, event=landing.commit)


def of_its_opener(record: Record, own: list[int]) -> list[int]:
    """The own commits that show when it was opened: where many wrote, those of the newest's author.

    A branch of three or more hands mostly carries work from before the change request. In number
    sequences thinned out until bands were days wide this dated 62 % of such branches to within a
    day, all their commits 39 %; with two hands it would be worse (benchmarks/openings.py --thin).
    """
    authors = {record.author_emails[i] for i in own}
    if len(authors) < _MANY:
        return own
    return [i for i in own if record.author_emails[i] == record.author_emails[own[0]]]


def base(record: Record, sequence: Sequence, number: int) -> int:
    """What a change request that did not land is compared with; UNREACHED where nothing is.

    The newest commit of a line that its head builds on; of a Gerrit patch set its parent.
    """
    head = sequence.heads[number]
    parents, arrival = record.graph.parents, record.lines.arrival
    if number in sequence.pushes:
        return parents[head][0] if parents[head] else UNREACHED
    waiting, seen, found = [head], {head}, []
    while waiting and len(seen) < _MOST_WALKED:
        for parent in parents[waiting.pop()]:
            if arrival[parent] != UNREACHED:
                found.append(parent)
            elif parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    committed = record.committed
    return max(found, key=lambda i: (committed[arrival[i]], committed[i]), default=UNREACHED)


def candidate_times(record: Record, own: list[int], landing: Landing | None) -> list[int]:
    """Every author and commit time of the newest own commits that the opening may have had.

    A landing made by the server bounds them. Without own commits the author time of the
    landed commit is all there is.
    """
    latest = record.snapshot
    if landing is not None and landing.style in SERVER_MADE:
        latest = min(latest, landing.at)
    if not own:
        times = [record.authored[landing.commit]] if landing is not None else []
    else:
        newest = sorted(own, key=lambda i: record.committed[i], reverse=True)[:_NEWEST]
        times = [record.authored[i] for i in newest] + [record.committed[i] for i in newest]
    return sorted({time for time in times if UNKNOWN < time <= latest})
