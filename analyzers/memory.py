"""Keep a long history from holding memory that is free, and from being searched for garbage."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # of mallopt(3)
_KEPT_BYTES = 8 << 20


def give_back() -> None:
    """Return freed memory to the system: Arrow's allocator and glibc keep it by default.

    To be called before Arrow is imported. On 200,000 commits it halves what the stages after
    mining hold; C libraries without mallopt are left as they are.
    """
    # Rows by the hundred thousand are made and none of them form cycles.
    gc.set_threshold(100_000, 50, 100)
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_ARENA_MAX, 1)
        libc.mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
        libc.mallopt(_MMAP_THRESHOLD, _KEPT_BYTES)
