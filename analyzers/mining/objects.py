"""Objects read in batches through `cat-file`, whose answers are length-prefixed.

No content can pass for structure there, unlike in `git log`, where a NUL or a made-up line in a
message breaks the parser. A missing or damaged object is one row of its own, never the end.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from analyzers.mining import git
from analyzers.mining.git import GitDir, GitFailed, Output

LINK = "120000"
_ID = re.compile("[0-9a-f]{40}(?:[0-9a-f]{24})?")
_MOST_RESTARTS = 1000
_MOST_TREE_BYTES = 1 << 27  # a million files and more


class Object(NamedTuple):
    """One answer: `kind` is commit, tree, blob or tag, or "" where it cannot be read."""

    name: str  # as it was asked for
    kind: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a tree, folders descended: the path and what it holds."""

    mode: str
    kind: str
    object_id: str
    path: str


def read(
    view: GitDir, names: Sequence[str], *, most_bytes: int | None = None, tail_bytes: int = 0
) -> Iterator[Object]:
    """The objects of these names (ids, or `id:path`), in order; longer ones lose their middle."""
    done = 0
    for _ in range(_MOST_RESTARTS):
        try:
            for found in _batch(view, names[done:], most_bytes, tail_bytes):
                done += 1
                yield found
        except GitFailed:
            # git dies of a damaged object: that one is unreadable, the rest is not.
            if done >= len(names):
                return
            yield Object(names[done], "", b"")
            done += 1
        if done >= len(names):
            return
    raise GitFailed(f"more than {_MOST_RESTARTS} damaged objects; run git fsck on the repository")


def read_blobs(view: GitDir, ids: Sequence[str], *, most_bytes: int) -> dict[str, bytes]:
    """Content of the blobs that can be read, by id, each cut at `most_bytes`."""
    found = read(view, list(dict.fromkeys(ids)), most_bytes=most_bytes)
    return {each.name: each.data for each in found if each.kind == "blob"}


def kinds(view: GitDir, names: Sequence[str]) -> list[tuple[str, str]]:
    """(object id, kind) per name, without reading contents; ("", "") where it is unreadable."""
    return [_kind(line) for line in _checked(view, names, "%(objectname) %(objecttype)")]


def sizes(view: GitDir, names: Sequence[str]) -> list[int | None]:
    """Bytes per name as its header says, without reading contents; None where it is unreadable."""
    told = _checked(view, names, "%(objectsize)")
    return [int(line) if line.isdecimal() else None for line in told]


def _checked(view: GitDir, names: Sequence[str], form: str) -> list[str]:
    """What `--batch-check` says of each name; "" for a damaged object, of which git dies."""
    found: list[str] = []
    for _ in range(_MOST_RESTARTS):
        rest = names[len(found) :]
        if not rest:
            return found
        try:
            args = ["cat-file", f"--batch-check={form}", "--buffer"]
            with git.stream(view, args, _lines(rest)) as output:
                while line := output.readline():
                    found.append(line.decode("utf-8", "replace").rstrip("\n"))
        except git.GitSilent:
            raise
        except GitFailed:
            found += [""] * (len(found) < len(names))
    raise GitFailed(f"more than {_MOST_RESTARTS} damaged objects; run git fsck on the repository")


def genuine(view: GitDir, blobs: Sequence[str]) -> set[str]:
    """Those of these sha1 blobs whose content is what their id names; git asks when it writes."""
    found = {each.name for each in read(view, blobs) if _is_genuine(each)}
    # A forged size misleads the reader of the next one, too: what is left is asked for alone.
    alone = (next(read(view, [name])) for name in blobs if name not in found)
    return found | {each.name for each in alone if _is_genuine(each)}


def _is_genuine(found: Object) -> bool:
    content = b"blob %d\0" % len(found.data) + found.data
    return hashlib.sha1(content, usedforsecurity=False).hexdigest() == found.name


def list_tree(view: GitDir, tree: str) -> list[Entry]:
    """Every file below a tree (or a commit's tree), by full path.

    Nothing where it is unreadable, or so deep and wide that it must be meant to exhaust us.
    """
    try:
        args = ["ls-tree", "-r", "-z", "--full-tree", tree]
        output = git.run(view, args, most_bytes=_MOST_TREE_BYTES)
    except git.GitSilent:
        raise
    except GitFailed:
        return []
    return [_entry(line) for line in output.split(b"\0") if line]


def entries(view: GitDir, tree: str, path: str) -> list[Entry]:
    """What a tree holds at exactly this path: one entry, or none."""
    try:
        output = git.run(view, ["ls-tree", "-z", "--full-tree", tree, "--", path])
    except git.GitSilent:
        raise
    except GitFailed:
        return []
    return [_entry(line) for line in output.split(b"\0") if line]


def _batch(
    view: GitDir, names: Sequence[str], most_bytes: int | None, tail_bytes: int
) -> Iterator[Object]:
    if not names:
        return
    with git.stream(view, ["cat-file", "--batch", "--buffer"], _lines(names)) as output:
        for name in names:
            yield answer(output, name, most_bytes=most_bytes, tail_bytes=tail_bytes)
        output.read(1)  # nothing is left; now the exit status tells


def answer(
    output: Output, name: str, *, most_bytes: int | None = None, tail_bytes: int = 0
) -> Object:
    """The next answer of a `cat-file --batch`, to a question for this name."""
    header = output.readline()
    if not header.endswith(b"\n"):
        raise GitFailed("git cat-file ended before its answer")
    words = header.split()
    if len(words) != 3 or not words[2].isdigit():  # "<name> missing", "<name> ambiguous"
        return Object(name, "", b"")
    if _ID.fullmatch(name) and words[0] != name.encode():
        # A forged file told another size than it has, and what follows was taken for its content.
        raise GitFailed(f"git cat-file answered something else than {name}")
    size = int(words[2])
    kept = size if most_bytes is None else min(size, most_bytes)
    data = output.read(kept)
    if len(data) < kept:
        raise GitFailed("git cat-file ended in the middle of an object")
    kind = words[1].decode("ascii", "replace")
    return Object(name, kind, data + _rest(output, size - kept, tail_bytes))


def _rest(output: Output, count: int, tail_bytes: int) -> bytes:
    """Read to the end of an object; so much of its end as is wanted."""
    tail = b""
    while count > 0 and (block := output.read(min(count, 1 << 20))):
        count -= len(block)
        tail = (tail + block)[-tail_bytes:] if tail_bytes else b""
    output.read(1)  # the line end behind it
    return tail


def _lines(names: Iterable[str]) -> bytes:
    return "".join(f"{name}\n" for name in names).encode()


def _kind(line: str) -> tuple[str, str]:
    words = line.split(" ")
    is_known = len(words) == 2 and words[1] in {"commit", "tree", "blob", "tag"}
    return (words[0], words[1]) if is_known else ("", "")


def _entry(line: bytes) -> Entry:
    head, _, path = line.partition(b"\t")
    mode, kind, object_id = head.decode().split(" ")
    return Entry(mode, kind, object_id, path.decode("utf-8", "replace"))
