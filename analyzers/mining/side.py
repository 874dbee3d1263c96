"""What `fetch-reviews` left: references and objects beside the user's, in a repository of ours."""

from __future__ import annotations

from pathlib import Path

from analyzers.mining import ref_files

_FETCHED = ("refs/pull/", "refs/merge-requests/", "refs/changes/", "refs/notes/")


def side_refs(side: Path) -> dict[str, str]:
    """Object id by full name of everything fetched; empty where nothing was."""
    if not side.is_dir():
        return {}
    found, _ = ref_files.read(side)
    return {name: to for name, to in found.items() if name.startswith(_FETCHED)}


def side_objects(side: Path) -> Path | None:
    """The object store to name as a further alternate; None where nothing was fetched."""
    return store if (store := (side / "objects").resolve()).is_dir() else None
