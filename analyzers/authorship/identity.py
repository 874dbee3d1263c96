"""Marks in who a commit says made it: the author, and the committer where that means something."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analyzers.authorship.markers import Markers
from analyzers.authorship.traces import Commit, Evidence


def evidence(commit: Commit, markers: Markers) -> Iterator[Evidence]:
    """An agent as author; as committer only where a row says so (rebases make committers)."""
    row = markers.identify(commit.author_name, commit.author_email)
    if row is not None and row.counts_at(commit.committed_at):
        place = "generic" if row is markers.generic else "author"
        detail = f"The author is {commit.author_name} <{commit.author_email}>."
        yield Evidence(commit.sha, row.tool, row.id, place, row.degree, row.confidence, detail)
        return
    row = markers.identify(commit.committer_name, commit.committer_email)
    if row is not None and row.committer and row.counts_at(commit.committed_at):
        detail = f"The committer is {commit.committer_name} <{commit.committer_email}>."
        yield Evidence(
            commit.sha, row.tool, row.id, "committer", row.degree, row.confidence, detail
        )


def suspects(commits: pd.DataFrame, markers: Markers) -> pd.Series:
    """Which commits have an identity that some row knows: every distinct identity is asked once."""
    found = np.zeros(len(commits), dtype=bool)
    for who in ("author", "committer"):
        # Columns are told apart one by one: joining the strings first costs four times as much.
        by_name, names = pd.factorize(commits[f"{who}_name"])
        by_email, emails = pd.factorize(commits[f"{who}_email"])
        n = max(len(emails), 1)
        pairs, place = np.unique(by_name * n + by_email, return_inverse=True)
        name_list, email_list = names.tolist(), emails.tolist()
        known = [
            markers.identify(name_list[pair // n], email_list[pair % n]) is not None
            for pair in pairs.tolist()
        ]
        found |= np.array(known, dtype=bool)[place]
    return pd.Series(found, index=commits.index)
