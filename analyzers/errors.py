"""What can go wrong, as a tree; every message says what was expected, what was found, what to do.

ReviewgapError            exit code 1 unless a subclass says otherwise
├── UsageError            2  the command line or a file the user gave cannot be used
│   └── RefusedRepository 2  the path is no repository that we may or can read
├── StoreError            2  the store cannot be read or written
│   ├── UnwritableStore   2  its place is read-only or full
│   └── DamagedStore      2  a file is not as it was written; a refresh makes it anew
├── ClusterError          3  the cluster went away before all was done
└── NotEnoughData         5  the question needs more history than there is
"""

from __future__ import annotations

import errno

COMPLETE = 0
OUR_BUG = 1
USAGE = 2
PARTIAL = 3
THRESHOLD_EXCEEDED = 4
NOT_ENOUGH_DATA = 5
INTERRUPTED = 130

OF_THE_PLACE = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO}
"""What the operating system answers where a disk is full, broken, or not ours to write."""

_WORST_FIRST = (OUR_BUG, USAGE, PARTIAL, COMPLETE)


def worst(codes: list[int]) -> int:
    """The exit code of several repositories in one run: a refusal outweighs what is partial."""
    return next(code for code in (*_WORST_FIRST, *codes) if code in codes)


class ReviewgapError(Exception):
    """A problem that is told in one line and ends the command with `exit_code`."""

    exit_code = OUR_BUG


class UsageError(ReviewgapError):
    """The command line, or a file the user named, cannot be used as it is."""

    exit_code = USAGE


class RefusedRepository(UsageError):
    """The path is not a repository that can be read, or not one that may be."""


class ClusterError(ReviewgapError):
    """The machines that did the work went away; what was finished is kept."""

    exit_code = PARTIAL


class StoreError(ReviewgapError):
    """The store cannot be opened, read or written."""

    exit_code = USAGE


class UnwritableStore(StoreError):
    """The store's place cannot be written: read-only, full, or not a folder."""


class DamagedStore(StoreError):
    """A file of the store is not as it was written; git still has what it said."""


class NotEnoughData(ReviewgapError):
    """The history is too short, or lacks the evidence, to answer without guessing."""

    exit_code = NOT_ENOUGH_DATA
