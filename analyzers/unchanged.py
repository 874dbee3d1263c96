"""Has anything changed since the store was last brought up to date? Told from small files alone.

The trace of a repository is what every table depends on as it lies on the disk: HEAD and the
references, configuration, the shallow mark, names of packs, review data, and our own rules. The
same trace means the same tables; another one only means that the pipeline has to look. Nothing
here starts git or imports a frame, so that a refresh with nothing new is over at once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analyzers import manifest, rules, saved
from analyzers.mining import locate, ref_files
from analyzers.mining.locate import Place

_FILE = "trace.json"
_SMALL_FILES = ("config", "shallow")


def trace(where: Place, folder: Path, *, trust: bool = False) -> str:
    """The trace of a repository whose place in the store is `folder`, and whether it is trusted."""
    digest = hashlib.sha256(repr(trust).encode())
    for part in (*_of_repository(where), *_of_shelf(folder)):
        digest.update(repr(part).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def manifest_if_unchanged(folder: Path, seen: str) -> dict[str, Any] | None:
    """The manifest, if it was made at this trace and all its files are there."""
    found = manifest.read(folder)
    kept = _kept(folder)
    if not found or kept != {"generation": found["generation"], "trace": seen}:
        return None
    return found if manifest.is_whole(folder, found) else None


def remember(folder: Path, generation: str, seen: str) -> None:
    """Keep the trace that was taken before the manifest's generation was made or found true."""
    with saved.replacing(folder / _FILE) as fresh:  # without it the next run looks closer
        fresh.write_text(json.dumps({"generation": generation, "trace": seen}), encoding="utf-8")


def _kept(folder: Path) -> object:
    try:
        return json.loads((folder / _FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _of_repository(where: Place) -> Iterator[object]:
    yield rules.version(), str(where.git_dir), str(where.common)
    head = where.git_dir / "HEAD"
    yield str(head.readlink()) if head.is_symlink() else locate.small_file(head)
    for name in _SMALL_FILES:
        yield name, locate.small_file(where.common / name, most_bytes=1 << 24)
    yield (where.common / "info" / "grafts").exists(), ref_files.read(where.common)
    for store in locate.object_stores(where.objects, where.shown):
        yield str(store), _names(store / "pack")


def _of_shelf(folder: Path) -> Iterator[object]:
    """Names of imports tell their content."""
    yield _names(folder / "imports"), _names(folder / "side.git" / "objects" / "pack")
    if (folder / "side.git").is_dir():
        yield ref_files.read(folder / "side.git")


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
