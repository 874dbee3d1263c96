"""What the tables rest on: which repository at which moment, read by which rules."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analyzers import manifest, mining, rules, store, tables
from analyzers.config import Config
from analyzers.mining.view import View

Finished = dict[tables.Table, pd.DataFrame]
_STEPS = ("mining", "reviews", "authorship", "capacity")


def fingerprint(view: View, settings: Config, shelf: store.Shelf) -> str:
    """Names everything the tables depend on: equal fingerprints mean equal tables."""
    digest = hashlib.sha256()
    for part in (rules.version(), repr(settings), view.head, view.is_shallow, manifest.SCHEMA):
        digest.update(repr(part).encode())
    for path in shelf.imports:
        digest.update(path.read_bytes())
    refs = view.refs[["name", "object_id"]]
    digest.update(json.dumps(refs.to_dict("list")).encode())
    return digest.hexdigest()


def warnings(view: View, commits: pd.DataFrame, n_lost: int) -> Iterator[str]:
    """What the figures cannot be trusted with, in one line each; `commits` is MINED_COMMITS."""
    yield from view.warnings
    if view.head is None:
        yield "no commits yet: there is nothing to count"
    if n_lost:
        yield f"{n_lost:,} commits that history names are missing or damaged; run git fsck"
    if n_unsized := _n_unsized(commits[commits["in_head"]]):
        yield f"{n_unsized:,} commits have no line counts, because their files are missing"
    if n_undated := int(commits["committed_at"].isna().sum()):
        yield f"{n_undated:,} commits are dated before 1970 or in the future: date unknown"


def n_missing(view: View, commits: pd.DataFrame) -> int:
    """Parents that are named and not there, other than where a shallow clone ends."""
    if view.is_shallow:
        return 0
    named = pc.list_flatten(pc.split_pattern(pa.array(commits["parents"], pa.string()), " "))
    unknown = pc.invert(pc.is_in(named, value_set=pa.array(commits["sha"], pa.string())))
    lost = pc.unique(named.filter(unknown)).to_pylist()
    return sum(bool(sha) for sha in lost)


def _n_unsized(commits: pd.DataFrame) -> int:
    return int((~commits["is_merge"] & commits["lines_added"].isna()).sum())


def facts(view: View, finished: Finished, *, n_mined: int, n_lost: int) -> dict[str, Any]:
    """What the manifest says beside the tables: which repository, how much of it, up to when.

    `n_mined` commits are reached by any mined reference, and `n_lost` are missing (n_missing).
    """
    commits = finished[tables.COMMITS]
    return {
        "repository": {
            "name": _name(view),
            "forge_url": view.forge_url,
            "forge_kind": view.forge_kind,
            "head": view.head,
            "head_name": view.head_name,
            "is_shallow": view.is_shallow,
            "is_partial": view.is_partial,
            "is_bare": view.is_bare,
        },
        "counts": _counts(finished) | {"all_commits": n_mined},
        "n_missing": n_lost,
        "data_edge": _isoformat(commits["landed_at"].max()),
        "made_by": {step: rules.version(step)[:16] for step in _STEPS},
    }


def _counts(finished: Finished) -> dict[str, int]:
    """Commits that HEAD reaches, and what is known of them; `incomplete` lack line counts."""
    commits = finished[tables.COMMITS]
    files = finished[tables.FILE_CHANGES]
    return {
        "commits": len(commits),
        "merges": int((commits["is_merge"] & ~commits["is_root"]).sum()),
        "roots": int(commits["is_root"].sum()),
        "lines_added": int(commits["lines_added"].sum()),
        "lines_deleted": int(commits["lines_deleted"].sum()),
        "renames": int(files["old_path"].notna().sum()),
        "incomplete": _n_unsized(commits),
        "change_requests": len(finished[tables.CHANGE_REQUESTS]),
    }


def _name(view: View) -> str:
    """`owner/name` where the forge is known, else the folder's name."""
    if view.forge_url:
        return "/".join(view.forge_url.split("/")[3:])
    source = Path(view.source).resolve()
    return source.parent.name if source.name == ".git" else source.name.removesuffix(".git")


def mined_by(settings: Config) -> str:
    """Names what mined rows depend on beside git's objects; another one means mining anew.

    Kinds of files are told by our patterns and the user's.
    """
    return hashlib.sha256((repr(settings.generated) + rules.version("mining")).encode()).hexdigest()


def mailmap_version(view: View) -> str:
    """Names the mailmap at HEAD; another one renames the people of mined commits."""
    return hashlib.sha256(repr(mining.file_at_head(view, ".mailmap")).encode()).hexdigest()


def _isoformat(at: pd.Timestamp) -> str | None:
    return None if pd.isna(at) else at.isoformat()
