"""The words that columns may hold: verdicts, kinds, places, degrees, styles, states, events."""

from __future__ import annotations

AUTHORSHIP = ("ai_agent", "ai_coauthored", "ai_assisted", "unmarked", "automation_bot", "ambiguous")
"""Verdicts. The first three are declared AI; `unmarked` means no marker, never "human"."""

DECLARED_AI = AUTHORSHIP[:3]

FILE_KINDS = ("code", "test", "doc", "config", "generated", "vendored", "lock")
"""`generated`, `vendored` and `lock` are what no one reviews: left out of reviewable lines."""

REVIEWABLE_KINDS = FILE_KINDS[:4]

REF_KINDS = (
    "head",  # what HEAD names: the default line
    "branch",
    "tag",
    "pull_head",  # refs/pull/N/head
    "pull_merge",  # refs/pull/N/merge
    "merge_request_head",  # refs/merge-requests/N/head
    "merge_request_merge",
    "patch_set",  # refs/changes/XX/N/P
    "change_meta",  # refs/changes/XX/N/meta
    "note",
    "other",
)

EVIDENCE_PLACES = (
    "author",
    "committer",
    "trailer",
    "footer",
    "link",
    "subject",
    "branch",
    "merge_body",
    "prose",
    "note",
    "checkpoint",
    "file",
    "squashed_commit",
    "generic",
)

DEGREES = ("agent", "coauthored", "assisted", "ambiguous", "denied", "automation", "none")

LANDING_STYLES = (
    "merge_commit",
    "bors",
    "squash_number",
    "reachable_head",
    "twin",
    "closes_number",
    "gerrit",
    "import",
)

STATES = ("landed", "not_landed", "open", "closed")

EVENT_KINDS = (
    "opened",
    "updated",
    "ready",
    "drafted",
    "review_requested",
    "commented",
    "approved",
    "changes_requested",
    "landed",
    "closed",
    "reopened",
)
