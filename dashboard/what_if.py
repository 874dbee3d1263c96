"""The what-if sliders of the forecast page; all arithmetic is in analyzers.capacity."""

from __future__ import annotations

from dashboard.filters import Filters


def section(filters: Filters) -> None:
    """Sliders and what they would change."""
    del filters
