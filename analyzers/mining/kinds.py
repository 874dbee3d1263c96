"""What a path says of a file: whether people review it, and as what."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib import resources

from analyzers import tables

REVIEWABLE = frozenset(tables.REVIEWABLE_KINDS)


def classifier(generated: Sequence[str] = ()) -> Callable[[str], str]:
    """A function from path to kind (tables.FILE_KINDS); `generated` are the user's own patterns.

    The first kind in file_kinds.toml that matches wins; what none matches is code. A pattern
    without a slash is a file name, one that ends in a slash a folder anywhere above the file,
    any other a path from the top.
    """
    return _classifier(tuple(generated))


@lru_cache(maxsize=8)
def _classifier(generated: tuple[str, ...]) -> Callable[[str], str]:
    rules: dict[str, list[str]] = {**_rules()}
    rules["generated"] = [*rules["generated"], *generated]
    patterns = [(kind, _compiled(globs)) for kind, globs in rules.items()]

    @lru_cache(maxsize=1 << 18)
    def kind(path: str) -> str:
        anchored = "/" + path
        return next((kind for kind, pattern in patterns if pattern.match(anchored)), "code")

    return kind


def _compiled(globs: list[str]) -> re.Pattern[str]:
    return re.compile(
        "|".join(f"(?:{_expression(glob)})" for glob in globs), re.IGNORECASE | re.DOTALL
    )


def _expression(glob: str) -> str:
    """The pattern for a path with a slash before it."""
    inner = _glob(glob.strip("/"))
    if glob.endswith("/"):
        return f"/{inner}/." if glob.startswith("/") else f".*/{inner}/."
    return f"/{inner}$" if "/" in glob else f".*/{inner}$"


def _glob(glob: str) -> str:
    return re.escape(glob).replace(r"\*\*", ".*").replace(r"\*", "[^/]*").replace(r"\?", "[^/]")


def _rules() -> dict[str, list[str]]:
    source = resources.files(__package__).joinpath("file_kinds.toml").read_text(encoding="utf-8")
    patterns: dict[str, list[str]] = tomllib.loads(source)["patterns"]
    return patterns
