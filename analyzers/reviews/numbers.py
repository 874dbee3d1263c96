"""Which change-request numbers a landing commit names, by the words platforms write."""

from __future__ import annotations

import re
from collections.abc import Collection

from analyzers.history import Sieve

_MERGE = re.compile(r"Merge pull request #(\d{1,9}) from ")
_BORS = re.compile(r"[Aa]uto merge of #(\d{1,9})\b(?:.*, r=(\S+))?")
_BORS_BATCH = re.compile(r"Merge ((?:#\d{1,9} ?)+)(?::|$)")
_TRAILING = re.compile(r"(?:\(#\d{1,9}\)\s*)+$")
_TAIL = 200  # of a subject; the numbers at its end are there, however long it is
_NUMBER = re.compile(r"#(\d{1,9})")
_GITLAB = re.compile(r"^See merge request (?:\S*[^\s!])?!(\d{1,9})\s*$", re.MULTILINE)
_REVISION = re.compile(r"^Differential Revision: +(?:https?://\S+/)?D(\d{1,9})\s*$", re.MULTILINE)
_CLOSES = re.compile(
    r"\b(?:close[sd]?|closing|fix(?:e[sd])?|fixing|resolve[sd]?|pr-url):?\s+"
    r"(?:#|https?://[^\s/]+/[^\s/]+/[^\s/]+/pull/)(\d{1,9})\b",
    re.IGNORECASE,
)
CLOSES = Sieve(r"(?:clos|fix|resolv|pr-url)[a-z]*:?\s+(?:#|https?://\S+/pull/)\d")
IMPORTED = "Pull Request resolved: "
"""Written where a pull request was imported into Phabricator and landed from there."""
REVISION = Sieve(r"(?m)^Differential Revision: .*D\d", ignore_case=False)
GITLAB = Sieve(r"(?m)^See merge request .*!\d", ignore_case=False)


def merge(subject: str) -> int | None:
    """N of GitHub's `Merge pull request #N from owner/branch`."""
    found = _MERGE.match(subject)
    return int(found[1]) if found else None


def bors(subject: str) -> list[int]:
    """The numbers of `Auto merge of #N - user:branch, r=name` or of a batch `Merge #N #M`."""
    found = _BORS.match(subject)
    if found:
        return [int(found[1])]
    batch = _BORS_BATCH.match(subject)
    return [int(number) for number in _NUMBER.findall(batch[1])] if batch else []


def approver(subject: str) -> str | None:
    """The first name in bors' `r=name,other`."""
    found = _BORS.match(subject)
    return found[2].partition(",")[0] if found and found[2] else None


def trailing(subject: str, heads: Collection[int]) -> int | None:
    """N of a subject that ends in `(#N)`: the last number, else the last that has a head.

    A number in quotes is somebody else's: `Revert "work (#12)"` names nothing.
    """
    found = _TRAILING.search(subject[-_TAIL:])
    if not found:
        return None
    numbers = [int(number) for number in _NUMBER.findall(found[0])]
    with_head = [number for number in numbers if number in heads]
    return numbers[-1] if numbers[-1] in heads or not with_head else with_head[-1]


def without_trailing(subject: str) -> str:
    """The subject without its `(#N)`: the title of a squashed change request."""
    return subject[:-_TAIL].lstrip() + _TRAILING.sub("", subject[-_TAIL:]).rstrip()


def gitlab(message: str) -> int | None:
    """N of `See merge request group/project!N`; only `!N` proves a merge request."""
    found = _GITLAB.search(message)
    return int(found[1]) if found else None


def revision(message: str) -> int | None:
    """N of Phabricator's `Differential Revision: https://…/DN`, the last of them."""
    found = _REVISION.findall(message)
    return int(found[-1]) if found else None


def closed(message: str) -> list[int]:
    """The numbers a message closes or fixes: `Closes #N`, `Fixes https://…/pull/N`."""
    return [int(number) for number in _CLOSES.findall(message)]


def is_revert(message: str) -> bool:
    """Whether the message takes something back, and so quotes another's numbers."""
    return message.startswith("Revert ") or "This reverts commit" in message
