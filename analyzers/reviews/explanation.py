"""The whole argument of how one change request was dated and landed, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analyzers.errors import UsageError
from analyzers.graph import Graph
from analyzers.history import History
from analyzers.reviews import chain
from analyzers.reviews.landing import Landing
from analyzers.reviews.ownership import of_its_opener
from analyzers.reviews.record import DAY, Record, record
from analyzers.reviews.requests import Dated, Request, dated
from analyzers.reviews.sequences import sequences

STYLES = {
    "merge_commit": "a merge commit names its number",
    "bors": "a merge queue's commit names its number",
    "squash_number": "a commit on the line ends in its number",
    "reachable_head": "its head is part of the line",
    "twin": "the line holds a commit with the same author, author time and subject as its head",
    "closes_number": "a commit on the line says that it closes it",
    "gerrit": "a commit on the line carries its Change-Id",
}
"""How a landing was found, in words."""
_EARLY = {
    "bors": "a merge queue dates its commit at the start of the test run, so it reached the line"
    " later, by about one CI run",
}
_METHODS = {
    "own": "the end of the first burst of its own commits inside the band",
    "interpolated": "none of its own commits lies in the band, so its place between the"
    " neighbouring numbers dates it",
    "plain": "only the landed commit is left of it, and its author time lies in the band",
    "first_commit": "no other number bounds it, so its first own commits must do",
}


def explain(history: History, events: pd.DataFrame, change_request: str) -> list[str]:
    """Why the change request (`#12`, `!12`, or a Gerrit number) is dated as it is.

    Raises UsageError where neither history nor the events know it.
    """
    graph = Graph.of(history.commits)
    facts = record(history, graph)
    told = events[events["change_request"] == change_request].sort_values("at")
    for sequence in sequences(history, graph):
        digits = change_request[len(sequence.sigil) :]
        if (
            sequence.name(int(digits) if digits.isdecimal() and len(digits) < 19 else 0)
            != change_request
        ):
            continue
        dates, number = dated(facts, sequence, history.messages), int(digits)
        request = next((r for r in dates.requests if r.number == number), None)
        if request is not None:
            return [*_from_git(facts, dates, request), *_told(told)]
    if told.empty:
        raise UsageError(
            f"expected a change request that history or an import knows, found {change_request!r};"
            " see: reviewgap export --table change_requests"
        )
    return list(_told(told))


def _from_git(facts: Record, dates: Dated, request: Request) -> Iterator[str]:
    yield from _evidence(facts, dates, request)
    yield from _anchors(dates, request)
    yield from _verdict(request)
    yield from _landing(facts, dates, request)


def _evidence(facts: Record, dates: Dated, request: Request) -> Iterator[str]:
    head = dates.sequence.head_shas.get(request.number)
    yield f"head: {head[:12]}" if head else "head: its ref is not in this repository"
    yield f"own commits: {len(request.own)}" + "".join(
        f"\n  - {facts.graph.shas[i][:12]} authored {_when(facts.authored[i])},"
        f" committed {_when(facts.committed[i])}: {facts.subjects[i]}"
        for i in request.own[:10]
    )
    if request.number not in dates.sequence.pushes:
        opener = of_its_opener(facts, request.own)
        if len(opener) < len(request.own):
            yield (
                f"three or more people wrote them, so the {len(opener)} by the author of the newest"
                " date it where they lie in the band"
            )
    yield f"candidate times for the opening: {_candidates(request)}"


def _anchors(dates: Dated, request: Request) -> Iterator[str]:
    anchors, number = dates.dating.chain, request.number
    yield (
        f"chain: {len(anchors.numbers)} of {anchors.n_offered} numbers fit one order of time"
        f" ({anchors.share:.0%})"
        + ("; fewer than 80 %, so numbers of two projects may be mixed" * dates.dating.is_doubtful)
    )
    sigil, (below, above) = dates.sequence.sigil, anchors.nearest(number, 2, 5)
    yield f"anchors below: {_list(sigil, below)}; the first begins the band, the second the wide"
    yield f"anchors above: {_list(sigil, above)}; the third ends the band, the fifth the wide"
    proof = chain.proof(dates.dating.proofs, number)
    if proof is not None:
        taken, at = proof
        yield (
            f"taken at the latest by {_when(at)}: {sigil}{taken} was landed, test-merged or"
            " mentioned by then, and numbers are given in order"
        )


def _verdict(request: Request) -> Iterator[str]:
    opening = request.opening
    yield f"band: {_when(opening.low)} to {_when(opening.high)}"
    yield f"wide band: {_when(opening.low_wide)} to {_when(opening.high_wide)}"
    yield (
        f"opened: {_when(opening.at)}, grade {opening.grade}, method {opening.method}:"
        f" {_METHODS[opening.method]}"
    )


def _landing(facts: Record, dates: Dated, request: Request) -> Iterator[str]:
    for struck in dates.vetoed.get(request.number, []):
        yield f"not its landing: {_claim(facts, struck)}, before its number can have been given"
    if request.landing is None:
        yield "landed: no evidence; git cannot tell whether it is still open"
        return
    landing, opening = request.landing, request.opening
    yield f"landed: {_claim(facts, landing)}"
    if landing.commit == landing.tip and landing.style != "twin":
        yield "it was fast-forwarded: its commit's date is a lower bound of the landing"
    elif landing.style in _EARLY:
        yield _EARLY[landing.style]
    if not facts.lines.on_default[landing.commit]:
        yield "a release line: told apart from what landed on the default line"
    waits = [max(0, landing.at - moment) for moment in (opening.at, opening.high, opening.low)]
    span = f" ({_span(waits[1])} to {_span(waits[2])} by the band)" if opening.low >= 0 else ""
    yield f"time to land: {_span(waits[0])}{span}"


def _claim(facts: Record, landing: Landing) -> str:
    where = "default line" if facts.lines.on_default[landing.commit] else "release line"
    sha = facts.graph.shas[landing.commit][:12]
    return f"{_when(landing.at)} by {sha} on the {where}: {STYLES[landing.style]}"


def _told(events: pd.DataFrame) -> Iterator[str]:
    if events.empty:
        yield "recorded events: none; first response and closing are not known"
        return
    yield f"recorded events: {len(events)}, which count before any estimate"
    for row in events.itertuples(index=False):
        at = "at an unknown time" if pd.isna(row.at) else f"{row.at:%Y-%m-%d %H:%M} UTC"
        actor = "" if pd.isna(row.actor_id) else f" by {row.actor_kind} {row.actor_id}"
        yield f"  - {row.kind} {at}{actor} ({row.source})"


def _candidates(request: Request) -> str:
    """At most ten of them, those inside the band first to be seen."""
    opening = request.opening
    inside = [opening.low <= time <= opening.high for time in request.times]
    first = max(0, (inside.index(True) if any(inside) else 0) - 2)
    shown = list(zip(request.times, inside, strict=True))[first : first + 10]
    told = [_when(time) + " (in the band)" * is_inside for time, is_inside in shown]
    left_out = len(request.times) - len(shown)
    return (", ".join(told) or "none") + (f", and {left_out} more" if left_out else "")


def _list(sigil: str, anchors: list[tuple[int, int]]) -> str:
    return ", ".join(f"{sigil}{number} {_when(time)}" for number, time in anchors) or "none"


def _span(seconds: int) -> str:
    if seconds >= DAY:
        return f"{seconds / DAY:,.1f} days"
    return f"{seconds / 3600:.1f} hours" if seconds >= 3600 else f"{seconds // 60} minutes"


def _when(time: int) -> str:
    if time < 0:
        return "unknown"
    return f"{pd.Timestamp(time, unit='s'):%Y-%m-%d %H:%M} UTC"
