"""Finished tables where others read them: a folder or an object store, by fsspec.

ADDRESS/repositories.parquet/*.parquet        one row per repository, brought up to date last
ADDRESS/<repository key>/tables/<generation>/*.parquet
ADDRESS/<repository key>/manifest.json        written last: it names only what is there

What is brought from there is checked against its manifest before anybody sees it. Nothing there
has locks, so nobody changes a part of the table of all: whoever publishes writes a new part with
everything, and takes away those it was made of. Two at once leave two parts and lose no row; the
next one makes a single part of them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pandas as pd

from analyzers import manifest, saved
from analyzers.errors import StoreError, UsageError
from analyzers.fleet import overview

_REPLACE_AT_ONCE = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "memory"}
_MOST_LISTINGS = 9
_TABLE = re.compile(r"tables/\d{6,}/[a-z_]+\.parquet")


def publish(folder: Path, address: str) -> None:
    """Copy a repository's tables to `address`, then its manifest; nothing where that is there."""
    fs, top = _filesystem(address)
    to = f"{top}/{folder.name}"
    content = (folder / manifest.FILE).read_bytes()
    with _telling(f"cannot write to {address}", "what is mined is kept"):
        if _content(fs, f"{to}/{manifest.FILE}") == content:
            return
        facts = json.loads(content)
        names = list(facts["tables"].values())
        fs.makedirs(f"{to}/tables/{facts['generation']}", exist_ok=True)
        fs.put([str(folder / name) for name in names], [f"{to}/{name}" for name in names])
        _replace(fs, f"{to}/{manifest.FILE}", content)
        _sweep(fs, to, keep=facts["generation"])


def publish_rows(store: Path, address: str, keys: Collection[str]) -> None:
    """Bring the rows of these repositories into the table of all; rows of others stay."""
    fs, top = _filesystem(address)
    with _telling(f"cannot write to {address}", "what is mined is kept"):
        ours = overview.read(store)
        ours = ours[ours["key"].isin(keys)]
        parts = _parts(fs, top)
        others = _together(fs, top, parts)
        others = others[~others["key"].isin(ours["key"])]
        rows = pd.concat([others, ours]).sort_values(["key", "period_weeks"], ignore_index=True)
        if len(parts) == 1 and rows.equals(*parts.values()):
            return
        fs.makedirs(f"{top}/{overview.FILE}", exist_ok=True)
        _replace(fs, f"{top}/{overview.FILE}/{uuid.uuid4().hex}.parquet", overview.as_bytes(rows))
        for path in parts:
            with suppress(FileNotFoundError):  # another one took it in, too
                fs.rm_file(path)


def bring_rows(address: str, store: Path) -> None:
    """Copy the table of all repositories from `address` into a store; StoreError without one."""
    fs, top = _filesystem(address)
    with _telling(f"cannot read {address}", "is it the address that was published to?"):
        parts = _parts(fs, top)
        if not parts:
            raise StoreError(
                f"{address} has no {overview.FILE}; publish to it: reviewgap mine --publish URL"
            )
        rows = _together(fs, top, parts)
    store.mkdir(parents=True, exist_ok=True)
    overview.write(store, rows[rows["key"].map(manifest.is_shelf_key).astype(bool)])


def bring(address: str, folder: Path) -> None:
    """Copy a repository's tables from `address`, then its manifest, if that has changed."""
    fs, top = _filesystem(address)
    at = f"{top}/{folder.name}"
    with _telling(f"cannot read {address}", "what was brought before is kept"):
        content = _content(fs, f"{at}/{manifest.FILE}")
        if content is None or content == _local(folder / manifest.FILE):
            return
        facts = manifest.parsed(content)
        names = [name for name in facts.get("tables", {}).values() if _TABLE.fullmatch(name)]
        marks = {name: facts["files"][name] for name in names}
        lacking = [name for name in names if manifest.mark(folder / name) != marks[name]]
        for name in lacking:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
        fresh = {name: folder / f"{name}.{os.getpid()}.new" for name in lacking}
        fs.get([f"{at}/{name}" for name in lacking], [str(path) for path in fresh.values()])
        if any(manifest.mark(path) != marks[name] for name, path in fresh.items()) or not names:
            raise StoreError(f"{at} is not as its manifest says; it may just be written anew")
    for name, path in fresh.items():
        path.replace(folder / name)
    with saved.whole(folder / manifest.FILE) as told:
        told.write_bytes(content)
    for each in (folder / "tables").iterdir():
        if _is_older(each.name, facts["generation"]):
            shutil.rmtree(each, ignore_errors=True)


def _parts(fs: Any, top: str) -> dict[str, pd.DataFrame]:
    """The parts of the table of all, by path; listed again where one was just taken away."""
    folder = f"{top}/{overview.FILE}"
    for _ in range(_MOST_LISTINGS):
        fs.invalidate_cache(folder)
        try:
            paths = [path for path in fs.ls(folder, detail=False) if path.endswith(".parquet")]
        except FileNotFoundError:
            return {}
        with suppress(FileNotFoundError):
            return {path: overview.from_bytes(fs.cat_file(path)) for path in sorted(paths)}
    raise StoreError(f"{folder} is written without end; try again")


def _together(fs: Any, top: str, parts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """One row per repository and period; where parts differ, the one its manifest there is of."""
    rows = pd.concat([overview.REPOSITORIES.empty(), *parts.values()], ignore_index=True)
    generations = rows.groupby("key")["generation"].nunique()
    current = {key: _generation(fs, f"{top}/{key}") for key in generations.index[generations > 1]}
    is_current = rows["generation"] == rows["key"].map(current)
    rows = rows.assign(is_current=is_current).sort_values("is_current", kind="stable")
    rows = rows.drop(columns="is_current").drop_duplicates(["key", "period_weeks"], keep="last")
    return rows.sort_values(["key", "period_weeks"], ignore_index=True)


def _generation(fs: Any, at: str) -> str | None:
    """Which generation of a repository's tables is there."""
    content = _content(fs, f"{at}/{manifest.FILE}")
    return None if content is None else manifest.parsed(content).get("generation")


def _sweep(fs: Any, to: str, *, keep: str) -> None:
    for path in fs.ls(f"{to}/tables", detail=False):
        if _is_older(path.rstrip("/").rpartition("/")[2], keep):
            fs.rm(path, recursive=True)


def _is_older(name: str, generation: str) -> bool:
    """Whether it is older than the generation before: a reader may be in the middle of that."""
    return name.isdigit() and int(name) < int(generation) - 1


def _replace(fs: Any, path: str, content: bytes) -> None:
    """All of it or none; object stores do so by themselves."""
    protocol = fs.protocol if isinstance(fs.protocol, str) else fs.protocol[0]
    if protocol in _REPLACE_AT_ONCE:
        fs.pipe_file(path, content)
        return
    folder, _, name = path.rpartition("/")
    fresh = f"{folder}/.{name}.new"  # hidden: readers of Parquet take a folder of parts whole
    fs.pipe_file(fresh, content)
    fs.mv(fresh, path)


def _content(fs: Any, path: str) -> bytes | None:
    try:
        content: bytes = fs.cat_file(path)
    except FileNotFoundError:
        return None
    return content


def _local(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


@contextmanager
def _telling(what: str, then: str) -> Iterator[None]:
    try:
        yield
    except (StoreError, UsageError):
        raise
    except Exception as error:  # noqa: BLE001 - every file system behind fsspec has errors of its own
        raise StoreError(f"{what} ({type(error).__name__}: {error}); {then}") from None


def _filesystem(address: str) -> tuple[Any, str]:
    try:
        import fsspec  # noqa: PLC0415 - an extra, for those who share a store
    except ImportError:
        raise UsageError(f"{address} needs fsspec; install it with: reviewgap[fleet]") from None
    try:
        fs, top = fsspec.core.url_to_fs(address)
    except (ImportError, ValueError) as error:
        raise UsageError(f"{address} cannot be used: {error}") from None
    return fs, top.rstrip("/")
