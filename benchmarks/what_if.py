"""How long does a what-if take? The queue drawn a thousand times, and the band of its date.

    python benchmarks/what_if.py

Prints the median of five runs each, in seconds; the first is to stay below one.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace

from analyzers.capacity.measured import Measured
from analyzers.capacity.scenario import Inputs
from analyzers.capacity.simulation import DRAWS, simulate

INPUTS = Inputs(
    human=40, ai=15, capacity=50, ai_doubling_months=6, backlog=30, dispersion=2, completion=0.8
)


def main() -> None:
    """Time both."""
    draws = tuple(replace(INPUTS, human=30 + i / 100, ai=10 + i / 200) for i in range(DRAWS))
    start = Measured(INPUTS, draws, "", "")
    print(f"{INPUTS.weeks} weeks, {DRAWS:,} draws: {_seconds(lambda: simulate(INPUTS)):.3f} s")
    band = _seconds(lambda: start.months_until_exceeded(lambda x: replace(x, reviewers=1.5)))
    print(f"date at which demand exceeds supply, {DRAWS:,} draws: {band:.3f} s")


def _seconds(run: Callable[[], object]) -> float:
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        run()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
