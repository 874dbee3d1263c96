"""From a repository to finished tables, one short function per arrow of the flow.

A refresh opens the sterile view, asks the store what it already has, lets mining stream what
is new, and hands the whole history to the pure stages: reviews date and land the change
requests, authorship finds and weighs the evidence, capacity counts by week. The store makes
the result true in one step.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from analyzers import authorship, capacity, config, errors, mining, reviews, store, tables
from analyzers.config import Config
from analyzers.graph import Graph
from analyzers.history import History
from analyzers.mining import people
from analyzers.mining.view import View, open_view

Progress = Callable[[int, int, str], None]
Finished = dict[tables.Table, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Request:
    """What to bring up to date, and where to keep it."""

    repository: Path
    store: Path
    as_of: datetime
    root: Path | None = None
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A repository whose store is up to date."""

    shelf: store.Shelf
    is_new: bool

    @property
    def exit_code(self) -> int:
        """Partial where something that history holds could not be read."""
        repository = self.shelf.manifest["repository"]
        missing = self.shelf.manifest["counts"]["incomplete"]
        is_partial = missing or repository["is_shallow"] or repository["is_partial"]
        return errors.PARTIAL if is_partial else errors.COMPLETE


def refresh(request: Request) -> Refreshed:
    """Bring the store up to date with the repository; at once where nothing has changed.

    Raises RefusedRepository or StoreError; a killed run leaves the store as it was.
    """
    with open_view(request.repository, root=request.root) as view:
        key = store.shelf_key(Path(view.source))
        settings = _settings(view)
        wanted = _fingerprint(view, settings)
        if _is_current(shelf := store.Shelf(request.store / key), wanted):
            return Refreshed(shelf, is_new=False)
        with store.writing(request.store, key) as shelf:
            if not _is_current(shelf, wanted):
                _bring_up_to_date(view, shelf, settings, wanted, request)
            return Refreshed(shelf, is_new=True)


def _is_current(shelf: store.Shelf, wanted: str) -> bool:
    return shelf.manifest.get("fingerprint") == wanted and shelf.is_whole()


def _bring_up_to_date(
    view: View, shelf: store.Shelf, settings: Config, wanted: str, request: Request
) -> None:
    if not shelf.is_whole():
        shelf.forget()
    parts = _mine(view, shelf, settings, request)
    mined = shelf.mined(parts)
    commits = mined.rows("commits")
    history = History(commits, view.refs, mining.notes(view), mined.messages(), view.head)
    finished = analyse(history, mined.rows("files"), settings)
    shelf.publish(parts, finished, _facts(view, finished, len(commits), wanted))


# -- mining ----------------------------------------------------------------------------------


def _mine(view: View, shelf: store.Shelf, settings: Config, request: Request) -> list[str]:
    """Stream what is new into a part of its own; names of the parts that now make the history."""
    have = shelf.mined().rows("commits", ["sha", "in_head", "is_merge", "lines_added"])
    part = shelf.new_part()
    mined = mining.mine(
        view,
        known=have,
        sink=part,
        generated=settings.generated,
        as_of=request.as_of.timestamp(),
        progress=request.progress,
    )
    part.close()
    replaced = have["sha"].isin(part.shas) | ~have["sha"].isin(list(mined.reachable))
    parts = shelf.without(pa.array(have["sha"][replaced], pa.string()))
    return [*parts, part.name] if part.shas else parts


# -- the pure stages -------------------------------------------------------------------------


def analyse(history: History, file_changes: pd.DataFrame, settings: Config) -> Finished:
    """Every finished table of one history; pure: the same history gives the same tables."""
    is_automation = functools.partial(people.is_automation, bots=settings.bots)
    graph = Graph.of(history.commits)
    events = tables.REVIEW_EVENTS.empty()
    requests, memberships = reviews.change_requests(
        history, graph, events, file_changes=file_changes, is_automation=is_automation
    )
    evidence = authorship.evidence(
        history, memberships, config=settings, is_automation=is_automation
    )
    verdicts = authorship.verdict.commits(history.commits, evidence, is_automation)
    commits = _commits(history, graph, memberships, verdicts)
    told = authorship.verdict.change_requests(requests, memberships, evidence, verdicts)
    requests = tables.CHANGE_REQUESTS.conform(
        requests.assign(**told.drop(columns="change_request"))
    )
    finished = {
        tables.COMMITS: commits,
        tables.FILE_CHANGES: file_changes,
        tables.EVIDENCE: evidence,
        tables.CHANGE_REQUESTS: requests,
        tables.MEMBERSHIPS: memberships,
        tables.REVIEW_EVENTS: events,
        tables.REFS: history.refs,
        tables.NOTES: history.notes,
    }
    return finished | capacity.tables_of(commits, requests, events)


def _commits(
    history: History, graph: Graph, memberships: pd.DataFrame, verdicts: pd.DataFrame
) -> pd.DataFrame:
    """tables.COMMITS: what HEAD reaches, when it landed and with what, and its verdict."""
    commits = history.commits.assign(**verdicts[["authorship", "ai_tools", "n_evidence"]])
    arrival = np.asarray(graph.arrivals(graph.positions([history.head] if history.head else [])))
    landed_at = commits["committed_at"].take(arrival.clip(min=0)).set_axis(commits.index)
    request = memberships.drop_duplicates("sha").set_index("sha")["change_request"]
    placed = commits.assign(
        on_default_line=arrival == np.arange(len(commits)),
        landed_at=landed_at,
        landed_in_week=capacity.weeks.iso_week(landed_at),
        change_request=commits["sha"].map(request),
    )
    return tables.COMMITS.conform(placed[arrival >= 0])


# -- what the manifest tells -----------------------------------------------------------------


def _facts(view: View, finished: Finished, n_all: int, fingerprint: str) -> dict[str, Any]:
    commits = finished[tables.COMMITS]
    return {
        "fingerprint": fingerprint,
        "repository": {
            "name": _name(view),
            "forge_url": view.forge_url,
            "forge_kind": view.forge_kind,
            "head": view.head,
            "head_name": view.head_name,
            "is_shallow": view.is_shallow,
            "is_partial": view.is_partial,
            "is_bare": view.is_bare,
        },
        "counts": _counts(finished, n_all),
        "data_edge": _isoformat(commits["landed_at"].max()),
        "warnings": list(view.warnings),
    }


def _counts(finished: Finished, n_all: int) -> dict[str, int]:
    """Commits that HEAD reaches, and what is known of them; `incomplete` lack line counts."""
    commits = finished[tables.COMMITS]
    files = finished[tables.FILE_CHANGES]
    return {
        "commits": len(commits),
        "all_commits": n_all,
        "merges": int(commits["is_merge"].sum()),
        "roots": int(commits["is_root"].sum()),
        "lines_added": int(commits["lines_added"].sum()),
        "lines_deleted": int(commits["lines_deleted"].sum()),
        "renames": int(files["old_path"].notna().sum()),
        "incomplete": int((~commits["is_merge"] & commits["n_files"].isna()).sum()),
        "change_requests": len(finished[tables.CHANGE_REQUESTS]),
    }


def _name(view: View) -> str:
    """`owner/name` where the forge is known, else the folder's name."""
    if view.forge_url:
        return "/".join(view.forge_url.split("/")[3:])
    source = Path(view.source).resolve()
    return source.parent.name if source.name == ".git" else source.name.removesuffix(".git")


def _settings(view: View) -> Config:
    """The repository's own reviewgap.toml, read from HEAD as data."""
    text = mining.file_at_head(view, "reviewgap.toml")
    return Config() if text is None else config.read(text, origin="reviewgap.toml at HEAD")


def _fingerprint(view: View, settings: Config) -> str:
    """Names everything the tables depend on: equal fingerprints mean equal tables."""
    digest = hashlib.sha256()
    for part in (_rules_version(), repr(settings), view.head, view.is_shallow, store.SCHEMA):
        digest.update(repr(part).encode())
    refs = view.refs[["name", "object_id"]]
    digest.update(json.dumps(refs.to_dict("list")).encode())
    return digest.hexdigest()


def _rules_version() -> str:
    """Changes with any line of our own code or data, so that an upgrade is never half applied."""
    digest = hashlib.sha256()
    package = Path(__file__).parent
    for path in sorted([*package.rglob("*.py"), *package.rglob("*.toml")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _isoformat(at: pd.Timestamp) -> str | None:
    return None if pd.isna(at) else at.isoformat()
