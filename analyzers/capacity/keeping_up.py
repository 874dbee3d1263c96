"""Is review keeping up? A verdict against the repository's own past, with its reason.

The two signs that told saturation from mere growth in simulation and in real repositories
(science notes A.4, A.5): the share that lands within 30 days, and weeks of work. Both worse:
falling behind. Neither: keeping up. One of them, or too little data: undetermined.
The thresholds are milder than the alarm's, since this describes and does not warn.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from analyzers.capacity.alarm import DROP_AT_LEAST, two_proportion_z
from analyzers.capacity.demonstrated import FOLLOW_UP_WEEKS, REFERENCE, REFERENCE_AT_LEAST, Flow

Verdict = Literal["keeping_up", "falling_behind", "undetermined"]

Z_ABOVE = 1.6448536269514722  # one-sided 95 %
WORK_FACTOR = 1.2
COHORT_N = 20


def verdict(flow: Flow, *, recent: int) -> tuple[Verdict, str]:
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
    return _weighed(
        fewer, bool(factor >= WORK_FACTOR), _compared(hits / n, ref / of, flow, usual_work)
    )


def _weighed(fewer: bool, more: bool, compared: str) -> tuple[Verdict, str]:  # noqa: FBT001
    if fewer and more:
        return "falling_behind", f"fewer land within 30 days and more waits: {compared}"
    if fewer:
        return "undetermined", f"fewer land within 30 days, but no more waits: {compared}"
    if more:
        return "undetermined", f"more waits, but no fewer land within 30 days: {compared}"
    return "keeping_up", f"no fewer land within 30 days and no more waits: {compared}"


def _compared(share: float, usual: float, flow: Flow, usual_work: np.ndarray) -> str:
    return (
        f"{share:.0%} landed within 30 days ({usual:.0%} before), at most {flow.work[-1]:.1f}"
        f" weeks of work wait ({float(np.median(usual_work)):.1f} before)"
    )
