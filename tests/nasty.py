"""The catalogue of nasty repositories: a builder each, and what a trustworthy reader says of it.

    @nasty(code=3, incomplete=1, says="lack content")
    def missing_blob(at): ...
        return path of the repository

`at` is a Place to build in. Figures that are not named are those of PLAIN, the three commits
that `at.plain()` writes. What is planted runs `at.program`, which leaves a file in `at.ran`.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from repository import commit, run_git
from repository import history as write_history

HISTORY = [
    commit("a", "2026-01-05T10:00Z", files={"a.py": "1\n2\n", "keep.txt": "kept\n" * 5}),
    commit("b", "2026-01-06T10:00Z", files={"a.py": "one\n2\n3\n"}),
    commit("c", "2026-01-07T10:00Z", renames={"keep.txt": "moved.txt"}),
]
PLAIN = {
    "commits": 3,
    "merges": 0,
    "roots": 1,
    "lines_added": 9,
    "lines_deleted": 1,
    "renames": 1,
    "incomplete": 0,
}
EMPTY = dict.fromkeys(PLAIN, 0)


@dataclass(frozen=True)
class Case:
    """One repository of the catalogue: how it is built, and how reviewgap must end on it.

    `says` stands in a warning, or in the one line of a refusal; `root` is the folder, below
    that in which all is built, that `--root` names. `counts` is None where plain git tells.
    """

    name: str
    build: Callable
    code: int
    counts: dict
    says: str = ""
    root: str | None = None
    options: tuple = ()


@dataclass(frozen=True)
class Place:
    """A folder to build in, with a program that must not run."""

    folder: Path
    history: Callable = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "history", partial(write_history, self.folder))
        self.ran.mkdir()
        self.program.write_text(f"#!/bin/sh\n: > '{self.ran}/'\"${{1##*/}}\"_$$\nexit 0\n")
        self.program.chmod(0o755)

    @property
    def ran(self):
        """Every start of the program leaves a file here."""
        return self.folder / "ran"

    @property
    def program(self):
        """What planted configuration names."""
        return self.folder / "planted"

    def plain(self, **options):
        """The repository of PLAIN."""
        return self.history(HISTORY, **options)

    def loose(self, **options):
        """The same with every object in a file of its own."""
        return unpacked(self.plain(**options))


CATALOGUE = []


def nasty(*, code=0, counts=PLAIN, says="", root=None, options=(), **changed):
    """Enter a builder into the catalogue; `changed` are figures that differ from `counts`."""

    def enter(build):
        expected = None if counts is None else {**counts, **changed}
        CATALOGUE.append(Case(build.__name__, build, code, expected, says, root, options))
        return build

    return enter


def refused(says, **options):
    """A repository that is refused in one line."""
    return nasty(code=2, says=says, **options)


def unpacked(repo):
    """Every object of the repository in a file of its own, so that single ones can be lost."""
    folder = repo.git_dir / "objects" / "pack"
    contents = [pack.read_bytes() for pack in folder.glob("*.pack")]
    for file in folder.iterdir():
        file.unlink()
    for content in contents:
        repo.git("unpack-objects", "-q", stdin=content)
    return repo


def object_file(repo, spec):
    """The file of a loose object, writable."""
    name = repo.git("rev-parse", spec)
    path = repo.git_dir / "objects" / name[:2] / name[2:]
    if path.exists():
        path.chmod(0o644)
    return path


def configure(repo, text):
    """Append to the repository's configuration."""
    with (repo.git_dir / "config").open("a") as file:
        file.write(text)


def plain_counts(path):
    """What ordinary git counts on a repository that is only odd, not planted."""
    ids = run_git(path, "rev-list", "HEAD").split()
    merges = run_git(path, "rev-list", "--merges", "HEAD").split()
    roots = run_git(path, "rev-list", "--max-parents=0", "HEAD").split()
    added = deleted = renames = 0
    log = ["log", "HEAD", "-z", "--numstat", "-M", "--no-merges", "--format=", "--no-mailmap"]
    tokens = iter(run_git(path, "-c", "core.bigFileThreshold=512m", *log).split(b"\0"))
    for token in tokens:
        parts = token.lstrip(b"\n").split(b"\t", 2)
        if len(parts) == 3:
            added += 0 if parts[0] == b"-" else int(parts[0])
            deleted += 0 if parts[1] == b"-" else int(parts[1])
            if not parts[2]:
                renames += 1
                next(tokens), next(tokens)
    return {
        "commits": len(ids),
        "merges": len(merges),
        "roots": len(roots),
        "lines_added": added,
        "lines_deleted": deleted,
        "renames": renames,
        "incomplete": 0,
    }


def everything(folder):
    """Mode, size and time of every file below, to prove that nothing was touched."""
    found = {}
    for base, folders, files in os.walk(folder):
        for path in (Path(base, name) for name in [*folders, *files]):
            at = path.lstat()
            found[path] = (at.st_mode, at.st_size, at.st_mtime_ns)
    return found


def pipe(path):
    """A named pipe in place of a file: whoever reads it without care waits for ever."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    os.mkfifo(path)


# What follows enters itself into the catalogue.
import nasty_damage  # noqa: E402, F401
import nasty_histories  # noqa: E402, F401
import nasty_messages  # noqa: E402, F401
import nasty_places  # noqa: E402, F401
import nasty_plants  # noqa: E402, F401
