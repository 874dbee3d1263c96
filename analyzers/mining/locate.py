"""Finds the git directory behind a path in Python, and reads its small files without hanging.

No git runs here, and nothing outside the allowed root is followed. There is no search upward:
a folder inside a repository is refused with the name of that repository.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analyzers.errors import RefusedRepository

_MOST_ALTERNATES = 50
_ESCAPED = re.compile(rb"\\([0-3][0-7]{2}|.)")
_NAMED = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the parts of a repository lie; all paths are resolved.

    `git_dir` holds HEAD; `common` holds the rest, and is another one for a linked worktree.
    """

    shown: Path
    git_dir: Path
    common: Path
    objects: Path


def place(path: Path, *, root: Path | None) -> Place:
    """The repository at exactly this path: a work tree, a worktree, a bare one or a .git."""
    try:
        return _place(path, root)
    except (OSError, RuntimeError, ValueError) as error:  # links in a circle, names with a NUL
        reason = getattr(error, "strerror", None) or str(error)
        raise RefusedRepository(f"{path} cannot be read ({reason.lower()})") from None


def _place(path: Path, root: Path | None) -> Place:
    _require_local(path)
    allowed = root.resolve() if root else None
    _require_inside(path.resolve(), allowed, path, "it lies")
    git_dir = _git_dir(path, allowed)
    common = _common_dir(git_dir, path, allowed)
    objects = (common / "objects").resolve()
    _require_inside(objects, allowed, path, "its objects lie")
    if not objects.is_dir():
        raise RefusedRepository(f"{path}: {objects} is missing, so there is no history to read")
    if (common / "refs").is_symlink():
        raise RefusedRepository(f"{path}: its refs are a link to elsewhere, which is not followed")
    for store in object_stores(objects, path):
        _require_inside(store, allowed, path, "its alternates name an object store")
        _require_plain_objects(store, path, allowed)
    return Place(path, git_dir, common, objects)


def small_file(path: Path, *, most_bytes: int = 1 << 20) -> bytes | None:
    """Content of a regular file; None where there is none.

    A pipe, a device, a link or a file above the cap is refused: nothing here may block or leak.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise RefusedRepository(
            f"{path} cannot be read as a plain file ({(error.strerror or 'error').lower()})"
        ) from None
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        raise RefusedRepository(f"{path} is not a regular file, as git would have made it")
    with os.fdopen(descriptor, "rb") as file:
        if found.st_size > most_bytes:
            raise RefusedRepository(
                f"{path} has {found.st_size} bytes; reviewgap reads at most {most_bytes}"
            )
        return file.read(most_bytes)


def object_stores(objects: Path, shown: Path) -> Iterator[Path]:
    """The object store and, recursively, every alternate it names, each once and resolved."""
    waiting, seen = [objects], set()
    while waiting:
        store = waiting.pop()
        if store in seen:
            continue
        seen.add(store)
        if len(seen) > _MOST_ALTERNATES:
            raise RefusedRepository(f"{shown}: more than {_MOST_ALTERNATES} alternates")
        yield store
        waiting += _alternates(store)


def _alternates(store: Path) -> list[Path]:
    content = small_file(store / "info" / "alternates", most_bytes=1 << 16) or b""
    lines = [line for line in content.split(b"\n") if line and not line.startswith(b"#")]
    return [(store / os.fsdecode(_unquoted(line))).resolve() for line in lines]


def _unquoted(line: bytes) -> bytes:
    """A path as git writes odd ones, in the quotes of C."""
    if not (len(line) > 1 and line.startswith(b'"') and line.endswith(b'"')):
        return line
    return _ESCAPED.sub(_character, line[1:-1])


def _character(escaped: re.Match[bytes]) -> bytes:
    found = escaped[1]
    return bytes([int(found, 8)]) if found.isdigit() else _NAMED.get(found, found)


def _require_local(path: Path) -> None:
    text = str(path)
    if "\0" in text:
        raise RefusedRepository("the path holds a NUL byte")
    if "://" in text or ":/" in text.replace("://", "") or text.startswith("git@"):
        raise RefusedRepository(f"{_masked(text)} is no local path; clone it first")
    if not path.exists():
        raise RefusedRepository(f"{path} does not exist")
    if not path.is_dir():
        raise RefusedRepository(f"{path} is not a folder; name the folder of a git repository")


def _masked(text: str) -> str:
    scheme, found, rest = text.partition(":/")
    return f"{scheme}:/{rest.rpartition('@')[2]}" if found else text


def _git_dir(path: Path, allowed: Path | None) -> Path:
    inner = path / ".git"
    if inner.is_dir():
        git_dir = inner.resolve()
    elif inner.exists() or inner.is_symlink():
        git_dir = _redirected(inner)
    elif _looks_bare(path):
        git_dir = path.resolve()
    else:
        raise RefusedRepository(_no_repository(path))
    _require_inside(git_dir, allowed, path, "its .git leads")
    if not (git_dir / "HEAD").is_symlink() and small_file(git_dir / "HEAD") is None:
        raise RefusedRepository(f"{path}: {git_dir} has no HEAD, so it is no git repository")
    return git_dir


def _redirected(file: Path) -> Path:
    content = small_file(file, most_bytes=4096) or b""
    if not content.startswith(b"gitdir:"):
        raise RefusedRepository(f"{file} is neither a git directory nor a gitdir file")
    target = os.fsdecode(content.removeprefix(b"gitdir:").strip(b" \r\n"))
    git_dir = (file.parent / target).resolve()
    if not git_dir.is_dir():
        raise RefusedRepository(f"{file} leads to a folder that is not there")
    return git_dir


def _looks_bare(path: Path) -> bool:
    return (path / "HEAD").exists() and (path / "objects").is_dir() and (path / "refs").is_dir()


def _no_repository(path: Path) -> str:
    for parent in path.resolve().parents:
        if (parent / ".git").exists():
            return f"{path} is a folder inside the repository {parent}; name that one"
    return f"{path} is not a git repository"


def _common_dir(git_dir: Path, shown: Path, allowed: Path | None) -> Path:
    content = small_file(git_dir / "commondir", most_bytes=4096)
    if content is None:
        return git_dir
    common = (git_dir / os.fsdecode(content.strip(b"\r\n"))).resolve()
    _require_inside(common, allowed, shown, "its worktree leads")
    if not common.is_dir():
        raise RefusedRepository(f"{shown}: the repository of this worktree is not there")
    return common


def _require_inside(real: Path, allowed: Path | None, shown: Path, what: str) -> None:
    if allowed is not None and not real.is_relative_to(allowed):
        raise RefusedRepository(f"{shown} is refused: {what} outside the root {allowed}")


def _require_plain_objects(store: Path, shown: Path, allowed: Path | None) -> None:
    """A pipe in place of an object would stop git for ever; a link may lead anywhere."""
    names = [entry.name for entry in _entries(store, shown)]
    for folder in [store / name for name in names if len(name) == 2 or name == "pack"]:
        _require_inside(folder.resolve(), allowed, shown, "a folder of objects leads")
        for entry in _entries(folder, shown):
            if not entry.is_file() and not entry.is_dir(follow_symlinks=False):
                raise RefusedRepository(f"{shown}: {entry.path} is not a regular file")
            if entry.is_symlink():
                _require_inside(Path(entry.path).resolve(), allowed, shown, "an object leads")


def _entries(folder: Path, shown: Path) -> list[os.DirEntry[str]]:
    """What a folder holds; nothing where it is missing or no folder."""
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise RefusedRepository(f"{shown}: {folder} cannot be read ({error.strerror})") from None
