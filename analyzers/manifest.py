"""What a repository's place in the store says of itself, without a frame: quick to import.

The manifest is the commit point of the store: what it does not name is debris.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import platformdirs

from analyzers import errors

SCHEMA = 2
_MOST_FOOTER_BYTES = 1 << 24
FILE = "manifest.json"
OF_ALL = "repositories.parquet"
"""The store's table of all repositories; see analyzers.fleet.overview."""


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
        return parsed((folder / FILE).read_bytes())
    except OSError:
        return {}


def is_unlisted(store: Path, keys: Iterable[str]) -> bool:
    """Whether one of these repositories has changed since the table of all was written."""
    try:
        written = (store / OF_ALL).stat().st_mtime_ns
        return any((store / key / FILE).stat().st_mtime_ns > written for key in keys)
    except OSError:
        return True


def is_shelf_key(name: object) -> bool:
    """Whether it has the form of a repository's folder in a store, and so names no other place."""
    return isinstance(name, str) and bool(re.fullmatch(r"[A-Za-z0-9._-]{1,60}-[0-9a-f]{10}", name))


def parsed(content: bytes) -> dict[str, Any]:
    """What a manifest's bytes say, or nothing where they are of another version or damaged."""
    try:
        manifest = json.loads(content)
    except ValueError:
        return {}
    if not isinstance(manifest, dict) or manifest.get("schema") != SCHEMA:
        return {}
    seal = manifest.pop("checksum", None)
    return manifest if seal == _checksum(manifest) else {}


def sealed(manifest: Mapping[str, Any]) -> bytes:
    """The manifest as it is written, with a checksum over all that it says."""
    return _text({**manifest, "checksum": _checksum(manifest)})


def _checksum(manifest: Mapping[str, Any]) -> str:
    return hashlib.sha256(_text(manifest)).hexdigest()


def _text(manifest: Mapping[str, Any]) -> bytes:
    return json.dumps(manifest, indent=1, sort_keys=True, allow_nan=False).encode()


def is_whole(folder: Path, manifest: Mapping[str, Any]) -> bool:
    """Whether every file the manifest names is there as it was written, as far as `mark` tells."""
    marks: dict[str, list[int]] = manifest.get("files", {})
    return bool(marks) and {name: mark(folder / name) for name in marks} == marks


def mark(path: Path) -> list[int] | None:
    """Size of a Parquet file, and a checksum of its footer; its pages have their own.

    None where there is no such file, or it cannot be read.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 8))
            length = int.from_bytes(file.read(4), "little")
            file.seek(max(0, size - length - 8))
            return [size, zlib.crc32(file.read(_MOST_FOOTER_BYTES))]
    except OSError:
        return None


def lacks_objects(manifest: Mapping[str, Any]) -> bool:
    """Whether something that history names could not be read; it may be there another time."""
    return bool(manifest["counts"]["incomplete"] + manifest["n_missing"])


def exit_code(manifest: Mapping[str, Any]) -> int:
    """Partial where something that history holds could not be read."""
    repository = manifest["repository"]
    is_cut = repository["is_shallow"] or repository["is_partial"]
    return errors.PARTIAL if is_cut or lacks_objects(manifest) else errors.COMPLETE
