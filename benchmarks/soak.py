"""Refreshes a repository while it is pushed to, rewritten and collected.

    python benchmarks/soak.py [--rounds 200]

Each round changes the repository (a push, a rewrite, a deleted branch, `git gc`, a repack beside
the running refresh) and refreshes. At the end the store must say what a fresh one says. What a
kill does to it: `benchmarks/kills.py`.
"""

import argparse
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from repository import Repository, commit, history, run_git

from analyzers import memory, options, pipeline, tables, terminal

LOADED = pipeline  # once, and not again by every child


def main() -> bool:
    """Run, tell; the exit code is 1 where anything was lost."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--rounds", type=int, default=200)
    words.add_argument("--seed", type=int, default=1)
    asked = words.parse_args()
    memory.give_back()
    chance = random.Random(asked.seed)
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    rows = [commit(f"c{i}", f"2026-01-{i % 28 + 1:02}T10:00Z", files={f"f{i % 9}": f"{i}\n"})
            for i in range(300)]  # fmt: skip
    repo = history(folder, rows)
    lost = soaked(repo, folder, asked.rounds, chance)
    shutil.rmtree(folder, ignore_errors=True)
    return bool(lost)


def soaked(repo: Repository, folder: Path, rounds: int, chance: random.Random) -> int:
    """How many rounds ended badly; tells memory ten times."""
    store, bad = folder / "store", 0
    done: Counter[str] = Counter()
    for i in range(rounds):
        act = chance.choice((push, push, push, rewrite, collect, branch))
        act(repo, i)
        done[act.__name__] += 1
        repack = ["git", "-C", str(repo.path), "repack", "-adq"]
        beside = None if i % 5 else subprocess.Popen(repack)
        code = terminal.guarded(lambda: refreshed(repo.path, store))
        if beside:
            beside.wait()
        bad += code != 0
        if not (i + 1) % max(1, rounds // 10):
            held = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
            views = len(list(Path(tempfile.gettempdir()).glob(f"reviewgap-view-{os.getpid()}-*")))
            size = sum(path.stat().st_size for path in store.rglob("*") if path.is_file())
            print(f"round {i}: {held >> 20} MB, store {size >> 10} kB, {views} views", flush=True)
    same = told(repo.path, store) == told(repo.path, folder / "fresh")
    print(
        f"{rounds} refreshes ({dict(done)}), {bad} bad, equal to a fresh store: {same}", flush=True
    )
    return bad + (not same)


def refreshed(path: Path, store: Path) -> int:
    """The exit code of bringing the store up to date."""
    return options.refresh(path, store, None, quiet=True).exit_code


def told(path: Path, store: Path) -> list[bytes]:
    """Every table, as the store has it once it is up to date."""
    shelf = options.refresh(path, store, None, quiet=True).shelf
    there = [table for table in tables.TABLES if table.name in shelf.manifest["tables"]]
    frames = [shelf.table(table).sort_values(list(table.key)) for table in there]
    return [frame.to_csv(index=False).encode() for frame in frames]


def push(repo: Repository, i: int) -> None:
    """One more commit on main."""
    tree = repo.git("rev-parse", "HEAD^{tree}")
    made = repo.git("commit-tree", tree, "-p", "HEAD", "-m", f"push {i} (#{i})")
    repo.git("update-ref", "refs/heads/main", made)


def rewrite(repo: Repository, _: int) -> None:
    """The last three commits go, and their objects with them."""
    repo.git("update-ref", "refs/heads/main", "HEAD~3")
    run_git(repo.path, "reflog", "expire", "--expire=now", "--all")


def collect(repo: Repository, _: int) -> None:
    """`git gc` that keeps nothing."""
    run_git(repo.path, "gc", "-q", "--prune=now")


def branch(repo: Repository, i: int) -> None:
    """A head of a change request comes; an old one goes."""
    repo.git("update-ref", f"refs/pull/{i}/head", "HEAD~1")
    repo.git("update-ref", "-d", f"refs/pull/{i - 9}/head")


if __name__ == "__main__":
    sys.exit(main())
