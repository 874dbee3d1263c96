"""How numbers are worded, in the report and on every page: one formatter for each kind.

The same figure looks the same everywhere, and what is unknown is a dash, never a zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from analyzers.capacity.reading import Reading

UNKNOWN = "–"

Wording = Callable[[object], str]
"""How one kind of figure is told."""


def number(value: object, *, digits: int = 1) -> str:
    """1,234 · 41 · 4.2 · 0.05; an en dash where unknown."""
    x = known(value)
    if x is None:
        return UNKNOWN
    if abs(x) >= 100 or x == round(x):
        return f"{x:,.0f}"
    return f"{x:,.{digits}f}"


def rate(value: object) -> str:
    """So many a week: 7.0 · 12.2 · 123; one decimal also where it happens to be whole."""
    x = known(value)
    return number(value) if x is None or abs(x) >= 100 else f"{x:.1f}"


def whole(value: object) -> str:
    """A number without decimals."""
    return number(value, digits=0)


def ratio(value: object) -> str:
    """Two decimals, as 0.98."""
    x = known(value)
    return UNKNOWN if x is None else f"{x:.2f}"


def share(value: object) -> str:
    """A share 0…1 as a percentage: 12%, 3.4%, <0.1%."""
    x = known(value)
    if x is None:
        return UNKNOWN
    if 0 < x < 0.001:
        return "<0.1%"
    return f"{x:.1%}" if 0 < x < 0.1 else f"{x:.0%}"


def duration(hours: object) -> str:
    """Hours as people say them: 40 min, 7.5 h, 3.2 days, 9 weeks."""
    x = known(hours)
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


def known(value: object) -> float | None:
    """The number, or nothing where it is unknown."""
    try:
        x = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return x if math.isfinite(x) else None


def headline(answer: Reading | None) -> str:
    """The verdict in a few words."""
    if answer is None:
        return "Not enough data to say."
    if answer.fact("generation_rate").value is None:
        return "Only what landed can be seen here."
    if answer.verdict == "undetermined":
        clause, found, _ = answer.reason.partition(":")
        return f"{clause[:1].upper()}{clause[1:]}." if found else "Not enough history to judge."
    return _VERDICTS[answer.verdict]


_VERDICTS = {
    "keeping_up": "Review keeps up with generation.",
    "falling_behind": "Review is falling behind generation.",
}
