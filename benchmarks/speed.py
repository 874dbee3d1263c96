"""How much does reviewgap cost beside git, and how does it grow? Everything as ratios in one run.

    python -P benchmarks/speed.py [REPO…] [--sizes 1000,10000] [--runs 3] [--peers] [-o FILE.md]

Per repository, in turn and `--runs` times: plain `git log --numstat -M`, a full `reviewgap mine`
into an empty store on both cores and on one, a refresh with nothing new, and, with `--peers`,
PyDriller's traversal of modified files and whichever of gitstats, git-fame and perceval is
installed. Wall and CPU seconds of the process and all its children, and the peak memory of the
largest of them. Constructed repositories come first; their sizes give the exponent of growth.
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

REVIEWGAP = str(Path(sys.executable).with_name("reviewgap"))
PYDRILLER = (
    "import sys; from pydriller import Repository\n"
    "for commit in Repository(sys.argv[1]).traverse_commits():\n"
    "    for file in commit.modified_files: file.added_lines\n"
)


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
        "git log --numstat -M": lambda: measured(log),
        "reviewgap --version": lambda: measured([REVIEWGAP, "--version"]),
        "mine, one core": lambda: anew(one_core=True),
        "mine": lambda: anew(one_core=False),
        "mine, nothing new": lambda: measured(mine),
    }
    return found | (_peers(path) if peers else {})


def _peers(path: Path) -> dict[str, Callable[[], Cost]]:
    found = {
        "PyDriller modified_files": [sys.executable, "-P", "-c", PYDRILLER, str(path)],
        "gitstats": ["gitstats", str(path), tempfile.mkdtemp(prefix="gitstats-")],
        "git-fame": ["git-fame", "--loc=ins,del", str(path)],
        "perceval": ["perceval", "git", "file://" + str(path), "--git-path", str(path)],
    }
    known = {name: words for name, words in found.items() if shutil.which(words[0])}
    return {name: lambda words=words: measured(words) for name, words in known.items()}


def table(path: Path, store: Path, *, runs: int, peers: bool) -> tuple[list[str], dict[str, Cost]]:
    """Rows of Markdown with medians, and the medians."""
    asked = jobs(path, store, peers=peers)
    taken: dict[str, list[Cost]] = {name: [] for name in asked}
    for _ in range(runs):
        for name, run in asked.items():
            taken[name].append(run())
    medians = {name: _median(costs) for name, costs in taken.items()}
    git = medians["git log --numstat -M"]
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


def plotted(sizes: list[int], seconds: list[float]) -> list[str]:
    """Growth as bars, one a size: what a commit costs, in milliseconds of CPU."""
    each = [1000 * second / size for size, second in zip(sizes, seconds, strict=True)]
    return [
        f"    {size:>9,} {'#' * max(1, round(40 * cost / max(each)))} {cost:.2f} ms"
        for size, cost in zip(sizes, each, strict=True)
    ]


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
    asked = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sizes = [int(size) for size in asked.sizes.split(",") if size]
    lines = [f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"]
    with tempfile.TemporaryDirectory(prefix="reviewgap-bench-") as folder:
        built = [construct(Path(folder), n) for n in sizes]
        grown = []
        for path in [*built, *asked.repositories]:
            rows, medians = table(path, Path(folder) / "store", runs=asked.runs, peers=asked.peers)
            grown.append(medians["mine"].cpu - medians["mine, nothing new"].cpu)
            name = path.name if path in built else path.parent.name
            head = "| command | wall s | CPU s | peak MB | wall ÷ git | CPU ÷ git |"
            lines += ["", f"### {name}: {count(path):,} commits", "", head, "|---|" + "---|" * 5]
            lines += rows
            print("\n".join(lines[-len(rows) - 4 :]), file=sys.stderr, flush=True)
    if len(sizes) > 1:
        costs = grown[: len(sizes)]
        lines += ["", f"Growth exponent of CPU time: {exponent(sizes, costs):.2f}", ""]
        lines += plotted(sizes, costs)
    text = "\n".join(lines) + "\n"
    if asked.output:
        asked.output.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
