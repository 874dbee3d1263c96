"""Two Dask workers in network namespaces of their own mine 40 constructed repositories.

    python -P benchmarks/fleet_cluster.py [--repositories 40] [--folder DIR]

One worker is killed in the middle; the store must come out byte-identical to a run on this
machine alone. Then a run whose scheduler is killed must end with exit code 3, one clear line, and
a store in which what was finished is whole. Needs root, `ip`, and `reviewgap[fleet]`.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from analyzers.store import shelves

BIN = Path(sys.executable).parent
BRIDGE, NETWORK, PORT = "rgbr0", "10.213.7", 18786
SCHEDULER = f"tcp://{NETWORK}.1:{PORT}"
PER_MACHINE = {"trace.json", "lock"}


def sh(*words: str, check: bool = True) -> None:
    """One command; its failure ends the run."""
    subprocess.run(words, check=check, capture_output=not check)


def construct(folder: Path, n: int, commits: int = 60) -> list[Path]:
    """Repositories of squashed change requests, by fast-import with fixed dates."""
    found = []
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


def mine(folder: Path, store: Path, *options: str) -> subprocess.Popen[bytes]:
    """`reviewgap mine` on all repositories of a folder."""
    words = [str(BIN / "reviewgap"), "mine", str(folder), "--store", str(store), *options]
    return subprocess.Popen(words, stderr=subprocess.PIPE)


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


def main() -> None:
    """Three runs: here alone, on the cluster with a worker killed, with the scheduler killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repositories", type=int, default=40)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    top = asked.folder or Path(tempfile.mkdtemp(prefix="fleet-"))
    repositories = top / "repositories"
    repositories.mkdir(parents=True)
    n = len(construct(repositories, asked.repositories))
    began = time.monotonic()
    local = mine(repositories, top / "local")
    local.communicate()
    print(f"local: exit {local.returncode}, {time.monotonic() - began:.1f} s", flush=True)
    up()
    children = [scheduler(top / "scheduler.log")]
    try:
        time.sleep(4)
        children += [worker(i, top / f"worker{i}.log") for i in (2, 3)]
        began = time.monotonic()
        run = mine(repositories, top / "cluster", "--scheduler", SCHEDULER)
        after(run, top / "cluster", n // 3)
        kill(children[1])
        said = run.communicate()[1].decode()
        print(
            f"cluster, one worker killed: exit {run.returncode}, {time.monotonic() - began:.1f} s"
        )
        same = digest(top / "local") == digest(top / "cluster")
        print(f"byte-identical: {same} ({len(digest(top / 'local'))} files)", flush=True)
        if not same or run.returncode:
            print(said)
        lost = mine(repositories, top / "lost", "--scheduler", SCHEDULER)
        after(lost, top / "lost", n // 4)
        kill(children[0])
        said = lost.communicate()[1].decode()
        print(f"scheduler killed: exit {lost.returncode}: {said.splitlines()[-1]}")
        kept = shelves(top / "lost")
        print(f"{len(kept)} whole repositories kept: {all(shelf.is_whole() for shelf in kept)}")
        again = mine(repositories, top / "lost")
        again.communicate()
        whole = digest(top / "lost") == digest(top / "local")
        print(f"the same command again: exit {again.returncode}, byte-identical: {whole}")
    finally:
        for child in children:
            kill(child)
        down()


if __name__ == "__main__":
    main()
