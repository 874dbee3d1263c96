"""Entire's checkpoints: which agent ran a session, and how much of the commit it wrote.

A commit carries only the checkpoint's id; the rest stands in metadata.json on a branch of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import pandas as pd

from analyzers.authorship.traces import Evidence

REF = "entire/checkpoints"
MARKER = "entire.checkpoint"
MOSTLY = 0.5
"""From this share of the committed lines on, the agent is co-author; below, it assisted."""

_ID = re.compile(r"[0-9a-f]{10,16}")


def refined(found: Iterable[Evidence], notes: pd.DataFrame) -> Iterator[Evidence]:
    """The evidence, where a checkpoint's record is known with its agent and share of lines.

    A session that is known to have written less than half of the lines, or none, assisted.
    """
    told = notes[notes["ref"] == REF]
    records = dict(zip(told["sha"], told["text"], strict=True))
    for trace in found:
        record = records.get(_id(trace)) if trace.marker == MARKER else None
        yield trace if record is None else _told(trace, _sessions(record))


def _id(trace: Evidence) -> str:
    found = _ID.search(trace.detail)
    return found[0] if found else ""


def _sessions(record: str) -> list[Mapping[str, object]]:
    told = json.loads(record)
    return [session for session in told if isinstance(session, dict)]


def _told(trace: Evidence, sessions: list[Mapping[str, object]]) -> Evidence:
    agents = sorted(
        {str(s["agent"]) for s in sessions if s.get("agent") not in (None, "", "Agent")}
    )
    agent, total = _lines(sessions)
    if not total:
        detail = f"{trace.detail} Entire's record names {' and '.join(agents) or 'no agent'}."
        return replace(trace, tool=agents[0] if agents else trace.tool, detail=detail)
    detail = (
        f"{trace.detail} Entire's record gives {agent} of {total} committed lines to"
        f" {' and '.join(agents) or 'the agent'}."
    )
    degree = trace.degree if agent >= MOSTLY * total else "assisted"
    tool = agents[0] if agents else trace.tool
    return replace(trace, tool=tool, degree=degree, confidence="high", detail=detail)


def _lines(sessions: list[Mapping[str, object]]) -> tuple[int, int]:
    """(agent's lines, committed lines) of the session that tells of most."""
    counted = [(0, 0)]
    for session in sessions:
        share = session.get("initial_attribution")
        if isinstance(share, dict):
            lines = share.get("agent_lines"), share.get("total_committed")
            if all(isinstance(n, int) and n >= 0 for n in lines):
                counted.append((min(lines), lines[1]))  # type: ignore[type-var,arg-type]
    return max(counted, key=lambda pair: (pair[1], pair[0]))
