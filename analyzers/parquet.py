"""Parquet files of the store: written with a checksum on every page, and read with proof.

A file that turns out damaged is put away, so that the store is not whole any more and the next
refresh makes it anew from git.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from analyzers.errors import DamagedStore


class Writer(pq.ParquetWriter):  # type: ignore[misc]
    """Writes a file in a stream.

    On a full disk closing fails, and pyarrow's own would try again as it is forgotten, and tell a
    traceback of that.
    """

    def __del__(self) -> None:
        """Close it in silence where nobody did."""
        with suppress(OSError, pa.ArrowException):
            super().__del__()


def write(path: Path, rows: pa.Table) -> None:
    """Write a whole file, and see to it that it is on the disk."""
    plain = rows.replace_schema_metadata(None)
    with writer(path, plain.schema) as to:
        to.write_table(plain)
    sync(path)


def writer(path: Path, schema: pa.Schema) -> Writer:
    """A file to be written in a stream; whoever closes it calls `sync`."""
    return Writer(path, schema, compression="zstd", write_page_checksum=True)


def read(path: Path, columns: list[str] | None = None, *, puts_away: bool = True) -> pa.Table:
    """All rows; DamagedStore where the file is not as it was written."""
    with _proving(path, puts_away=puts_away):
        return pq.read_table(
            path, columns=columns, partitioning=None, page_checksum_verification=True
        )


def names(path: Path) -> list[str]:
    """The columns of a file; DamagedStore as in `read`."""
    with _proving(path):
        found: list[str] = pq.read_schema(path).names
        return found


def batches(path: Path, *, size: int, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    """The rows, so many at a time; DamagedStore as in `read`."""
    with _proving(path):
        file = pq.ParquetFile(path, page_checksum_verification=True)
    with file:
        rows = file.iter_batches(batch_size=size, columns=columns)
        while True:
            with _proving(path):  # not around the yield: whoever takes the rows has own errors
                batch = next(rows, None)
            if batch is None:
                return
            yield batch


def same(path: Path, fresh: Path) -> None:
    """The same file once more: by a link where the file system has them."""
    try:
        fresh.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, fresh)
        sync(fresh)


def sync(path: Path) -> None:
    """See to it that the file is on the disk before anything names it."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


@contextmanager
def _proving(path: Path, *, puts_away: bool = True) -> Iterator[None]:
    try:
        yield
    except (PermissionError, FileNotFoundError) as error:
        reason = (error.strerror or "unreadable").lower()
        raise DamagedStore(f"{path} cannot be read ({reason})") from error
    except (OSError, ValueError, MemoryError, pa.ArrowException) as error:
        if not puts_away:
            raise DamagedStore(f"{path} is damaged") from error
        with suppress(OSError):
            path.unlink()
        raise DamagedStore(f"{path} was damaged and is put away") from error
