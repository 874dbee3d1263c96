"""References read once, in Python, so that every later step sees one set of tips.

Reading them ourselves keeps git out of the user's directory, and makes links, pipes and broken
files among them a warning instead of a hang.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from analyzers import tables
from analyzers.mining import objects
from analyzers.mining.git import GitDir
from analyzers.mining.locate import small_file

_MOST_PACKED_BYTES = 1 << 28
_ID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
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


def read(common: Path) -> tuple[dict[str, str], list[str]]:
    """(object id or "ref: <name>" by full name, warnings), loose ones before packed ones."""
    warnings: list[str] = []
    found = _packed(small_file(common / "packed-refs", most_bytes=_MOST_PACKED_BYTES) or b"")
    odd: list[str] = []
    for name, content in _loose(common, odd):
        if content.startswith(b"ref:"):
            found[name] = "ref: " + content[4:].strip().decode("utf-8", "replace")
        elif matched := _ID.fullmatch(content.strip().split(b"\n")[0]):
            found[name] = matched.group().decode()
        else:
            odd.append(name)
            found.pop(name, None)
    if odd:
        warnings.append(f"{len(odd)} references are no plain files or hold no id; left out")
    return found, warnings


def resolve(found: dict[str, str], name: str) -> str | None:
    """The object id that a name leads to through symbolic references, if any."""
    for _ in range(5):
        value = found.get(name)
        if value is None or not value.startswith("ref: "):
            return value
        name = value.removeprefix("ref: ")
    return None


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


def _packed(content: bytes) -> dict[str, str]:
    found = {}
    for line in content.split(b"\n"):
        object_id, _, name = line.partition(b" ")
        if _ID.fullmatch(object_id) and name.startswith(b"refs/"):
            found[_text(name)] = object_id.decode()
    return found


def _loose(common: Path, odd: list[str]) -> Iterator[tuple[str, bytes]]:
    top = common / "refs"
    if top.is_symlink():
        odd.append("refs")
        return
    for folder, folders, files in os.walk(top):
        for name in list(folders):
            if Path(folder, name).is_symlink():
                folders.remove(name)
                odd.append(name)
        for name in files:
            path = Path(folder, name)
            content = _plain(path)
            if content is None:
                odd.append(name)
            else:
                yield _text(os.fsencode(path.relative_to(common))), content


def _plain(path: Path) -> bytes | None:
    """A small regular file's content; None for anything else, such as a pipe or a link."""
    try:
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(path, flags)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        return file.read(4096) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None


def _text(name: bytes) -> str:
    return name.decode("utf-8", "replace")
