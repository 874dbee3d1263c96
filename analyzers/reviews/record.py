"""One history as flat lists, which is how the walks over it want to read it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analyzers.graph import Graph, Lines
from analyzers.history import History

UNKNOWN = -1
"""In place of a time (epoch seconds) that is not known."""

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Record:
    """Commits by graph position: times in epoch seconds, identities, subjects; and the lines.

    `snapshot` is the newest commit date that is at most 30 days ahead of every line: what
    claims to be younger comes from a broken clock.
    """

    graph: Graph
    lines: Lines
    authored: list[int]
    committed: list[int]
    author_emails: list[str]
    subjects: list[str]
    snapshot: int


def record(history: History, graph: Graph) -> Record:
    """The flat form of a history whose commits `graph` was made of."""
    commits = history.commits
    committed = seconds(commits["committed_at"]).tolist()
    lines = _lines(history, graph, committed)
    newest = max((committed[i] for i in (*lines.default, *lines.release)), default=0)
    return Record(
        graph=graph,
        lines=lines,
        authored=seconds(commits["authored_at"]).tolist(),
        committed=committed,
        author_emails=repeated(commits["author_email"]),
        subjects=commits["subject"].tolist(),
        snapshot=max((time for time in committed if time <= newest + 30 * DAY), default=0),
    )


def seconds(times: pd.Series) -> np.ndarray:
    """Epoch seconds; UNKNOWN for missing times."""
    values = times.to_numpy(dtype="datetime64[s]")
    return np.where(np.isnat(values), UNKNOWN, values.astype("int64"))


def repeated(texts: pd.Series) -> list[str]:
    """The texts, equal ones as one object: few people write many commits."""
    codes, known = pd.factorize(texts)
    found: list[str] = np.array(known.tolist(), dtype=object)[codes].tolist()
    return found


def timestamps(values: list[int] | np.ndarray) -> pd.Series:
    """The way back: epoch seconds to UTC timestamps, UNKNOWN to missing."""
    array = np.asarray(values, dtype="int64")
    times = pd.Series(pd.to_datetime(array, unit="s", utc=True))
    return times.where(array != UNKNOWN).astype("datetime64[us, UTC]")


def _lines(history: History, graph: Graph, committed: list[int]) -> Lines:
    refs = history.refs[history.refs["is_commit"]]
    is_remote_default = refs["name"].str.fullmatch(r"refs/remotes/[^/]+/HEAD")
    default = [history.head] if history.head else []
    default += refs.loc[is_remote_default, "object_id"].tolist()
    tags = graph.positions(dict.fromkeys(refs.loc[refs["kind"] == "tag", "object_id"]))
    return Lines.of(
        graph,
        default=graph.positions(dict.fromkeys(default)),
        release=sorted(tags, key=lambda tip: (committed[tip], graph.shas[tip])),
    )
