"""A copy of finished tables where others read them: a folder or an object store, by fsspec.

ADDRESS/<repository key>/tables/<generation>/*.parquet
ADDRESS/<repository key>/manifest.json        written last: it names only what is there
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from analyzers import manifest
from analyzers.errors import StoreError, UsageError


def publish(folder: Path, address: str) -> None:
    """Copy a repository's tables to `address`, then its manifest; nothing where that is there."""
    fs, top = _filesystem(address)
    to = f"{top}/{folder.name}"
    content = (folder / manifest.FILE).read_bytes()
    try:
        if _content(fs, f"{to}/{manifest.FILE}") == content:
            return
        for name in json.loads(content)["tables"].values():
            fs.makedirs(f"{to}/{name}".rpartition("/")[0], exist_ok=True)
            fs.put_file(str(folder / name), f"{to}/{name}")
        fs.pipe_file(f"{to}/{manifest.FILE}", content)
        _sweep(fs, to, keep=json.loads(content)["generation"])
    except OSError as error:
        raise StoreError(f"cannot write to {address} ({error}); what is mined is kept") from None


def _sweep(fs: Any, to: str, *, keep: str) -> None:
    """Remove what is older than the generation before: a reader may be in the middle of that."""
    for path in fs.ls(f"{to}/tables", detail=False):
        if (name := path.rstrip("/").rpartition("/")[2]).isdigit() and int(name) < int(keep) - 1:
            fs.rm(path, recursive=True)


def _content(fs: Any, path: str) -> bytes | None:
    try:
        content: bytes = fs.cat_file(path)
    except FileNotFoundError:
        return None
    return content


def _filesystem(address: str) -> tuple[Any, str]:
    try:
        import fsspec  # noqa: PLC0415 - an extra, for those who share a store
    except ImportError:
        raise UsageError("--publish needs fsspec; install it with: reviewgap[fleet]") from None
    try:
        fs, top = fsspec.core.url_to_fs(address)
    except (ImportError, ValueError) as error:
        raise UsageError(f"{address} cannot be written to: {error}") from None
    return fs, top.rstrip("/")
