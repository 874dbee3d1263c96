"""How numbers and uncertainty are worded; every string that more than one page uses.

One formatter for numbers, one for shares, one for durations, so that the same figure looks the
same everywhere. Nothing here ever holds text from a repository.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

UNKNOWN = "–"
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


def number(value: object, *, digits: int = 1) -> str:
    """1,234 · 41 · 4.2 · 0.05; an en dash where unknown."""
    x = _float(value)
    if x is None:
        return UNKNOWN
    if abs(x) >= 100 or x == round(x):
        return f"{x:,.0f}"
    return f"{x:,.{digits}f}"


def ratio(value: object) -> str:
    """Two decimals, as 0.98."""
    x = _float(value)
    return UNKNOWN if x is None else f"{x:.2f}"


def share(value: object) -> str:
    """A share 0…1 as a percentage: 12%, 3.4%, <0.1%."""
    x = _float(value)
    if x is None:
        return UNKNOWN
    if 0 < x < 0.001:
        return "<0.1%"
    return f"{x:.1%}" if 0 < x < 0.1 else f"{x:.0%}"


def points(difference: object) -> str | None:
    """A difference of shares, in percentage points."""
    x = _float(difference)
    return None if x is None else f"{signed(x * 100)} pp"


def signed(value: object) -> str:
    """A difference with its sign (a plain hyphen, which Streamlit reads as down)."""
    x = _float(value)
    if x is None:
        return UNKNOWN
    text = number(abs(x))
    if float(text.replace(",", "")) == 0:
        return "±0"
    return f"{'+' if x > 0 else '-'}{text}"


def duration(hours: object) -> str:
    """Hours as people say them: 40 min, 7.5 h, 3.2 days, 9 weeks."""
    x = _float(hours)
    if x is None:
        return UNKNOWN
    if x < 1:
        return f"{x * 60:.0f} min"
    if x < 48:
        return f"{number(x)} h" if x < 10 else f"{x:.0f} h"
    days = x / 24
    if days < 70:
        return f"{number(days)} days" if days < 10 else f"{days:.0f} days"
    return f"{days / 7:.0f} weeks"


def band(low: object, high: object, wording: object = ratio) -> str:
    """The 90 % band in words, or that there is none."""
    if _float(low) is None or _float(high) is None:
        return "no band: too few weeks"
    assert callable(wording)  # noqa: S101
    return f"90% band {wording(low)} to {wording(high)}"


def counted(n: object, one: str, many: str | None = None) -> str:
    """1 change request, 1,234 change requests."""
    plural = one if n == 1 else many or f"{one}s"
    return f"{number(n)} {plural}"


def plain(text: object) -> str:
    """Text from outside for a place where Streamlit would read markdown: all of it escaped."""
    return "".join(f"\\{c}" if c in _PUNCTUATION else c for c in str(text))


_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


@dataclass(frozen=True, slots=True)
class Flow:
    """What the verdict speaks about: figures of one period, per week."""

    weeks: int
    last_week: str
    opened: float | None
    landed: float | None
    gap: float | None
    gap_low: float | None
    gap_high: float | None
    backlog: float | None
    backlog_change: float | None


def verdict(flow: Flow) -> tuple[str, str]:
    """The answer in a few words, and the sentence with its figures and band."""
    if flow.weeks == 0 or _float(flow.opened) is None:
        return "Not enough data to say.", "No complete week of change requests lies in this period."
    return _headline(flow), f"{_rates(flow)} {_gap(flow)}"


def _headline(flow: Flow) -> str:
    low, high = _float(flow.gap_low), _float(flow.gap_high)
    gap = _float(flow.gap)
    if gap is None or low is None or high is None:
        return "Not enough weeks to judge review capacity."
    if low > 1:
        return "Generation exceeds all the review capacity shown so far."
    if high < 1:
        return "Review keeps up with generation."
    return "Generation is close to the review capacity shown so far."


def _rates(flow: Flow) -> str:
    span = f"In the {counted(flow.weeks, 'week')} to {flow.last_week}"
    return (
        f"{span}, **{number(flow.opened)}** change requests opened per week and"
        f" **{number(flow.landed)}** landed{_backlog(flow)}."
    )


def _backlog(flow: Flow) -> str:
    change = _float(flow.backlog_change)
    if change is None:
        return ""
    if abs(change) < 1:
        return f"; **{number(flow.backlog)}** wait, as many as before"
    verb = "more" if change > 0 else "fewer"
    return f"; **{number(flow.backlog)}** wait, {number(abs(change))} {verb} than at its start"


def _gap(flow: Flow) -> str:
    if _float(flow.gap) is None:
        return "Demonstrated capacity needs more weeks of history with change requests."
    return (
        f"Demand is **{ratio(flow.gap)}** of demonstrated capacity"
        f" ({band(flow.gap_low, flow.gap_high)}); above 1, it exceeds anything review has shown."
    )


def _float(value: object) -> float | None:
    """The number, or nothing where it is unknown."""
    try:
        x = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return x if math.isfinite(x) else None
