"""Runs reviewgap on disks that are full, read-only or out of inodes: real ones, mounted here.

    sudo python benchmarks/full_disk.py [--sizes 30]

Every mount is a tmpfs of its own below a temporary folder, so it needs root, and Linux. After
each run: a documented exit code, few lines and none that shames us; what the store had before is
there, whole, and the imported files with it. Told at the end: what deviated, by kind of fault.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from command import SHAMES, run
from repository import Repository, commit, history
from soak import push

from analyzers import store

GITHUB = Path(__file__).parent.parent / "tests" / "data" / "github" / "pull_requests.json"
GITLAB = GITHUB.parent.parent / "gitlab" / "merge_requests.json"
CODES = {0, 2, 3, 5}
MOST_LINES = 4
INODES = (*range(3, 30, 3), 40, 60)


class Faults:
    """How many were injected, by kind, and what deviated."""

    def __init__(self) -> None:
        self.tried: Counter[str] = Counter()
        self.wrong: list[str] = []

    def tell(self, kind: str, words: Sequence[str], found: tuple[int, str, str]) -> None:
        """Judge how one command ended."""
        code, out, err = found
        self.tried[kind] += 1
        shames = [shame for shame in SHAMES if shame in out + err]
        if code not in CODES or shames or len(err.splitlines()) > MOST_LINES:
            self.wrong.append(f"{kind}: {' '.join(words[:2])} ended with {code}: {err[-400:]}")

    def whole(self, kind: str, root: Path, had: int) -> None:
        """Judge the store: whole or not there yet, with so many files of imports."""
        for shelf in [store.Shelf(path.parent) for path in root.glob("*/manifest.json")]:
            if not shelf.manifest or not shelf.is_whole():
                self.wrong.append(f"{kind}: the store is damaged")
        if (found := len(list(root.glob("*/imports/*.json")))) < had:
            self.wrong.append(f"{kind}: {had - found} imported files are gone")


def main() -> bool:
    """Inject, judge, tell; the exit code is 1 where anything deviated."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--sizes", type=int, default=30)
    asked = words.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="full-"))
    rows = [commit(f"c{i}", f"2026-01-{i % 28 + 1:02}T10:00Z", f"work (#{i})",
                   files={f"f{i % 9}.py": f"{i}\n" * 9}) for i in range(60)]  # fmt: skip
    repo, faults = history(folder, rows), Faults()
    full = folder / "full"
    run(("mine", str(repo.path), "--store", str(full)))
    run(("import", str(repo.path), str(GITHUB), "--store", str(full)))
    for i in range(5):
        push(repo, i)
    needed = sum(path.stat().st_size for path in full.rglob("*"))
    sizes = [needed // 8 + step * 3 * needed // asked.sizes for step in range(asked.sizes)]
    try:
        for size in sizes:
            small_store(folder, repo, size, faults)
        for number in INODES:
            few_inodes(folder, repo, number, faults)
        for size in (4096, 16384, 65536, *sizes[::5]):
            small_output(folder, repo, size, faults)
        read_only(folder, repo, faults)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{sum(faults.tried.values())} faults: {dict(faults.tried)}")
    print(f"{len(faults.wrong)} deviations", *faults.wrong, sep="\n  ")
    return bool(faults.wrong)


def small_store(folder: Path, repo: Repository, size: int, faults: Faults) -> None:
    """A first run, a refresh, more imports and slow commands where the store's disk is small."""
    with mounted(folder / "disk", f"size={size}") as disk:
        each(f"store of {size >> 10} kB, first run", repo, disk, faults, ("mine",), ("summary",))
    with mounted(folder / "disk", f"size={size}") as disk:
        if not copied(folder / "full", disk):
            return
        kind = f"store of {size >> 10} kB, refresh"
        commands = (("mine",), ("import", str(GITLAB)), ("effort", "--sample", "8"), ("lines",))
        each(kind, repo, disk, faults, *commands, ("export",), ("evaluate", "--sample", "5"), had=1)


def few_inodes(folder: Path, repo: Repository, number: int, faults: Faults) -> None:
    """The same where the disk has room, but no more files."""
    with mounted(folder / "disk", f"size=64m,nr_inodes={number}") as disk:
        each("store out of inodes, first run", repo, disk, faults, ("mine",), ("summary",))
    with mounted(folder / "disk", f"size=64m,nr_inodes={number + 45}") as disk:
        had = int(copied(folder / "full", disk))
        kind = "store out of inodes, refresh"
        each(kind, repo, disk, faults, ("mine",), ("import", str(GITLAB)), ("export",), had=had)


def small_output(folder: Path, repo: Repository, size: int, faults: Faults) -> None:
    """Outputs and temporary files that find no room."""
    root = str(folder / "full")
    with mounted(folder / "disk", f"size={size}") as disk:
        for words in (
            ("export", str(repo.path), "-o", str(disk / "x.csv"), "--table", "commits"),
            ("export", str(repo.path), "-o", str(disk / "all"), "--table", "all"),
            ("report", str(repo.path), "--format", "html", "-o", str(disk / "r.html")),
        ):
            faults.tell("output without room", words, run((*words, "--store", root)))
        words = ("summary", str(repo.path), "--store", root)
        fresh = ("mine", str(repo.path), "--store", str(folder / "other"))
        for asked in (words, fresh):
            told = run(asked, environment={"TMPDIR": str(disk)})
            faults.tell("temporary folder without room", asked, told)
        shutil.rmtree(folder / "other", ignore_errors=True)
    for words in (("export", str(repo.path)), ("summary", str(repo.path))):
        told = run((*words, "--store", root), stdout="/dev/full")
        faults.tell("stdout is full", words, told)
    faults.whole("output without room", folder / "full", 1)


def read_only(folder: Path, repo: Repository, faults: Faults) -> None:
    """Repository, store, cache, home and temporary folder that can only be read."""
    commands = (("mine",), ("summary",), ("import", str(GITLAB)), ("lines",), ("export",))
    with mounted(folder / "disk", "size=64m") as disk:
        shutil.copytree(repo.path, disk / "repo")
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        there = Repository(disk / "repo", disk / "repo" / ".git", repo.sha)
        each("read-only repository", there, folder / "other", faults, *commands)
    with mounted(folder / "disk", "size=64m") as disk:
        copied(folder / "full", disk)
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        each("read-only store", repo, disk, faults, *commands, ("effort", "--sample", "8"), had=1)
        for name in ("XDG_CACHE_HOME", "HOME", "TMPDIR"):
            for words in (("mine", str(repo.path)), ("summary", str(repo.path))):
                at = {name: str(disk), "REVIEWGAP_STORE": ""}
                if name == "HOME":
                    at["XDG_CACHE_HOME"] = ""
                faults.tell(f"read-only {name}", words, run(words, environment=at))
    for name, value in (("TMPDIR", "/nowhere"), ("HOME", "/proc/nowhere"), ("HOME", "relative")):
        at = {name: value, "XDG_CACHE_HOME": "", "REVIEWGAP_STORE": ""}
        words = ("summary", str(repo.path))
        faults.tell(f"{name} is {value}", words, run(words, environment=at, folder=folder))


def each(
    kind: str, repo: Repository, root: Path, faults: Faults, *commands: Sequence[str], had: int = 0
) -> None:
    """Run these commands one after another on the store, and judge it after each."""
    for name, *rest in commands:
        words = (name, str(repo.path), *rest, "--store", str(root))
        if name == "evaluate":
            words = (*words, "-o", str(root / "sample.csv"))
        faults.tell(kind, words, run(words))
        faults.whole(kind, root, had)


def copied(source: Path, target: Path) -> bool:
    """Whether the store found room."""
    try:
        shutil.copytree(source, target, dirs_exist_ok=True)
    except (OSError, shutil.Error):
        for path in target.iterdir():
            shutil.rmtree(path, ignore_errors=True)
            path.unlink(missing_ok=True) if path.is_file() else None
        return False
    return True


@contextmanager
def mounted(at: Path, options: str) -> Iterator[Path]:
    """A fresh tmpfs."""
    at.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", at], check=True)
    try:
        yield at
    finally:
        subprocess.run(["umount", "-l", at], check=True)


if __name__ == "__main__":
    if os.geteuid() != 0:
        sys.exit("mounting disks needs root")
    sys.exit(main())
