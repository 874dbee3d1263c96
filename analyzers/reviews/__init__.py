"""Change requests: what landed when, when it was opened, who answered.

A history gives landings, and its number sequence dates the openings (`change_requests`).
Recorded events (Gerrit's notes in git, imports) then replace estimates by facts.
"""

from __future__ import annotations

import pandas as pd

from analyzers import tables
from analyzers.graph import Graph
from analyzers.history import History
from analyzers.mining.people import is_automation
from analyzers.reviews import cycles
from analyzers.reviews.explanation import explain
from analyzers.reviews.people import IsAutomation, people
from analyzers.reviews.record import record
from analyzers.reviews.recorded import with_events
from analyzers.reviews.requests import dated
from analyzers.reviews.sequences import sequences
from analyzers.reviews.sizes import sizes
from analyzers.reviews.titles import merge_titles

__all__ = ["change_requests", "explain", "from_git", "with_record"]


def change_requests(
    history: History,
    graph: Graph,
    events: pd.DataFrame,
    *,
    file_changes: pd.DataFrame | None = None,
    is_automation: IsAutomation = is_automation,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every change request of a history, and which commits belong to it.

    `events` is tables.REVIEW_EVENTS, maybe empty; `file_changes` (sha, path, kind, lines)
    adds distinct files and areas; `is_automation(names, emails)` tells automation accounts.
    Returns tables.CHANGE_REQUESTS, whose authorship columns are placeholders (`unmarked`, no
    tools) until authorship is weighed, and tables.MEMBERSHIPS.
    """
    requests, members = from_git(history, graph, is_automation=is_automation)
    told = with_record(requests, members, events, history.commits, file_changes=file_changes)
    return told, members


def from_git(
    history: History, graph: Graph, *, is_automation: IsAutomation = is_automation
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The first half of `change_requests`: what git alone says, and tables.MEMBERSHIPS.

    For callers whose events need the memberships first (trailers).
    """
    facts = record(history, graph)
    dates = [dated(facts, sequence, history.messages) for sequence in sequences(history, graph)]
    titles = merge_titles(facts, history.messages)
    requests = cycles.from_git(facts, people(history.commits, is_automation), titles, dates)
    return requests, cycles.memberships(facts, dates)


def with_record(
    requests: pd.DataFrame,
    members: pd.DataFrame,
    events: pd.DataFrame,
    commits: pd.DataFrame,
    *,
    file_changes: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The second half: recorded events and sizes laid over the frame of `from_git`."""
    told = with_events(requests, events)
    sized = sizes(cycles.counted(told, members), commits, file_changes)
    placed = told.join(sized, on="change_request").sort_values(["source", "number"], kind="stable")
    return tables.CHANGE_REQUESTS.conform(placed.assign(authorship="unmarked", ai_tools=""))
