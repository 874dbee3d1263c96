"""What a repository's place in the store says of itself, without a frame: quick to import.

The manifest is the commit point of the store: what it does not name is debris.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import platformdirs

from analyzers import errors

SCHEMA = 1
FILE = "manifest.json"


def default_root() -> Path:
    """`REVIEWGAP_STORE`, else the platform's cache directory for reviewgap."""
    named = os.environ.get("REVIEWGAP_STORE")
    return Path(named) if named else platformdirs.user_cache_path("reviewgap")


def shelf_key(git_dir: Path) -> str:
    """Folder name of a repository: readable, and unique to its git directory."""
    real = git_dir.resolve()
    name = real.parent.name if real.name == ".git" else real.name.removesuffix(".git")
    slug = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "repository"
    return f"{slug[:60]}-{hashlib.sha256(os.fsencode(real)).hexdigest()[:10]}"


def read(folder: Path) -> dict[str, Any]:
    """The manifest, or nothing where there is none, or one of another version or damaged."""
    try:
        manifest = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}
    if not isinstance(manifest, dict) or manifest.get("schema") != SCHEMA:
        return {}
    return manifest


def is_whole(folder: Path, manifest: Mapping[str, Any]) -> bool:
    """Whether every file the manifest names is there with the size it was written with."""
    sizes: dict[str, int] = manifest.get("sizes", {})
    return bool(sizes) and {name: size(folder / name) for name in sizes} == sizes


def size(path: Path) -> int | None:
    """Bytes of a regular file; None where there is none."""
    return path.stat().st_size if path.is_file() else None


def exit_code(manifest: Mapping[str, Any]) -> int:
    """Partial where something that history holds could not be read."""
    repository = manifest["repository"]
    n_missing = manifest["counts"]["incomplete"] + manifest["n_missing"]
    is_partial = n_missing or repository["is_shallow"] or repository["is_partial"]
    return errors.PARTIAL if is_partial else errors.COMPLETE
