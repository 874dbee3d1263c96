"""Change requests: what landed when, when it was opened, who answered.

A history gives landings, and its number sequence dates the openings (`change_requests`).
Recorded events (Gerrit's notes in git, imports) then replace estimates by facts.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analyzers import tables
from analyzers.graph import Graph
from analyzers.history import History
from analyzers.reviews import cycles
from analyzers.reviews.explanation import explain
from analyzers.reviews.people import IsAutomation, people
from analyzers.reviews.record import record
from analyzers.reviews.recorded import with_events
from analyzers.reviews.requests import dated
from analyzers.reviews.sequences import sequences
from analyzers.reviews.sizes import sizes
from analyzers.reviews.titles import merge_titles

__all__ = ["change_requests", "explain"]


def _nobody(names: pd.Series, _emails: pd.Series) -> np.ndarray:
    return np.zeros(len(names), dtype=bool)


def change_requests(
    history: History,
    graph: Graph,
    events: pd.DataFrame,
    *,
    file_changes: pd.DataFrame | None = None,
    is_automation: IsAutomation = _nobody,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every change request of a history, and which commits belong to it.

    `events` is tables.REVIEW_EVENTS, maybe empty; `file_changes` (sha, path, kind, lines)
    adds distinct files and areas; `is_automation(names, emails)` tells automation accounts.
    Returns tables.CHANGE_REQUESTS, whose authorship columns are placeholders (`unmarked`, no
    tools) until authorship is weighed, and tables.MEMBERSHIPS.
    """
    facts = record(history, graph)
    dates = [dated(facts, sequence, history.messages) for sequence in sequences(history, graph)]
    requests = cycles.from_git(
        facts,
        people(history.commits, is_automation),
        merge_titles(facts, history.messages),
        dates,
    )
    requests = with_events(requests, events)
    members = cycles.memberships(facts, dates)
    sized = sizes(cycles.counted(requests, members), history.commits, file_changes)
    requests = requests.join(sized, on="change_request")
    placed = requests.sort_values(["source", "number"], kind="stable")
    placed = placed.assign(authorship="unmarked", ai_tools="")
    return tables.CHANGE_REQUESTS.conform(placed), members
