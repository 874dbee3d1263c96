"""The commit graph in flat lists: lines, what each line event brought in, and own commits.

Everything is one walk over integer positions; nothing here asks git. On 245,000 commits with
51,536 heads this takes seconds, where one `git merge-base` per head would take hours.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

UNREACHED = -1


@dataclass(frozen=True, slots=True)
class Graph:
    """Commits by position: `shas[i]`, its parents' positions, and the way back by `index`.

    Parents that were not mined (the edge of a shallow clone) are left out.
    """

    shas: list[str]
    index: dict[str, int]
    parents: list[tuple[int, ...]]

    @classmethod
    def of(cls, commits: pd.DataFrame) -> Graph:
        """The graph of tables.MINED_COMMITS (or any frame with sha and parents)."""
        shas = commits["sha"].tolist()
        index = {sha: position for position, sha in enumerate(shas)}
        parents = [
            (index[names],)  # most commits have one parent, and it was mined
            if names in index
            else tuple(index[sha] for sha in names.split() if sha in index)
            for names in commits["parents"].tolist()
        ]
        return cls(shas, index, parents)

    def __len__(self) -> int:
        return len(self.shas)

    def positions(self, shas: Iterable[str]) -> list[int]:
        """Positions of the commits that are in the graph; unknown ids are skipped."""
        return [self.index[sha] for sha in shas if sha in self.index]

    def first_parent_line(
        self, tip: int, *, until: Callable[[int], bool] = lambda _: False
    ) -> list[int]:
        """The first-parent line that ends in `tip`, newest first, down to what `until` stops."""
        line, position = [], tip
        while not until(position):
            line.append(position)
            if not self.parents[position]:
                break
            position = self.parents[position][0]
        return line

    def arrivals(self, tips: Sequence[int]) -> list[int]:
        """For every commit the line commit that first made it reachable, else UNREACHED.

        Lines are taken in the order given (the default line first), each from its oldest
        commit to its newest, so a commit belongs to the first event of the first line.
        """
        arrival = [UNREACHED] * len(self.shas)
        for tip in tips:
            for event in reversed(self.first_parent_line(tip, until=lambda i: arrival[i] >= 0)):
                self._stamp(event, arrival)
        return arrival

    def _stamp(self, event: int, arrival: list[int]) -> None:
        arrival[event] = event
        stack = [event]
        while stack:
            for parent in self.parents[stack.pop()]:
                if arrival[parent] == UNREACHED:
                    arrival[parent] = event
                    stack.append(parent)

    def reachable(self, tips: Iterable[int]) -> list[bool]:
        """Which commits the tips reach, themselves included."""
        seen = [False] * len(self.shas)
        stack = list(tips)
        for tip in stack:
            seen[tip] = True
        while stack:
            for parent in self.parents[stack.pop()]:
                if not seen[parent]:
                    seen[parent] = True
                    stack.append(parent)
        return seen

    def own_commits(
        self, head: int, arrival: Sequence[int], *, event: int = UNREACHED, cap: int = 400
    ) -> list[int]:
        """Commits from `head` down that arrived with `event`; by default those on no line.

        Merges are walked through but not listed: what they bring from the base is not the
        change request's own. At most `cap` commits are listed, nearest to the head first.
        """
        if arrival[head] != event or head == event:
            return []
        own: list[int] = []
        seen, queue = {head}, deque([head])
        while queue and len(own) < cap and len(seen) < 5 * cap:
            position = queue.popleft()
            if len(self.parents[position]) < 2:
                own.append(position)
            for parent in self.parents[position]:
                if arrival[parent] == event and parent != event and parent not in seen:
                    seen.add(parent)
                    queue.append(parent)
        return own


@dataclass(frozen=True, slots=True)
class Lines:
    """The first-parent lines that changes land on: the default line, then the release lines.

    `arrival` stamps every commit with the event that brought it in, default line first;
    `release_arrival` does so as if only the release lines existed, so that a change merged
    into a stable line and carried up later still has its own merge.
    """

    default: list[int]
    release: list[int]
    on_default: list[bool]
    on_line: list[bool]
    arrival: list[int]
    release_arrival: list[int]

    @classmethod
    def of(cls, graph: Graph, *, default: Sequence[int], release: Sequence[int]) -> Lines:
        """Lines that end in the tips; each list oldest commit first."""
        on_line = [False] * len(graph)
        default_line = _collect(graph, default, on_line)
        on_default = on_line.copy()
        release_line = _collect(graph, release, on_line)
        return cls(
            default=default_line,
            release=release_line,
            on_default=on_default,
            on_line=on_line,
            arrival=graph.arrivals([*default, *release]),
            release_arrival=graph.arrivals(release),
        )

    def arrival_at(self, event: int) -> list[int]:
        """The stamps under which `event` is an event: its own line's."""
        return self.arrival if self.arrival[event] == event else self.release_arrival


def _collect(graph: Graph, tips: Sequence[int], on_line: list[bool]) -> list[int]:
    collected: list[int] = []
    for tip in tips:
        line = graph.first_parent_line(tip, until=on_line.__getitem__)
        for position in line:
            on_line[position] = True
        collected.extend(reversed(line))
    return collected
