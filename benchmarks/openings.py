"""How much of a repository lands and is dated, how surely, and how far off against NoteDb?

    python benchmarks/openings.py REPOSITORY... [--truth DAYS.csv]

Mines each repository into memory and prints, for each number sequence: landings by style, the
share that landed of the numbers that its default line names, the chain's share, median bands
(those of what landed at once are half as wide: the landing clips them), grades, time and peak
memory. Two kinds of truth:

- Gerrit's NoteDb, where present, is hidden from the estimate and used as truth (changes 10,000
  to 169,999: one server, in creation order), with only the last patch set of each change as
  evidence, the worst case;
- days of opening, one line each (`repository,number,opened_on`, such as `pallets/flask,12,
  2026-01-05`), for repositories whose path holds `owner+name`. Those in openings_days.csv beside
  this file were read off public threads when the estimator was finished. One of them, wrong by
  then, suggested the rule for branches of many hands, which was judged on thinned sequences.

With `--thin K` the number sequence is thinned out to every K-th number, until bands are days wide
as in a quiet project, and its openings are compared with those that the whole sequence dates to
within hours: all, and branches of three or more hands with and without the rule for them.
"""

from __future__ import annotations

import argparse
import csv
import re
import resource
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from analyzers import mining, tables
from analyzers.graph import Graph
from analyzers.history import History, Messages
from analyzers.mining.view import open_view
from analyzers.reviews.chain import NO_BOUND
from analyzers.reviews.openings import HOUR, Opening, dating, first_burst, opening
from analyzers.reviews.ownership import candidate_times, of_its_opener
from analyzers.reviews.record import DAY, Record, record
from analyzers.reviews.requests import Dated, Request, dated
from analyzers.reviews.sequences import Sequence, sequences

_TRUE_NUMBERS = range(10_000, 170_000)
_NAMED = re.compile(r"^Merge pull request #(\d+) from |^Auto merge of #(\d+)|\(#(\d+)\)$")


class _Memory:
    def __init__(self) -> None:
        self.parts: dict[str, list[pa.Table]] = {"commits": [], "messages": []}

    def commits(self, table: pa.Table) -> None:
        self.parts["commits"].append(table)

    def messages(self, table: pa.Table, _committed_at: pa.ChunkedArray) -> None:
        self.parts["messages"].append(table)

    def file_changes(self, table: pa.Table) -> None:
        """Sizes are not what is measured here."""

    def history(self, refs: pd.DataFrame, head: str | None) -> History:
        commits = pa.concat_tables(self.parts["commits"]).to_pandas(types_mapper=None)
        messages = Messages(table=pa.concat_tables(self.parts["messages"]))
        conformed = tables.MINED_COMMITS.conform(commits)
        return History(conformed, refs, tables.NOTES.empty(), messages, head)


def main(paths: list[str], days: dict[str, dict[int, int]], thin: int) -> None:
    """Print the figures of the repositories at these paths; `days` are begins of true days."""
    for path in paths:
        print(f"== {path}")
        sink = _Memory()
        with open_view(Path(path)) as view:
            mining.mine(view, sink=sink)
            history = sink.history(view.refs, view.head)
        start, used = time.perf_counter(), time.process_time()
        graph = Graph.of(history.commits)
        facts = record(history, graph)
        for sequence in sequences(history, graph):
            dates = dated(facts, sequence, history.messages)
            if dates.requests:
                _print(dates, _first_parent_numbers(path))
                _score(path, history, facts, sequence)
                _score_thinned(facts, dates, thin)
                _score_days(dates, next((d for name, d in days.items() if name in path), {}))
        print(
            f"{len(graph)} commits: {time.perf_counter() - start:.1f} s"
            f" ({time.process_time() - used:.1f} s of CPU) after mining,"
            f" peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB"
        )


def _print(dates: Dated, named: set[int]) -> None:
    requests = dates.requests
    styles = Counter(r.landing.style if r.landing else "none" for r in requests)
    expected = named & {number for number in named if number in dates.sequence.heads}
    landed = {r.number for r in requests if r.landing}
    print(f"'{dates.sequence.sigil}': {len(requests)} change requests, {dict(styles)}")
    if expected and dates.sequence.sigil == "#":
        print(f"  of {len(expected)} numbers named by the default line, landed:"
              f" {len(expected & landed) / len(expected):.1%}")  # fmt: skip
    print(f"  chain keeps {dates.dating.chain.share:.1%}, vetoed {len(dates.vetoed)}")
    quick = [r for r in requests if r.landing and r.landing.at - r.opening.at <= DAY]
    slow = [r for r in requests if r.landing and r.landing.at - r.opening.at > DAY]
    waits = [r for r in requests if not r.landing]
    print(f"  median band {_width(requests)}: landed within a day {_width(quick)}, later"
          f" {_width(slow)}, not landed {_width(waits)}")  # fmt: skip
    print(f"  grades {dict(sorted(Counter(r.opening.grade for r in requests).items()))},"
          f" methods {dict(Counter(r.opening.method for r in requests))}")  # fmt: skip


def _width(requests: list[Request]) -> str:
    widths = [r.opening.high - r.opening.low for r in requests if r.opening.low >= 0]
    return f"{np.median(widths) / DAY:.2f} d (n {len(widths)})" if widths else "unknown (n 0)"


def _score_days(dates: Dated, days: dict[int, int]) -> None:
    """Against true days: the distance is 0 anywhere inside the day."""
    found = [(r, days[r.number]) for r in dates.requests if r.number in days]
    if dates.sequence.sigil != "#" or not found:
        return
    for name, chosen in (
        ("landed", [(r.opening, day) for r, day in found if r.landing]),
        ("not landed", [(r.opening, day) for r, day in found if not r.landing]),
    ):
        if chosen:
            off = np.array([max(0, day - o.at, o.at - (day + DAY - 1)) for o, day in chosen])
            touched = np.mean([o.low < day + DAY and o.high >= day for o, day in chosen])
            print(f"  true days, {name}: n {len(off)}, right day {np.mean(off == 0):.1%},"
                  f" within a day {np.mean(off <= DAY):.1%}, P90 {np.quantile(off, 0.9) / DAY:.2f}"
                  f" d, band touches the day {touched:.1%}")  # fmt: skip


def _score_thinned(facts: Record, dates: Dated, step: int) -> None:
    off: dict[str, list[int]] = {"all": [], "many hands": [], "many hands, no rule": []}
    for first in range(0, step, max(1, step // 12)):
        for request, opener, thinned in _thinned(facts, dates, first, step):
            if thinned.high - thinned.low < DAY or thinned.method != "own":
                continue
            off["all"].append(_distance(request.opening, thinned.at))
            if len(opener) < len(request.own):
                off["many hands"].append(off["all"][-1])
                inside = [t for t in request.times if thinned.low <= t <= thinned.high]
                off["many hands, no rule"].append(_distance(request.opening, first_burst(inside)))
    for name, values in off.items():
        if values:
            print(f"  thinned to 1 of {step}, {name}: n {len(values)}, right"
                  f" {np.mean(np.array(values) == 0):.1%}, within a day"
                  f" {np.mean(np.array(values) <= DAY):.1%}")  # fmt: skip


def _thinned(
    facts: Record, dates: Dated, first: int, step: int
) -> Iterator[tuple[Request, list[int], Opening]]:
    chosen = dates.requests[first::step]
    proofs = {r.number: [r.landing.at] for r in chosen if r.landing and r.landing.is_proof}
    sparse = dating({r.number: r.times for r in chosen}, proofs, snapshot=facts.snapshot)
    for request in chosen:
        known, landing = request.opening, request.landing
        if known.low < 0 or known.high - known.low > 4 * HOUR or not request.own:
            continue
        opener = of_its_opener(facts, request.own)
        better = [] if len(opener) == len(request.own) else opener
        latest = landing.at if landing and landing.is_proof else NO_BOUND
        yield request, opener, opening(
            sparse, request.number, request.times, is_plain=False, latest=latest,
            better=candidate_times(facts, better, landing) if better else [],
        )  # fmt: skip


def _distance(known: Opening, at: int) -> int:
    """How far outside the narrow band; an hour on either side is no matter."""
    return max(0, known.low - HOUR - at, at - known.high - HOUR)


def _true_days(file: Path) -> dict[str, dict[int, int]]:
    """Begin of the day, in epoch seconds, by number and by `owner+name`."""
    days: dict[str, dict[int, int]] = {}
    with file.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            begin = datetime.fromisoformat(row["opened_on"]).replace(tzinfo=UTC).timestamp()
            name = row["repository"].replace("/", "+")
            days.setdefault(name, {})[int(row["number"])] = int(begin)
    return days


def _first_parent_numbers(path: str) -> set[int]:
    """Numbers that git's own first-parent log names, read apart from our code."""
    log = _git(path, "log", "--first-parent", "--format=%s", "HEAD").splitlines()
    found = (_NAMED.search(subject.strip()) for subject in log)
    return {int(next(filter(None, hit.groups()))) for hit in found if hit}


def _score(path: str, history: History, facts: object, sequence: Sequence) -> None:
    truth = _created(path, history.refs)
    known = sorted(truth.keys() & sequence.heads.keys() & set(_TRUE_NUMBERS))
    if sequence.sigil or not known:
        return
    last = replace(
        sequence,
        heads={n: sequence.heads[n] for n in known},
        pushes={n: [sequence.heads[n]] for n in known},
    )
    _print_error("last patch set only", dated(facts, last, history.messages), truth)
    every = replace(last, pushes={n: sequence.pushes[n] for n in known})
    _print_error("every patch set", dated(facts, every, history.messages), truth)


def _print_error(evidence: str, dates: Dated, truth: dict[int, int]) -> None:
    found = [(r.opening, truth[r.number]) for r in dates.requests]
    error = np.array([abs(opening.at - true) for opening, true in found])
    band = np.mean([opening.low <= true <= opening.high for opening, true in found])
    wide = np.mean([opening.low_wide <= true <= opening.high_wide for opening, true in found])
    right = np.mean([opening.at // DAY == true // DAY for opening, true in found])
    print(f"  NoteDb hidden, {evidence}: n {len(found)}, error median {np.median(error) / 60:.1f}"
          f" min, P90 {np.quantile(error, 0.9) / DAY:.3f} d, right day {right:.1%},"
          f" within a day {np.mean(error <= DAY):.1%}, band covers {band:.1%},"
          f" wide band {wide:.1%}")  # fmt: skip


def _created(path: str, refs: pd.DataFrame) -> dict[int, int]:
    """Commit time of each change's first meta commit: the server's clock at its creation."""
    metas = refs[refs["kind"] == "change_meta"]
    if metas.empty:
        return {}
    tips = "\n".join(metas["object_id"])
    listed = _git(path, "rev-list", "--stdin", "--parents", "--timestamp", stdin=tips)
    rows = [line.split() for line in listed.splitlines()]
    times = {row[1]: int(row[0]) for row in rows}
    before = {row[1]: row[2] if len(row) > 2 else None for row in rows}
    return {
        number: times[_first(tip, before)]
        for number, tip in zip(metas["number"].tolist(), metas["object_id"].tolist(), strict=True)
    }


def _first(tip: str, before: dict[str, str | None]) -> str:
    while (parent := before[tip]) is not None:
        tip = parent
    return tip


def _git(path: str, *args: str, stdin: str = "") -> str:
    done = subprocess.run(
        ["git", "-C", path, *args], input=stdin.encode(), capture_output=True, check=True
    )
    return done.stdout.decode(errors="replace")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repositories", nargs="+")
    parser.add_argument("--truth", type=Path, default=Path(__file__).with_name("openings_days.csv"))
    parser.add_argument("--thin", type=int, default=0)
    asked = parser.parse_args()
    main(asked.repositories, _true_days(asked.truth), asked.thin)
