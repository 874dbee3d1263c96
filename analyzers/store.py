"""Where mined history and finished tables lie: immutable Parquet parts and one manifest.

    STORE/<repository key>/
        manifest.json            the commit point: everything it does not name is debris
        mined/<part>.*.parquet   what git holds, one part per mining run
        tables/<generation>/     what the pure stages made of it
        imports/                 review data that cannot be mined again, never deleted here
        imports.backup/          the same again, for the day a file is damaged

A write goes to files that no manifest names yet, is synced, and becomes true when the new
manifest takes the old one's name. A killed run or a full disk leaves the previous store.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analyzers import manifest, parquet, saved, tables
from analyzers.errors import OF_THE_PLACE, StoreError, UnwritableStore, UsageError
from analyzers.history import History
from analyzers.mining.people import Mailmap
from analyzers.parts import (
    KINDS,
    Mined,
    Part,
    Sieves,
    part_path,
    rename_part,
    sieve_part,
    sieved_path,
)
from analyzers.turns import Tell, turn

_SECOND_COPIES = "imports.backup"


class Shelf:
    """One repository's place in the store; reading needs no lock, writing does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = manifest.read(folder)

    # -- reading ---------------------------------------------------------------------------

    @property
    def parts(self) -> list[str]:
        """Names of the mined parts, oldest first."""
        return list(self.manifest.get("parts", []))

    @property
    def side(self) -> Path:
        """The side repository that `fetch-reviews` fills; it may not exist."""
        return self.folder / "side.git"

    @property
    def imports(self) -> list[Path]:
        """Files of review data the user gave, oldest first; damaged ones from their second copy."""
        files = sorted((self.folder / "imports").glob("*.json"))
        return [_undamaged(path, self.folder / _SECOND_COPIES / path.name) for path in files]

    def table(self, table: tables.Table, columns: list[str] | None = None) -> pd.DataFrame:
        """A finished table; without rows where the store does not have it."""
        relative = self.manifest.get("tables", {}).get(table.name)
        if relative is None:
            return table.empty() if columns is None else table.empty()[columns]
        frame = _read(self.folder / relative, columns)
        return frame if columns else table.conform(frame)

    def kept(self, table: tables.Table) -> pd.DataFrame:
        """A table that a command measured apart from mining; without rows where none did."""
        path = self.folder / f"{table.name}.parquet"
        with suppress(StoreError, OSError, ValueError):
            return table.conform(_read(path, None))
        return table.empty()

    def mined(self, parts: list[str] | None = None) -> Mined:
        """What git holds, over the named parts or those of the manifest."""
        return Mined(self.folder, self.parts if parts is None else parts)

    def history(self) -> History:
        """Everything mined, as the pure stages take it."""
        return History(
            commits=self.mined().rows("commits"),
            refs=self.table(tables.REFS),
            notes=self.table(tables.NOTES),
            messages=self.mined().messages(),
            head=self.manifest["repository"]["head"],
        )

    def is_whole(self) -> bool:
        """Whether every file the manifest names is there with the size it was written with."""
        return manifest.is_whole(self.folder, self.manifest)

    def is_damaged(self) -> bool:
        """Whether there is a manifest of another version, or one that cannot be trusted."""
        was_written = (self.folder / manifest.FILE).exists()
        return was_written and not (self.manifest and self.is_whole())

    # -- writing ---------------------------------------------------------------------------

    def new_part(self, sieves: Sieves = ()) -> Part:
        """A part to fill; it counts once `publish` has named it."""
        last = max((int(name[:6]) for name in self.parts), default=0)
        return Part(self.folder, f"{last + 1:06d}", sieves)

    def sieve(self, parts: list[str], sieves: Sieves) -> None:
        """See to it that the messages of these parts have gone through the sieves."""
        for part in parts:
            if not sieved_path(self.folder, part, sieves).exists():
                sieve_part(self.folder, part, sieves)

    def without(self, parts: list[str], drop: pa.Array) -> list[str]:
        """Names of the parts once the commits in `drop` are out; parts without any stay."""
        return [self._without(name, drop) for name in parts]

    def renamed(self, parts: list[str], mailmap: Mailmap) -> list[str]:
        """Names of the parts as they would be under this mailmap."""
        return [self._renamed(name, mailmap) for name in parts]

    def publish(
        self,
        parts: list[str],
        finished: Mapping[tables.Table, pd.DataFrame],
        facts: Mapping[str, Any],
        sieves: Sieves = (),
    ) -> None:
        """Write the tables, then make them and the parts true by replacing the manifest."""
        generation = f"{int(self.manifest.get('generation', '0')) + 1:06d}"
        folder = self.folder / "tables" / generation
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        paths = {table.name: f"tables/{generation}/{table.name}.parquet" for table in finished}
        for table, frame in finished.items():
            _write(self.folder / paths[table.name], table, frame)
        mined = [part_path(self.folder, part, kind) for part in parts for kind in KINDS]
        if sieves:
            mined += [sieved_path(self.folder, part, sieves) for part in parts]
        files = [*paths.values(), *(str(path.relative_to(self.folder)) for path in mined)]
        fresh = {
            **facts,
            "schema": manifest.SCHEMA,
            "generation": generation,
            "parts": parts,
            "tables": paths,
            "files": {name: manifest.mark(self.folder / name) for name in files},
        }
        _replace(self.folder / manifest.FILE, manifest.sealed(_plain(fresh)))
        previous, self.manifest = self.manifest, fresh
        self._sweep(keep=previous)

    def _without(self, name: str, drop: pa.Array) -> str:
        shas = parquet.read(part_path(self.folder, name, "commits"), ["sha"])["sha"]
        if not pc.any(pc.is_in(shas, value_set=drop)).as_py():
            return name
        fresh = _another(name)
        part = Part(self.folder, fresh)
        for kind in KINDS:
            for batch in parquet.batches(part_path(self.folder, name, kind), size=16384):
                kept = batch.filter(pc.invert(pc.is_in(batch["sha"], value_set=drop)))
                part.write(kind, pa.Table.from_batches([kept]))
        part.close()
        return fresh

    def _renamed(self, name: str, mailmap: Mailmap) -> str:
        rename_part(self.folder, name, fresh := _another(name), mailmap)
        return fresh

    def _sweep(self, *, keep: Mapping[str, Any]) -> None:
        """Remove what killed runs and older generations left.

        The previous generation stays, because a reader may be in the middle of it.
        """
        named = {*self.manifest.get("files", {}), *keep.get("files", {})}
        for path in [*self.folder.glob("mined/*"), *self.folder.glob("tables/*/*")]:
            if str(path.relative_to(self.folder)) not in named:
                path.unlink(missing_ok=True)
        for path in [*self.folder.glob("*.new"), *self.folder.glob("imports/*.new")]:
            path.unlink(missing_ok=True)
        for path in self.folder.glob("tables/*"):
            if not any(path.iterdir()):
                path.rmdir()

    def keep(self, table: tables.Table, frame: pd.DataFrame) -> None:
        """Keep such a table beside the finished ones, in place of what was measured before."""
        with saved.replacing(self.folder / f"{table.name}.parquet") as fresh:
            _write(fresh, table, frame)

    def take_in(self, content: bytes) -> Path:
        """Keep a file of review data; the same content is kept once."""
        folder = self.folder / "imports"
        folder.mkdir(exist_ok=True)
        name = hashlib.sha256(content).hexdigest()[:16]
        known = [path for path in self.imports if name in path.name]
        if known:
            return known[0]
        path = folder / f"{len(self.imports) + 1:04d}-{name}.json"
        second = self.folder / _SECOND_COPIES / path.name
        second.parent.mkdir(exist_ok=True)
        _replace(second, content)
        _replace(path, content)
        return path


@contextmanager
def writing(root: Path, key: str, *, tell: Tell = lambda _: None) -> Iterator[Shelf]:
    """The shelf of a repository for this process alone; one that must wait for it tells so."""
    folder = root / key
    try:
        (folder / "mined").mkdir(parents=True, exist_ok=True)
        (folder / "tables").mkdir(exist_ok=True)
        with turn(folder, tell):
            yield Shelf(folder)
    except OSError as error:
        raise _unwritable(root, error) from error


def folders(root: Path) -> list[Path]:
    """Every repository's place in a store that has a manifest, by name."""
    return [path.parent for path in sorted(root.glob(f"*/{manifest.FILE}"))]


def _another(part: str) -> str:
    """A name for the part that follows on this one."""
    return f"{part[:6]}-{os.urandom(4).hex()}"


def _unwritable(root: Path, error: OSError) -> Exception:
    """What an error of the operating system means, where the store's place is to blame.

    Arrow names no file in its errors, so there the number must do.
    """
    names_other = error.filename is not None and not _is_of(Path(error.filename), root)
    if names_other or (error.filename is None and error.errno not in OF_THE_PLACE):
        return error
    reason = os.strerror(error.errno) if error.errno else "the operating system gave no reason"
    kind = UnwritableStore if error.errno in OF_THE_PLACE else StoreError
    return kind(
        f"cannot write the store {root} ({reason.lower()}); name another one with --store DIR"
        " or REVIEWGAP_STORE"
    )


def _is_of(path: Path, root: Path) -> bool:
    """Whether it lies in the store, or is a folder that the store needs above it."""
    return path.is_relative_to(root) or root.is_relative_to(path)


def _read(path: Path, columns: list[str] | None) -> pd.DataFrame:
    return parquet.read(path, columns).to_pandas()


def _write(path: Path, table: tables.Table, frame: pd.DataFrame) -> None:
    rows = pa.Table.from_pandas(
        table.conform(frame), schema=table.arrow_schema, preserve_index=False
    )
    parquet.write(path, rows)


def _replace(path: Path, content: bytes) -> None:
    """Make this the content of the file, all of it or none."""
    with saved.whole(path) as fresh:
        fresh.write_bytes(content)
        parquet.sync(fresh)


def _undamaged(path: Path, second: Path) -> Path:
    """The file whose content has the hash in its name; the first one where neither has."""
    return second if not _is_as_named(path) and _is_as_named(second) else path


def _is_as_named(path: Path) -> bool:
    with suppress(OSError):
        return hashlib.sha256(path.read_bytes()).hexdigest()[:16] in path.name
    return False


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts as strict JSON has them: what is not a number is unknown."""
    plain: dict[str, Any] = json.loads(json.dumps(facts), parse_constant=lambda _: None)
    return plain


def require_known(root: Path, key: str, shown: Path) -> Shelf:
    """The shelf of a repository that has been mined; UsageError with the command that mines it."""
    shelf = Shelf(root / key)
    if not shelf.manifest:
        raise UsageError(f"{shown} is not in the store {root} yet; run: reviewgap mine {shown}")
    return shelf
