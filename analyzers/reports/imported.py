"""What an import brought, and how far off git alone was where both tell the same thing."""

from __future__ import annotations

from collections.abc import Iterator

from analyzers import tables
from analyzers.store import Shelf


def text(shelf: Shelf) -> str:
    """Events by source, then one line per estimate that a record can check."""
    events = shelf.table(tables.REVIEW_EVENTS)
    counts = events["source"].value_counts()
    lines = [f"{count:,} review events from {source}" for source, count in counts.items()]
    return "\n".join([*(lines or ["no review events"]), *errors(shelf)])


def errors(shelf: Shelf) -> Iterator[str]:
    """Git's own error on this repository, by estimate, in sentences."""
    for row in shelf.manifest["coverage"].get("git_only_error", []):
        line = (
            f"git alone, {row['estimate']}: off by {row['error_median_hours']:.1f} h (median),"
            f" {row['error_p90_hours']:.1f} h (P90); {row['within_a_day_share']:.1%} within a day"
        )
        band = row["band_share"]
        yield line + ("" if band is None else f"; {band:.1%} inside its band") + f"; n {row['n']:,}"
