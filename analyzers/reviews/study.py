"""What git alone says of the change requests, and how sure each number sequence is."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

import pandas as pd

from analyzers.graph import UNREACHED, Graph
from analyzers.history import History
from analyzers.mining.people import is_automation
from analyzers.reviews import cycles
from analyzers.reviews.landing import SERVER_MADE
from analyzers.reviews.names import Names
from analyzers.reviews.openings import MIN_SHARE
from analyzers.reviews.ownership import base
from analyzers.reviews.people import IsAutomation, people
from analyzers.reviews.record import DAY, Record, record
from analyzers.reviews.requests import Dated, dated
from analyzers.reviews.sequences import sequences
from analyzers.reviews.titles import merge_titles

CONFIDENCE = (
    "sequence",
    "n_change_requests",
    "n_heads",
    "chain_share",
    "band_median_days",
    "n_vetoed",
    "A",
    "B",
    "C",
    "D",
)


@dataclass(frozen=True, slots=True)
class Study:
    """Change requests by git alone (sizes and recorded events to come), and tables.MEMBERSHIPS.

    `confidence` has a row per number sequence (columns CONFIDENCE: how many change requests and
    heads, the share of numbers on the chain, the median band, vetoed landings, and how many of
    each grade); `warnings` say what the figures cannot be trusted with; `unlanded` (head_sha,
    base_sha) is what could be compared to see how large the newest are that did not land; `names`
    lead to the people of the history.
    """

    requests: pd.DataFrame
    memberships: pd.DataFrame
    confidence: pd.DataFrame
    warnings: tuple[str, ...]
    unlanded: pd.DataFrame
    names: Names


def study(history: History, graph: Graph, *, is_automation: IsAutomation = is_automation) -> Study:
    """Landings, openings and own commits of every change request of the history."""
    facts = record(history, graph)
    dates = [dated(facts, sequence, history.messages) for sequence in sequences(history, graph)]
    seen = [d for d in dates if d.requests]
    landed = {r.landing.commit for d in seen for r in d.requests if r.landing is not None}
    titles = merge_titles(facts, history.messages, landed)
    persons = people(history.commits, is_automation)
    return Study(
        requests=cycles.from_git(facts, persons, titles, seen),
        memberships=cycles.memberships(facts, seen),
        confidence=pd.DataFrame([_confidence(d) for d in seen], columns=list(CONFIDENCE)),
        warnings=tuple(warning for d in seen for warning in _warnings(d)),
        unlanded=pd.DataFrame(_unlanded(facts, seen), columns=["head_sha", "base_sha"]),
        names=persons.names,
    )


def _unlanded(record: Record, seen: list[Dated]) -> list[tuple[str, str]]:
    """Head and base of the newest that did not land: no measure of today needs older ones."""
    waiting = [
        (request.opening.at, dates, request.number)
        for dates in seen
        for request in dates.requests
        if request.landing is None
        and request.number in dates.sequence.heads
        and request.opening.at > record.snapshot - _RECENT
    ]
    waiting.sort(key=lambda each: -each[0])
    shas, pairs = record.graph.shas, {}
    for _, dates, number in waiting[:_MOST_COMPARED]:
        head, ground = dates.sequence.heads[number], base(record, dates.sequence, number)
        if ground != UNREACHED and record.lines.arrival[head] == UNREACHED:
            pairs[shas[head]] = shas[ground]
    return list(pairs.items())


def _confidence(dates: Dated) -> dict[str, object]:
    openings = [request.opening for request in dates.requests]
    widths = [(opening.high - opening.low) / DAY for opening in openings if opening.low >= 0]
    grades = [opening.grade for opening in openings]
    return {
        "sequence": _NAMES[dates.sequence.sigil],
        "n_change_requests": len(dates.requests),
        "n_heads": len(dates.sequence.heads),
        "chain_share": dates.dating.chain.share,
        "band_median_days": median(widths) if widths else None,
        "n_vetoed": len(dates.vetoed),
        **{grade: grades.count(grade) for grade in "ABCD"},
    }


_NAMES = {
    "#": "pull requests",
    "!": "merge requests",
    "D": "Phabricator revisions",
    "": "Gerrit changes",
}
_REFS = {
    "#": "+refs/pull/*/head:refs/pull/*/head",
    "!": "+refs/merge-requests/*/head:refs/merge-requests/*/head",
}


def _warnings(dates: Dated) -> list[str]:
    what = _NAMES[dates.sequence.sigil]
    found = []
    if dates.dating.is_doubtful and dates.sequence.heads and len(dates.requests) >= _ENOUGH:
        found.append(
            f"only {dates.dating.chain.share:.0%} of the {what} fit one order of time (expected"
            f" {MIN_SHARE:.0%} or more): numbers of two projects may be mixed, mind the bands"
        )
    if dates.sequence.sigil == "D":
        found.append(
            f"of {what} only those that landed are in git; their numbers are shared with other"
            " repositories of the installation, so mind the bands"
        )
    elif not dates.sequence.heads and dates.sequence.sigil:
        found.append(
            f"no heads of {what} are here, so only those whose numbers stand on the line are seen;"
            f" fetch {_REFS[dates.sequence.sigil]} (reviewgap fetch-reviews does) to see all"
        )
    elif _headless_share(dates) > _MOST_HEADLESS:
        found.append(
            f"{_headless_share(dates):.0%} of the landed {what} have no head here: the fetch was"
            " partial, and what did not land is mostly unseen"
        )
    return found


def _headless_share(dates: Dated) -> float:
    """Share of what landed by its number whose head is missing."""
    landed = [r.number for r in dates.requests if r.landing and r.landing.style in SERVER_MADE]
    missing = sum(number not in dates.sequence.head_shas for number in landed)
    return missing / len(landed) if landed else 0.0


_RECENT = 3 * 365 * DAY
_MOST_COMPARED = 1000
_MOST_HEADLESS = 0.2
_ENOUGH = 20
"""Below this many change requests the chain's share says nothing; nor does it without heads,
where squashes offer the time of their landing only."""
