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
from analyzers.reviews import cycles, heads, mentions, numbers, titles, trailers
from analyzers.reviews.explanation import explain
from analyzers.reviews.overlap import git_only_error
from analyzers.reviews.people import IsAutomation
from analyzers.reviews.recorded import with_events
from analyzers.reviews.sizes import proposed_sizes, sizes
from analyzers.reviews.study import Study, study

SIEVES = (
    titles.SIEVE,
    mentions.SIEVE,
    trailers.SIEVE,
    heads.SIEVE,
    numbers.CLOSES,
    numbers.REVISION,
    numbers.GITLAB,
)
"""What is looked for in every message; a new one is one line here."""

__all__ = [
    "SIEVES",
    "Study",
    "change_requests",
    "explain",
    "git_only_error",
    "study",
    "with_record",
]


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
    tools) until authorship is weighed, and tables.MEMBERSHIPS. Callers whose events need the
    memberships first (trailers) take the two halves, `study` and `with_record`.
    """
    found = study(history, graph, is_automation=is_automation)
    told = with_record(found, events, history.commits, file_changes=file_changes)
    return told, found.memberships


def with_record(
    found: Study,
    events: pd.DataFrame,
    commits: pd.DataFrame,
    *,
    file_changes: pd.DataFrame | None = None,
    proposed: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """tables.CHANGE_REQUESTS: recorded events and sizes laid over what git alone says.

    `proposed` (tables.PROPOSED_CHANGES) sizes what did not land.
    """
    told = with_events(found.requests, events)
    sized = sizes(cycles.counted(told, found.memberships), commits, file_changes)
    if proposed is not None and len(proposed):
        sized = proposed_sizes(told, proposed).combine_first(sized)
    placed = told.join(sized, on="change_request").sort_values(["source", "number"], kind="stable")
    return tables.CHANGE_REQUESTS.conform(placed.assign(authorship="unmarked", ai_tools=""))
