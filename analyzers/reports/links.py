"""Links to the forge: a fixed https prefix and a checked id, or no link at all."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

_SAFE = re.compile(r"https://[A-Za-z0-9.-]+(?::\d+)?(?:/[A-Za-z0-9._~-]+)+")
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_CHANGE_REQUEST = {
    "github": "/pull/",
    "gitlab": "/-/merge_requests/",
    "gitea": "/pulls/",
    "forgejo": "/pulls/",
    "bitbucket": "/pull-requests/",
}
_COMMIT = {"gitlab": "/-/commit/", "bitbucket": "/commits/"}


@dataclass(frozen=True, slots=True)
class Forge:
    """Prefixes that ids are appended to; empty where no link can be made."""

    change_request: str = ""
    commit: str = ""

    @classmethod
    def of(cls, url: str | None, kind: str | None) -> Forge:
        """The prefixes of a forge; nothing unless the address is plain https and its kind known."""
        if not url or not kind or not _SAFE.fullmatch(url.rstrip("/")):
            return cls()
        base, kind = url.rstrip("/"), kind.lower()
        if kind not in _CHANGE_REQUEST:
            return cls()
        return cls(base + _CHANGE_REQUEST[kind], base + _COMMIT.get(kind, "/commit/"))

    def change_requests(self, numbers: pd.Series) -> pd.Series:
        """A link per change-request number; empty where none can be made."""
        if not self.change_request:
            return pd.Series(None, index=numbers.index, dtype="str")
        return self.change_request + numbers.astype("Int64").astype("str")

    def commits(self, shas: pd.Series) -> pd.Series:
        """A link per full object id; empty where none can be made."""
        if not self.commit:
            return pd.Series(None, index=shas.index, dtype="str")
        return (self.commit + shas).where(shas.str.fullmatch(_SHA))
