"""Which repositories are meant: paths, folders that hold repositories, and lists in a file."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path

from analyzers.errors import RefusedRepository, UsageError
from analyzers.fleet import organisation
from analyzers.mining import locate


def targets(named: Iterable[Path], *, listed: Path | None, root: Path | None) -> list[Path]:
    """The repositories named and listed, each once and in that order.

    A folder that is no repository stands for the repositories right below it. What is neither
    stays in the list: its task will say what is wrong with it, and the others go on.
    """
    try:
        return _targets(named, listed, root)
    except (OSError, RuntimeError, ValueError) as error:  # too long a name, a circle of links
        raise UsageError(f"no path can look like that: {str(error)[:200]}") from None


def _targets(named: Iterable[Path], listed: Path | None, root: Path | None) -> list[Path]:
    paths, left_out = _listed(listed, root) if listed else ([], set())
    found = [path for each in (*named, *paths) for path in _opened(each, root)]
    whole = {path.resolve(): path for path in reversed(found)}
    kept = [path for real, path in whole.items() if left_out.isdisjoint([real, *real.parents])]
    return kept[::-1]


def _listed(file: Path, root: Path | None) -> tuple[list[Path], set[Path]]:
    """Paths a list names, and those it leaves out with all below them; relative to the file."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the list of repositories {file} cannot be read: {error}") from None
    is_listing = organisation.is_listing(text)
    named, left_out = (
        (organisation.clones(text, file), set[Path]())
        if is_listing
        else _lines(text.splitlines(), file.parent, root)
    )
    if not named:
        raise UsageError(f"the list of repositories {file} names none; write one path a line")
    return named, left_out


def _lines(lines: Iterable[str], folder: Path, root: Path | None) -> tuple[list[Path], set[Path]]:
    """Paths, one a line.

    `*` and `?` stand for repositories as in a shell; `!` in front leaves out; `#` in front is a
    comment.
    """
    told = [line for each in lines if (line := each.strip()) and not line.startswith("#")]
    named = [
        path for line in told if not line.startswith("!") for path in _meant(folder, line, root)
    ]
    left_out = [line[1:].strip() for line in told if line.startswith("!")]
    return named, {path.resolve() for line in left_out for path in _matching(folder, line)}


def _meant(folder: Path, line: str, root: Path | None) -> list[Path]:
    found = _matching(folder, line)
    return found if found == [folder / line] else [p for p in found if _is_repository(p, root)]


def _matching(folder: Path, line: str) -> list[Path]:
    path = folder / line
    if path.exists() or not glob.has_magic(line):
        return [path]
    return [Path(each) for each in sorted(glob.glob(str(path)))]  # noqa: PTH207 - may be absolute


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
