"""References as they lie in files: read once, in Python, so that every later step sees one set.

Reading them ourselves keeps git out of the user's directory, and makes links, pipes and broken
files among them a warning instead of a hang. Nothing here is slow to import: a look at whether
anything has changed needs no more.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from analyzers.mining.locate import small_file

_MOST_PACKED_BYTES = 1 << 28
_MOST_STEPS = 5  # from one symbolic reference to the next, as in git
_ID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")


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
    for _ in range(_MOST_STEPS):
        value = found.get(name)
        if value is None or not value.startswith("ref: "):
            return value
        name = value.removeprefix("ref: ")
    return None


def is_damaged(common: Path, found: dict[str, str], name: str) -> bool:
    """Whether a name leads in circles, or to a file that holds no reference, as after a crash."""
    for _ in range(_MOST_STEPS):
        value = found.get(name)
        if value is None:
            file = common / name
            return file.is_symlink() or (file.exists() and not file.is_dir())
        if not value.startswith("ref: "):
            return False
        name = value.removeprefix("ref: ")
    return True


def _packed(content: bytes) -> dict[str, str]:
    found = {}
    for line in content.split(b"\n"):
        object_id, _, name = line.partition(b" ")
        if _ID.fullmatch(object_id) and name.startswith(b"refs/"):
            found[_text(name)] = object_id.decode()
    return found


def _loose(common: Path, odd: list[str]) -> Iterator[tuple[str, bytes]]:
    top = common / "refs"

    def unreadable(error: OSError) -> None:
        if error.filename != str(top) or top.exists():
            odd.append(str(error.filename))

    for folder, folders, files in os.walk(top, onerror=unreadable):
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
