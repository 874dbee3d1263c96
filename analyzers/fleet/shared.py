"""Finished tables where others read them: a folder or an object store, by fsspec.

ADDRESS/repositories.parquet                  one row per repository, brought up to date last
ADDRESS/<repository key>/tables/<generation>/*.parquet
ADDRESS/<repository key>/manifest.json        written last: it names only what is there

What is brought from there is checked against its manifest before anybody sees it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from analyzers import manifest, saved
from analyzers.errors import StoreError, UsageError
from analyzers.fleet import overview

_REPLACE_AT_ONCE = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "memory"}
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
    """Bring the rows of these repositories into the table of all; rows of others stay.

    Two that do so in the same second may lose rows of one; its next run brings them back.
    """
    fs, top = _filesystem(address)
    with _telling(f"cannot write to {address}", "what is mined is kept"):
        path = f"{top}/{overview.FILE}"
        content = _content(fs, path)
        ours = overview.read(store)
        ours = ours[ours["key"].isin(keys)]
        rows = pd.concat([_others(content, set(ours["key"])), ours]).sort_values(
            ["key", "period_weeks"]
        )
        fresh = overview.as_bytes(rows)
        if fresh != content:
            fs.makedirs(top, exist_ok=True)
            _replace(fs, path, fresh)


def bring_rows(address: str, store: Path) -> None:
    """Copy the table of all repositories from `address` into a store; StoreError without one."""
    fs, top = _filesystem(address)
    with _telling(f"cannot read {address}", "is it the address that was published to?"):
        content = _content(fs, f"{top}/{overview.FILE}")
        if content is None:
            raise StoreError(
                f"{address} has no {overview.FILE}; publish to it: reviewgap mine --publish URL"
            )
        rows = overview.from_bytes(content)
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


def _others(content: bytes | None, keys: set[str]) -> pd.DataFrame:
    rows = overview.REPOSITORIES.empty() if content is None else overview.from_bytes(content)
    return rows[~rows["key"].isin(keys)]


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
    fs.pipe_file(f"{path}.new", content)
    fs.mv(f"{path}.new", path)


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
