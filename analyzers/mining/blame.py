"""Which commit each line of a file at HEAD comes from: `git blame`, two files at a time.

The one place where git is started once per file, since blame takes no list; callers sample.
Nothing of the repository's configuration or attributes is in the view, so neither a textconv
program nor a list of ignored revisions takes part.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from analyzers import saved
from analyzers.mining import git, kinds, objects
from analyzers.mining.git import GitFailed
from analyzers.mining.view import View

Progress = Callable[[int, int, str], None]

_AT_ONCE = 2
_SAVED_EVERY = 20
_HUNK = re.compile(rb"^([0-9a-f]{40}|[0-9a-f]{64}) \d+ \d+ (\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class File:
    """A file at HEAD: its path, its content's id, and what kind its path says it is."""

    path: str
    blob: str
    kind: str


def files(view: View, *, generated: Sequence[str] = ()) -> list[File]:
    """Every regular file at HEAD; names that are no UTF-8 cannot be asked for and are left out."""
    if view.head is None:
        return []
    kind_of = kinds.classifier(generated)
    return [
        File(entry.path, entry.object_id, kind_of(entry.path))
        for entry in objects.list_tree(view, view.head)
        if entry.kind == "blob" and entry.mode != objects.LINK and "\ufffd" not in entry.path
    ]


def blamed(
    view: View, wanted: Sequence[File], *, kept: Path, progress: Progress | None = None
) -> dict[str, dict[str, int]]:
    """Lines per commit, by path; a file that git cannot blame is missing.

    `kept` is a file of ours that remembers answers by content and path, so that only files that
    changed are asked for again; it is replaced whole, and a damaged one is as good as none.
    """
    known = _kept(kept)
    missing = [file for file in wanted if _key(file) not in known]
    for done, (file, lines) in enumerate(_asked(view, missing), start=1):
        if lines is not None:
            known[_key(file)] = lines
        if done % _SAVED_EVERY == 0 or done == len(missing):
            _keep(kept, known)
        if progress is not None:
            progress(done, len(missing), "files blamed")
    return {file.path: known[_key(file)] for file in wanted if _key(file) in known}


def _asked(view: View, wanted: Iterable[File]) -> Iterator[tuple[File, dict[str, int] | None]]:
    """Answers in order, a few ahead, so that leaving early starts no further git."""
    queue = iter(wanted)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        while batch := list(islice(queue, 4 * _AT_ONCE)):
            yield from zip(batch, pool.map(lambda file: _one(view, file), batch), strict=True)


def _one(view: View, file: File) -> dict[str, int] | None:
    arguments = ["blame", "--incremental", "--no-textconv", str(view.head), "--", file.path]
    try:
        output = git.run(view, arguments)
    except GitFailed:
        return None
    lines: dict[str, int] = {}
    for sha, count in _HUNK.findall(output):
        lines[sha.decode()] = lines.get(sha.decode(), 0) + int(count)
    return lines


def _key(file: File) -> str:
    return f"{file.blob} {file.path}"


def _kept(path: Path) -> dict[str, dict[str, int]]:
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _keep(path: Path, known: dict[str, dict[str, int]]) -> None:
    with saved.replacing(path) as fresh:
        fresh.write_text(json.dumps(known), encoding="utf-8")
