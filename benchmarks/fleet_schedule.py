"""How long would a cluster take for ten thousand repositories, and what goes wrong first?

    python -P benchmarks/fleet_schedule.py [--repositories 10000] [--workers 64] [--seed 7]

A simulation, not a run: each repository's seconds are those of one that was really measured
(below), stretched to its own size; sizes are spread as in organisations, few large and many small.
Workers take the next repository as they come free, the heaviest first or in any order. They die
and come back, which costs them what they had in hand; some are slow machines. Told per case:
makespan, hours of processor, work lost, and how long the last worker ran alone.
"""

from __future__ import annotations

import argparse
import heapq
import random
from dataclasses import dataclass, replace

# Commits, and seconds of processor of `mine` on one of them: nineteen real repositories in one
# run with --jobs 1; each one's wall seconds times the processor's share of the whole run (0.32).
MEASURED = (
    (17_666, 18.6), (6_489, 5.5), (5_531, 4.8), (4_495, 8.9), (3_618, 5.2), (2_314, 4.9),
    (1_887, 2.9), (1_522, 8.8), (1_450, 6.2), (1_245, 3.1), (1_199, 5.8), (1_095, 3.4),
    (809, 3.0), (670, 5.2), (509, 4.5), (301, 2.2), (274, 2.0), (44, 0.9), (31, 0.9),
)  # fmt: skip
FLOOR = 0.9  # seconds that the smallest takes
MEDIAN_COMMITS, SPREAD, LARGEST = 800, 1.7, 1_500_000  # lognormal: the mean is 3,400 commits
BACK_AFTER = 60.0  # seconds until a dead worker is replaced
DISPATCH = 0.002  # seconds of the scheduler for each task


@dataclass(frozen=True, slots=True)
class Case:
    """One assumption changed at a time."""

    name: str
    workers: int
    heaviest_first: bool = True
    deaths_per_hour: float = 0.0  # of each worker
    slow_share: float = 0.0  # of workers that need three times as long
    read_factor: float = 1.0  # clones on a network file system


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a case; seconds."""

    makespan: float
    worked: float
    lost: float
    alone: float


def repositories(n: int, draw: random.Random) -> list[float]:
    """Seconds of each: those of a measured one of the nearest sizes, stretched to its own size."""
    found = []
    for _ in range(n):
        size = min(int(MEDIAN_COMMITS * draw.lognormvariate(0, SPREAD)), LARGEST)
        like = sorted(MEASURED, key=lambda known: abs(known[0] - size))[:5]
        commits, seconds = draw.choice(like)
        found.append(FLOOR + (seconds - FLOOR) * size / commits)
    return found


def run(case: Case, seconds: list[float], draw: random.Random) -> Result:
    """Hand the repositories out, one event after the other."""
    waiting = sorted(seconds) if case.heaviest_first else list(seconds)
    waiting = [each * case.read_factor for each in waiting]
    pace = [3.0 if draw.random() < case.slow_share else 1.0 for _ in range(case.workers)]
    free = [(0.0, worker) for worker in range(case.workers)]
    heapq.heapify(free)
    ends = [0.0] * case.workers
    worked = lost = handed = 0.0
    while waiting:
        at, worker = heapq.heappop(free)
        handed = max(at, handed + DISPATCH)  # one scheduler, one task after the other
        task = waiting.pop()
        takes = task * pace[worker]
        dies = draw.expovariate(case.deaths_per_hour / 3600) if case.deaths_per_hour else takes + 1
        if dies < takes:
            lost += dies
            waiting.append(task)
            heapq.heappush(free, (handed + dies + BACK_AFTER, worker))
            continue
        worked += takes
        ends[worker] = handed + takes
        heapq.heappush(free, (ends[worker], worker))
    last = sorted(ends)
    return Result(last[-1], worked, lost, last[-1] - last[-2] if len(last) > 1 else 0.0)


def main() -> None:
    """A table of cases in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repositories", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=64)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    seconds = repositories(asked.repositories, random.Random(asked.seed))
    usual = Case("heaviest first", asked.workers)
    cases = (
        usual,
        replace(usual, name="in any order", heaviest_first=False),
        replace(usual, name="each worker dies once in four hours", deaths_per_hour=0.25),
        replace(usual, name="each worker dies six times an hour", deaths_per_hour=6.0),
        replace(usual, name="a tenth of the workers three times slower", slow_share=0.1),
        replace(usual, name="reading clones takes as long again", read_factor=2.0),
        replace(usual, name="four times the workers", workers=4 * asked.workers),
    )
    print(f"{asked.repositories:,} repositories, {sum(seconds) / 3600:.1f} core-hours, ", end="")
    print(f"the longest {max(seconds) / 60:.0f} minutes; {asked.workers} workers\n")
    print("| case | makespan, min | core-hours | lost, min | last worker alone, min |")
    print("|---|---|---|---|---|")
    for case in cases:
        told = run(case, seconds, random.Random(asked.seed))
        print(
            f"| {case.name} | {told.makespan / 60:.1f} | {told.worked / 3600:.1f} |"
            f" {told.lost / 60:.1f} | {told.alone / 60:.1f} |"
        )


if __name__ == "__main__":
    main()
