"""Where do a run's seconds go? Every stage named, dearest first, with peak memory.

    python -P benchmarks/costs.py REPO…
    python -P benchmarks/costs.py --commits 1000000

A repository is mined into an empty store, and then once more with other rules, so that the stages
run on what was mined before. `--commits N` takes made-up tables of that many
commits and five times as many file changes through the pure stages alone: no repository of that
size is needed. A quarter of those commits are merges of a two-commit branch, the others squashed
change requests; a twentieth declares an agent.
"""

from __future__ import annotations

import argparse
import functools
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from analyzers import authorship, capacity, manifest, pipeline, reviews, stages, store, tables
from analyzers.config import Config
from analyzers.fleet import overview
from analyzers.graph import Graph
from analyzers.history import History, Messages

STAGES: tuple[tuple[Any, str, str], ...] = (
    (pipeline, "_mine", "mining: git counts lines, commits are read, parts are written"),
    (Graph, "of", "graph of the commits"),
    (reviews, "study", "reviews: landings, openings, people"),
    (reviews, "with_record", "reviews: recorded events and sizes"),
    (authorship, "evidence", "authorship: evidence"),
    (authorship.verdict, "commits", "authorship: verdicts of commits"),
    (authorship.verdict, "change_requests", "authorship: verdicts of change requests"),
    (stages, "_commits", "where each commit landed"),
    (stages, "_coverage", "coverage"),
    (capacity, "tables_of", "capacity: weekly figures"),
    (overview, "figures", "figures for the page of all repositories"),
    (store.Shelf, "publish", "writing and publishing tables"),
)


@dataclass(slots=True)
class Spent:
    """Seconds of this process and of its git children."""

    wall: float = 0.0
    cpu: float = 0.0
    git: float = 0.0


def now() -> tuple[float, float, float]:
    """Wall seconds, CPU seconds of this process, CPU seconds of its children."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter(), time.process_time(), children.ru_utime + children.ru_stime


@contextmanager
def watched(spent: dict[str, Spent]) -> Iterator[None]:
    """Time the STAGES while the block runs."""
    plain = [(owner, name, owner.__dict__[name]) for owner, name, _ in STAGES]
    for owner, name, told in STAGES:
        setattr(owner, name, _timed(getattr(owner, name), spent.setdefault(told, Spent())))
    began = now()
    try:
        yield
    finally:
        for owner, name, function in plain:
            setattr(owner, name, function)
        whole = Spent(*(b - a for a, b in zip(began, now(), strict=True)))
        parts = list(spent.values())
        rest = [getattr(whole, f) - sum(getattr(p, f) for p in parts) for f in Spent.__slots__]
        spent["the rest"] = Spent(*rest)
        spent["all"] = whole


def _timed(function: Callable[..., Any], spent: Spent) -> Callable[..., Any]:
    @functools.wraps(function)
    def timed(*given: Any, **named: Any) -> Any:
        began = now()
        try:
            return function(*given, **named)
        finally:
            wall, cpu, git = (b - a for a, b in zip(began, now(), strict=True))
            spent.wall, spent.cpu, spent.git = spent.wall + wall, spent.cpu + cpu, spent.git + git

    return timed


def told(title: str, spent: dict[str, Spent]) -> str:
    """Markdown, dearest stage first."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows = [
        f"| {name} | {each.wall:.2f} | {each.cpu:.2f} | {each.git:.2f} |"
        for name, each in sorted(spent.items(), key=lambda pair: -pair[1].wall)
        if each.wall >= 0.005
    ]
    head = "| stage | wall s | CPU s | CPU s of git |\n|---|---|---|---|"
    return "\n".join([f"\n### {title}, this process at most {peak:.0f} MB\n", head, *rows])


def mined(repository: Path, at: Path) -> None:
    """Mine it twice: all of it, then the stages alone."""
    order = pipeline.Request(repository, at, datetime.now(UTC))
    for title in ("all of it", "the stages again"):
        spent: dict[str, Spent] = {}
        with watched(spent):
            shelf = pipeline.refresh(order).shelf
        print(told(f"{repository}: {title}", spent), flush=True)
        facts = shelf.manifest | {"fingerprint": "of other rules"}
        (shelf.folder / manifest.FILE).write_bytes(manifest.sealed(facts))


def made_up(n: int) -> tuple[History, pd.DataFrame]:
    """A history of `n` commits and the file changes of it; the same each time."""
    place = np.arange(n)
    ids = np.char.mod("%040x", place)
    kind = place % 4  # 0 squashed, 1 and 2 on a branch, 3 their merge
    before = np.where(kind == 1, place - 1, np.maximum(place - 1, 0))
    first = np.where(kind == 3, place - 3, before)
    parents = np.where(place == 0, "", ids[first])
    parents = np.where(kind == 3, np.char.add(np.char.add(parents, " "), ids[place - 1]), parents)
    number = np.char.mod("%d", place // 2 + 1)
    squashed = np.char.add(np.char.add("Change a part (#", number), ")")
    merged = np.char.add(np.char.add("Merge pull request #", number), " from someone/branch")
    subject = np.where(kind == 0, squashed, np.where(kind == 3, merged, "Change another part"))
    agent = np.where(
        place % 20 == 0, "\n\nCo-authored-by: Claude <noreply@anthropic.com>\n", "\n\nBecause.\n"
    )
    when = pd.to_datetime(1_325_376_000 + place * (440_000_000 // n + 1), unit="s", utc=True)
    who = np.char.mod("dev%d@example.com", place * 7 % 997)
    is_merge = kind == 3
    lines = np.where(is_merge, np.nan, place % 90 + 1)
    commits = pd.DataFrame(
        {"sha": ids, "parents": parents, "subject": subject, "is_merge": is_merge}
        | {f"{role}_id": who for role in ("author", "committer")}
        | {f"{role}_name": who for role in ("author", "committer")}
        | {f"{role}_email": who for role in ("author", "committer")}
        | {"authored_at": when - pd.Timedelta(hours=5), "committed_at": when}
        | {"is_root": place == 0, "in_head": True, "n_files": np.where(is_merge, np.nan, 5)}
        | {"lines_added": lines, "lines_deleted": lines // 2, "reviewable_lines": lines}
    )
    tip = pd.DataFrame(
        {"name": ["refs/heads/main"], "object_id": [ids[-1]], "is_commit": True, "kind": "branch"}
    )
    history = History(
        tables.MINED_COMMITS.conform(commits[::-1]),
        tables.REFS.conform(tip),
        tables.NOTES.empty(),
        Messages(table=pa.table({"sha": ids, "message": np.char.add(subject, agent)})),
        str(ids[-1]),
    )
    counted = np.repeat(place[~is_merge], 7)[: 5 * n]
    nth = np.arange(len(counted))
    files = pd.DataFrame(
        {"sha": ids[counted], "path": np.char.mod("src/part%d.py", nth * 31 % 20_011)}
        | {"lines_added": nth % 13 + 1, "lines_deleted": nth % 7, "is_binary": False}
        | {"kind": "code"}
    )
    return history, tables.FILE_CHANGES.conform(files)


def main() -> None:
    """The repositories named, or made-up tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repositories", nargs="*", type=Path)
    parser.add_argument("--commits", type=int)
    asked = parser.parse_args()
    for repository in asked.repositories:
        with tempfile.TemporaryDirectory(prefix="reviewgap-stages-") as at:
            mined(repository, Path(at))
    if asked.commits:
        history, files = made_up(asked.commits)
        spent: dict[str, Spent] = {}
        with watched(spent):
            done = stages.analyse(history, files, tables.REVIEW_EVENTS.empty(), Config())
        n = {table.name: len(frame) for table, frame in done.tables.items()}
        print(told(f"{asked.commits:,} made-up commits, {len(files):,} file changes", spent))
        print("\nrows:", ", ".join(f"{name} {rows:,}" for name, rows in n.items()))


if __name__ == "__main__":
    main()
