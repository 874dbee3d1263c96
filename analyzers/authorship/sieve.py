"""One cheap RE2 pattern that lets through every message some row could hit, and few others.

Arrow runs it over all messages in C++; only what passes is read line by line in Python. It stays
small on purpose: RE2 is fast as long as its automaton fits its cache, so the vocabulary stands in
it once, and what follows a tool's own key is left to the rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pyarrow as pa

from analyzers.authorship import message
from analyzers.authorship.markers import Markers, normal_key
from analyzers.authorship.rows import WORDS, WORDS_OR_YES, Marker
from analyzers.authorship.traces import among
from analyzers.history import History, Sieve

_SEEN = ("identity", "trailer", "footer", "link", "subject", "disclosure")
_PEOPLE_KEYS = {"coauthoredby", "cocreatedby", "codevelopedby", "signedoffby", "authoredby"}
"""Keys that people's names follow: here the value must be looked at."""

_COAUTHOR = ("Co-authored-by", "Co-created-by", "Co-author", "Co-authored-with", "Co-developed-by")
_SEPARATOR = re.compile(r"[\s_-]+")


def pattern(markers: Markers) -> str:
    """The pattern; a message in which it is not found has no mark that any row knows."""
    worded = [key for row in markers.rows if row.value in (WORDS, WORDS_OR_YES) for key in row.keys]
    keys = "|".join(dict.fromkeys(_key(key) for key in (*_COAUTHOR, *worded)))
    who = "|".join(dict.fromkeys(name for row in markers.rows for name in _identities(row)))
    # Addresses stand behind a key: so the automaton meets their many states on few lines.
    parts = [rf"(?:{keys})[ :][^\n]*(?:{markers.words.sieve}|yes|true|\d%|part|full|{who})"]
    parts += [piece for row in markers.rows for piece in _pieces(row)]
    return "|".join(dict.fromkeys(parts))


def sieve(markers: Markers) -> Sieve:
    """The pattern as a sieve: messages from before any tool existed are not read."""
    first = min((row.since for row in markers.rows if row.since is not None), default=None)
    undated = any(row.since is None and row.kind in _SEEN for row in markers.rows)
    return Sieve(pattern(markers), since=None if undated else first)


def candidates(history: History, markers: Markers) -> dict[str, str]:
    """Messages by commit that may hold a mark."""
    asked = sieve(markers)
    found = dict(history.messages.matching(asked))
    if asked.since is None:
        return found
    hits = history.commits.loc[among(history.commits["sha"], found), ["sha", "committed_at"]]
    is_old = (hits["committed_at"] < asked.since).fillna(False).astype(bool)
    old = set(hits.loc[is_old, "sha"])
    return {sha: message for sha, message in found.items() if sha not in old}


def telling(messages: Iterable[str], markers: Markers) -> frozenset[str]:
    """The lines of these messages that may hold a mark: few, and the rows are asked of no other."""
    readable = (message.readable(each) for each in messages)
    told = pa.array(
        {line for text in readable for line in message.lines(text, markers)}, pa.string()
    )
    return frozenset(told.filter(sieve(markers).hits(told)).to_pylist())


def _identities(row: Marker) -> Iterator[str]:
    if row.kind != "identity":
        return
    yield from map(re.escape, (*row.emails, *row.logins))
    yield from (rf"{number}\+" for number in row.ids)
    if row.name and not (row.emails or row.ids or row.logins):
        yield _loose(row.name.pattern)


def _pieces(row: Marker) -> Iterator[str]:
    if row.sieve:
        yield row.sieve.pattern
    elif row.regex and row.kind not in ("negative", "note", "branch", "file"):
        yield _loose(row.regex.pattern)
    if isinstance(row.value, re.Pattern):
        yield from _trailers(row.keys, row.value.pattern)


def _trailers(keys: Iterable[str], value: str) -> Iterator[str]:
    for key in keys:
        people = normal_key(key) in _PEOPLE_KEYS
        yield rf"{_key(key)}[ :][^\n]*(?:{_loose(value)})" if people else rf"{_key(key)}\s*:"


def _key(key: str) -> str:
    return r"[\s_-]?".join(re.escape(part) for part in _SEPARATOR.split(key))


def _loose(pattern: str) -> str:
    """The pattern without anchors: a sieve may let through too much, never too little."""
    bare = pattern.removeprefix(r"^[\W_]{0,10}")
    return re.sub(r"(?<![\\\[])\^|\\W\*\$|(?<!\\)\$", "", bare)
