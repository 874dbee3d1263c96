"""Which commits are a change request's own, and which times they offer for its opening."""

from __future__ import annotations

from analyzers.graph import UNREACHED
from analyzers.reviews.landing import SERVER_MADE, Landing
from analyzers.reviews.record import UNKNOWN, Record
from analyzers.reviews.sequences import Sequence

_NEWEST = 60


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
