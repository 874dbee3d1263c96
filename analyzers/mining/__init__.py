"""From a repository to rows: the only place that starts git, and only on the sterile view.

The names below are loaded when they are first asked for, because a look at whether anything has
changed needs none of them, and frames take most of a second to import.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analyzers.mining.log import raw_commits as raw_commits
    from analyzers.mining.proposals import proposed as proposed
    from analyzers.mining.stream import Mined as Mined
    from analyzers.mining.stream import Sink as Sink
    from analyzers.mining.stream import file_at_head as file_at_head
    from analyzers.mining.stream import mailmap as mailmap
    from analyzers.mining.stream import mine as mine

_IN_STREAM = ("Mined", "Sink", "file_at_head", "mailmap", "mine")
_HOMES = {"raw_commits": "log", "proposed": "proposals", **dict.fromkeys(_IN_STREAM, "stream")}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"analyzers.mining has no {name}")
    return getattr(import_module(f"analyzers.mining.{_HOMES[name]}"), name)
