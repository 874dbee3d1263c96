"""Logs of tools that are kept in git: a commit that adds to one was made in the tool's session.

What only configures a tool (AGENTS.md, .cursorrules) says nothing of any one commit.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analyzers.authorship.markers import Markers
from analyzers.authorship.traces import Evidence, among


def evidence(
    file_changes: pd.DataFrame, commits: pd.DataFrame, markers: Markers
) -> Iterator[Evidence]:
    """One trace per commit and row: the first path, of those it adds lines to, that matches."""
    for row in markers.of_kind("file"):
        touched = _touched(file_changes, row.regex.pattern if row.regex else "")
        made = commits[among(commits["sha"], set(touched["sha"]))] if len(touched) else commits[:0]
        moments = dict(zip(made["sha"], made["committed_at"], strict=True))
        for sha, path in zip(touched["sha"], touched["path"], strict=True):
            if row.counts_at(moments.get(sha)):
                detail = f"It adds to the log {path}."
                yield Evidence(sha, row.tool, row.id, "file", row.degree, row.confidence, detail)


def _touched(file_changes: pd.DataFrame, pattern: str) -> pd.DataFrame:
    paths = pa.array(file_changes["path"], type=pa.large_string())
    found = pc.match_substring_regex(paths, pattern, ignore_case=True)
    hits = file_changes[found.to_numpy(zero_copy_only=False)]
    grown = hits[hits["lines_added"].fillna(0) > 0]
    return grown.drop_duplicates("sha")[["sha", "path"]]
