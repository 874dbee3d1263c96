"""Reads the notes of git-ai, newer and older: how many lines which tool wrote, and where."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_RANGE = re.compile(r"(\d+)(?:-(\d+))?")


@dataclass(frozen=True, slots=True)
class Attested:
    """What a note says: lines per tool, how many a person attested, and tools' lines per file."""

    lines_by_tool: Mapping[str, int]
    human_lines: int
    lines_by_file: Mapping[str, int] = field(default_factory=dict)

    @property
    def ai_lines(self) -> int:
        """Lines that some tool wrote."""
        return sum(self.lines_by_tool.values())


def parse(text: str) -> Attested:
    """The attested lines of a note; nothing where it is empty or no git-ai note."""
    head, _, body = text.partition("\n---\n") if "\n---\n" in text else ("", "", text)
    if text.startswith("---\n"):
        head, body = "", text[4:]
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
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
    by_file: dict[str, int] = {}
    path = ""
    human = 0
    for line in head.splitlines():
        if not line.startswith("  "):
            path = line.strip().strip('"')
            continue
        key, _, ranges = line.strip().partition(" ")
        count = sum(int(end or start) - int(start) + 1 for start, end in _RANGE.findall(ranges))
        key = key.partition("::")[0]
        if key.startswith("h_"):
            human += count
        elif key in tools:
            lines[tools[key]] = lines.get(tools[key], 0) + count
            by_file[path] = by_file.get(path, 0) + count
    return Attested(lines, human, by_file)


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
