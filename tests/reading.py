"""Mines a repository into frames, for tests that ask what mining read."""

from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from analyzers import mining
from analyzers.mining import notes
from analyzers.mining.view import View, open_view

LATE_2026 = 1_798_000_000.0
"""The moment tests mine at, so that no clock decides which dates are absurd."""


class Rows:
    """A sink that keeps everything."""

    def __init__(self):
        self.kept = {"commits": [], "messages": [], "file_changes": []}

    def commits(self, table):
        self.kept["commits"].append(table)

    def messages(self, table, _committed_at):
        self.kept["messages"].append(table)

    def file_changes(self, table):
        self.kept["file_changes"].append(table)

    def frame(self, name):
        tables = self.kept[name]
        return pa.concat_tables(tables).to_pandas() if tables else pd.DataFrame()


@dataclass(frozen=True)
class Reading:
    """What was mined: frames by sha, and what `mine` and the view say of the whole."""

    mined: mining.Mined
    commits: pd.DataFrame
    messages: dict
    files: pd.DataFrame
    notes: pd.DataFrame
    view: View

    def lines(self, sha):
        """(added, deleted) of a commit; None where unknown."""
        row = self.commits.loc[sha, ["lines_added", "lines_deleted"]]
        return tuple(None if pd.isna(value) else int(value) for value in row)

    def totals(self):
        """Commits, merges, roots, lines added and deleted, renames of HEAD's history."""
        found = self.mined
        lines = (found.lines_added, found.lines_deleted)
        return (found.commits, found.merges, found.roots, *lines, found.renames)

    def counts(self):
        """The same and what is incomplete, by the names of `mine --format json`."""
        names = ("commits", "merges", "roots", "lines_added", "lines_deleted", "renames")
        return dict(zip(names, self.totals(), strict=True)) | {
            "incomplete": len(self.mined.incomplete)
        }

    def warned(self, words):
        """Whether a warning of the view or of mining holds these words."""
        return any(words in text for text in (*self.view.warnings, *self.mined.warnings))


def read(path, *, root=None, **options):
    """Everything mining finds in the repository at `path`."""
    rows = Rows()
    with open_view(path, root=root) as view:
        found = mining.mine(view, sink=rows, as_of=LATE_2026, **options)
        noted = notes.read(view)
    commits, messages = rows.frame("commits"), rows.frame("messages")
    return Reading(
        mined=found,
        commits=commits.set_index("sha") if len(commits) else commits,
        messages=dict(zip(messages["sha"], messages["message"], strict=True))
        if len(messages)
        else {},
        files=rows.frame("file_changes"),
        notes=noted,
        view=view,
    )
