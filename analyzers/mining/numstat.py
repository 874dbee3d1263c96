"""Added and deleted lines per file, streamed from git in chunks of commits.

The format asks for nothing but the commit id, so the stream holds only ids, numbers and paths,
and no message can break it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from analyzers.mining import git, objects
from analyzers.mining.commit import text
from analyzers.mining.git import GitDir, GitFailed, Output

_BLOCK = 1 << 17
_ARGUMENTS = [
    "log",
    "--no-walk=unsorted",
    "--stdin",
    "-z",
    "--numstat",
    "-M",
    "--no-ext-diff",
    "--no-textconv",
    "--no-show-signature",
    "--no-notes",
    "--no-color",
    "--no-decorate",
    "--no-mailmap",
    "--diff-algorithm=myers",
    "--format=%H",
]
SETTINGS = (
    "-c",
    # Cheaper hunks, the same counts. Not 0: git then trims the common end of both files before
    # it looks for the shortest edit, and counts a line more or less here and there.
    "diff.context=1",
    "-c",
    "diff.renameLimit=1000",
    "-c",
    "core.deltaBaseCacheLimit=96m",
    "-c",
    "log.showRoot=true",
)
_FEW_FAILURES = 8
_MOST_SILENT = 3
_NO_BLOB = {b"000000", b"160000"}
_ID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")

Change = tuple[str, str | None, int | None, int | None]
"""(path, old path if renamed, lines added, lines deleted); lines are None in a binary file."""


@dataclass(slots=True)
class Counts:
    """File changes by commit; `unreadable` are commits whose trees or blobs are missing.

    `n_silent` tells how often git had to be ended because it counted for ever.
    """

    changes: dict[str, list[Change]] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    n_silent: int = 0


def count(
    view: GitDir,
    ids: Sequence[str],
    *,
    settings: Sequence[str] = SETTINGS,
    into: Counts | None = None,
) -> Counts:
    """The changes of these commits against their first parent; merges have none.

    Whoever wants to know how far it is gives the counts to fill.

    git stops at the first commit whose content it cannot read: that one is named unreadable
    and the rest is asked for again, after a look at what is missing once it is more than a few.
    So it is with one that takes for ever, such as a tree of ten billion files.
    """
    counts, rest, n_failures = into or Counts(), list(ids), 0
    while rest:
        rest = _run(view, counts, rest, settings)
        n_failures += bool(rest)
        if rest and n_failures == _FEW_FAILURES:
            missing = _lacking_blobs(view, rest)
            counts.unreadable += [sha for sha in rest if sha in missing]
            rest = [sha for sha in rest if sha not in missing]
    return counts


def changed_blobs(view: GitDir, ids: Sequence[str]) -> dict[str, list[str]]:
    """Ids of the blobs that each commit changed, before and after; without unreadable commits."""
    changed: dict[str, list[str]] = {}
    rest = list(ids)
    while rest:
        listed, lacking = _blobs(view, rest)
        whole = [sha for sha in rest if sha in listed and sha not in lacking]
        changed |= {sha: listed[sha] for sha in whole}
        rest = rest[len(whole) + 1 :] if lacking else []
    return changed


def parse(blocks: Iterable[bytes], id_length: int) -> Iterator[tuple[str, list[Change]]]:
    """(commit id, changes) from the NUL-separated stream; a commit is yielded when it is whole.

    Grammar: a token without two tabs is a commit id; one that ends in the second tab is a
    rename, and the next two tokens are its paths, whatever they look like.
    """
    sha: str | None = None
    changes: list[Change] = []
    tokens = _tokens(blocks)
    for token in tokens:
        parts = token.split(b"\t", 2)
        if len(parts) < 3:
            if len(token) != id_length:
                raise GitFailed("git log printed a line that is no commit id")
            if sha is not None:
                yield sha, changes
            sha, changes = token.decode("ascii"), []
            continue
        added, deleted, path = parts
        old = None
        if not path:
            old, path = next(tokens, b""), next(tokens, b"")
        changes.append(
            (
                text(path),
                None if old is None else text(old),
                # git puts a line end before the first number of a commit; int() skips it
                None if added.endswith(b"-") else int(added),
                None if deleted == b"-" else int(deleted),
            )
        )
    if sha is not None:
        yield sha, changes


def _tokens(blocks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for block in blocks:
        parts = (rest + block).split(b"\0")
        rest = parts.pop()
        yield from parts
    if rest:
        yield rest


def blocks(output: Output) -> Iterator[bytes]:
    """What git has printed, as it comes."""
    while block := output.read1(_BLOCK):
        yield block


def _run(view: GitDir, counts: Counts, ids: list[str], settings: Sequence[str]) -> list[str]:
    """Count until git ends or dies; what is still to be asked for."""
    done = 0
    try:
        with git.stream(view, [*settings, *_ARGUMENTS], _lines(ids)) as output:
            for sha, changes in parse(blocks(output), len(ids[0])):
                counts.changes[sha] = changes
                done += 1
    except GitFailed as error:
        counts.n_silent += isinstance(error, git.GitSilent)
        if counts.n_silent > _MOST_SILENT:
            raise
        return _after_failure(view, counts, ids, done, error)
    return []


def _after_failure(
    view: GitDir, counts: Counts, ids: list[str], done: int, error: GitFailed
) -> list[str]:
    """Name the commit at which git died; the ids after it.

    A commit is printed whole or not at all, except that its name may come before git finds
    that content is missing. So a last commit with changes was whole and the next one failed;
    one without changes is asked again alone.
    """
    bad = re.search(r"bad object ([0-9a-f]{40,64})", error.stderr)
    if bad and bad[1] in ids:
        counts.unreadable.append(bad[1])
        return [sha for sha in ids[done:] if sha != bad[1]]
    if done and not counts.changes[ids[done - 1]] and not _is_readable(view, ids[done - 1]):
        del counts.changes[ids[done - 1]]
        done -= 1
    counts.unreadable += ids[done : done + 1]
    return ids[done + 1 :]


def _is_readable(view: GitDir, sha: str) -> bool:
    try:
        git.run(view, [*SETTINGS, *_ARGUMENTS], _lines([sha]))
    except GitFailed:
        return False
    return True


def _lacking_blobs(view: GitDir, ids: list[str]) -> set[str]:
    """Commits that changed a blob which is not there, found from the trees alone."""
    blobs, lacking = _blobs(view, ids)
    wanted = sorted({blob for each in blobs.values() for blob in each})
    found = objects.kinds(view, wanted)
    missing = {blob for blob, (_, kind) in zip(wanted, found, strict=True) if not kind}
    return lacking | {sha for sha, each in blobs.items() if not missing.isdisjoint(each)}


def _blobs(view: GitDir, ids: list[str]) -> tuple[dict[str, list[str]], set[str]]:
    """(blobs that each commit changed, commits whose trees are missing too)."""
    arguments = [each for each in _ARGUMENTS if each not in {"--numstat", "-M"}]
    arguments += ["--raw", "--no-renames", "--no-abbrev"]
    blobs: dict[str, list[str]] = {}
    try:
        with git.stream(view, arguments, _lines(ids)) as output:
            tokens = _tokens(blocks(output))
            for token in tokens:
                if token.lstrip(b"\n").startswith(b":") and blobs:
                    next(tokens, b"")  # the path, whatever it looks like
                    old_mode, new_mode, *pair = token.lstrip(b"\n:").split(b" ")[:4]
                    modes = zip((old_mode, new_mode), pair, strict=True)
                    ids_here = [i.decode() for mode, i in modes if mode not in _NO_BLOB]
                    blobs[next(reversed(blobs))] += ids_here
                elif len(token) == len(ids[0]) and _ID.fullmatch(token):
                    blobs[token.decode()] = []
    except git.GitSilent:
        raise
    except GitFailed:
        # Trees are missing as well: there is nothing to look ahead with.
        return blobs, set(ids) - set(list(blobs)[:-1])
    return blobs, set()


def _lines(ids: Sequence[str]) -> bytes:
    return "".join(f"{sha}\n" for sha in ids).encode()
