"""Mentions of a number prove that it was taken by then: upper evidence for its opening."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzers.history import Messages, Sieve
from analyzers.reviews.record import UNKNOWN, Record
from analyzers.reviews.sequences import Sequence

SIEVE = Sieve(r"(?:^|[\s(\[,:])#\d", ignore_case=False)
_MENTION = re.compile(r"#(?<![^\s(\[,:]#)([1-9]\d{0,8})\b(?![\w-])")  # begins with what is rare


def mentions(record: Record, sequence: Sequence, messages: Messages) -> Iterator[tuple[int, int]]:
    """(number, commit time) of every `#N` on a first-parent line.

    Issues share GitHub's sequence, so any mention counts there. GitLab's merge requests do
    not share it and Gerrit's are never written so: both offer nothing. What a foreign tracker
    numbered is for the chain's veto.
    """
    if sequence.sigil != "#":
        return
    for sha, message in messages.matching(SIEVE):
        position = record.graph.index.get(sha)
        if position is None or not record.lines.on_line[position]:
            continue
        at = record.committed[position]
        if at != UNKNOWN and not message.startswith("Revert "):
            for number in set(_MENTION.findall(message)):
                yield int(number), at
