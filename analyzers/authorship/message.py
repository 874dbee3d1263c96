"""Marks in a commit's message: trailers (also broken ones), footers, links, subjects, denials."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from analyzers.authorship import disclosure
from analyzers.authorship.markers import Markers, normal_key
from analyzers.authorship.rows import Marker
from analyzers.authorship.traces import Commit, Evidence

CHERRY_PICK = "copy.cherry-pick"
_PICKED = "(cherry picked from commit "
_HTML = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&"))
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_FENCED = re.compile(r"^ {0,4}(```|~~~).*?^ {0,4}\1", re.DOTALL | re.MULTILINE)
# A mark starts at column 0 to 4, a bullet of a squash body aside; deeper means quoted.
_LINE = re.compile(r"^ {0,4}(?![ \t])(?:[*•-] {1,3})?(?P<text>\S.*)$")
_TRAILER = re.compile(r"^(?P<key>[A-Za-z][A-Za-z0-9 _-]{1,39}?)\s*:\s*(?P<value>\S.*)$")
_NO_COLON = re.compile(
    r"^(?P<key>(?:co[ -]?(?:authored|created)|assisted|generated)[ -]by)\s+(?P<value>\S.*)$",
    re.IGNORECASE,
)
_IDENTITY = re.compile(r"^\W{0,2}(?P<name>[^<]*?)\s*<\s*(?:mailto:)?(?P<email>[^<>\s]+)\s*>?")
_BARE = re.compile(
    r"^(?P<name>[^<@]*?)\s+(?P<email>[^\s<>@]+@[^\s<>@]+\.[a-z]{2,})$", re.IGNORECASE
)
_MARKED_UP = re.compile(r"^(?P<name>[^<\[]*?)\s*\[(?P<email>[^\]\s@]+@[^\]\s]+)\]\(mailto:")
# A body of `* Title` and what that commit said, time and again: each commit says it itself.
_JOINED = re.compile(r"\A.*\n\s*\* \S.*\n[ \t]*\n")
_CALL_OUT = re.compile(
    r"^> ?[*_]{0,2}(?:disclaimer|disclosure|note|ai disclosure)\b", re.IGNORECASE
)
_COAUTHOR = {"coauthoredby", "coauthor", "cocreatedby", "coauthoredwith", "codevelopedby"}


def evidence(
    commit: Commit, markers: Markers, telling: Collection[str] | None = None
) -> Iterator[Evidence]:
    """Every mark in the message; quotes, code blocks, comments and finder credits are no marks.

    `telling` are the lines that a sieve lets through: without it, all are held against the rows.
    """
    found = [*_subject(commit, markers), *_body(commit, markers, telling)]
    yield from found
    if found and _PICKED in commit.message:
        detail = "The message says that it was cherry-picked: the marks are the original's."
        yield Evidence(commit.sha, "", CHERRY_PICK, "trailer", "none", "high", detail)


def _body(commit: Commit, markers: Markers, telling: Collection[str] | None) -> Iterator[Evidence]:
    text = readable(commit.message)
    if commit.is_merge and _JOINED.match(text):
        return
    for line in lines(text, markers):
        if telling is None or line in telling:
            yield from _line(commit, markers, line)
    yield from disclosure.evidence(commit, markers, text)


def readable(message: str) -> str:
    """The message with escapes undone, and without comments and fenced code."""
    text = message.replace("\r", "").replace("\\n", "\n")
    for escaped, plain in _HTML:
        text = text.replace(escaped, plain)
    return _FENCED.sub("", _COMMENT.sub("", text))


def lines(text: str, markers: Markers) -> Iterator[str]:
    """The lines in which a mark may stand."""
    return (line for raw in text.splitlines() if (line := _own_line(markers, raw)))


@lru_cache(maxsize=2**14)
def _own_line(markers: Markers, raw: str) -> str:
    """The line without what decorates it; nothing where it is quoted or never counts."""
    found = _LINE.match(raw)
    line = found["text"] if found else ""
    is_told = line and _is_own_word(line) and not markers.ignored_lines.search(line)
    return line if is_told else ""


def _is_own_word(line: str) -> bool:
    """Whether the line is no quote; a call-out such as `> Disclaimer: ...` is the author's own."""
    return line[0] != ">" or bool(_CALL_OUT.match(line))


def coauthor(value: str) -> tuple[str, str]:
    """Name and address in a co-author line's value; the address is empty where none is given."""
    forms = (_MARKED_UP, _IDENTITY, _BARE)
    found = next((hit for form in forms if (hit := form.match(value.strip()))), None)
    return (found["name"], found["email"]) if found else (value, "")


def trailer_parts(line: str) -> tuple[str, str] | None:
    """Key and value of a line that is a trailer, with or without its colon; None for another."""
    parts = _TRAILER.match(line) or _NO_COLON.match(line)
    return (parts["key"], parts["value"]) if parts else None


def _subject(commit: Commit, markers: Markers) -> Iterator[Evidence]:
    title = _title(commit)
    for row in markers.of_kind("subject"):
        if row.regex and row.regex.search(title) and row.counts_at(commit.committed_at):
            yield _found(commit, row, "subject", f"The subject says {title[:80]!r}.")


def _title(commit: Commit) -> str:
    """The subject; for a platform's merge the change request's title, its body's first line."""
    if not (commit.is_merge and commit.subject.startswith("Merge")):
        return commit.subject
    return next((line for line in commit.message.split("\n")[1:] if line.strip()), "")


def _line(commit: Commit, markers: Markers, line: str) -> Iterator[Evidence]:
    found = _mark(markers, line)
    if found is None:
        return
    row, place = found
    if row.kind == "denial":
        yield _found(commit, row, place, f"The message denies it: {line[:120]!r}.")
    elif row.counts_at(commit.committed_at):
        yield _found(commit, row, place, f"The message has the line {line[:160]!r}.")


@lru_cache(maxsize=2**14)  # a squash repeats its commits' lines, and footers repeat everywhere
def _mark(markers: Markers, line: str) -> tuple[Marker, str] | None:
    """The row that the line hits, whenever it counts, and the place it stands for."""
    if denial := markers.hits("denial", line):
        return denial, "footer"
    return (
        _trailer(markers, _TRAILER.match(line))
        or _pattern(markers, line)
        or _trailer(markers, _NO_COLON.match(line))
    )


def _trailer(markers: Markers, parts: re.Match[str] | None) -> tuple[Marker, str] | None:
    if parts is None:
        return None
    key, value = parts["key"], parts["value"]
    if row := markers.trailer(key, value):
        return row, row.evidence_place or "trailer"
    if normal_key(key) not in _COAUTHOR:
        return None
    name, email = coauthor(value)
    if not email:
        return (markers.generic, "generic") if markers.words.is_tool(value) else None
    known = markers.identify(name, email)
    if known is None:
        return None
    return known, "generic" if known is markers.generic else "trailer"


def _pattern(markers: Markers, line: str) -> tuple[Marker, str] | None:
    for kind in ("footer", "link"):
        if row := markers.hits(kind, line):
            return row, row.evidence_place or kind
    return None


def _found(commit: Commit, row: Marker, place: str, detail: str) -> Evidence:
    # Only an author is an agent; what a message says of one is co-authorship.
    stands_for_author = row.kind == "trailer" and row.degree == "agent"
    degree = "coauthored" if row.degree == "agent" and not stands_for_author else row.degree
    return Evidence(commit.sha, row.tool, row.id, place, degree, row.confidence, detail)
