"""What the pages read: tables of the store, each kept in memory once for all viewers.

The list of repositories is fixed when the dashboard starts; a page can choose among them and
nothing else. Frames are shared between sessions: nobody may change one.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from analyzers import parquet, signs
from analyzers.capacity import reading
from analyzers.capacity.measured import Measured, measured
from analyzers.capacity.metric import Frames
from analyzers.capacity.reading import Reading
from analyzers.capacity.weeks import Weeks
from analyzers.errors import NotEnoughData
from analyzers.fleet import overview as fleet
from analyzers.reports.links import Forge
from analyzers.store import Shelf
from analyzers.vocabulary import DECLARED_AI
from dashboard import figures, remote, shown
from dashboard.once import once

REPOSITORIES = "REVIEWGAP_DASHBOARD_REPOSITORIES"
"""Environment variable in which the launcher leaves the store folders to show, as JSON."""

MANY = 24
"""Repositories above which their tables and manifests are not read for a list of all."""

HOUR = pd.Timedelta(hours=1)
_TOOL_COLUMNS = ["landed_in_week", "ai_tools", "authorship"]


@dataclass(frozen=True)
class Repository:
    """One mined repository as the store holds it at this generation."""

    folder: Path
    generation: str  # changes with every mining run, and with it every cached frame
    manifest: dict[str, Any] = field(hash=False, compare=False)

    @property
    def key(self) -> str:
        """Its folder's name in the store."""
        return self.folder.name

    @property
    def facts(self) -> dict[str, Any]:
        """What the manifest says about the repository itself."""
        return dict(self.manifest.get("repository", {}))

    @property
    def name(self) -> str:
        """The name to show; text from outside, never markup."""
        return signs.visible(str(self.facts.get("name") or self.key))

    @property
    def forge(self) -> Forge:
        """Where links lead."""
        return Forge.of(self.facts.get("forge_url"), self.facts.get("forge_kind"))

    def has(self, name: str) -> bool:
        """Whether the store has the table."""
        return name in self.manifest.get("tables", {})

    def table(self, name: str) -> pd.DataFrame | None:
        """The table, or nothing where the store has none."""
        relative = self.manifest.get("tables", {}).get(name)
        return None if relative is None else _parquet(str(self.folder / relative), self.generation)

    def rows(self, name: str) -> pd.DataFrame:
        """The table; without rows and columns where there is none."""
        frame = self.table(name)
        return pd.DataFrame() if frame is None else frame


def offered() -> dict[str, Path]:
    """Store folders of the repositories this dashboard was started on, by key."""
    return _offered(os.environ.get(REPOSITORIES, "[]"))[0]


@once(maxsize=4)
def _offered(told: str) -> tuple[dict[str, Path], set[Path]]:
    """Folders by key, and the stores that they lie in."""
    folders = [Path(folder) for folder in json.loads(told)]
    return {folder.name: folder for folder in folders}, {folder.parent for folder in folders}


def overview() -> pd.DataFrame | None:
    """REPOSITORIES for what is offered where that is more than MANY, made when they were mined.

    None where they are few, lie in several stores, or their store has no such table.
    """
    listed = _listed()
    try:
        return None if listed is None else _overview(*listed)
    except (OSError, ValueError):
        return None


def labels() -> dict[str, str]:
    """Key -> name for the repository box, mined ones first; names twice there keep their key."""
    listed = _listed()
    if listed is None or overview() is None:
        repos = {key: repository(key) for key in offered()}
        return _told_apart({key: repo.name if repo else None for key, repo in repos.items()})
    return _labels(*listed)


def _listed() -> tuple[Path, int, frozenset[str]] | None:
    """The table of all where it is read: its file, when that was written, and whose rows."""
    folders, stores = _offered(os.environ.get(REPOSITORIES, "[]"))
    if len(folders) <= MANY or len(stores) != 1:
        return None
    store = next(iter(stores))
    remote.freshen_rows(store)
    try:
        return store / fleet.FILE, (store / fleet.FILE).stat().st_mtime_ns, frozenset(folders)
    except OSError:
        return None


@once(maxsize=4)
def _overview(path: Path, changed: int, keys: frozenset[str]) -> pd.DataFrame:
    del changed  # part of the key only
    rows = shown.table(pq.read_table(path, partitioning=None), path.parent)
    return rows[rows["key"].isin(keys)].reset_index(drop=True)


@once(maxsize=4)
def _labels(path: Path, changed: int, keys: frozenset[str]) -> dict[str, str]:
    rows = _overview(path, changed, keys).drop_duplicates("key")
    known: dict[str, str | None] = dict(zip(rows["key"], rows["name"], strict=True))
    return _told_apart(dict.fromkeys(offered()) | known)


def _told_apart(known: dict[str, str | None]) -> dict[str, str]:
    found = dict(sorted(known.items(), key=lambda item: item[1] is None))
    names = {key: name or key.rpartition("-")[0] for key, name in found.items()}
    times = Counter(names.values())
    return {key: f"{name} ({key})" if times[name] > 1 else name for key, name in names.items()}


def repository(key: str) -> Repository | None:
    """The repository of that key, if this dashboard offers it and it has been mined."""
    folder = offered().get(key)
    if folder is None:
        return None
    remote.freshen(folder)
    try:
        changed = (folder / "manifest.json").stat().st_mtime_ns
    except OSError:
        return None
    manifest = _manifest(str(folder), changed)
    return Repository(folder, manifest["generation"], manifest) if manifest else None


@once(maxsize=64)
def _manifest(folder: str, changed: int) -> dict[str, Any]:
    del changed  # part of the key only
    return Shelf(Path(folder)).manifest


@once(maxsize=96)
def _parquet(path: str, generation: str) -> pd.DataFrame:
    del generation
    # Who only looks puts nothing away; the next mining run will.
    return shown.table(parquet.read(Path(path), puts_away=False), Path(path).parents[3])


@once(maxsize=16)
def weekly(repo: Repository) -> pd.DataFrame:
    """The weekly table with `week_start` (aware UTC) and `iso_week`, oldest week first."""
    frame = repo.rows("weekly")
    if frame.empty:
        return frame
    start = pd.to_datetime(frame["week_start_utc"], utc=True)
    return frame.assign(week_start=start).sort_values("week_start", ignore_index=True)


@once(maxsize=64)
def period(repo: Repository, weeks: int | None, begin: str, end: str) -> figures.Period:
    """The weeks asked for and those before them; see figures.period."""
    return figures.period(weekly(repo), weeks=weeks, begin=begin, end=end)


@once(maxsize=16)
def requests(repo: Repository) -> pd.DataFrame:
    """Change requests with waits in hours, the weeks they opened and landed in, and links."""
    frame = repo.rows("change_requests")
    if frame.empty:
        return frame
    declared = frame["authorship"].isin([*DECLARED_AI, "mixed"])
    automation = frame["is_automation"].astype(bool)
    return frame.assign(
        time_to_land_hours=_hours(frame["opened_at"], frame["landed_at"]),
        time_to_first_response_hours=_hours(frame["ready_at"], frame["first_response_at"]),
        opened_week=iso_week(frame["opened_at"]),
        landed_week=iso_week(frame["landed_at"]),
        group=np.select([automation, declared], ["automation", "declared_ai"], "unmarked"),
        link=repo.forge.change_requests(_forge_numbers(frame)),
    )


@once(maxsize=16)
def commits(repo: Repository) -> pd.DataFrame:
    """Non-merge commits of HEAD's history with their group and link."""
    frame = repo.rows("commits")
    if frame.empty:
        return frame
    frame = frame[~frame["is_merge"].astype(bool)]
    verdict = frame["authorship"]
    declared = verdict.isin(DECLARED_AI)
    return frame.assign(
        group=np.select(
            [verdict == "automation_bot", declared], ["automation", "declared_ai"], "unmarked"
        ),
        link=repo.forge.commits(frame["sha"]),
    )


@once(maxsize=64)
def answer(repo: Repository, weeks: int, until: str) -> Reading | None:
    """The answer for the `weeks` weeks that end with ISO week `until`; as `summary` gives it."""
    try:
        return reading.reading(
            repo.rows("weekly"),
            repo.rows("change_requests"),
            repo.rows("commits"),
            weeks=weeks,
            until=until,
        )
    except NotEnoughData:
        return None


@once(maxsize=16)
def measured_today(repo: Repository) -> Measured | str:
    """The repository's own numbers as the start of a what-if; else why there is none."""
    commits, requests = repo.rows("commits"), repo.rows("change_requests")
    frames = Frames(commits, requests, repo.rows("review_events"))
    try:
        return measured(frames, weeks=Weeks.spanning(commits, requests), draws=200)
    except NotEnoughData as reason:
        return str(reason)


@once(maxsize=16)
def tool_weeks(repo: Repository) -> pd.DataFrame:
    """Commits per ISO week, tool and degree: landed_in_week, tool, authorship, n."""
    frame = commits(repo)
    if frame.empty:
        return pd.DataFrame({"iso_week": [], "tool": [], "authorship": [], "n": []})
    marked = frame.loc[frame["authorship"].isin(DECLARED_AI), _TOOL_COLUMNS]
    single = marked.assign(tool=marked["ai_tools"].str.split(r",\s*", regex=True)).explode("tool")
    counted = single.groupby(["landed_in_week", "tool", "authorship"], observed=True).size()
    return counted.rename("n").reset_index().rename(columns={"landed_in_week": "iso_week"})


def iso_week(at: pd.Series) -> pd.Series:
    """ISO week names such as 2026-W44; unknown stays unknown."""
    return at.dt.strftime("%G-W%V")


def _forge_numbers(frame: pd.DataFrame) -> pd.Series:
    """Numbers the forge knows: Phabricator's are none of them."""
    return frame["number"].mask(frame["change_request"].str.startswith("D"))


def _hours(begin: pd.Series, end: pd.Series) -> pd.Series:
    return ((end - begin) / HOUR).clip(lower=0)
