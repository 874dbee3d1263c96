"""What a path says of a file: whether people review it, and as what."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import pyarrow as pa
import pyarrow.compute as pc

from analyzers import vocabulary
from analyzers.errors import UsageError

REVIEWABLE = frozenset(vocabulary.REVIEWABLE_KINDS)

_WILD = re.compile(r"[*?]")


def classifier(generated: Sequence[str] = ()) -> Callable[[str], str]:
    """A function from path to one of FILE_KINDS; `generated` are the user's own patterns.

    The first kind in file_kinds.toml that matches wins; what none matches is code. A pattern
    without a slash is a file name, one that ends in a slash a folder anywhere above the file,
    any other a path from the top.
    """
    return _classifier(tuple(generated))


@lru_cache(maxsize=8)
def _classifier(generated: tuple[str, ...]) -> Callable[[str], str]:
    rules = [(kind, _rule(globs)) for kind, globs in _patterns().items()]
    is_users = _linear(generated)

    @lru_cache(maxsize=1 << 18)
    def kind(path: str) -> str:
        *folders, name = path.lower().split("/")
        for kind, rule in rules:
            if rule.takes(path, folders, name) or (kind == "generated" and is_users(path)):
                return kind
        return "code"

    return kind


@dataclass(frozen=True, slots=True)
class _Rule:
    """Most patterns are plain names or endings, which need no regular expression."""

    folders: frozenset[str]
    names: frozenset[str]
    endings: tuple[str, ...]
    rest: re.Pattern[str] | None

    def takes(self, path: str, folders: list[str], name: str) -> bool:
        return (
            name in self.names
            or name.endswith(self.endings)
            or not self.folders.isdisjoint(folders)
            or (self.rest is not None and self.rest.match("/" + path) is not None)
        )


def _rule(globs: Iterable[str]) -> _Rule:
    folders, names, endings, rest = set(), set(), [], []
    for glob in globs:
        inner = glob.lower().removesuffix("/")
        if "/" in inner:
            rest.append(glob)
        elif glob.endswith("/") and not _WILD.search(inner):
            folders.add(inner)
        elif not glob.endswith("/") and not _WILD.search(inner):
            names.add(inner)
        elif not glob.endswith("/") and inner[0] == "*" and not _WILD.search(inner[1:]):
            endings.append(inner[1:])
        else:
            rest.append(glob)
    compiled = re.compile(_any(rest), re.IGNORECASE | re.DOTALL) if rest else None
    return _Rule(frozenset(folders), frozenset(names), tuple(endings), compiled)


def _linear(globs: Sequence[str]) -> Callable[[str], bool]:
    """Patterns out of a repository, matched by RE2: no pattern and no path can make it slow."""
    if not globs:
        return lambda _: False
    pattern = f"(?s)^(?:{_any(globs)})"

    def takes(path: str) -> bool:
        found = pc.match_substring_regex(pa.scalar("/" + path), pattern, ignore_case=True)
        return bool(found.as_py())

    try:
        takes("")
    except pa.ArrowInvalid:
        raise UsageError("generated: these patterns are too long; shorten the list") from None
    return takes


def _any(globs: Iterable[str]) -> str:
    return "|".join(f"(?:{_expression(glob)})" for glob in globs)


def _expression(glob: str) -> str:
    """The pattern for a path with a slash before it."""
    inner = _glob(glob.strip("/"))
    if glob.endswith("/"):
        return f"/{inner}/." if glob.startswith("/") else f".*/{inner}/."
    return f"/{inner}$" if "/" in glob else f".*/{inner}$"


def _glob(glob: str) -> str:
    return re.escape(glob).replace(r"\*\*", ".*").replace(r"\*", "[^/]*").replace(r"\?", "[^/]")


def _patterns() -> dict[str, list[str]]:
    source = resources.files(__package__).joinpath("file_kinds.toml").read_text(encoding="utf-8")
    patterns: dict[str, list[str]] = tomllib.loads(source)["patterns"]
    return patterns
