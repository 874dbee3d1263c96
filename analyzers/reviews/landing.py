"""One claim that a change request landed, and the styles of evidence for it."""

from __future__ import annotations

from dataclasses import dataclass

from analyzers.graph import UNREACHED

STYLES = (
    "merge_commit",
    "bors",
    "squash_number",
    "reachable_head",
    "twin",
    "closes_number",
    "gerrit",
)
SERVER_MADE = STYLES[:3]
"""Styles whose commit the platform makes at the moment of landing."""


@dataclass(frozen=True, slots=True)
class Landing:
    """One claim that a change request landed: where (`commit`), when, by which evidence.

    `tip` is where its own commits start, if the graph shows them; `is_proof` says whether the
    landing proves that the number existed by then (its own commit proves nothing).
    """

    number: int
    commit: int
    at: int
    style: str
    tip: int = UNREACHED
    is_proof: bool = True
