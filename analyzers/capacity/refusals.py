"""Why a figure is unknown: what is there, and what is needed."""

from __future__ import annotations

from analyzers.capacity.backlog import INDEX_WINDOW, WORK_WINDOW
from analyzers.capacity.demonstrated import (
    FOLLOW_UP_WEEKS,
    LANDED_AT_LEAST,
    MEMORY,
    REFERENCE,
    Flow,
)
from analyzers.capacity.estimates import MIN_N
from analyzers.capacity.reviewers import COVERAGE_AT_LEAST, COVERAGE_WEEKS

SINCE = {
    "weeks_of_work": f"fewer than {MIN_N} landings in the last {WORK_WINDOW} weeks",
    "review_efficiency_index": f"fewer than {INDEX_WINDOW} weeks, or nothing opened in them",
    "reviewer_coverage_share": f"fewer than {MIN_N} landings in the last {COVERAGE_WEEKS} weeks",
    "n_active_reviewers": f"a reviewer is known for fewer than {COVERAGE_AT_LEAST:.0%} of landings",
}
"""Of a weekly column, in the last week of the period."""


def why_no_capacity(flow: Flow, end: int) -> str:
    """What demonstrated capacity lacks as of the first `end` weeks; empty where nothing."""
    if end < MEMORY:
        return f"{end} complete weeks of history; {MEMORY} are needed"
    landed = int(flow.landed[end - MEMORY : end].sum())
    if landed < LANDED_AT_LEAST:
        return f"{landed} landings in the last {MEMORY} weeks; {LANDED_AT_LEAST} are needed"
    return ""


def why_no_gap(flow: Flow, end: int) -> str:
    """What the review gap lacks beyond that: cohorts that could be followed."""
    followed = max(end - FOLLOW_UP_WEEKS + 1, 0)
    n = int(flow.opened[max(followed - REFERENCE, 0) : followed].sum())
    return f"{n} change requests followed for 30 days; {LANDED_AT_LEAST} are needed"
