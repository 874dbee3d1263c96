"""How numbers and uncertainty are worded; every string that more than one page uses.

One formatter for numbers, one for shares, one for durations, so that the same figure looks the
same everywhere. Nothing here ever holds text from a repository.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from analyzers.reports.wording import (
    UNKNOWN,
    duration,
    known,
    number,
    rate,
    ratio,
    share,
    whole,
)

__all__ = ["UNKNOWN", "duration", "number", "rate", "ratio", "share", "whole"]

MIN_N = 5

DECLARED = (
    "**Declared** means that a commit or change request carries a trace of an AI tool: a trailer,"
    " a footer, an agent's account, a note. It is a lower bound; work without a mark is"
    " *unmarked*, which is not the same as written without AI."
)
UPPER_BOUND = "Git does not record that a change request was closed without landing."
WEEKS = "Weeks are ISO weeks, Monday to Sunday, UTC."
NO_LINKS = "The forge of this repository is not known, so nothing links to it."
GROUPS = {"declared_ai": "AI declared", "unmarked": "Unmarked", "automation": "Automation"}
DEGREES = {
    "ai_agent": "Agent",
    "ai_coauthored": "Co-authored",
    "ai_assisted": "Assisted",
}

PLACES = {
    "author": "author",
    "committer": "committer",
    "trailer": "trailer",
    "footer": "footer of the message",
    "link": "link in the message",
    "subject": "subject",
    "branch": "name of the branch",
    "merge_body": "message of the merge",
    "prose": "sentence in the message",
    "note": "git note",
    "checkpoint": "checkpoint of a session",
    "file": "file of the tool",
    "squashed_commit": "commit before the squash",
    "generic": "general mention",
}
GRADES = {
    "A": "exact, or within hours",
    "B": "within a day",
    "C": "within a week",
    "D": "a guess",
}
METHODS = {
    "own": "its own commits",
    "interpolated": "its neighbours' numbers",
    "plain": "the commit that landed",
    "first_commit": "its first commit",
    "gerrit": "Gerrit's record",
    "import": "imported record",
}
TOP_LEVEL = "(top level)"
STATES = {"landed": "landed", "not_landed": "not landed", "open": "open", "closed": "closed"}
VERDICTS = {
    "ai_agent": "AI agent",
    "ai_coauthored": "AI co-authored",
    "ai_assisted": "AI assisted",
    "mixed": "partly AI",
    "unmarked": "unmarked",
    "automation_bot": "automation",
    "ambiguous": "ambiguous",
}


def place(name: object) -> str:
    """Where a trace was found, in words."""
    return PLACES.get(str(name), str(name).replace("_", " "))


def reason(detail: object, tool: object) -> str:
    """Why a trace counts; where a pseudonym hides who signed, the tool that was signed for."""
    return str(detail).replace("(person)", str(tool))


def degree(name: object) -> str:
    """What a trace says of the tool's part, in words."""
    return {"coauthored": "co-authored", "denied": "says none was used"}.get(str(name), str(name))


def points(difference: object) -> str | None:
    """A difference of shares, in percentage points."""
    x = known(difference)
    return None if x is None else f"{signed(x * 100)} pp"


def signed(value: object) -> str:
    """A difference with its sign (a plain hyphen, which Streamlit reads as down)."""
    x = known(value)
    if x is None:
        return UNKNOWN
    text = number(abs(x))
    if float(text.replace(",", "")) == 0:
        return "±0"
    return f"{'+' if x > 0 else '-'}{text}"


def longer(hours: object) -> str:
    """A difference of durations with its sign: +3.2 days, -40 min."""
    x = known(hours)
    if x is None:
        return UNKNOWN
    return f"{'-' if x < 0 else '+'}{duration(abs(x))}"


@dataclass(frozen=True, slots=True)
class Wording:
    """How one kind of figure is told, and how a change of it is."""

    value: Callable[[object], str]
    change: Callable[[object], str | None]


COUNT = Wording(number, signed)
RATE = Wording(rate, signed)
SHARE = Wording(share, points)
TIME = Wording(duration, longer)
RATIO = Wording(ratio, lambda x: f"{known(x) or 0:+.2f}")


def band(low: object, high: object, wording: object = ratio) -> str:
    """The 90 % band in words, or that there is none."""
    if known(low) is None or known(high) is None:
        return "no band: too few weeks"
    assert callable(wording)  # noqa: S101
    return f"90% band {wording(low)} to {wording(high)}"


def per_point(step: int) -> str:
    """What one point of a chart stands for, where it is not one week."""
    return f" Each point stands for {step} weeks." if step > 1 else ""


def source(manifest: dict[str, Any]) -> str:
    """What the figures stand on: the last day of data and the commit it ends with."""
    edge, head = manifest.get("data_edge"), manifest.get("repository", {}).get("head")
    told = [f"Data to {str(edge)[:10]}" if edge else "", f"commit {str(head)[:7]}" if head else ""]
    known = ", ".join(part for part in told if part)
    return f"{known}. {WEEKS}" if known else WEEKS


def counted(n: object, one: str, many: str | None = None) -> str:
    """1 change request, 1,234 change requests."""
    plural = one if n == 1 else many or f"{one}s"
    return f"{number(n)} {plural}"


def plain(text: object) -> str:
    """Text from outside for a place where Streamlit would read markdown: all of it escaped."""
    return "".join(f"\\{c}" if c in _PUNCTUATION else c for c in str(text))


_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
