"""Which releases fall into a period: tags named like a version, dated by their commit."""

from __future__ import annotations

import re

import pandas as pd

from dashboard import filters
from dashboard.drawing import Release

MOST = 16  # marks on one chart; with more, only whole versions are drawn
_VERSION = re.compile(r"(?:[A-Za-z_]{1,20}[-/]?)?v?(\d+(?:\.\d+){1,3})")


@filters.kept
def shown(chosen: filters.Filters) -> tuple[Release, ...]:
    """Releases of the period, oldest first; none where the switch is off.

    Pre-releases are left out, and where there are many, so are patch and then minor versions.
    """
    refs, commits = chosen.repo.rows("refs"), chosen.repo.rows("commits")
    if not chosen.releases or refs.empty or commits.empty or not chosen.span.n:
        return ()
    tags = refs[refs["kind"] == "tag"]
    dated = tags.merge(commits[["sha", "committed_at"]], left_on="object_id", right_on="sha")
    begin = chosen.span.weeks["week_start"].iloc[0]
    end = chosen.span.weeks["week_start"].iloc[-1] + pd.Timedelta(weeks=1)
    inside = dated[(dated["committed_at"] >= begin) & (dated["committed_at"] < end)]
    return few(
        {
            name.removeprefix("refs/tags/"): at.strftime("%Y-%m-%dT%H:%M:%SZ")
            for name, at in zip(inside["name"], inside["committed_at"], strict=True)
        }
    )


def few(tags: dict[str, str]) -> tuple[Release, ...]:
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
    return tuple(sorted((Release(tag, tags[tag]) for tag in chosen), key=lambda each: each.day))
