"""What references lead to and what their names say: tables.REFS, and the tips to mine from."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from analyzers import tables
from analyzers.mining import objects
from analyzers.mining.git import GitDir
from analyzers.mining.ref_files import resolve

_MINED = ("head", "branch", "tag", "pull_head", "merge_request_head", "patch_set")

# What the refspecs that people copy from the forges' documentation make of the heads.
_KINDS = (
    ("pull_head", r"refs/pull/(\d+)/head"),
    ("pull_merge", r"refs/pull/(\d+)/merge"),
    ("pull_head", r"refs/remotes/[^/]+/(?:pull|pr)/(\d+)(?:/head)?"),
    ("pull_merge", r"refs/remotes/[^/]+/(?:pull|pr)/(\d+)/merge"),
    ("merge_request_head", r"refs/merge-requests/(\d+)/head"),
    ("merge_request_merge", r"refs/merge-requests/(\d+)/merge"),
    ("merge_request_head", r"refs/remotes/[^/]+/(?:merge-requests|mr)/(\d+)(?:/head)?"),
    ("change_meta", r"refs/changes/\d\d/(\d+)/meta"),
    ("patch_set", r"refs/changes/\d\d/(\d+)/(\d+)"),
    ("note", r"refs/notes/.+"),
    ("tag", r"refs/tags/.+"),
    ("branch", r"refs/heads/.+"),
)
_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)


def frame(view: GitDir, found: dict[str, str], head: str | None) -> tuple[pd.DataFrame, int]:
    """(tables.REFS, how many references lead to no object), tags peeled, HEAD first."""
    resolved = {name: to for name in sorted(found) if (to := resolve(found, name))}
    if head:
        resolved = {"HEAD": head, **resolved}
    ids = list(dict.fromkeys(resolved.values()))
    peeled = dict(zip(ids, objects.kinds(view, [f"{each}^{{}}" for each in ids]), strict=True))
    rows = [
        _row(name, *peeled[object_id])
        for name, object_id in resolved.items()
        if peeled[object_id][0]
    ]
    return tables.REFS.from_rows(rows), len(found) + (head is not None) - len(rows)


def mined_tips(refs: pd.DataFrame) -> list[str]:
    """Ids of the commits from which history is read: not notes, test merges or review meta."""
    is_remote = refs["name"].str.startswith("refs/remotes/") & (refs["kind"] == "other")
    wanted = (refs["kind"].isin(_MINED) | is_remote) & refs["is_commit"]
    return list(dict.fromkeys(refs.loc[wanted, "object_id"]))


def classify(name: str) -> tuple[str, int | None, int | None]:
    """(kind, number, patch set) of a full reference name."""
    if name == "HEAD":
        return "head", None, None
    for kind, pattern in _PATTERNS:
        if matched := pattern.fullmatch(name):
            numbers = [int(group) for group in matched.groups() if len(group) < 18]
            number, patch_set = [*numbers, None, None][:2]
            return kind, number, patch_set
    return "other", None, None


def packed(names: Sequence[str], ids: Sequence[str]) -> str:
    """The text of a packed-refs file; every id is a commit or peeled already."""
    lines = sorted(f"{name} {to}" for name, to in zip(names, ids, strict=True) if name != "HEAD")
    pairs = (line.rsplit(" ", 1) for line in lines)
    return "# pack-refs with: peeled fully-peeled sorted \n" + "".join(
        f"{to} {name}\n" for name, to in pairs
    )


def _row(name: str, object_id: str, kind_of_object: str) -> dict[str, object]:
    kind, number, patch_set = classify(name)
    return {
        "name": name,
        "object_id": object_id,
        "kind": kind,
        "number": number,
        "patch_set": patch_set,
        "is_commit": kind_of_object == "commit",
    }
