"""Line-level notes of git-ai (refs/notes/ai): which lines of a commit a tool wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from analyzers.authorship.markers import Markers
from analyzers.authorship.rows import Marker
from analyzers.authorship.traces import Evidence, among

STALE_RATIO = 1.2
"""A note that claims more than this times the added lines was made for another version."""

MOSTLY = 0.5
"""From this share of the added lines on, the tool is co-author; below, it assisted."""

_RANGE = re.compile(r"(\d+)(?:-(\d+))?")


@dataclass(frozen=True, slots=True)
class Attested:
    """What a note says: lines per tool, and how many a person attested."""

    lines_by_tool: Mapping[str, int]
    human_lines: int

    @property
    def ai_lines(self) -> int:
        """Lines that some tool wrote."""
        return sum(self.lines_by_tool.values())


def evidence(notes: pd.DataFrame, commits: pd.DataFrame, markers: Markers) -> Iterator[Evidence]:
    """Evidence of every note that attests lines to a tool and fits its commit.

    Notes on merges, and stale ones (more lines than the commit adds), say nothing.
    """
    facts = commits.set_index("sha")[["lines_added", "is_merge", "committed_at"]]
    known_shas = set(commits["sha"])
    for row in markers.of_kind("note") if known_shas else ():
        theirs = notes["ref"].eq(row.ref) | notes["ref"].str.startswith(row.ref + "/")
        ours = notes[theirs & among(notes["sha"], known_shas)]
        known = facts.reindex(ours["sha"])
        for sha, text, added, is_merge, moment in zip(
            ours["sha"],
            ours["text"],
            known["lines_added"],
            known["is_merge"],
            known["committed_at"],
            strict=True,
        ):
            if not is_merge and row.counts_at(moment):
                yield from _of_one(sha, parse(text), added, row)


def parse(text: str) -> Attested:
    """The attested lines of a note; nothing where it is empty or no git-ai note."""
    head, _, body = text.partition("\n---\n") if "\n---\n" in text else ("", "", text)
    if text.startswith("---\n"):
        head, body = "", text[4:]
    try:
        told = json.loads(body)
    except ValueError:
        return Attested({}, 0)
    if not isinstance(told, dict):
        return Attested({}, 0)
    return _attested(head, _tools(told)) if head else _from_blob(told)


def _tools(told: Mapping[str, object]) -> dict[str, str]:
    tools: dict[str, str] = {}
    for name in ("prompts", "sessions"):
        entries = told.get(name)
        for key, entry in entries.items() if isinstance(entries, dict) else ():
            agent = entry.get("agent_id") if isinstance(entry, dict) else None
            tools[key] = str(agent.get("tool", "unknown")) if isinstance(agent, dict) else "unknown"
    return tools


def _attested(head: str, tools: Mapping[str, str]) -> Attested:
    lines: dict[str, int] = {}
    human = 0
    for line in head.splitlines():
        if not line.startswith("  "):
            continue
        key, _, ranges = line.strip().partition(" ")
        count = sum(int(end or start) - int(start) + 1 for start, end in _RANGE.findall(ranges))
        key = key.partition("::")[0]
        if key.startswith("h_"):
            human += count
        elif key in tools:
            lines[tools[key]] = lines.get(tools[key], 0) + count
    return Attested(lines, human)


def _from_blob(told: Mapping[str, object]) -> Attested:
    """The older form: one JSON blob of files, each with entries of author, lines and agent."""
    lines: dict[str, int] = {}
    for entry in _entries(told):
        agent = entry.get("agent_metadata")
        if isinstance(agent, dict):
            tool = str(agent.get("tool") or agent.get("name") or "unknown")
            lines[tool] = lines.get(tool, 0) + _length(entry.get("lines"))
    return Attested(lines, 0)


def _entries(value: object) -> Iterator[Mapping[str, object]]:
    if isinstance(value, dict):
        if "agent_metadata" in value:
            yield value
        for inner in value.values():
            yield from _entries(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _entries(inner)


def _length(lines: object) -> int:
    if isinstance(lines, int):
        return 1
    if not isinstance(lines, list):
        return 1
    is_pair = len(lines) == 2 and all(isinstance(item, int) for item in lines)
    return lines[1] - lines[0] + 1 if is_pair else sum(map(_length, lines))


def _of_one(sha: str, note: Attested, added: object, row: Marker) -> Iterator[Evidence]:
    if note.ai_lines == 0:
        return
    is_known = not pd.isna(added)
    if is_known and note.ai_lines > STALE_RATIO * int(added):  # type: ignore[call-overload]
        return
    share = note.ai_lines / max(int(added), 1) if is_known else 1.0  # type: ignore[call-overload]
    degree = row.degree if share >= MOSTLY else "assisted"
    told = "its added lines" if not is_known else f"{min(share, 1.0):.0%} of its added lines"
    for tool, lines in sorted(note.lines_by_tool.items()):
        detail = f"A git-ai note gives {lines} lines to {tool}; tools wrote {told}."
        yield Evidence(sha, tool.capitalize(), row.id, "note", degree, row.confidence, detail)


def recall(notes: pd.DataFrame, commits: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    """How many commits that notes call mostly AI-written also carry another mark.

    One row per tool and one for `all`: tool, n_commits, n_marked, recall (0…1). Counted are
    non-merge commits whose note gives AI between half and 1.2 times the added lines.
    """
    facts = commits.set_index("sha")
    ours = notes[notes["ref"].eq("refs/notes/ai")]
    ours = ours[among(ours["sha"], set(commits["sha"]))]
    known = facts.reindex(ours["sha"])
    counted: list[tuple[str, str]] = []
    told = zip(ours["sha"], ours["text"], known["lines_added"], known["is_merge"], strict=True)
    for sha, text, added, is_merge in told:
        if is_merge or pd.isna(added) or not added:
            continue
        note = parse(text)
        if MOSTLY * added <= note.ai_lines <= STALE_RATIO * added:
            counted.append((sha, max(note.lines_by_tool, key=note.lines_by_tool.__getitem__)))
    declared = evidence["degree"].isin(["agent", "coauthored", "assisted"])
    marked = set(evidence.loc[declared & (evidence["place"] != "note"), "sha"])
    return _recall_rows(counted, marked)


def _recall_rows(counted: list[tuple[str, str]], marked: set[str]) -> pd.DataFrame:
    frame = pd.DataFrame(counted, columns=["sha", "tool"])
    frame["is_marked"] = frame["sha"].isin(marked)
    both = pd.concat([frame, frame.assign(tool="all")])
    grouped = both.groupby("tool")["is_marked"].agg(n_commits="size", n_marked="sum").reset_index()
    return grouped.assign(recall=grouped["n_marked"] / grouped["n_commits"])
