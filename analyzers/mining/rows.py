"""Commits and their counts as Arrow tables of the store's shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from analyzers import tables
from analyzers.mining.commit import RawCommit
from analyzers.mining.kinds import REVIEWABLE
from analyzers.mining.numstat import Change, Counts
from analyzers.mining.people import Mailmap
from analyzers.mining.renaming import READ_COMMITS

_MOST_SUBJECT = 2000
_MICROSECONDS = 1_000_000
_Sizes = tuple[int | None, int | None, int | None, int | None]
_UNKNOWN: _Sizes = (None, None, None, None)
_SIZES = ("n_files", "lines_added", "lines_deleted", "reviewable_lines")


@dataclass(frozen=True, slots=True)
class Read:
    """The rows of some commits whose lines nobody has counted yet, and what they add up to."""

    raw: Sequence[RawCommit]
    commits: pa.Table
    messages: pa.Table
    merges: int
    roots: int
    absurd_dates: int


@dataclass(frozen=True, slots=True)
class Counted:
    """The same commits with their lines, and what these add up to."""

    commits: pa.Table
    files: pa.Table
    lines_added: int
    lines_deleted: int
    renames: int
    incomplete: list[str]


@dataclass(frozen=True, slots=True)
class Rows:
    """Makes rows: who is who, what kind a path is, which dates can be true.

    `latest` is the last second that a date may name, `boundary` the commits at which a shallow
    clone ends.
    """

    mailmap: Mailmap
    kind: Callable[[str], str]
    latest: int
    boundary: frozenset[str]

    def read(self, commits: Sequence[RawCommit], *, in_head: bool) -> Read:
        """Rows of commits of HEAD's history or of another, without their lines."""
        times = [time for each in commits for time in (each.author_time, each.committer_time)]
        messages = {"sha": [c.sha for c in commits], "message": [c.message for c in commits]}
        return Read(
            commits,
            _table(READ_COMMITS, self._columns(commits, in_head=in_head)),
            _table(tables.MESSAGES, messages),
            merges=sum(len(c.parents) > 1 and not self._is_root(c) for c in commits),
            roots=sum(self._is_root(each) for each in commits),
            absurd_dates=sum(self._at(time) is None for time in times),
        )

    def counted(self, read: Read, counts: Counts) -> Counted:
        """The rows of commits of HEAD's history with what was counted of them."""
        sizes = [self._sizes(each, counts) for each in read.raw]
        commits = read.commits
        for i, name in enumerate(_SIZES):
            at = commits.schema.get_field_index(name)
            column = pa.array([size[i] for size in sizes], commits.schema.types[at])
            commits = commits.set_column(at, name, column)
        own = [each.sha for each in read.raw if each.sha not in self.boundary]
        files = file_rows(counts, own, self.kind)
        pairs = zip(read.raw, sizes, strict=True)
        return Counted(
            commits,
            files,
            lines_added=sum(size[1] or 0 for size in sizes),
            lines_deleted=sum(size[2] or 0 for size in sizes),
            renames=files.num_rows - files["old_path"].null_count,
            incomplete=[c.sha for c, s in pairs if len(c.parents) < 2 and s[1] is None],
        )

    def _columns(
        self, commits: Sequence[RawCommit], *, in_head: bool
    ) -> Mapping[str, Sequence[object]]:
        authors = [self.mailmap.person(each.author_name, each.author_email) for each in commits]
        committers = [
            self.mailmap.person(each.committer_name, each.committer_email) for each in commits
        ]
        return {
            "sha": [each.sha for each in commits],
            "parents": [" ".join(each.parents) for each in commits],
            "author_id": [each.id for each in authors],
            "author_name": [each.name for each in authors],
            "author_email": [each.email for each in authors],
            "authored_at": [self._at(each.author_time) for each in commits],
            "committer_id": [each.id for each in committers],
            "committer_name": [each.name for each in committers],
            "committer_email": [each.email for each in committers],
            "committed_at": [self._at(each.committer_time) for each in commits],
            "subject": [each.subject[:_MOST_SUBJECT] for each in commits],
            "is_merge": [len(each.parents) > 1 for each in commits],
            "is_root": [self._is_root(each) for each in commits],
            "in_head": [in_head] * len(commits),
            **{name: [None] * len(commits) for name in _SIZES},
            "author_written": [each.written for each in authors],
            "committer_written": [each.written for each in committers],
        }

    def _sizes(self, commit: RawCommit, counts: Counts) -> _Sizes:
        """_SIZES of a commit; unknown where nothing could be counted.

        Where a shallow clone ends, git shows the whole tree as added: the lines that are here,
        but not what that commit changed, so that what asks for its size finds it unknown.
        """
        changes = counts.changes.get(commit.sha)
        is_edge = commit.sha in self.boundary
        if changes is None or (len(commit.parents) > 1 and not is_edge):
            return _UNKNOWN
        added = deleted = reviewable = 0
        for path, _, plus, minus in changes:
            if plus is not None and minus is not None:
                added += plus
                deleted += minus
                if self.kind(path) in REVIEWABLE:
                    reviewable += plus + minus
        if is_edge:
            return None, added, deleted, None
        return len(changes), added, deleted, reviewable

    def _is_root(self, commit: RawCommit) -> bool:
        return not commit.parents or commit.sha in self.boundary

    def _at(self, seconds: int | None) -> int | None:
        is_known = seconds is not None and seconds <= self.latest
        return seconds * _MICROSECONDS if is_known and seconds is not None else None


def file_rows(counts: Counts, ids: Sequence[str], kind: Callable[[str], str]) -> pa.Table:
    """tables.FILE_CHANGES of these commits, in this order."""
    changes: list[tuple[str, Change]] = [
        (sha, change) for sha in ids for change in counts.changes.get(sha, ())
    ]
    return _table(
        tables.FILE_CHANGES,
        {
            "sha": [sha for sha, _ in changes],
            "path": [change[0] for _, change in changes],
            "old_path": [change[1] for _, change in changes],
            "lines_added": [change[2] for _, change in changes],
            "lines_deleted": [change[3] for _, change in changes],
            "is_binary": [change[2] is None for _, change in changes],
            "kind": [kind(change[0]) for _, change in changes],
        },
    )


def _table(table: tables.Table, columns: Mapping[str, Sequence[object]]) -> pa.Table:
    schema = table.arrow_schema
    return pa.table([pa.array(columns[f.name], f.type) for f in schema], schema=schema)
