"""Mining: what git holds becomes rows, newest first, in bounded memory.

Two git children count lines, each over a run of consecutive commits, while this process reads
the commits themselves and turns both into Arrow tables for the sink.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Protocol, Self

import pyarrow as pa

from analyzers.mining import kinds, log, numstat, objects, people, reach
from analyzers.mining.commit import text
from analyzers.mining.numstat import Counts
from analyzers.mining.reach import Before
from analyzers.mining.rows import Counted, Read, Rows
from analyzers.mining.view import View

_LEAST_CHUNK, _MOST_CHUNK = 2048, 16384  # fewer would cost each child a cold start too often
_SHARES = 4  # of what is left: ever smaller chunks, so that both children end together
_PLAIN_CHUNK = 16384
_CHILDREN = 2
_MOST_WAITING = 4  # chunks that are counted but not yet written
_TELL_SECONDS = 0.25
_TWO_DAYS = 172_800
_MOST_FILE_BYTES = 1 << 20
_MOST_MAILMAP_LINE = 4096

Progress = Callable[[int, int, str], None]


class Sink(Protocol):
    """Takes rows as they come: tables.MINED_COMMITS, MESSAGES and FILE_CHANGES."""

    def commits(self, table: pa.Table) -> None:
        """Rows of tables.MINED_COMMITS."""

    def messages(self, table: pa.Table, committed_at: pa.ChunkedArray) -> None:
        """Rows of tables.MESSAGES, and when their commits were made."""

    def file_changes(self, table: pa.Table) -> None:
        """Rows of tables.FILE_CHANGES."""


@dataclass(slots=True)
class Mined:
    """What was read this time (not what was known before), and what is reachable now.

    `incomplete` are commits of HEAD's history whose lines could not be counted, `in_head` the
    commits that HEAD reaches, `reachable` all that any mined reference reaches. The two are not
    told where nothing went away since last time: then all that was known still counts.
    """

    head: str | None
    in_head: frozenset[str] | None = None
    reachable: frozenset[str] | None = None
    incomplete: list[str] = field(default_factory=list)
    commits: int = 0
    all_commits: int = 0
    merges: int = 0
    roots: int = 0
    lines_added: int = 0
    lines_deleted: int = 0
    renames: int = 0
    unreadable: int = 0
    absurd_dates: int = 0
    warnings: list[str] = field(default_factory=list)


def mine(
    view: View,
    *,
    sink: Sink,
    known: Collection[str] | Before = (),
    progress: Progress | None = None,
    as_of: float | None = None,
    generated: Sequence[str] = (),
) -> Mined:
    """Read every commit of HEAD's history and of the mined references that is not known.

    `known` are ids that need no reading, or what was found last time: then commits that came
    into HEAD's history or left it, and those whose lines could not be counted, are read again,
    and only what is new is listed, where nothing went away. Dates after `as_of` (seconds since
    1970; default now) and two days are unknown. `generated` are further path patterns that no
    one reviews. Raises GitFailed.
    """
    latest = int(time.time() if as_of is None else as_of) + _TWO_DAYS
    before = known if isinstance(known, Before) and known.is_kept_by(view) else None
    mined = Mined(view.head, warnings=list(view.warnings))
    rows = Rows(mailmap(view), kinds.classifier(generated), latest, _shallow(view))
    wanted = reach.ours_since(view, before) if before else _ours(view, known, mined)
    with _Counting(view, wanted) as counting:
        # git counts lines while we look for the other commits
        plain = reach.others_since(view, before) if before else _others(view, known, mined)
        total = len(wanted) + len(plain)
        for ids in counting.chunks():
            ours = _read(view, rows, mined, sink, ids)  # git is still counting their lines
            while not counting.has_counted():
                _tell(progress, counting.n_counted, total)
            _count(rows.counted(ours, counting.counts()), mined, sink)
            _tell(progress, counting.n_counted, total)
    for start in range(0, len(plain), _PLAIN_CHUNK):
        others = _read(view, rows, mined, sink, plain[start : start + _PLAIN_CHUNK], in_head=False)
        sink.commits(others.commits)
        _tell(progress, mined.all_commits, total)
    _warn(mined)
    return mined


def mailmap(view: View) -> people.Mailmap:
    """The .mailmap at HEAD, read as data; cut at 1 MiB, lines above 4 kB left out."""
    content = _at_head(view, ".mailmap", _MOST_FILE_BYTES) or b""
    lines = [line for line in content.split(b"\n") if len(line) <= _MOST_MAILMAP_LINE]
    return people.Mailmap.parse(b"\n".join(lines))


def file_at_head(view: View, path: str) -> str | None:
    """Text of a file in HEAD's tree, at most 1 MiB of it; None where there is none."""
    content = _at_head(view, path, _MOST_FILE_BYTES)
    return None if content is None else text(content)


def _at_head(view: View, path: str, most_bytes: int) -> bytes | None:
    if view.head is None:
        return None
    # A symbolic link is no file: what it holds is a path, which says nothing.
    for entry in objects.entries(view, view.head, path):
        if entry.kind == "blob" and entry.mode != objects.LINK:
            found = next(objects.read(view, [entry.object_id], most_bytes=most_bytes))
            return found.data if found.kind == "blob" else None
    return None


@dataclass(slots=True)
class _Chunk:
    """Some commits and their counts, which a git child is filling."""

    ids: list[str]
    counts: Counts
    future: Future[Counts]


class _Counting:
    """Counts lines in chunks, two git children at a time and only a few chunks ahead."""

    def __init__(self, view: View, ids: Sequence[str]) -> None:
        self._rest = list(ids)
        self._view = view
        self._pool = ThreadPoolExecutor(_CHILDREN)
        self._chunks: deque[_Chunk] = deque()
        self._n_done = 0

    def __enter__(self) -> Self:
        for _ in range(_MOST_WAITING):
            self._submit()
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def chunks(self) -> Iterator[list[str]]:
        """Ids in order, chunk by chunk; asked for the next one, it is done with the last one."""
        while self._chunks:
            yield self._chunks[0].ids
            self._n_done += len(self._chunks.popleft().ids)
            self._submit()

    def has_counted(self) -> bool:
        """Whether this chunk is counted, after a short wait for it."""
        return bool(wait([self._chunks[0].future], _TELL_SECONDS).done)

    def counts(self) -> Counts:
        """The counts of this chunk; raises what ended the counting."""
        return self._chunks[0].future.result()

    @property
    def n_counted(self) -> int:
        """How many commits are counted so far, those of chunks ahead included."""
        return self._n_done + sum(len(chunk.counts.changes) for chunk in self._chunks)

    def _submit(self) -> None:
        size = min(max(len(self._rest) // _SHARES, _LEAST_CHUNK), _MOST_CHUNK)
        ids, self._rest = self._rest[:size], self._rest[size:]
        if ids:
            counts = Counts()
            future = self._pool.submit(numstat.count, self._view, ids, into=counts)
            self._chunks.append(_Chunk(ids, counts, future))


def _read(
    view: View, rows: Rows, mined: Mined, sink: Sink, ids: list[str], *, in_head: bool = True
) -> Read:
    """Read these commits, hand their messages to the sink, and add up what they tell."""
    read = rows.read(list(log.commits(view, ids)), in_head=in_head)
    sink.messages(read.messages, read.commits["committed_at"])
    mined.all_commits += len(read.raw)
    mined.unreadable += len(ids) - len(read.raw)
    mined.absurd_dates += read.absurd_dates
    if in_head:
        mined.commits += len(read.raw)
        mined.merges += read.merges
        mined.roots += read.roots
    return read


def _count(counted: Counted, mined: Mined, sink: Sink) -> None:
    """Hand the commits with their lines to the sink, and add the lines up."""
    sink.commits(counted.commits)
    sink.file_changes(counted.files)
    mined.lines_added += counted.lines_added
    mined.lines_deleted += counted.lines_deleted
    mined.renames += counted.renames
    mined.incomplete += counted.incomplete


def _ours(view: View, known: Collection[str] | Before, mined: Mined) -> list[str]:
    """What needs reading in HEAD's history; tells `mined` all of that history."""
    ours = reach.ours(view)
    mined.in_head = frozenset(ours)
    if isinstance(known, Before):
        commits = known.commits
        is_whole = commits["in_head"] & (commits["is_merge"] | commits["lines_added"].notna())
        known = frozenset(commits.loc[is_whole.astype(bool), "sha"])
    return [sha for sha in ours if sha not in known]


def _others(view: View, known: Collection[str] | Before, mined: Mined) -> list[str]:
    """What needs reading outside HEAD's history; tells `mined` all that is reachable."""
    others = reach.others(view)
    mined.reachable = (mined.in_head or frozenset()) | frozenset(others)
    if isinstance(known, Before):
        known = frozenset(known.commits.loc[~known.commits["in_head"].astype(bool), "sha"])
    return [sha for sha in others if sha not in known]


def _shallow(view: View) -> frozenset[str]:
    if not view.is_shallow:
        return frozenset()
    return frozenset((view.path / "shallow").read_text(encoding="ascii").split())


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress:
        progress(done, total, "commits")


def _warn(mined: Mined) -> None:
    if mined.incomplete:
        mined.warnings.append(f"{len(mined.incomplete)} commits lack content to count lines in")
    if mined.unreadable:
        mined.warnings.append(f"{mined.unreadable} commits are damaged; left out")
    if mined.absurd_dates:
        mined.warnings.append(f"{mined.absurd_dates} dates before 1970 or in the future: unknown")
