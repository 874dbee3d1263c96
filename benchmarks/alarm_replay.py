"""Would the saturation alarm have come on then? Replayed on what a clone of that day could tell.

    python benchmarks/alarm_replay.py --store STORE REPOSITORY
        [--closely 2021-W40 2022-W26]

At the end of each week the history is cut back to the commits, tags and heads of then, and
landings and openings are estimated anew from them alone; so nothing that came later has a say in
any figure. Hindsight enters in one place, which says what was there: a change request whose
opening lies before the moment had a head then. Where its branch was forced over since, so that
only later commits are left of it, the head of then is a commit without dates, which the numbers
around it date. The week's state is compared with what the whole history says of it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from analyzers import pipeline, reviews
from analyzers.capacity import alarm
from analyzers.capacity.metric import Frames
from analyzers.capacity.weeks import WEEK, Weeks
from analyzers.graph import Graph
from analyzers.history import History
from analyzers.tables import CHANGE_REQUESTS, COMMITS, MINED_COMMITS, REFS, REVIEW_EVENTS


def main() -> None:
    """Print each replayed week, then how often the alarm was on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--since", default="2015-W01", help="first ISO week")
    parser.add_argument("--every", type=int, default=1, help="replay only each n-th week ...")
    parser.add_argument(
        "--closely", nargs=2, default=["9999", "0000"], help="... but all between these two"
    )
    parser.add_argument("repository", type=Path)
    asked = parser.parse_args()
    shelf = pipeline.refresh(
        pipeline.Request(asked.repository, asked.store, datetime.now(UTC))
    ).shelf
    whole = Frames(*(shelf.table(t) for t in (COMMITS, CHANGE_REQUESTS, REVIEW_EVENTS)))
    grid = Weeks.spanning(whole.commits, whole.change_requests)
    hindsight = alarm.states(whole, weeks=grid)["is_on"].to_dict()
    chosen = {
        key: start + WEEK
        for place, (key, start) in enumerate(
            zip(grid.keys, grid.start_micros.tolist(), strict=True)
        )
        if key in hindsight
        and key >= asked.since
        and (place % asked.every == 0 or asked.closely[0] <= key <= asked.closely[1])
    }
    past = Past.of(shelf.history(), whole.change_requests)
    blind = dict(_replayed(past, grid.first, chosen))
    _print_summary(blind, hindsight)


@dataclass(frozen=True, slots=True)
class Past:
    """A whole history, its graph, and tables.CHANGE_REQUESTS made of it with hindsight."""

    history: History
    graph: Graph
    requests: pd.DataFrame

    @classmethod
    def of(cls, history: History, requests: pd.DataFrame) -> Past:
        """The past of a history."""
        return cls(history, Graph.of(history.commits), requests)

    def at(self, moment: pd.Timestamp) -> History:
        """The history as a clone held it then."""
        commits, refs = self.history.commits, self.history.refs
        commits = commits[(commits["committed_at"] < moment).to_numpy(bool)]
        there = set(commits["sha"])
        is_pull = refs["kind"].eq("pull_head").to_numpy(bool)
        opened = (self.requests["opened_at"] < moment).fillna(False).to_numpy(bool)
        pulls = refs[is_pull & refs["number"].isin(self.requests["number"][opened])]
        rest = refs[~is_pull & refs["object_id"].isin(there)]
        head = self._head(there)
        tips = self._tips(
            pulls["object_id"], there, [*rest["object_id"], *([head] if head else [])]
        )
        lost = [tip for tip in tips if tip not in there]
        return History(
            MINED_COMMITS.conform(pd.concat([commits, self._undated(lost)])),
            REFS.conform(pd.concat([rest, pulls.assign(object_id=tips)])),
            self.history.notes,
            self.history.messages,
            head,
        )

    def _head(self, there: set[str]) -> str | None:
        """The newest commit of then on the default line."""
        if self.history.head is None:
            return None
        line = self.graph.first_parent_line(self.graph.index[self.history.head])
        return next((self.graph.shas[i] for i in line if self.graph.shas[i] in there), None)

    def _tips(self, heads: pd.Series, there: set[str], lines: list[str]) -> list[str]:
        """Each branch's newest commit of then, along first parents; as it is if none is left."""
        shas, parents = self.graph.shas, self.graph.parents
        on_line = self.graph.reachable(self.graph.positions(lines))
        tips = []
        for head in heads:
            at = self.graph.index[head]
            while shas[at] not in there and parents[at]:
                at = parents[at][0]
            is_own = shas[at] in there and (shas[at] == head or not on_line[at])
            tips.append(shas[at] if is_own else head)
        return tips

    def _undated(self, shas: list[str]) -> pd.DataFrame:
        """These commits without dates and without a past."""
        rows = self.history.commits[self.history.commits["sha"].isin(shas).to_numpy(bool)]
        return rows.assign(parents="", authored_at=pd.NaT, committed_at=pd.NaT)


_HEAD = (
    *("end of", "change requests", "undated", "moved over a day", "p30", "usual", "z"),
    *("work", "usual", "on"),
)


def _replayed(past: Past, first: int, moments: dict[str, int]) -> Iterator[tuple[str, bool]]:
    print(f"| {' | '.join(_HEAD)} |")
    print("|" + "---|" * len(_HEAD))
    for key, moment in moments.items():
        at = pd.Timestamp(moment, unit="us", tz="UTC")
        history = past.at(at)
        requests = reviews.study(history, Graph.of(history.commits)).requests
        frames = Frames(
            history.commits.assign(landed_at=history.commits["committed_at"]),
            CHANGE_REQUESTS.conform(requests.assign(authorship="unmarked", ai_tools="")),
            REVIEW_EVENTS.empty(),
        )
        state = alarm.states(frames, weeks=Weeks.between(first, moment - 1)).iloc[-1]
        print(_row(key, history, requests, past, state), flush=True)
        yield key, bool(state["is_on"])


def _row(key: str, history: History, requests: pd.DataFrame, past: Past, state: pd.Series) -> str:
    both = requests.merge(past.requests, on="change_request", suffixes=("", "_told"))
    moved = (both["opened_at"] - both["opened_at_told"]).abs() > pd.Timedelta(days=1)
    cells = (
        key,
        f"{len(requests):,}",
        f"{history.commits['committed_at'].isna().sum():,}",
        f"{moved.sum():,}",
        *(
            f"{state[name]:.3f}"
            for name in ("completion_30d_share", "completion_30d_reference_share")
        ),
        *(f"{state[name]:.2f}" for name in ("z", "weeks_of_work", "weeks_of_work_reference")),
        "on" if state["is_on"] else "",
    )
    return "| " + " | ".join(cells) + " |"


def _print_summary(blind: dict[str, bool], hindsight: dict[str, bool]) -> None:
    on = [key for key, is_on in blind.items() if is_on]
    differ = [key for key, is_on in blind.items() if is_on != hindsight[key]]
    print(f"\non in {len(on)} of {len(blind)} replayed weeks: {', '.join(on) or 'none'}")
    print(f"told otherwise by hindsight: {', '.join(differ) or 'none'}")


if __name__ == "__main__":
    main()
