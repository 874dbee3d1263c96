"""Raw commit objects to rows: any bytes give a row, never an exception."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from typing import NamedTuple

MOST_MESSAGE_BYTES = 1 << 16
_TAIL_BYTES = 1 << 14
_CUT = "\n\n[… cut by reviewgap …]\n\n"
_MOST_IDENTITY = 1000
_USUAL_DATE = len(" 1262304000 +0000")
_LATEST = 4_102_444_800  # 2100-01-01: whatever the caller's clock says
_USUAL = re.compile(
    rb"tree ([0-9a-f]+)\n((?:parent [0-9a-f]+\n)*)author ([^\n]*)\ncommitter ([^\n]*)\n"
)
_NUMBER = re.compile(rb"\s*([+-]?\d{1,20})(?![\d.])(?:\s+([+-]\d{4})(?!\d))?")
_NOT_TEXT = {"unicode-escape", "raw-unicode-escape", "idna", "punycode", "utf-7", "undefined"}


class RawCommit(NamedTuple):
    """One commit as its object says, before mailmap; times are seconds since 1970 or None."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author_name: str
    author_email: str
    author_time: int | None
    committer_name: str
    committer_email: str
    committer_time: int | None
    message: str

    @property
    def subject(self) -> str:
        """First line of the message that is not empty."""
        return self.message.lstrip().split("\n", 1)[0].rstrip()


def parse(sha: str, data: bytes) -> RawCommit:
    """The commit in the bytes of an object; what is missing is empty, absurd dates are None."""
    usual = _USUAL.match(data)
    end = data.find(b"\n\n", usual.end() - 1) if usual else -1
    if usual is None or end < 0 or data.find(b"\nencoding ", usual.end() - 1, end) >= 0:
        return _unusual(sha, data)
    tree, parents, author, committer = usual.groups()
    return RawCommit(
        sha,
        tree.decode("ascii"),
        tuple(parents.decode("ascii").split()[1::2]),
        *_identity(author, None),
        *_identity(committer, None),
        _message(data[end + 2 :], None),
    )


def _unusual(sha: str, data: bytes) -> RawCommit:
    """Line by line: headers in any order, or with an encoding, or damaged."""
    header, _, body = data.partition(b"\n\n")
    tree, parents = "", []
    author = committer = encoding = None
    for line in header.split(b"\n"):
        key, _, value = line.partition(b" ")
        if key == b"parent" and author is None:
            parents.append(value.decode("ascii", "replace"))
        elif key == b"tree" and not tree:
            tree = value.decode("ascii", "replace")
        elif key == b"author" and author is None:
            author = value
        elif key == b"committer" and committer is None:
            committer = value
        elif key == b"encoding" and encoding is None:
            encoding = value.decode("ascii", "replace").strip()
    return RawCommit(
        sha,
        tree,
        tuple(parents),
        *_identity(author or b"", encoding),
        *_identity(committer or b"", encoding),
        _message(body, encoding),
    )


def text(data: bytes, encoding: str | None = None) -> str:
    """Bytes as text that any table can hold: no NUL, no lone surrogate."""
    try:
        decoded = data.decode("utf-8")
    except UnicodeDecodeError:
        decoded = _decode(data, encoding)
    return decoded.replace("\0", "\u2400") if "\0" in decoded else decoded


def _decode(data: bytes, encoding: str | None) -> str:
    codec = _codec(encoding) if encoding else None
    if codec is None:
        return data.decode("utf-8", "replace")
    try:
        decoded = data.decode(codec, "replace")
    except (ValueError, LookupError):
        return data.decode("utf-8", "replace")
    return decoded.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@lru_cache(maxsize=64)
def _codec(encoding: str) -> str | None:
    """The codec of an encoding header; None where Python has none that only turns text."""
    try:
        name = codecs.lookup(encoding).name
        b"".decode(name)
    except (LookupError, ValueError, UnicodeError):
        return None
    return None if name in _NOT_TEXT else name


def _identity(line: bytes, encoding: str | None) -> tuple[str, str, int | None]:
    """(name, address, time) as git splits them: first `<`, the next `>`, time after the last."""
    who, bracket, date = line.rpartition(b">")
    if not bracket or b"<" not in who:
        return (*_who(line, encoding), None)
    return (*_who(who + bracket, encoding), _time(date))


@lru_cache(maxsize=1 << 16)
def _who(line: bytes, encoding: str | None) -> tuple[str, str]:
    """Name and address; the same people write most commits, so that most are known."""
    name, _, rest = line.partition(b"<")
    email = rest.partition(b">")[0]
    return (
        _flat(text(name[:_MOST_IDENTITY], encoding)),
        _flat(text(email[:_MOST_IDENTITY], encoding)),
    )


def _flat(name: str) -> str:
    return " ".join(name.split("\n")).strip()


def _time(date: bytes) -> int | None:
    if len(date) == _USUAL_DATE and date[:1] == date[11:12] == b" " and date[1:11].isdigit():
        return seconds if (seconds := int(date[1:11])) <= _LATEST else None
    matched = _NUMBER.match(date)
    if matched is None:
        return None
    seconds = int(matched[1])
    return seconds if 0 <= seconds <= _LATEST else None


def _message(body: bytes, encoding: str | None) -> str:
    if len(body) <= MOST_MESSAGE_BYTES:
        return text(body, encoding)
    # Trailers stand at the end, so a long message loses its middle.
    head, tail = body[: MOST_MESSAGE_BYTES - _TAIL_BYTES], body[-_TAIL_BYTES:]
    return text(head, encoding) + _CUT + text(tail, encoding)
