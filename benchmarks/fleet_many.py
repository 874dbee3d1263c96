"""Ten thousand repositories in one store: what listing, publishing and looking at them costs.

    python -P benchmarks/fleet_many.py STORE_FOLDER… [--repositories 10000] [--clicks 10]

The mined repositories named are copied (hard links) under changed names and counts until there
are as many as asked for. Then: the table of all made anew and after one run, its size and reading,
one more repository published to a folder where all of them are, the start of a server, and the
Repositories page in headless Chromium: first table, a click on a period, bytes, memory. The load
of the machine stands beside the times.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from analyzers import manifest
from analyzers.fleet import overview, shared

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
REVIEWGAP = str(Path(sys.executable).with_name("reviewgap"))
READY = '[data-testid="stApp"][data-test-script-state="notRunning"]'
PERIODS = ("12 weeks", "26 weeks")


def synthesized(patterns: list[Path], store: Path, n: int) -> list[Path]:
    """`n` folders of a store, each with the tables of one of the patterns."""
    draw, found = random.Random(7), []
    for number in range(n):
        pattern = patterns[number % len(patterns)]
        facts = manifest.read(pattern)
        folder = store / f"service-{number:05}-{number:010x}"
        for name in facts["tables"].values():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).hardlink_to(pattern / name)
        facts["repository"]["name"] = f"team-{number % 211}/service-{number:05}"
        facts["counts"]["commits"] = draw.randrange(50, 60_000)
        facts["readings"] = [
            {
                name: each * draw.uniform(0.2, 3) if isinstance(each, float) else each
                for name, each in period.items()
            }
            for period in facts["readings"]
        ]
        (folder / manifest.FILE).write_bytes(manifest.sealed(facts))
        found.append(folder)
    return found


def told(what: str, run: Callable[[], object], times: int = 1) -> None:
    """Median seconds of a call."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        run()
        taken.append(time.perf_counter() - began)
    print(f"{what}: {statistics.median(taken):.3f} s", flush=True)


def looked_at(store: Path, clicks: int, *words: str) -> None:
    """Start a server on the store, open the Repositories page, click between two periods."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.perf_counter()
    server = subprocess.Popen(
        [REVIEWGAP, "dashboard", "--no-browser", "--port", str(port), "--quiet", *words],
        env={**os.environ, "REVIEWGAP_STORE": str(store)},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        _answering(port)
        print(f"server answers after {time.perf_counter() - began:.1f} s")
        with sync_playwright() as driver:
            chromium = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            _clicked(chromium.new_page(viewport={"width": 1366, "height": 1250}), port, clicks)
        status = Path(f"/proc/{server.pid}/status").read_text()
        kilobytes = int(status.split("VmRSS:")[1].split()[0])
        print(f"server memory {kilobytes / 1024:.0f} MiB; load {os.getloadavg()[0]:.1f}")
    finally:
        server.terminate()
        server.wait(20)


def _clicked(page: Page, port: int, clicks: int) -> None:
    received: list[int] = []
    page.on("websocket", lambda ws: ws.on("framereceived", lambda part: received.append(len(part))))
    page.set_default_timeout(120_000)
    for visit in ("first", "second"):
        received.clear()
        began = time.perf_counter()
        page.goto(f"http://127.0.0.1:{port}/repositories?period=26+weeks")
        page.wait_for_selector('[data-testid="stDataFrame"] canvas', state="attached")
        seconds = time.perf_counter() - began
        page.wait_for_selector(READY)
        print(f"{visit} visit: table after {seconds:.1f} s, {sum(received) / 1000:.0f} kB")
        page.wait_for_timeout(1500)
    times, sizes = [], []
    for turn in range(clicks):
        received.clear()
        began = time.perf_counter()
        page.get_by_role("radio", name=PERIODS[turn % 2], exact=True).click()
        page.wait_for_timeout(50)
        page.wait_for_selector(READY)
        times.append(time.perf_counter() - began)
        page.wait_for_timeout(500)
        sizes.append(sum(received))
    print(
        f"click on a period: {statistics.median(times):.2f} s,"
        f" {statistics.median(sizes) / 1000:.0f} kB per rerun (medians of {clicks})"
    )


def _answering(port: int) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server does not answer")


def main() -> None:
    """All of it, in a folder that goes again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("patterns", nargs="+", type=Path, metavar="STORE_FOLDER")
    parser.add_argument("--repositories", type=int, default=10_000)
    parser.add_argument("--clicks", type=int, default=10)
    asked = parser.parse_args()
    n = asked.repositories
    beside = asked.patterns[0].resolve().parent  # hard links cross no file system
    with tempfile.TemporaryDirectory(prefix="fleet-many-", dir=beside) as top:
        store, public = Path(top) / "store", Path(top) / "public"
        folders = synthesized(asked.patterns, store, n)
        told(f"table of all {n:,} anew", lambda: overview.gather(store))
        told("one row of it", lambda: overview.keep(store, {folders[n // 2].name: "new"}), 5)
        size = (store / overview.FILE).stat().st_size
        print(f"its size: {size / 1e6:.2f} MB, {size / n:.0f} bytes each")
        told("reading it", lambda: overview.read(store), 5)
        keys = [folder.name for folder in folders]
        shared.publish_rows(store, str(public), keys)
        more = folders[-1]
        told("one more published", lambda: shared.publish(more, str(public)))
        told("its row among all", lambda: shared.publish_rows(store, str(public), [more.name]), 5)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"memory of all that: {peak:.0f} MiB", flush=True)
        print("-- dashboard --read-only", flush=True)
        looked_at(store, asked.clicks, "--read-only")


if __name__ == "__main__":
    main()
