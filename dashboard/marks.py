"""What charts over time mark: releases, the user's own events, weeks where a level shifted."""

from __future__ import annotations

import re

import pandas as pd

from analyzers.user_events import Event
from dashboard import filters, text
from dashboard.drawing import Mark
from dashboard.serving import terms

MOST = 16  # releases on one chart; with more, only whole versions are drawn
_VERSION = re.compile(r"(?:[A-Za-z_]{1,20}[-/]?)?v?(\d+(?:\.\d+){1,3})")


@filters.kept
def shown(chosen: filters.Filters, shifts_of: str = "") -> tuple[Mark, ...]:
    """Marks of the period, oldest first; none where the switch is off.

    `shifts_of` names the weekly column whose shifts are marked too.
    """
    if not chosen.marks or not chosen.span.n:
        return ()
    found = [*_releases(chosen), *_events(chosen), *_shifts(chosen, shifts_of)]
    return tuple(sorted(found, key=lambda mark: mark.day))


def few(tags: dict[str, str]) -> tuple[Mark, ...]:
    """At most MOST of the tags that are versions: all, those ending in .0, or x.0 alone."""
    numbers = {
        tag: [int(part) for part in found.group(1).split(".")]
        for tag in tags
        if (found := _VERSION.fullmatch(tag))
    }
    levels = (
        list(numbers),
        [tag for tag, version in numbers.items() if not any(version[2:])],
        [tag for tag, version in numbers.items() if not any(version[1:])],
    )
    chosen = next((level for level in levels if len(level) <= MOST), [])
    return tuple(sorted((Mark(tag, tags[tag]) for tag in chosen), key=lambda each: each.day))


def _releases(chosen: filters.Filters) -> tuple[Mark, ...]:
    """Tags named like a version, dated by their commit.

    Pre-releases are left out, and where there are many, so are patch and then minor versions.
    """
    refs, commits = chosen.repo.rows("refs"), chosen.repo.rows("commits")
    if refs.empty or commits.empty:
        return ()
    tags = refs[refs["kind"] == "tag"]
    dated = tags.merge(commits[["sha", "committed_at"]], left_on="object_id", right_on="sha")
    begin, end = _span(chosen)
    inside = dated[(dated["committed_at"] >= begin) & (dated["committed_at"] < end)]
    return few(
        {
            name.removeprefix("refs/tags/"): _written(at)
            for name, at in zip(inside["name"], inside["committed_at"], strict=True)
        }
    )


def _events(chosen: filters.Filters) -> list[Mark]:
    """Of the repository's own file and of the one that the dashboard was started with."""
    own = [Event(**row) for row in chosen.repo.manifest.get("events", [])]
    begin, end = _span(chosen)
    told = (*own, *terms().events)
    dated = [(pd.Timestamp(event.day, tz="UTC"), event.label) for event in told]
    return [Mark(label, _written(at), "event") for at, label in dated if begin <= at < end]


def _shifts(chosen: filters.Filters, column: str) -> list[Mark]:
    frame = chosen.repo.rows("shifts")
    if frame.empty or not column:
        return []
    starts = chosen.span.weeks.set_index("iso_week")["week_start"]
    inside = frame[(frame["measure"] == column) & frame["iso_week"].isin(starts.index)]
    return [
        Mark(
            f"{text.number(row.before)} → {text.number(row.after)}",
            _written(starts[row.iso_week]),
            "shift",
        )
        for row in inside.itertuples()
    ]


def _span(chosen: filters.Filters) -> tuple[pd.Timestamp, pd.Timestamp]:
    starts = chosen.span.weeks["week_start"]
    return starts.iloc[0], starts.iloc[-1] + pd.Timedelta(weeks=1)


def _written(at: pd.Timestamp) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
