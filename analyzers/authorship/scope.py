"""What a merge's text speaks of, where the merge brought in many commits.

`AI wrote some of the tests, the logic is all mine` on a merge of thirty commits is no word about
twenty-nine of them; a chat linked in the middle of a body is none about any one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from analyzers.authorship.traces import Evidence

_TESTS = re.compile(r"\btests?\b", re.IGNORECASE)
_REST_BY_HAND = re.compile(
    r"\b(?:everything else|otherwise|the rest|primary logic|i did all|only (?:used|to assist|as a)"
    r"|(?:is|was) all (?:organic|hand-?written|manual)|hand-?written|n.t write any)\b",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"\b(?:every aspect|in concert with|throughout)\b", re.IGNORECASE)
_MOSTLY_BY_HAND = re.compile(
    r"\b(?:mostly|mainly|largely|primarily|predominantly|almost (?:all|entirely)|nearly all) "
    r"(?:\w+ ){0,2}(?:(?:human|hand)[- ]?(?:written|made|coded|authored)"
    r"|(?:written|made|coded|authored|done) by (?:hand|me|myself|an? human|humans))\b",
    re.IGNORECASE,
)
_OTHER_WORK = re.compile(
    r"\b(?:implement\w*|fix\w*|code|logic|changes?|commits?|refactor\w*|function|fill|everything"
    r"|architecture|lot of|written in concert)\b",
    re.IGNORECASE,
)


def narrowed(
    trace: Evidence, shas: Sequence[str], subjects: Mapping[str, str]
) -> Iterator[tuple[str, Evidence]]:
    """(commit, evidence) for each commit a merge brought in, as far as the text speaks of it.

    A text about tests alone marks the commits whose subjects speak of tests. The others, all of
    them where a text says that people wrote most of it, and what a mere link stands beside, are
    ambiguous: it was one of them, and the text does not say which.
    """
    doubtful = replace(trace, degree="ambiguous", confidence="low")
    if len(shas) == 1:
        yield shas[0], trace
    elif trace.place == "link" or says_mostly_by_hand(trace):
        yield from ((sha, doubtful) for sha in shas)
    elif speaks_of_tests_only(trace):
        for sha in shas:
            yield sha, trace if _TESTS.search(subjects.get(sha, "")) else doubtful
    else:
        yield from ((sha, trace) for sha in shas)


def says_mostly_by_hand(trace: Evidence) -> bool:
    """Whether a disclosure says that people wrote most of the work: `mostly human written`."""
    is_claim = trace.marker == "conv.disclosure" and trace.degree != "denied"
    return is_claim and bool(_MOSTLY_BY_HAND.search(trace.detail))


def speaks_of_tests_only(trace: Evidence) -> bool:
    """Whether a disclosure gives tests to a tool and nothing else."""
    if trace.marker != "conv.disclosure" or trace.degree == "denied":
        return False
    told = trace.detail.removeprefix("A disclosure says ")
    if not _TESTS.search(told) or _WHOLE.search(told):
        return False
    return bool(_REST_BY_HAND.search(told)) or not _OTHER_WORK.search(told)
