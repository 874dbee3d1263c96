"""Everything known of each change request, as one row: tables.CHANGE_REQUESTS, MEMBERSHIPS."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analyzers import tables
from analyzers.graph import UNREACHED
from analyzers.reviews import rounds
from analyzers.reviews.people import People
from analyzers.reviews.record import UNKNOWN, Record, timestamps
from analyzers.reviews.requests import Dated, Request
from analyzers.reviews.titles import title

_TIMES = (
    "opened_at",
    "opened_low",
    "opened_high",
    "opened_low_wide",
    "opened_high_wide",
    "last_push_at",
    "landed_at",
)


def from_git(
    record: Record, people: People, titles: dict[int, str], dated: list[Dated]
) -> pd.DataFrame:
    """What git alone says of the change requests; sizes, events and authorship come later."""
    rows = [
        _row(record, people, titles, sequence_dates, request)
        for sequence_dates in dated
        for request in sequence_dates.requests
    ]
    columns = [*_NAMES, *_TIMES]
    frame = pd.DataFrame(rows, columns=columns)
    times = {name: timestamps(frame[name].astype("int64")) for name in _TIMES}
    return frame.assign(**times)


_NAMES = (
    "change_request",
    "number",
    "source",
    "title",
    "state",
    "opened_grade",
    "opened_method",
    "landed_sha",
    "landing_style",
    "landed_on",
    "head_sha",
    "author_id",
    "landed_by_id",
    "other_human",
    "n_commits",
    "n_rounds",
    "is_automation",
)


def _row(
    record: Record, people: People, titles: dict[int, str], dated: Dated, request: Request
) -> tuple[object, ...]:
    sequence, landing, opening = dated.sequence, request.landing, request.opening
    number, head = request.number, sequence.heads.get(request.number, UNREACHED)
    own = _latest_set(dated, request)
    author, is_automation = people.author(own, landing)
    landed = UNKNOWN if landing is None else max(landing.at, opening.at)
    pushed = [record.committed[i] for i in request.own]
    subject = "" if landing is None else record.subjects[landing.commit]
    is_merge = landing is not None and len(record.graph.parents[landing.commit]) > 1
    return (
        sequence.name(number),
        number,
        sequence.source,
        title(record, titles, landing, head),
        "not_landed" if landing is None else "landed",
        opening.grade,
        opening.method,
        None if landing is None else record.graph.shas[landing.commit],
        None if landing is None else landing.style,
        None if landing is None else _line(record, landing.commit),
        sequence.head_shas.get(number),
        author,
        people.landed_by(landing, subject, is_merge=is_merge),
        bool(people.others(author, own)),
        len(own) or None,
        rounds.update_bursts(pushed, opened=opening.at, landed=landed) if pushed else None,
        is_automation,
        opening.at,
        opening.low,
        opening.high,
        opening.low_wide,
        opening.high_wide,
        rounds.last_push(pushed, landed=landed),
        landed,
    )


def _latest_set(dated: Dated, request: Request) -> list[int]:
    """Own commits; of Gerrit's patch sets only the last, for each replaces the one before."""
    return request.own[-1:] if request.number in dated.sequence.pushes else request.own


def _line(record: Record, commit: int) -> str:
    return "default" if record.lines.on_default[commit] else "release"


def memberships(record: Record, dated: list[Dated]) -> pd.DataFrame:
    """tables.MEMBERSHIPS: own commits, what arrived in their place, and the merge."""
    rows = [
        (sequence_dates.sequence.name(request.number), record.graph.shas[position], role)
        for sequence_dates in dated
        for request in sequence_dates.requests
        for position, role in _members(record, sequence_dates, request)
    ]
    frame = pd.DataFrame(rows, columns=tables.MEMBERSHIPS.names)
    return tables.MEMBERSHIPS.conform(frame.drop_duplicates())


def _members(record: Record, dated: Dated, request: Request) -> Iterator[tuple[int, str]]:
    own, landing = _latest_set(dated, request), request.landing
    for position in own:
        yield position, "own"
    if landing is None:
        return
    if len(record.graph.parents[landing.commit]) > 1:
        yield landing.commit, "merge"
    elif landing.style in ("squash_number", "closes_number"):
        yield landing.commit, "landed"
    for position in request.arrived:
        yield position, "landed"


def counted(requests: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """(change_request, sha) of the commits that measure its size.

    What arrived in place of the own commits (a squash, twins), where there is such; else the
    own commits.
    """
    role, name = members["role"], members["change_request"].to_list()
    landed = set(members.loc[role == "landed", "change_request"].to_list())
    known = set(requests["change_request"].to_list())  # pandas' isin is slow on many strings
    wanted = np.array([each in known for each in name], dtype=bool)
    by_landing = np.array([each in landed for each in name], dtype=bool)
    is_landed, is_own = (role == "landed").to_numpy(bool), (role == "own").to_numpy(bool)
    columns = ["change_request", "sha"]
    arrived, own = wanted & is_landed, wanted & is_own & ~by_landing
    return pd.concat([members.loc[arrived, columns], members.loc[own, columns]])
