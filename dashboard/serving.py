"""On what terms the dashboard is served: what it may mine, whom it may name, who may look.

The launcher decides once, from the command line, and leaves the decision in the environment of
its own process; pages and routes read it there. Nothing a visitor sends can change it.
"""

from __future__ import annotations

import functools
import json
import os
import tomllib
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from analyzers import manifest
from analyzers.errors import RefusedRepository, UsageError
from analyzers.mining import locate
from analyzers.user_events import Event

TERMS = "REVIEWGAP_DASHBOARD_TERMS"
MOST = 500  # repositories below a root


@dataclass(frozen=True)
class Terms:
    """What the operator allows. `mineable` maps repository keys to paths; nobody sees the paths.

    `shared` is the address of a shared store, of which `store` is then a local copy.

    `trust` says that repositories of another owner may be mined too (--trust-repo).

    Where `viewers` is empty there is no login; else it has the addresses that may look.
    """

    store: str = ""
    shared: str = ""
    root: str | None = None
    mineable: dict[str, str] = field(default_factory=dict)
    names: bool = False
    read_only: bool = True
    trust: bool = False
    viewers: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()  # the operator's own, marked on charts

    def admits(self, email: object, *, is_verified: object = True) -> bool:
        """Whether somebody logged in with this address may look; `*@example.org` is a pattern."""
        if not isinstance(email, str) or is_verified in {False, "false"}:
            return False
        address = email.strip().lower()
        return any(fnmatchcase(address, viewer.lower()) for viewer in self.viewers)


def publish(terms: Terms) -> None:
    """Leave the terms where pages and routes of this process find them."""
    os.environ[TERMS] = json.dumps(asdict(terms))


def terms() -> Terms:
    """The terms of this process; the strictest ones where none were left."""
    return _read(os.environ.get(TERMS, "{}"))


@functools.lru_cache(maxsize=4)
def _read(told: str) -> Terms:
    known = json.loads(told)
    events = tuple(Event(**each) for each in known.get("events", ()))
    return Terms(**{**known, "viewers": tuple(known.get("viewers", ())), "events": events})


def mineable(paths: list[Path], root: Path | None) -> dict[str, str]:
    """Key -> path of the repositories named; RefusedRepository for one that is none."""
    return {_key(path, root): str(path.resolve()) for path in paths}


def below(root: Path) -> dict[str, str]:
    """Key -> path of the repositories that lie right below a folder, by name."""
    found: dict[str, str] = {}
    for path in sorted(root.iterdir()):
        if path.is_dir() and len(found) < MOST:
            try:
                found[_key(path, root)] = str(path.resolve())
            except RefusedRepository:
                continue
    if not found:
        raise UsageError(f"{root} has no git repository right below it; name one")
    return found


def listed(file: Path) -> list[Path]:
    """The paths in an allow-list: one a line, relative to the file; `#` begins a comment."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the list of repositories {file} cannot be read: {error}") from None
    named = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if not named:
        raise UsageError(f"the list of repositories {file} names none; write one path a line")
    return [file.parent / path for path in named]


def viewers(secrets: Path) -> tuple[str, ...]:
    """Who may look, from the file that also configures the login; UsageError where it is unsafe.

    The file is Streamlit's secrets.toml with one table more: `[reviewgap] viewers = [...]`.
    """
    try:
        told = tomllib.loads(secrets.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"the login file {secrets} cannot be read: {error}") from None
    lacking = [name for name in ("redirect_uri", "cookie_secret") if not _has(told, name)]
    if lacking:
        raise UsageError(f"{secrets} lacks {' and '.join(lacking)} under [auth]")
    named = told.get("reviewgap", {}).get("viewers", [])
    if not isinstance(named, list) or not named or not all(isinstance(n, str) for n in named):
        raise UsageError(
            f"{secrets} must say who may look, such as:  [reviewgap]  viewers = ['*@example.org']"
        )
    return tuple(named)


def _has(told: dict[str, dict[str, object]], name: str) -> bool:
    return bool(told.get("auth", {}).get(name))


def _key(path: Path, root: Path | None) -> str:
    return manifest.shelf_key(locate.place(path, root=root).git_dir)
