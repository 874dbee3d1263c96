"""Recorded events of review: Gerrit's notes in git, and files that the user imported."""

from __future__ import annotations

import pandas as pd

from analyzers import mining, store, tables
from analyzers.config import Config
from analyzers.mining.view import View
from analyzers.reviews import gerrit


def events(
    view: View, shelf: store.Shelf, commits: pd.DataFrame, settings: Config
) -> tuple[pd.DataFrame, list[str]]:
    """tables.REVIEW_EVENTS that somebody recorded, and what could not be read of imported files.

    `commits` is tables.MINED_COMMITS, by which people are known.
    """
    told, problems = _imported(shelf, commits, settings)
    return together(told, _in_git(view, commits, settings)), problems


def together(*told: pd.DataFrame) -> pd.DataFrame:
    """All of these tables.REVIEW_EVENTS."""
    known = [frame for frame in told if len(frame)]
    return tables.REVIEW_EVENTS.conform(pd.concat(known)) if known else _NONE


def _imported(
    shelf: store.Shelf, commits: pd.DataFrame, settings: Config
) -> tuple[pd.DataFrame, list[str]]:
    if not shelf.imports:
        return _NONE, []
    from analyzers.reviews import imports  # noqa: PLC0415 - slow to load, and few have such files

    imported = imports.read(shelf.imports)
    return imports.of_people(imported, commits, bots=settings.bots), imported.problems


def _in_git(view: View, commits: pd.DataFrame, settings: Config) -> pd.DataFrame:
    metas = view.refs[view.refs["kind"] == "change_meta"]
    if metas.empty:
        return _NONE
    tips = dict(zip(metas["number"].astype(int), metas["object_id"], strict=True))
    acts = mining.raw_commits(view, list(tips.values()))
    return gerrit.events(gerrit.read(acts, tips, bots=settings.bots), commits)


_NONE = tables.REVIEW_EVENTS.empty()
