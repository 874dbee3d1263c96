"""Two Dask workers in network namespaces of their own mine 40 repositories, one of them poisoned.

    python -P benchmarks/fleet_cluster.py [REPO…] [--repositories 40] [--folder DIR]

The real ones named, constructed ones up to the number, one that is refused, and one whose git
kills the process that reads it. One worker is killed in the middle; the store must come out
byte-identical to a run on this machine alone, and the poison alone must be told as failed. Then a
run whose scheduler is killed must end with exit code 3, one clear line, and a store in which what
was finished is whole, and the same command again must complete it to the same bytes. Needs root,
`ip`, and `reviewgap[fleet]`.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from analyzers.store import Shelf, folders

BIN = Path(sys.executable).parent
BRIDGE, NETWORK, PORT = "rgbr0", "10.213.7", 18786
SCHEDULER = f"tcp://{NETWORK}.1:{PORT}"
PER_MACHINE = {"trace.json", "lock"}
POISON = """#!/bin/sh
for word; do
    case $word in --git-dir=*) dir=${word#--git-dir=} ;; esac
done
dir=${dir:-$GIT_DIR}
if grep -q poison "$dir/objects/info/alternates" 2>/dev/null; then kill -9 $PPID; fi
exec REAL "$@"
"""


def sh(*words: str, check: bool = True) -> None:
    """One command; its failure ends the run."""
    subprocess.run(words, check=check, capture_output=not check)


def construct(folder: Path, n: int, commits: int = 60) -> list[Path]:
    """Repositories of squashed change requests, by fast-import with fixed dates."""
    found = []
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(n):
        path = folder / f"r{number:02}"
        sh("git", "init", "-q", "--bare", "-b", "main", str(path))
        stream = []
        for i in range(commits):
            at = 1_760_000_000 + i * 40_000 + number
            who = f"Dev{i % 5} <dev{i % 5}@example.com> {at} +0000"
            message, text = f"Change {number} (#{i + 1})", "line\n" * (i + number + 1)
            stream.append(
                f"commit refs/heads/main\nauthor {who}\ncommitter {who}\n"
                f"data {len(message)}\n{message}\nM 644 inline f{i % 7}.py\n"
                f"data {len(text)}\n{text}\n"
            )
        subprocess.run(
            ["git", "-C", str(path), "fast-import", "--quiet"],
            input="".join(stream).encode(),
            check=True,
        )
        found.append(path)
    return found


def poisoned(folder: Path) -> list[Path]:
    """One that is refused, and one that kills who reads it, by way of a git that we put first."""
    refused, killer = construct(folder / "bad", 2)
    (refused / "HEAD").write_text("nonsense")
    shim = folder / "bin" / "git"
    shim.parent.mkdir()
    shim.write_text(POISON.replace("REAL", str(shutil.which("git"))))
    shim.chmod(0o755)
    os.environ["PATH"] = f"{shim.parent}:{os.environ['PATH']}"
    return [refused, killer.rename(killer.with_name("poison"))]


def up() -> None:
    """A bridge on this machine, and two namespaces that hang on it."""
    down()
    sh("ip", "link", "add", BRIDGE, "type", "bridge")
    sh("ip", "addr", "add", f"{NETWORK}.1/24", "dev", BRIDGE)
    sh("ip", "link", "set", BRIDGE, "up")
    for i in (2, 3):
        sh("ip", "netns", "add", f"rg{i}")
        sh("ip", "link", "add", f"rgv{i}", "type", "veth", "peer", "name", f"rgp{i}")
        sh("ip", "link", "set", f"rgv{i}", "master", BRIDGE, "up")
        sh("ip", "link", "set", f"rgp{i}", "netns", f"rg{i}")
        inside = ("ip", "netns", "exec", f"rg{i}", "ip")
        sh(*inside, "addr", "add", f"{NETWORK}.{i}/24", "dev", f"rgp{i}")
        sh(*inside, "link", "set", f"rgp{i}", "up")
        sh(*inside, "link", "set", "lo", "up")


def down() -> None:
    """Take all of it away again."""
    for i in (2, 3):
        sh("ip", "netns", "del", f"rg{i}", check=False)
        sh("ip", "link", "del", f"rgv{i}", check=False)
    sh("ip", "link", "del", BRIDGE, check=False)


def scheduler(log: Path) -> subprocess.Popen[bytes]:
    """A Dask scheduler on the bridge."""
    words = [BIN / "dask", "scheduler", "--host", f"{NETWORK}.1", "--port", str(PORT)]
    return start([*words, "--no-dashboard", "--no-show"], log)


def worker(i: int, log: Path) -> subprocess.Popen[bytes]:
    """A Dask worker with one thread in namespace `i`."""
    words = ["ip", "netns", "exec", f"rg{i}", BIN / "dask", "worker", SCHEDULER]
    address = ["--host", f"{NETWORK}.{i}", "--nthreads", "1", "--no-dashboard"]
    return start([*words, *address, "--local-directory", log.parent / f"w{i}"], log)


def start(words: list[object], log: Path) -> subprocess.Popen[bytes]:
    """A process group of its own, so that all of it can be killed."""
    with log.open("wb") as file:
        return subprocess.Popen(
            list(map(str, words)), stdout=file, stderr=file, start_new_session=True, cwd=log.parent
        )


def kill(child: subprocess.Popen[bytes]) -> None:
    """As a machine that loses its power."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def mine(listed: Path, store: Path, *options: str) -> subprocess.Popen[bytes]:
    """`reviewgap mine` on all repositories of a list."""
    words = [str(BIN / "reviewgap"), "mine", "--from", str(listed), "--store", str(store)]
    return subprocess.Popen([*words, *options], stderr=subprocess.PIPE)


def ended(run: subprocess.Popen[bytes], what: str, began: float) -> str:
    """Wait for a run, tell how it ended and which repositories failed; all it said."""
    said = run.communicate()[1].decode()
    print(f"{what}: exit {run.returncode}, {time.monotonic() - began:.1f} s", flush=True)
    for line in said.splitlines():
        if "failed:" in line or "went away" in line:
            print(f"    {line}", flush=True)
    return said


def after(child: subprocess.Popen[bytes], store: Path, n: int) -> None:
    """Wait until `n` repositories are in the store, or the run has ended."""
    while child.poll() is None and len(list(store.glob("*/manifest.json"))) < n:
        time.sleep(0.2)


def digest(store: Path) -> dict[str, str]:
    """Every file that a reader reads, by its bytes."""
    files = [p for p in sorted(store.rglob("*")) if p.is_file() and p.name not in PER_MACHINE]
    return {
        str(p.relative_to(store)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in files
        if p.suffix in {".parquet", ".json"}
    }


def written(folder: Path, named: list[Path], n: int) -> Path:
    """A list of `n` repositories, in a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    bad = poisoned(folder)
    paths = [*named, *construct(folder / "constructed", n - len(named) - len(bad)), *bad]
    listed = folder / "list.txt"
    listed.write_text("".join(f"{path.resolve()}\n" for path in paths))
    return listed


def main() -> None:
    """Three runs: here alone, on the cluster with a worker killed, with the scheduler killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("named", nargs="*", type=Path, metavar="REPO")
    parser.add_argument("--repositories", type=int, default=40)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    top = asked.folder or Path(tempfile.mkdtemp(prefix="fleet-"))
    n = asked.repositories
    listed = written(top, asked.named, n)
    ended(mine(listed, top / "local"), "local", time.monotonic())
    reference = digest(top / "local")
    up()
    children = [scheduler(top / "scheduler.log")]
    try:
        time.sleep(4)
        children += [worker(i, top / f"worker{i}.log") for i in (2, 3)]
        began = time.monotonic()
        run = mine(listed, top / "cluster", "--scheduler", SCHEDULER)
        after(run, top / "cluster", n // 3)
        kill(children[1])
        ended(run, "cluster, one worker killed", began)
        same = digest(top / "cluster") == reference
        print(f"byte-identical: {same} ({len(reference)} files)", flush=True)
        began = time.monotonic()
        lost = mine(listed, top / "lost", "--scheduler", SCHEDULER)
        after(lost, top / "lost", n // 4)
        kill(children[0])
        ended(lost, "scheduler killed", began)
        kept = [Shelf(folder) for folder in folders(top / "lost")]
        print(f"{len(kept)} whole repositories kept: {all(shelf.is_whole() for shelf in kept)}")
        ended(mine(listed, top / "lost"), "the same again, here", time.monotonic())
        print(f"byte-identical: {digest(top / 'lost') == reference}", flush=True)
    finally:
        for child in children:
            kill(child)
        down()


if __name__ == "__main__":
    main()
