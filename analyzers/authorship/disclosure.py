"""Sentences in which people say what an AI tool did: `AI disclosure: Claude wrote the tests`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzers.authorship.markers import Markers
from analyzers.authorship.traces import Commit, Evidence

_MAX_SENTENCE = 600
_HEADING = re.compile(r"^\s{0,3}(?:#{1,6}\s|\*\*[^*]+\*\*\s*$|-{3,}\s*$)")
_ACCORDING = re.compile(r"^ (?:per|as per|according to) \S+")
_DENIES = re.compile(
    r"^\W*(?:none|no|nope|n/?a|nothing|not used|zero|-)\b(?!\s*(?:idea|problem))"
    r"|\bno (?:ai|llms?|generative ai)\b|\bwithout (?:any )?(?:ai|llms?)\b"
    r"|\b(?:did ?n.t|did not|haven.t|have not|never) (?:use|used|involve)\b"
    r"[^.]{0,30}\b(?:ai|llms?)\b"
    r"|\bnot (?:ai|llm)[- ](?:generated|assisted|written)\b|\bnot used\b",
    re.IGNORECASE,
)
_WROTE = re.compile(
    r"\b(?:wrote|writ(?:e|ten|es|ing)|implement\w*|generat\w*|draft\w*|creat(?:e|ed|es)|made|authored"
    r"|did|develop\w*|coded|changed it|fill(?:ed)? in|done (?:by|with|in)|produced|driven"
    r"|refactor\w*|translated|ported|used [^.]{0,40} to (?:write|fix|make|add))\b",
    re.IGNORECASE,
)
_ONLY = re.compile(r"\W*(?:was |is )?only (?:used|for|to)\b", re.IGNORECASE)
_TOOLS = (
    r"(?:claude|codex|copilot|gpt\S*|fable|amp|ai|llms?|cursor|opus|sonnet|gemini|it|models?|sol)"
)
_TOOL_WROTE = re.compile(
    rf"\b{_TOOLS} (?:\S+ ){{0,4}}"
    r"(?:wrote|implemented|generated|drafted|created|made|did|fixed|changed)"
    r"|\b(?:written|implemented|developed|done|made|created|generated|drafted|driven|coded)"
    rf" (?:\w+ ){{0,3}}(?:by|with|alongside|using|via) (?:\w+ ){{0,2}}{_TOOLS}\b",
    re.IGNORECASE,
)
_FOUND_ONLY = re.compile(
    r"\b(?:found|spotted|discovered|identified|noticed|judg\w+|review(?:ed|er)?|validat\w*|verif\w*)\b",
    re.IGNORECASE,
)
_HELPED = re.compile(
    r"\b(?:help\w*|assist\w*|used|using|use|support\w*|pair\w*|test\w*|investigat\w*|debug\w*|with)\b",
    re.IGNORECASE,
)


def evidence(commit: Commit, markers: Markers, text: str) -> Iterator[Evidence]:
    """What each disclosure in the message says; an unanswered heading says nothing."""
    for row in markers.of_kind("disclosure"):
        if row.regex is None or not row.counts_at(commit.committed_at):
            continue
        place = "merge_body" if commit.is_merge else "prose"
        for sentence in sentences(text, row.regex):
            degree = judged(sentence, markers)
            if degree != "none":
                tool = _tool(sentence) if degree != "denied" else row.tool
                detail = f"A disclosure says {sentence[:200]!r}."
                yield Evidence(commit.sha, tool, row.id, place, degree, row.confidence, detail)


def sentences(text: str, heading: re.Pattern[str]) -> Iterator[str]:
    """What stands after each disclosure heading: the rest of its line and the next paragraph."""
    rows = text.splitlines()
    for at, row in enumerate(rows):
        found = heading.match(row)
        if found is None or row.startswith("    "):
            continue
        rest = _ACCORDING.sub("", row[found.end() :])
        opens = rest.lstrip("*_ `)")[:1]
        if opens not in ("", ":", "-", "–", "—", "(") and not rest.startswith(("*", "_")):
            continue
        yield " ".join(
            [
                rest.strip(" *_:`-–—#"),
                *_following(rows[at + 1 :], has_begun=bool(rest.strip(" *_:#"))),
            ]
        )[:_MAX_SENTENCE].strip()


def _following(rows: list[str], *, has_begun: bool) -> Iterator[str]:
    for row in rows:
        if not row.strip():
            if has_begun:
                return
            continue
        if _HEADING.match(row):
            return
        has_begun = True
        yield row.strip(" *_>-")


def judged(sentence: str, markers: Markers) -> str:
    """coauthored, assisted, denied or none: the sentence's own claim, read with plain rules."""
    words = sentence.strip()
    if not words:
        return "none"
    first = re.split(r"(?<=[.;!?])\s", words, maxsplit=1)[0]
    if _DENIES.search(first) and not _ONLY.match(words):
        return "denied"
    if _WROTE.search(words) and not _person_wrote(words):
        return "coauthored"
    if _FOUND_ONLY.search(words) and not _HELPED.search(words):
        return "none"
    names_a_tool = markers.words.strong.search(words) or markers.words.weak.search(words)
    return "assisted" if _HELPED.search(words) or names_a_tool else "none"


def _person_wrote(sentence: str) -> bool:
    own = re.search(
        r"\b(?:i(?! (?:\w+ )?(?:used?|had|asked|let|told|prompted)\b)|me|myself|by hand"
        r"|hand-?written|manually|human)\b[^.]{0,25}"
        r"\b(?:wrote|written|write|implemented|made|did|changed|applied|code)\b"
        r"|\b(?:writ\w+|wrote) (?:\S+ ){0,4}by (?:me|hand|myself)\b|^\W*(?:found|spotted) by\b",
        sentence,
        re.IGNORECASE,
    )
    return bool(own) and not _TOOL_WROTE.search(sentence)


def _tool(sentence: str) -> str:
    named = re.search(
        r"claude|codex|copilot|cursor|gemini|amp\b|opencode|chatgpt|gpt|fable|aider|devin|deepseek|opus|sonnet",
        sentence,
        re.IGNORECASE,
    )
    if named is None:
        return "AI assistant"
    name = named[0].lower()
    family = {
        "fable": "Claude",
        "opus": "Claude",
        "sonnet": "Claude",
        "gpt": "ChatGPT",
        "opencode": "OpenCode",
    }
    return family.get(name, name.capitalize())
