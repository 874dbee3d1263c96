"""When was a change request opened? Read off the number sequence, with a band and a grade.

The longest chain of (number, commit time) that never falls gives anchors. An opening lies
between the anchor before its number and the third one after it (band), or, to be surer,
between the second before and the fifth after (wide band), and not after any proof that the
number was taken. Source: the opening study, section 5; its error on exact truth: median
6 minutes, 97 % within one day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analyzers.reviews import chain
from analyzers.reviews.chain import NO_BOUND, Chain

HOUR = 3600
DAY = 24 * HOUR
_BURST_GAP = 2 * HOUR
_BAND, _WIDE = (1, 3), (2, 5)
MIN_SHARE = 0.8
"""Below this share of numbers on the chain, two sequences may be mixed: say so."""

GRADES = (("A", DAY // 4), ("B", DAY), ("C", 7 * DAY))
"""Widest band of each grade, for openings dated by own commits; anything wider is D.

A number dated between its neighbours (interpolated) or from the squashed commit alone (plain)
is B at best. `first_commit`, with no anchor on either side, is D. Records of the platform
(gerrit, import) are exact, hence A.
"""


@dataclass(frozen=True, slots=True)
class Opening:
    """Epoch seconds; NO_BOUND where nothing bounds that side."""

    at: int
    low: int
    high: int
    low_wide: int
    high_wide: int
    grade: str
    method: str


@dataclass(frozen=True, slots=True)
class Dating:
    """What dates the openings of one sequence: its chain and the stair of upper evidence."""

    chain: Chain
    proofs: Chain
    snapshot: int

    @property
    def is_doubtful(self) -> bool:
        """Whether the chain keeps so few numbers that sequences may be mixed."""
        return self.chain.n_offered > 0 and self.chain.share < MIN_SHARE

    def bound(self, number: int, nth_below: int, nth_above: int) -> tuple[int, int]:
        """The band between two anchors, its top clipped by U(N) and by the snapshot."""
        low = self.chain.below(number, nth_below)
        bounds = (
            self.chain.above(number, nth_above),
            chain.upper(self.proofs, number),
            self.snapshot,
        )
        # a history without one known date bounds nothing
        high = min((bound for bound in bounds if bound != NO_BOUND), default=NO_BOUND)
        return (low, high) if low <= high else (high, low)


def dating(
    candidates: Mapping[int, Sequence[int]],
    proofs: Mapping[int, Sequence[int]],
    *,
    snapshot: int,
) -> Dating:
    """The chain over all candidate times, and the proofs that survive its veto.

    `proofs` are times at which a number was certainly taken: landings by another commit,
    test merges, mentions.
    """
    anchors = chain.longest(candidates)
    kept = {
        number: min(surviving)
        for number, times in proofs.items()
        if (surviving := [t for t in times if t <= snapshot and not anchors.vetoes(number, t)])
    }
    return Dating(anchors, chain.suffix_minimum(kept), snapshot)


def opening(
    dates: Dating,
    number: int,
    times: Sequence[int],
    *,
    is_plain: bool,
    latest: int = NO_BOUND,
    better: Sequence[int] = (),
) -> Opening:
    """The opening of one number from its own candidate times (ascending, may be empty).

    `is_plain` says that they come from the landed commit alone; `latest` is the landing; `better`
    are those of the times that date it where they lie in the band.
    """
    low, high = dates.bound(number, *_BAND)
    low_wide, high_wide = dates.bound(number, *_WIDE)
    is_inside = any(low <= time <= high for time in better)
    at, method = _point(dates, number, better if is_inside else times, (low, high))
    if is_plain and method == "own":
        method = "plain"
    if latest != NO_BOUND:
        at, low, high, high_wide = (min(t, latest) for t in (at, low, high, high_wide))
        low_wide = min(low_wide, low)
    grade = _grade(low, high, method)
    return Opening(at, low, high, min(low, low_wide), max(high, high_wide), grade, method)


def _point(
    dates: Dating, number: int, times: Sequence[int], band: tuple[int, int]
) -> tuple[int, str]:
    low, high = band
    below, above = dates.chain.below(number, 1), dates.chain.above(number, 1)
    if below == NO_BOUND and above == NO_BOUND:
        return (min(high, first_burst(times)) if times else high), "first_commit"
    inside = [time for time in times if low <= time <= high]
    if inside:
        return first_burst(inside), "own"
    middle = dates.chain.between(number)
    if middle == NO_BOUND:
        middle = below if above == NO_BOUND else above
    return max(low, min(high, middle)), "interpolated"


def first_burst(times: Sequence[int]) -> int:
    """The end of the first run of times (ascending) without a pause of more than two hours."""
    end = times[0]
    for time in times[1:]:
        if time - end > _BURST_GAP:
            break
        end = time
    return end


def _grade(low: int, high: int, method: str) -> str:
    if method == "first_commit" or low == NO_BOUND:
        return "D"
    grade = next((name for name, widest in GRADES if high - low <= widest), "D")
    return max(grade, "B") if method in ("interpolated", "plain") else grade
