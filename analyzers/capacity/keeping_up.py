"""Is review keeping up? A verdict against the repository's own past, with its reason.

The two signs that told saturation from mere growth in simulation and in real repositories
(science notes A.4, A.5): the share that lands within 30 days, and weeks of work. Neither worse:
keeping up. One of them, or too little data: undetermined. Both: falling behind, unless it may be
that more is turned down than before. Git does not record that, and it looks the same in both
signs; but it makes nothing that lands wait longer. So where closings are unknown, those waits
must have grown too. The thresholds are milder than the alarm's, since this describes and does
not warn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from analyzers.capacity.alarm import DROP_AT_LEAST, two_proportion_z
from analyzers.capacity.backlog import soon_landed
from analyzers.capacity.demonstrated import FOLLOW_UP_WEEKS, REFERENCE, REFERENCE_AT_LEAST, Flow
from analyzers.capacity.latency import waits
from analyzers.capacity.metric import Frames
from analyzers.capacity.weeks import UNKNOWN, Weeks

Verdict = Literal["keeping_up", "falling_behind", "undetermined"]

Z_ABOVE = 1.6448536269514722  # one-sided 95 %
WORK_FACTOR = 1.2
COHORT_N = 20
SLOWER = 0.75  # quantile of waits; a queue that is partly served newest first spares the median
KNOWN_AT_LEAST = 0.8  # of what has not landed, whether it is open or closed


def verdict(frames: Frames, flow: Flow, weeks: Weeks, *, recent: int) -> tuple[Verdict, str]:
    """The verdict for the newest `recent` weeks of the flow, and one clause that says why."""
    end = flow.n - FOLLOW_UP_WEEKS + 1
    begin = end - recent
    before = max(begin - REFERENCE, 0)
    if begin - before < REFERENCE_AT_LEAST:
        needed = recent + FOLLOW_UP_WEEKS - 1 + REFERENCE_AT_LEAST
        return "undetermined", f"{flow.n} complete weeks of history; {needed} are needed"
    n, hits = flow.opened[begin:end].sum(), flow.soon[begin:end].sum()
    of, ref = flow.opened[before:begin].sum(), flow.soon[before:begin].sum()
    if min(n, of) < COHORT_N:
        return "undetermined", f"{min(n, of)} change requests to compare; {COHORT_N} are needed"
    usual_work = flow.work[before:begin]
    usual_work = usual_work[np.isfinite(usual_work)]
    if not len(usual_work) or not np.isfinite(flow.work[-1]):
        return "undetermined", "hardly anything landed, so weeks of work are unknown"
    factor = flow.work[-1] / max(float(np.median(usual_work)), 1e-9)
    drop = ref / of - hits / n
    z = float(two_proportion_z(*np.array([[hits], [n], [ref], [of]], dtype=float))[0])
    fewer = bool(drop >= DROP_AT_LEAST and z > Z_ABOVE)
    compared = _compared(hits / n, ref / of, flow, usual_work, n_before=begin - before)
    if fewer and factor >= WORK_FACTOR:
        return _both(_Waits.of(frames, weeks, before, begin, end), compared)
    return _at_most_one(fewer, bool(factor >= WORK_FACTOR), compared)


@dataclass(frozen=True, slots=True)
class _Waits:
    """Hours to land of what landed within 30 days, and whether closings are known."""

    now: np.ndarray
    then: np.ndarray
    are_closings_known: bool

    @classmethod
    def of(cls, frames: Frames, weeks: Weeks, before: int, begin: int, end: int) -> _Waits:
        """Of the cohorts opened in weeks `begin` to `end`, and of those since `before`."""
        hours, opened = waits(frames.opened, frames.landed), weeks.positions(frames.opened)
        soon = soon_landed(frames, days=30)
        is_now = (opened >= begin) & (opened < end)
        is_then = (opened >= before) & (opened < begin)
        states = frames.requests["state"][is_now & (frames.landed == UNKNOWN)]
        known = bool(len(states)) and float((states != "not_landed").mean()) >= KNOWN_AT_LEAST
        return cls(hours[soon & is_now], hours[soon & is_then], known)


def _both(wait: _Waits, compared: str) -> tuple[Verdict, str]:
    """Fewer land and more waits: is review behind, or may more be turned down?"""
    if wait.are_closings_known:
        return "falling_behind", f"fewer land within 30 days and more waits: {compared}"
    unlanded = "fewer land within 30 days and more stays unlanded"
    turned_down = "more may be turned down than before, which git does not record"
    if min(len(wait.now), len(wait.then)) < COHORT_N:
        return "undetermined", f"{unlanded}, but {turned_down}: {compared}"
    now, then = (float(np.quantile(hours, SLOWER)) for hours in (wait.now, wait.then))
    told = f"{compared}, three quarters of what landed by then took {now:.0f} h or less"
    told = f"{told} ({then:.0f} h then)"
    if now < WORK_FACTOR * then:
        return (
            "undetermined",
            f"{unlanded}, but what lands does not wait clearly longer; {turned_down}: {told}",
        )
    return "falling_behind", f"fewer land within 30 days, later, and more waits: {told}"


def _at_most_one(fewer: bool, more: bool, compared: str) -> tuple[Verdict, str]:  # noqa: FBT001
    if fewer:
        return "undetermined", f"fewer land within 30 days, but not clearly more waits: {compared}"
    if more:
        return "undetermined", f"more waits, but not clearly fewer land within 30 days: {compared}"
    return (
        "keeping_up",
        f"not clearly fewer land within 30 days, and not clearly more waits: {compared}",
    )


def _compared(
    share: float, usual: float, flow: Flow, usual_work: np.ndarray, *, n_before: int
) -> str:
    return (
        f"{share:.0%} landed within 30 days ({usual:.0%} in the {n_before} weeks before), at most"
        f" {flow.work[-1]:.1f} weeks of work wait ({float(np.median(usual_work)):.1f} then)"
    )
