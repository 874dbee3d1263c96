"""From a repository to finished tables, one short function per arrow of the flow.

A refresh opens the sterile view, asks the store what it already has, lets mining stream what
is new, and hands the whole history to the pure stages: reviews date and land the change
requests, authorship finds and weighs the evidence, capacity counts by week. The store makes
the result true in one step.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from analyzers import (
    authorship,
    capacity,
    config,
    errors,
    manifest,
    mining,
    provenance,
    pseudonyms,
    recorded,
    reviews,
    stages,
    store,
    tables,
    unchanged,
)
from analyzers.config import Config
from analyzers.fleet import overview
from analyzers.history import History
from analyzers.mining import locate, notes
from analyzers.mining.reach import Before
from analyzers.mining.refs import mined_tips
from analyzers.mining.view import View, open_view
from analyzers.parts import Sieves

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What to bring up to date, and where to keep it."""

    repository: Path
    store: Path
    as_of: datetime
    root: Path | None = None
    progress: Progress | None = None
    trust: bool = False
    tell: Callable[[str], None] = lambda _: None  # that another process is waited for

    def view(self, side: Path) -> AbstractContextManager[View]:
        """The sterile view of the repository, with what `fetch-reviews` left in `side`."""
        return open_view(self.repository, root=self.root, side=side, trust=self.trust)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A repository whose store is up to date."""

    shelf: store.Shelf
    is_new: bool
    is_rebuilt: bool = False

    @property
    def manifest(self) -> dict[str, Any]:
        """What the store says of it."""
        return self.shelf.manifest

    @property
    def exit_code(self) -> int:
        """Partial where something that history holds could not be read."""
        return manifest.exit_code(self.manifest)


def refresh(request: Request) -> Refreshed:
    """Bring the store up to date with the repository; at once where nothing has changed.

    Raises RefusedRepository or StoreError; a killed run leaves the store as it was.
    """
    where = locate.place(request.repository, root=request.root)
    shelf = shelf_of(request)
    seen = unchanged.trace(
        where, shelf.folder, trust=request.trust
    )  # before the view: what comes later is new
    with request.view(shelf.side) as view:
        settings = _settings(view)
        wanted = provenance.fingerprint(view, settings, shelf)
        is_rebuilt = False
        if is_new := not _is_current(shelf, wanted):
            with store.writing(request.store, shelf.folder.name, tell=request.tell) as shelf:
                is_rebuilt = shelf.is_damaged()
                if not _is_current(shelf, wanted):
                    is_rebuilt |= _brought_up_to_date(view, shelf, settings, wanted, request)
            pseudonyms.salt(request.store)  # so that a viewer who may not write finds one
        unchanged.remember(shelf.folder, shelf.manifest["generation"], seen)
        return Refreshed(shelf, is_new, is_new and is_rebuilt)


def take_in(request: Request, files: list[Path]) -> list[str]:
    """Keep files of review data for this repository; what could not be read of them, in lines.

    Raises UsageError for a file of no known shape, and then keeps none of them.
    """
    from analyzers.reviews import imports  # noqa: PLC0415 - slow to load, and seldom wanted

    problems = imports.read(files).problems
    with store.writing(request.store, shelf_of(request).folder.name, tell=request.tell) as shelf:
        for file in files:
            shelf.take_in(file.read_bytes())
    return problems


def shelf_of(request: Request) -> store.Shelf:
    """Where the repository lies in the store, mined or not; RefusedRepository if it is none."""
    place = locate.place(request.repository, root=request.root)
    return store.Shelf(request.store / manifest.shelf_key(place.git_dir))


def _is_current(shelf: store.Shelf, wanted: str) -> bool:
    """Whether the tables would come out the same; where objects lacked, they are looked for."""
    told = shelf.manifest
    is_same = told.get("fingerprint") == wanted and shelf.is_whole()
    return is_same and not manifest.lacks_objects(told)


def _brought_up_to_date(
    view: View, shelf: store.Shelf, settings: Config, wanted: str, request: Request
) -> bool:
    """Whether that took a second try from git alone, because a file of the store was damaged."""
    try:
        _bring_up_to_date(view, shelf, settings, wanted, request)
    except errors.DamagedStore:
        _bring_up_to_date(view, shelf, settings, wanted, request)
        return True
    return False


def _bring_up_to_date(
    view: View, shelf: store.Shelf, settings: Config, wanted: str, request: Request
) -> None:
    mined_by = provenance.mined_by(settings)
    can_build_on = shelf.is_whole() and shelf.manifest.get("mined_by") == mined_by
    sieves = (*reviews.SIEVES, authorship.sieve_of(settings))
    old = _known(view, shelf) if can_build_on else []
    parts = _mine(view, shelf, old, settings, sieves, request)
    shelf.sieve(parts, sieves)
    mined = shelf.mined(parts)
    commits = mined.rows("commits")
    history = History(commits, view.refs, notes.read(view), mined.messages(sieves), view.head)
    known_events, problems = recorded.events(view, shelf, commits, settings)
    compared = shelf.table(tables.PROPOSED_CHANGES) if can_build_on else None
    propose = functools.partial(_proposed, view, settings, compared)
    analysed = stages.analyse(history, mined.rows("files"), known_events, settings, propose=propose)
    n_lost = provenance.n_missing(view, commits)
    facts = provenance.facts(view, analysed.tables, n_mined=len(commits), n_lost=n_lost)
    told = {
        "fingerprint": wanted,
        "mined_by": mined_by,
        "mailmap": provenance.mailmap_version(view),
        "coverage": analysed.coverage,
        "readings": overview.figures(analysed.tables, capacity.WEEKLY),
        "events": [asdict(event) for event in settings.events],
        "warnings": [
            *provenance.warnings(view, commits, n_lost),
            *problems,
            *analysed.warnings,
        ],
    }
    shelf.publish(parts, analysed.tables, facts | told, sieves)


def _settings(view: View) -> Config:
    """The repository's own reviewgap.toml, read from HEAD as data."""
    text = mining.file_at_head(view, "reviewgap.toml")
    return Config() if text is None else config.read(text, origin="reviewgap.toml at HEAD")


def _known(view: View, shelf: store.Shelf) -> list[str]:
    """Names of the parts of last time, with people named by the mailmap of today."""
    if shelf.manifest.get("mailmap") == provenance.mailmap_version(view):
        return shelf.parts
    return shelf.renamed(shelf.parts, mining.mailmap(view))


# -- mining ----------------------------------------------------------------------------------


def _mine(
    view: View,
    shelf: store.Shelf,
    old: list[str],
    settings: Config,
    sieves: Sieves,
    request: Request,
) -> list[str]:
    """Stream what the `old` parts lack into a new one; names of all that now make the history."""
    have = shelf.mined(old).rows("commits", ["sha", "in_head", "is_merge", "lines_added"])
    part = shelf.new_part(sieves)
    mined = mining.mine(
        view,
        known=_before(shelf, have) if old else (),
        sink=part,
        generated=settings.generated,
        as_of=request.as_of.timestamp(),
        progress=request.progress,
    )
    part.close()
    fresh, kept = frozenset(part.shas), mined.reachable
    gone = [
        sha
        for sha in have["sha"].tolist()
        if sha in fresh or (kept is not None and sha not in kept)
    ]
    parts = shelf.without(old, pa.array(gone, pa.string())) if gone else old
    return [*parts, part.name] if part.shas else parts


def _before(shelf: store.Shelf, commits: pd.DataFrame) -> Before:
    """What was mined last time, from the references as they were then."""
    repository = shelf.manifest["repository"]
    is_whole = not (repository["is_shallow"] or shelf.manifest["n_missing"])
    tips = frozenset(mined_tips(shelf.table(tables.REFS)))
    return Before(commits, repository["head"], tips, is_whole)


def _proposed(
    view: View, settings: Config, compared: pd.DataFrame | None, pairs: pd.DataFrame
) -> pd.DataFrame:
    """tables.PROPOSED_CHANGES of these heads and bases; what was compared before is kept."""
    old = tables.PROPOSED_CHANGES.empty() if compared is None else compared
    kept = old.merge(pairs, on=["head_sha", "base_sha"])
    fresh = pairs[~pairs["head_sha"].isin(kept["head_sha"])]
    told = [kept, mining.proposed(view, fresh, generated=settings.generated)]
    known = [frame for frame in told if len(frame)]
    return tables.PROPOSED_CHANGES.conform(pd.concat(known)) if known else kept
