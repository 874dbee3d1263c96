"""Keep what was made, for all viewers; nobody may change it.

Unlike `lru_cache` alone, the same thing is made once even when twenty viewers ask for it in the
same second: the others wait for the first, instead of reading 80,000 commits twenty times over.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from threading import RLock
from typing import ParamSpec, TypeVar

Asked = ParamSpec("Asked")
Made = TypeVar("Made")

_LOCKS = 64


def once(maxsize: int) -> Callable[[Callable[Asked, Made]], Callable[Asked, Made]]:
    """Decorator: keep the `maxsize` results that were asked for last."""

    def decorate(make: Callable[Asked, Made]) -> Callable[Asked, Made]:
        cached = lru_cache(maxsize)(make)
        locks = [RLock() for _ in range(_LOCKS)]

        @wraps(make)
        def made(*args: Asked.args, **kwargs: Asked.kwargs) -> Made:
            key = hash((args, tuple(sorted(kwargs.items()))))
            with locks[key % _LOCKS]:
                return cached(*args, **kwargs)

        return made

    return decorate
