"""An organisation's list of repositories, as its forge tells it, and where their clones lie.

Read is what `gh repo list ORG --json nameWithOwner`, `gh api --paginate orgs/ORG/repos`, `glab
api groups/GROUP/projects` and the like print: JSON, each repository with its `owner/name`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analyzers.errors import UsageError

FIELDS = ("nameWithOwner", "full_name", "path_with_namespace", "pathWithNamespace")
"""Where GitHub's command line and API, and GitLab's, name a repository with its owner."""

_JSON = re.compile(r"\s*(?:\{|\[\s*[\[{\]])")  # a path may begin with a bracket, too
_NAME = re.compile(r"(?!\.+(?:/|$))[\w.-]+(?:/(?!\.+(?:/|$))[\w.-]+)+")


def is_listing(text: str) -> bool:
    """Whether the text is JSON of a forge rather than paths."""
    return bool(_JSON.match(text))


def clones(text: str, file: Path) -> list[Path]:
    """The clone of each repository named, looked for in the file's folder.

    It lies there as `owner/name` or `name`, with or without `.git`. Where there is none, the first
    of these paths stands for it, so that its absence is told. Raises UsageError for what is no
    such listing.
    """
    return [_clone(file.parent, name) for name in _names(text, file)]


def _clone(folder: Path, name: str) -> Path:
    last = name.rpartition("/")[2]
    places = [folder / each for each in (name, f"{name}.git", last, f"{last}.git")]
    return next((place for place in places if place.is_dir()), places[0])


def _names(text: str, file: Path) -> list[str]:
    names: list[str] = []
    for row in _rows(text, file):
        found = [row[field] for field in FIELDS if field in row] if isinstance(row, dict) else []
        if not found or not isinstance(found[0], str) or not _NAME.fullmatch(found[0]):
            raise UsageError(
                f"{file}: repository {len(names) + 1} has no owner/name in {', '.join(FIELDS)};"
                " make the list with: gh repo list ORG --json nameWithOwner --limit 10000"
            )
        names.append(found[0])
    return names


def _rows(text: str, file: Path) -> Iterator[Any]:
    """Repositories, one after the other: pages are lists, which some tools print in a row."""
    decoder, at = json.JSONDecoder(), 0
    try:
        while rest := text[at:].lstrip():
            page, length = decoder.raw_decode(rest)
            at = len(text) - len(rest) + length
            yield from page if isinstance(page, list) else [page]
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file} is no list of repositories in JSON: {error}") from None
