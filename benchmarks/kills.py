"""Kills reviewgap with SIGKILL at random moments, and asks each time whether anything was lost.

    python benchmarks/kills.py [--kills 500] [--seed 1] [FAULT…]

Half of the kills fall anywhere in a run, half while it publishes. It is killed in its first run,
in a refresh, in one after a rewrite, while it takes in review data, and beside a second process.
After each kill the store must be whole and tell the old or the new tables, the imported files
must be there, and the next run must tell what a fresh store tells. At last, kills follow each
other on one store: nothing may pile up.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from repository import Repository, commit, history
from soak import push, rewrite

from analyzers import manifest, memory, options, pipeline, store, tables, terminal

DATA = Path(__file__).parent.parent / "tests" / "data"
IMPORTS = [DATA / "github" / "pull_requests.json", DATA / "gitlab" / "merge_requests.json"]
KILLED = -signal.SIGKILL
Told = tuple[bytes, ...]


@dataclass(frozen=True)
class Fault:
    """What is going on when the kill comes; `before` is how the store lies then."""

    name: str
    before: Path
    imports: bool = False
    beside: bool = False


@dataclass
class Bench:
    """One repository and the store that is killed again and again."""

    repo: Repository
    store: Path
    chance: random.Random

    def run(self, *, imports: bool = False, publishing: int | None = None) -> int:
        """Process number of a child that brings the store up to date."""
        child = os.fork()
        if child:
            return child
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        if publishing is not None:
            tell_when_publishing(publishing)
        os._exit(terminal.guarded(lambda: self._refreshed(imports=imports)))

    def _refreshed(self, *, imports: bool) -> int:
        if imports:
            pipeline.take_in(options.request(self.repo.path, self.store, None), IMPORTS[1:])
        return options.refresh(self.repo.path, self.store, None, quiet=True).exit_code

    def shelf(self) -> store.Shelf:
        """The repository's place in the store as it lies now."""
        return store.Shelf(self.store / manifest.shelf_key(self.repo.git_dir))

    def told(self) -> Told:
        """Every table of the store; nothing before the first run."""
        shelf = self.shelf()
        there = [table for table in tables.TABLES if table.name in shelf.manifest.get("tables", {})]
        frames = [shelf.table(table).sort_values(list(table.key)) for table in there]
        return tuple(frame.to_csv(index=False).encode() for frame in frames)

    def put_back(self, before: Path) -> None:
        """The store as it was."""
        shutil.rmtree(self.store, ignore_errors=True)
        if before.exists():
            shutil.copytree(before, self.store)


def main() -> bool:
    """Kill, judge, tell; the exit code is 1 where anything was lost."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("faults", nargs="*", help="Only these, such as 'refresh'.")
    words.add_argument("--kills", type=int, default=500)
    words.add_argument("--seed", type=int, default=1)
    asked = words.parse_args()
    memory.give_back()
    folder = Path(tempfile.mkdtemp(prefix="kills-"))
    tempfile.tempdir = str(folder / "tmp")
    (folder / "tmp").mkdir()
    bench, every = prepared(folder, random.Random(asked.seed))
    faults = [fault for fault in every if not asked.faults or fault.name in asked.faults]
    lost: list[str] = []
    each = -(-asked.kills // (2 * len(faults)))
    for fault in faults:
        for is_publishing in (False, True):
            ends, found = killed(bench, fault, each, is_publishing=is_publishing)
            lost += found
            when = "publishing" if is_publishing else "anywhere"
            print(f"{fault.name}, {when}: {dict(ends)}", *found, sep="\n    ", flush=True)
    lost += piled_up(bench, each)
    views = list((folder / "tmp").glob("reviewgap-*"))
    print(f"{len(lost)} losses, {len(views)} views left")
    shutil.rmtree(folder, ignore_errors=True)
    return bool(lost or views)


def prepared(folder: Path, chance: random.Random) -> tuple[Bench, list[Fault]]:
    """The repository, and the states of its store from which runs are killed."""
    rows = [commit(f"c{i}", f"2026-01-{i % 28 + 1:02}T10:00Z", f"work (#{i})",
                   files={f"f{i % 9}": f"{i}\n"}) for i in range(40)]  # fmt: skip
    bench = Bench(history(folder, rows), folder / "store", chance)
    pipeline.take_in(options.request(bench.repo.path, bench.store, None), IMPORTS[:1])
    finish(bench)
    shutil.copytree(bench.store, folder / "behind")
    for i in range(5):
        push(bench.repo, i)
    finish(bench)
    shutil.copytree(bench.store, folder / "ahead")
    rewrite(bench.repo, 0)
    return bench, [
        Fault("first run", folder / "nothing"),
        Fault("refresh", folder / "behind"),
        Fault("after a rewrite", folder / "ahead"),
        Fault("taking in", folder / "behind", imports=True),
        Fault("two at once", folder / "behind", beside=True),
    ]


def killed(
    bench: Bench, fault: Fault, times: int, *, is_publishing: bool
) -> tuple[Counter[str], list[str]]:
    """(how runs ended, what was lost) over so many kills; runs that were quicker count apart."""
    bench.put_back(fault.before)
    old, had = bench.told(), content(bench.shelf().imports)
    seconds = duration(bench, fault, is_publishing=is_publishing)
    new = bench.told()
    ends: Counter[str] = Counter()
    lost = []
    while ends["killed"] < times and ends["ended"] < 9 * times + 9:
        bench.put_back(fault.before)
        code, other = kill_once(bench, fault, seconds, is_publishing=is_publishing)
        ends["killed" if code == KILLED else "ended"] += 1
        found = []
        if code not in {0, KILLED} or other not in {0, None}:
            found.append(f"ended with {code}, the other with {other}")
        found += judged(bench, (old, new), had)
        finish(bench, imports=fault.imports)
        if bench.told() != new:
            found.append("the next run tells something else")
        lost += found
    return ends, lost


def kill_once(
    bench: Bench, fault: Fault, seconds: float, *, is_publishing: bool
) -> tuple[int, int | None]:
    """Exit codes of the run that is killed, and of the one beside it."""
    reads, writes = os.pipe()
    beside = bench.run() if fault.beside else None
    child = bench.run(imports=fault.imports, publishing=writes if is_publishing else None)
    os.close(writes)
    if is_publishing:
        os.read(reads, 1)  # or the end of a run that had nothing to publish
    os.close(reads)
    time.sleep(bench.chance.uniform(0, seconds * (0.6 if is_publishing else 1)))
    os.kill(child, signal.SIGKILL)
    return ended(child), ended(beside) if beside else None


def judged(bench: Bench, allowed: tuple[Told, Told], had: set[bytes]) -> list[str]:
    """What is wrong with the store right after a kill."""
    shelf, found = bench.shelf(), []
    if shelf.is_damaged():
        found.append("the store is not whole")
    elif bench.told() not in allowed:
        found.append("the store tells neither the old nor the new")
    if not had <= content(shelf.imports):
        found.append("imported data is gone")
    return found


def piled_up(bench: Bench, times: int) -> list[str]:
    """What lies in the store after kill upon kill that a store without any does not have."""
    for i in range(times):
        push(bench.repo, 100 + i)
        child = bench.run()
        time.sleep(bench.chance.uniform(0, 0.6))
        os.kill(child, signal.SIGKILL)
        ended(child)
    for i in range(2):
        push(bench.repo, 1000 + i)
        finish(bench)
    named = {*bench.shelf().manifest["files"], "manifest.json", "trace.json", "lock"}
    files = [path for path in bench.store.rglob("*") if path.is_file()]
    kept = len([path for path in files if path.name.endswith((".new", ".parquet"))])
    print(f"{times} kills in a row: {len(files)} files, {len(named)} of them current", flush=True)
    return ["files pile up"] if kept > 2 * len(named) else []


def duration(bench: Bench, fault: Fault, *, is_publishing: bool) -> float:
    """Seconds that the run takes when nobody kills it, from the moment the clock is started."""
    reads, writes = os.pipe()
    began = time.monotonic()
    child = bench.run(imports=fault.imports, publishing=writes)
    os.close(writes)
    if is_publishing and os.read(reads, 1):
        began = time.monotonic()
    os.close(reads)
    if ended(child):
        raise SystemExit("the run does not even end well when nobody kills it")
    return time.monotonic() - began


def tell_when_publishing(pipe: int) -> None:
    """Let this process write a byte when it begins to publish."""
    real: Callable[..., None] = store.Shelf.publish

    def publish(*args: object) -> None:
        os.write(pipe, b"p")
        real(*args)

    store.Shelf.publish = publish  # type: ignore[method-assign, assignment]


def finish(bench: Bench, *, imports: bool = False) -> None:
    """A run that nobody kills."""
    if code := ended(bench.run(imports=imports)):
        raise SystemExit(f"a run that nobody killed ended with {code}")


def ended(child: int) -> int:
    """The exit code of a child, below zero where a signal ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def content(paths: list[Path]) -> set[bytes]:
    """What the files hold."""
    return {path.read_bytes() for path in paths}


if __name__ == "__main__":
    sys.exit(main())
