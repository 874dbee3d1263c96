"""The pure stages in their order: one mined history becomes every finished table.

Reviews date and land the change requests, authorship finds and weighs the evidence, capacity
counts by week. Nothing here asks git, the clock or the disk.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analyzers import authorship, capacity, recorded, reviews, tables
from analyzers.capacity.metric import Frames
from analyzers.config import Config
from analyzers.graph import Graph
from analyzers.history import History
from analyzers.mining import people
from analyzers.provenance import Finished
from analyzers.reviews import review_notes, trailers
from analyzers.reviews.events import frame as event_frame


@dataclass(frozen=True, slots=True)
class Analysed:
    """Every finished table, what evidence they rest on, and what they cannot be trusted with."""

    tables: Finished
    coverage: dict[str, Any]
    warnings: tuple[str, ...]


def analyse(
    history: History,
    file_changes: pd.DataFrame,
    known_events: pd.DataFrame,
    settings: Config,
    *,
    propose: Callable[[pd.DataFrame], pd.DataFrame] = lambda _: tables.PROPOSED_CHANGES.empty(),
) -> Analysed:
    """The finished tables of one history; pure: the same history gives the same tables.

    `propose` compares heads that did not land with their bases (tables.PROPOSED_CHANGES).
    """
    is_automation = functools.partial(people.is_automation, bots=settings.bots)
    graph = Graph.of(history.commits)
    study = reviews.study(history, graph, is_automation=is_automation)
    members = study.memberships
    named = [*trailers.read(history, members, study.names), *review_notes.read(history, members)]
    events = recorded.together(known_events, event_frame(named))
    proposed = propose(study.unlanded)
    requests = reviews.with_record(
        study, events, history.commits, file_changes=file_changes, proposed=proposed
    )
    evidence = authorship.evidence(
        history,
        members,
        file_changes=file_changes,
        config=settings,
        is_automation=is_automation,
    )
    verdicts = authorship.verdict.commits(history.commits, evidence, is_automation)
    commits = _commits(history, graph, members, verdicts)
    told = authorship.verdict.change_requests(requests, members, evidence, verdicts)
    requests = tables.CHANGE_REQUESTS.conform(
        requests.assign(**told.drop(columns="change_request"))
    )
    finished = {
        tables.COMMITS: commits,
        tables.FILE_CHANGES: file_changes,
        tables.PROPOSED_CHANGES: _by_key(tables.PROPOSED_CHANGES, proposed),
        tables.EVIDENCE: _by_key(tables.EVIDENCE, evidence),
        tables.CHANGE_REQUESTS: requests,
        tables.MEMBERSHIPS: members,
        tables.REVIEW_EVENTS: events,
        tables.REFS: history.refs,
        tables.NOTES: history.notes,
    }
    finished |= capacity.tables_of(Frames(commits, requests, events, members, file_changes))
    coverage = _coverage(history, members, evidence) | {
        "openings": study.confidence.to_dict("records"),
        "git_only_error": reviews.git_only_error(study.requests, known_events).to_dict("records"),
    }
    return Analysed(finished, coverage, study.warnings)


def _by_key(table: tables.Table, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows in the order of their key, whichever were known before and whichever are new."""
    return frame.sort_values(list(table.key), kind="stable", ignore_index=True)


def _coverage(history: History, members: pd.DataFrame, evidence: pd.DataFrame) -> dict[str, Any]:
    """Where authorship could be looked for, what squashing lost, what notes say marks missed."""
    places = authorship.coverage(history, members)
    recall = authorship.notes.recall(history.notes, history.commits, evidence)
    return {
        "places": dict(zip(places["place"], places["n"].astype(int), strict=True)),
        "squash_loss": authorship.squash.squash_loss(evidence, members, history.commits),
        "recall_by_notes": recall.to_dict("records"),
    }


def _commits(
    history: History, graph: Graph, memberships: pd.DataFrame, verdicts: pd.DataFrame
) -> pd.DataFrame:
    """tables.COMMITS: what HEAD reaches, when it landed and with what, and its verdict."""
    commits = history.commits.assign(**verdicts[["authorship", "ai_tools", "n_evidence"]])
    arrival = np.asarray(graph.arrivals(graph.positions([history.head] if history.head else [])))
    landed_at = commits["committed_at"].take(arrival.clip(min=0)).set_axis(commits.index)
    request = memberships.drop_duplicates("sha").set_index("sha")["change_request"]
    placed = commits.assign(
        on_default_line=arrival == np.arange(len(commits)),
        landed_at=landed_at,
        landed_in_week=capacity.weeks.iso_week(landed_at),
        change_request=commits["sha"].map(request),
    )
    reached = placed[arrival >= 0]
    return tables.COMMITS.conform(reached.assign(is_copy=authorship.verdict.is_copy(reached)))
