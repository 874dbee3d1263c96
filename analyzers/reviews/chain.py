"""The number sequence as a clock: the longest self-consistent chain of numbers and times.

Change requests are numbered in the order of their opening, so for true opening times the
times never fall as the numbers rise. Each number comes with candidate times, some of them
false; the longest chain that never falls keeps the true ones and then judges the rest.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

VETO_AFTER = 5
"""Evidence dated before this many chain anchors below its number is foreign."""

NO_BOUND = -1


@dataclass(frozen=True, slots=True)
class Chain:
    """Anchors: ascending numbers with times that never fall. `n_offered`: numbers that tried."""

    numbers: list[int]
    times: list[int]
    n_offered: int

    @property
    def share(self) -> float:
        """Share of the numbers with candidates that the chain kept."""
        return len(self.numbers) / self.n_offered if self.n_offered else 0.0

    def below(self, number: int, nth: int) -> int:
        """Time of the nth anchor below `number`, else NO_BOUND."""
        position = bisect_left(self.numbers, number) - nth
        return self.times[position] if position >= 0 else NO_BOUND

    def above(self, number: int, nth: int) -> int:
        """Time of the nth anchor above `number`, else NO_BOUND."""
        position = bisect_right(self.numbers, number) + nth - 1
        return self.times[position] if position < len(self.times) else NO_BOUND

    def nearest(
        self, number: int, n_below: int, n_above: int
    ) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """So many anchors (number, time) below `number` and above it, nearest first."""
        anchors = list(zip(self.numbers, self.times, strict=True))
        below = anchors[: bisect_left(self.numbers, number)][::-1]
        return below[:n_below], anchors[bisect_right(self.numbers, number) :][:n_above]

    def vetoes(self, number: int, time: int, *, after: int = VETO_AFTER) -> bool:
        """Whether evidence for `number` at `time` predates the fifth anchor below it."""
        return time < self.below(number, after)

    def between(self, number: int) -> int:
        """The time a number would have on the straight line between its nearest anchors."""
        after = bisect_right(self.numbers, number)
        before = bisect_left(self.numbers, number) - 1
        if before < 0 or after == len(self.numbers):
            return NO_BOUND
        low, high = self.numbers[before], self.numbers[after]
        share = (number - low) / (high - low)
        return round(self.times[before] + share * (self.times[after] - self.times[before]))


def longest(candidates: Mapping[int, Sequence[int]]) -> Chain:
    """The longest chain with at most one time per number, in O(C log C) (patience sorting).

    Each number's times are fed in falling order, so that none builds on another of the same
    number.
    """
    tails: list[int] = []  # smallest last time of a chain of each length
    ends: list[int] = []  # the step that holds it
    steps: list[tuple[int, int, int]] = []  # number, time, step before
    for number in sorted(candidates):
        for time in sorted(set(candidates[number]), reverse=True):
            length = bisect_right(tails, time)
            before = ends[length - 1] if length else -1
            if length == len(tails):
                tails.append(time)
                ends.append(len(steps))
            else:
                tails[length], ends[length] = time, len(steps)
            steps.append((number, time, before))
    return _unwound(steps, ends[-1] if ends else -1, sum(1 for t in candidates.values() if t))


def suffix_minimum(evidence: Mapping[int, int]) -> Chain:
    """U as a stair: for each number with evidence the earliest time of it or any higher one."""
    numbers = sorted(evidence)
    times: list[int] = []
    earliest = None
    for number in reversed(numbers):
        earliest = evidence[number] if earliest is None else min(earliest, evidence[number])
        times.append(earliest)
    return Chain(numbers, times[::-1], len(numbers))


def upper(stair: Chain, number: int) -> int:
    """U(N): the earliest proof that a number of at least N exists, else NO_BOUND."""
    position = bisect_left(stair.numbers, number)
    return stair.times[position] if position < len(stair.times) else NO_BOUND


def proof(stair: Chain, number: int) -> tuple[int, int] | None:
    """Which number of at least N was first proven to exist, and when."""
    at = upper(stair, number)
    return None if at == NO_BOUND else (stair.numbers[bisect_right(stair.times, at) - 1], at)


def _unwound(steps: list[tuple[int, int, int]], end: int, n_offered: int) -> Chain:
    numbers, times = [], []
    while end >= 0:
        number, time, end = steps[end]
        numbers.append(number)
        times.append(time)
    return Chain(numbers[::-1], times[::-1], n_offered)
