"""How much does reviewgap cost beside git, and how does it grow? Everything as ratios in one run.

    python -P benchmarks/speed.py [REPO…] [--sizes 1000,10000] [--runs 3] [--peers]
                                  [-o FILE.md] [--plot FILE.svg]

Per repository, in turn and `--runs` times: plain `git log --numstat -M`, a full `reviewgap mine`
into an empty store on both cores and on one, a refresh with nothing new, and, with `--peers`,
whichever of gitstats, git-fame, perceval and git-quick-stats is installed, and PyDriller's
`modified_files` on commits evenly spaced through history, multiplied to all of them. Wall and CPU
seconds of the process and all its children, and the peak memory of the largest of them.
Constructed repositories come first; their sizes give the exponent of growth. Repositories named
are read through a clone that shares their objects: nothing is written into them, and all tools
see the same branches, without heads of change requests.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import altair as alt
import pandas as pd

REVIEWGAP = str(Path(sys.executable).with_name("reviewgap"))
SAMPLE = 100  # commits that PyDriller reads
PYDRILLER = """
import sys
from pydriller import Git
git = Git(sys.argv[1])
for sha in sys.argv[2:]:
    for file in git.get_commit(sha).modified_files:
        file.added_lines
"""
PLAIN = "git log --numstat -M"


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds and megabytes of one run."""

    wall: float
    cpu: float
    peak_mb: float


def measured(words: list[str], *, one_core: bool = False) -> Cost:
    """Run a command to its end; children included."""
    if one_core:
        words = ["taskset", "-c", "0", *words]
    pid = os.fork()
    if pid == 0:
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 1)
        os.dup2(null, 2)
        os.execvp(words[0], words)
    began = time.monotonic()
    _, status, used = os.wait4(pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 3):
        raise SystemExit(f"{' '.join(words)} ended with status {status}")
    return Cost(time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def construct(folder: Path, n: int) -> Path:
    """A bare repository of `n` commits in eight folders, squashed change requests, fixed dates."""
    path = folder / f"constructed-{n}"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(path)], check=True)
    feed = subprocess.Popen(
        ["git", "-C", str(path), "fast-import", "--quiet"], stdin=subprocess.PIPE
    )
    assert feed.stdin is not None
    for piece in _stream(n):
        feed.stdin.write(piece)
    feed.stdin.close()
    if feed.wait():
        raise SystemExit("fast-import failed")
    return path


def _stream(n: int) -> Iterator[bytes]:
    texts: dict[str, list[str]] = {}
    for i in range(n):
        at = 1_262_304_000 + i * (504_000_000 // n)
        who = f"Dev{i * 7 % 97} <dev{i * 7 % 97}@example.com> {at} +0000"
        message = f"Change part {i % 211} (#{i + 1})\n\nBecause of {i % 13}.\n"
        changed = [f"d{(i + k) % 8}/f{(i * 31 + k * 17) % 400}.py" for k in range(1 + i % 3)]
        for name in changed:
            lines = texts.setdefault(name, [f"line {k}\n" for k in range(80)])
            lines[i % 80 : i % 80 + 3] = [f"now {i}\n", f"and {i * 3}\n"]
            del lines[160:]
        files = "".join(
            f"M 644 inline {name}\ndata {len(text)}\n{text}\n"
            for name in changed
            for text in ["".join(texts[name])]
        )
        head = f"commit refs/heads/main\nauthor {who}\ncommitter {who}\n"
        yield f"{head}data {len(message)}\n{message}{files}\n".encode()


def jobs(path: Path, store: Path, *, peers: bool) -> dict[str, Callable[[], Cost]]:
    """What is measured on one repository, by name, in the order it is run."""
    log = ["git", f"--git-dir={path}", "log", "--numstat", "-M"]
    mine = [REVIEWGAP, "mine", str(path), "--quiet", "--store", str(store)]

    def anew(*, one_core: bool) -> Cost:
        shutil.rmtree(store, ignore_errors=True)
        return measured(mine, one_core=one_core)

    found: dict[str, Callable[[], Cost]] = {
        PLAIN: lambda: measured(log),
        "reviewgap --version": lambda: measured([REVIEWGAP, "--version"]),
        "mine, one core": lambda: anew(one_core=True),
        "mine": lambda: anew(one_core=False),
        "mine, nothing new": lambda: measured(mine),
    }
    return found | (_peers(path) if peers else {})


def _peers(path: Path) -> dict[str, Callable[[], Cost]]:
    place = f"GIT_DIR={path}"
    found = {
        "gitstats": ["gitstats", str(path), tempfile.mkdtemp(prefix="gitstats-")],
        "git-fame --loc=ins,del": ["git-fame", "--loc=ins,del", str(path)],
        "perceval git": ["perceval", "git", f"file://{path}", "--git-path", str(path)],
        "git-quick-stats -T": ["env", place, "git-quick-stats", "-T"],
    }
    known = {name: words for name, words in found.items() if shutil.which(name.partition(" ")[0])}
    return {
        **{name: lambda words=words: measured(words) for name, words in known.items()},
        f"PyDriller modified_files, from {SAMPLE} commits": lambda: _pydriller(path),
    }


def _pydriller(path: Path) -> Cost:
    """What all commits would cost, from some that are evenly spaced."""
    words = ["git", f"--git-dir={path}", "rev-list", "--no-merges", "HEAD"]
    shas = subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()
    sample = shas[:: max(1, len(shas) // SAMPLE)][:SAMPLE]
    run = [sys.executable, "-P", "-c", PYDRILLER, str(path)]
    start, whole = measured(run), measured([*run, *sample])
    times = len(shas) / len(sample)
    return Cost(
        start.wall + (whole.wall - start.wall) * times,
        start.cpu + (whole.cpu - start.cpu) * times,
        whole.peak_mb,
    )


def table(path: Path, store: Path, *, runs: int, peers: bool) -> tuple[list[str], dict[str, Cost]]:
    """Rows of Markdown with medians, and the medians."""
    asked = jobs(path, store, peers=peers)
    taken: dict[str, list[Cost]] = {name: [] for name in asked}
    for _ in range(runs):
        for name, run in asked.items():
            taken[name].append(run())
    medians = {name: _median(costs) for name, costs in taken.items()}
    git = medians[PLAIN]
    rows = [
        f"| {name} | {cost.wall:.2f} | {cost.cpu:.2f} | {cost.peak_mb:.0f} |"
        f" {cost.wall / git.wall:.2f} | {cost.cpu / git.cpu:.2f} |"
        for name, cost in medians.items()
    ]
    return rows, medians


def _median(costs: list[Cost]) -> Cost:
    middle = statistics.median
    return Cost(
        middle(c.wall for c in costs), middle(c.cpu for c in costs), max(c.peak_mb for c in costs)
    )


def exponent(sizes: list[int], seconds: list[float]) -> float:
    """Slope of seconds over size, both logarithmic: 1 is linear."""
    x, y = [math.log(size) for size in sizes], [math.log(second) for second in seconds]
    return statistics.linear_regression(x, y).slope


def plotted(grown: dict[int, dict[str, Cost]], file: Path) -> None:
    """CPU seconds and peak memory over commits, both logarithmic, one line per command."""
    rows = [
        {"commits": size, "command": name, "CPU seconds": cost.cpu, "peak MB": cost.peak_mb}
        for size, medians in grown.items()
        for name, cost in medians.items()
        if name in {PLAIN, "mine", "mine, nothing new"}
    ]
    scale = alt.Scale(type="log", nice=False, padding=8)
    axis = alt.Axis(format="~s", tickCount=4, grid=False)
    base = alt.Chart(pd.DataFrame(rows), width=260, height=200).mark_line(point=True)
    panels = [
        base.encode(
            alt.X("commits", scale=scale, axis=axis),
            alt.Y(name, scale=scale, axis=axis),
            alt.Color("command", title=None, legend=alt.Legend(orient="bottom")),
        )
        for name in ("CPU seconds", "peak MB")
    ]
    alt.hconcat(*panels).save(file)


def shared_clone(path: Path, folder: Path) -> Path:
    """A bare clone that borrows its objects."""
    to = folder / (path.parent.name if path.name in {"repo", ".git"} else path.name)
    subprocess.run(["git", "clone", "-q", "--bare", "--shared", str(path), str(to)], check=True)
    return to


def count(path: Path) -> int:
    """Commits that HEAD reaches."""
    words = ["git", f"--git-dir={path}", "rev-list", "--count", "HEAD"]
    return int(subprocess.run(words, check=True, capture_output=True).stdout)


def main() -> None:
    """Constructed repositories, then those named; Markdown on stdout or in a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repositories", nargs="*", type=Path)
    parser.add_argument("--sizes", default="1000,10000")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--plot", type=Path)
    asked = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sizes = [int(size) for size in asked.sizes.split(",") if size]
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    cores = len(os.sched_getaffinity(0))
    machine = f"{platform.machine()}, {cores} cores, Python {platform.python_version()}"
    lines = [f"{machine}, {_said('git', '--version')}, load {load} at the start"]
    grown: dict[int, dict[str, Cost]] = {}
    with tempfile.TemporaryDirectory(prefix="reviewgap-bench-") as folder:
        here = Path(folder)
        for size in sizes:
            path = construct(here, size)
            rows, grown[size] = table(path, here / "store", runs=asked.runs, peers=asked.peers)
            lines += _told(path, rows)
        for named in asked.repositories:
            path = shared_clone(named, here)
            rows, _ = table(path, here / "store", runs=asked.runs, peers=asked.peers)
            lines += _told(path, rows)
    lines += _growth(grown) if len(sizes) > 1 else []
    if asked.plot:
        plotted(grown, asked.plot)
    text = "\n".join(lines) + "\n"
    if asked.output:
        asked.output.write_text(text, encoding="utf-8")
    else:
        print(text)


def _told(path: Path, rows: list[str]) -> list[str]:
    head = "| command | wall s | CPU s | peak MB | wall ÷ git | CPU ÷ git |"
    told = ["", f"### {path.name}: {count(path):,} commits", "", head, "|---|" + "---|" * 5, *rows]
    print("\n".join(told), file=sys.stderr, flush=True)
    return told


def _growth(grown: dict[int, dict[str, Cost]]) -> list[str]:
    """Exponents over all sizes and over the largest two, where the start weighs nothing."""
    sizes = list(grown)
    told = [""]
    for name in (PLAIN, "mine"):
        costs = [grown[size][name].cpu for size in sizes]
        whole, last = exponent(sizes, costs), exponent(sizes[-2:], costs[-2:])
        told.append(f"Growth exponent of CPU time, {name}: {whole:.2f}, of the last two {last:.2f}")
    return told


def _said(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    main()
