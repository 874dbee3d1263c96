"""Which repositories are meant: paths, folders that hold repositories, and lists in a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from analyzers.errors import RefusedRepository, UsageError
from analyzers.mining import locate


def targets(named: Iterable[Path], *, listed: Path | None, root: Path | None) -> list[Path]:
    """The repositories named and listed, each once and in that order.

    A folder that is no repository stands for the repositories right below it. What is neither
    stays in the list: its task will say what is wrong with it, and the others go on.
    """
    paths = [*named, *(_listed(listed) if listed else [])]
    found = [path for each in paths for path in _opened(each, root)]
    return list({path.resolve(): path for path in reversed(found)}.values())[::-1]


def _listed(file: Path) -> Iterator[Path]:
    """One path a line, relative to the file; empty lines and those that begin with # are none."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the list of repositories {file} cannot be read: {error}") from None
    names = [line.strip() for line in lines]
    named = [file.parent / name for name in names if name and not name.startswith("#")]
    if not named:
        raise UsageError(f"the list of repositories {file} names none; write one path a line")
    yield from named


def _opened(path: Path, root: Path | None) -> list[Path]:
    if _is_repository(path, root) or not path.is_dir():
        return [path]
    return [each for each in sorted(path.iterdir()) if _is_repository(each, root)] or [path]


def _is_repository(path: Path, root: Path | None) -> bool:
    try:
        return path.is_dir() and bool(locate.place(path, root=root))
    except RefusedRepository:
        return False


def largest_first(paths: Iterable[Path]) -> list[Path]:
    """The same by what their packs weigh, so that no long one is left for the end."""
    return sorted(paths, key=lambda path: (-_weight(path), str(path)))


def _weight(path: Path) -> int:
    folders = (path / "objects" / "pack", path / ".git" / "objects" / "pack")
    return sum(pack.stat().st_size for folder in folders for pack in folder.glob("*.pack"))
