"""The title of a change request, where history carries one."""

from __future__ import annotations

from collections.abc import Collection

from analyzers.graph import UNREACHED
from analyzers.history import Messages, Sieve
from analyzers.reviews import numbers
from analyzers.reviews.landing import Landing
from analyzers.reviews.record import Record

SIEVE = Sieve(r"^(?:Merge pull request #\d|[Aa]uto merge of #\d|Merge branch ')", ignore_case=False)


def merge_titles(record: Record, messages: Messages, wanted: Collection[int]) -> dict[int, str]:
    """First line of the body of the `wanted` merges on a line, where platforms put the title."""
    titles: dict[int, str] = {}
    if not wanted:
        return titles
    for sha, message in messages.matching(SIEVE):
        position = record.graph.index.get(sha)
        if position is not None and position in wanted and record.lines.on_line[position]:
            body = message.partition("\n")[2].lstrip()
            first = body.partition("\n")[0].rstrip()
            if first and not first.startswith(("See merge request", "Conflicts", "#")):
                titles[position] = first
    return titles


def title(record: Record, titles: dict[int, str], landing: Landing | None, head: int) -> str | None:
    """The squashed subject without its number, the merge's first body line, or the head's."""
    if landing is not None and landing.commit in titles and landing.style != "reachable_head":
        return titles[landing.commit]
    if landing is not None and landing.style in ("squash_number", "closes_number"):
        return numbers.without_trailing(record.subjects[landing.commit]) or None
    if (
        landing is not None
        and landing.style == "merge_commit"
        and "(#" in (subject := record.subjects[landing.commit])
    ):
        return numbers.without_trailing(subject) or None
    return None if head == UNREACHED else record.subjects[head]
