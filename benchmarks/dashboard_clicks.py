"""How long until a chart is drawn and from a click to the changed figure, and what does it cost?

    python -P benchmarks/dashboard_clicks.py STORE_FOLDER…

serves the mined repositories and visits their pages in headless Chromium. Per repository and page
it prints the time to the first chart of a warm server (limit 2.5 s), the median of 10 clicks
on a filter until a figure's text changes (aim 100 ms on a quiet machine, limit 250 ms), until
that is painted and until the last chart is redrawn, the bytes received per rerun (limit 60 kB),
the server's CPU per rerun and the most marks of one chart (limit 2,000); at the end the server's
memory (limit 500 MB) and the load of the machine, without which no time means much.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Page, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
CLICKS = 10
PERIODS = ("12 weeks", "26 weeks")
PAGES = ("", "authorship", "latency", "change-requests", "capacity")
CHART = '[data-testid="stVegaLiteChart"] svg .role-mark path'
FIRST = dict.fromkeys(PAGES, CHART) | {"change-requests": '[data-testid="stDataFrame"] canvas'}
MARKS = """
() => Math.max(0, ...[...document.querySelectorAll('[data-testid="stVegaLiteChart"] svg')]
  .map((chart) => chart.querySelectorAll('.role-mark :is(path, text, line, rect)').length))
"""
SERVE = """
import sys
from pathlib import Path
from urllib.parse import quote
from dashboard import launch
launch.serve([Path(p) for p in sys.argv[2:]], port=int(sys.argv[1]), browser=False)
"""
# Resolves with the milliseconds from the click until any figure's text changes, until that is
# painted, and until the last chart is redrawn. `textContent`, because asking for `innerText` lays
# the page out, which would be this benchmark's own time.
CLICK = """
(name) => new Promise((done) => {
  const told = '[data-testid="stMetric"], [data-testid="stCaptionContainer"]';
  const figures = () => [...document.querySelectorAll(told)]
    .map((each) => each.textContent).join('|');
  const button = [...document.querySelectorAll('[role="radio"], button')]
    .find((each) => each.innerText.trim() === name
      || each.getAttribute('aria-label') === name
      || (each.closest('label') || each).innerText.trim() === name);
  const before = figures();
  let text = null, painted = null, drawn = null;
  const since = () => performance.now() - started;
  const paint = new MessageChannel();
  paint.port1.onmessage = () => { painted = since(); };
  const look = new MutationObserver((changes) => {
    if (text === null && figures() !== before) {
      text = since();
      requestAnimationFrame(() => paint.port2.postMessage(null));
    }
    if (changes.some((each) => each.target.closest?.('svg'))) drawn = since();
  });
  const seen = {subtree: true, childList: true, characterData: true, attributeFilter: ['d']};
  look.observe(document.body, seen);
  const started = performance.now();
  button.click();
  setTimeout(() => { look.disconnect(); done([text, painted, drawn]); }, 1500);
})
"""


def main(folders: list[str]) -> None:
    """Serve, click, print."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-P", "-c", SERVE, str(port), *map(os.path.abspath, folders)]
    )
    try:
        _wait(port)
        with sync_playwright() as driver:
            chromium = driver.chromium.launch(
                executable_path=CHROMIUM, args=["--headless", "--no-sandbox", "--disable-gpu"]
            )
            page = chromium.new_page(viewport={"width": 1366, "height": 1250})
            page.set_default_timeout(120_000)
            for folder in folders:
                _measure(page, port, _label(Path(folder)), server.pid)
        memory = Path(f"/proc/{server.pid}/status").read_text().split("VmRSS:")[1].split()[0]
        print(f"server memory {int(memory) * 1.024 / 1000:.0f} MB; load {os.getloadavg()[0]:.1f}")
    finally:
        server.terminate()
        server.wait(15)


def _measure(page: Page, port: int, key: str, server: int) -> None:
    received: list[int] = []
    page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda frame: received.append(len(frame))),
    )
    for path in PAGES:
        address = f"http://127.0.0.1:{port}/{path}?repository={quote(key, safe='')}"
        page.goto(f"{address}&period=12+weeks")
        _ready(page)
        page.goto("about:blank")
        started = time.perf_counter()
        page.goto(f"{address}&period=12+weeks")
        page.wait_for_selector(FIRST[path], state="attached")
        first = time.perf_counter() - started
        _ready(page)
        for name in reversed(PERIODS):  # once each, so that caches are warm
            page.evaluate(CLICK, name)
            _ready(page)
        times, sizes, spent = [], [], _cpu(server)
        for turn in range(CLICKS):
            received.clear()
            times.append(page.evaluate(CLICK, PERIODS[(turn + 1) % 2]))
            _ready(page)
            sizes.append(sum(received))
        spent = (_cpu(server) - spent) / CLICKS
        text, painted, drawn = map(_known, zip(*times, strict=True))
        page.goto(f"{address}&period=All")
        _ready(page)
        print(
            f"{key} /{path}: first chart {first:.1f} s, click to text"
            f" {_median(text)} ms median of {len(text)} (slowest {max(text, default=0):.0f}),"
            f" painted {_median(painted)}, charts {_median(drawn)},"
            f" {spent:.0f} ms of the server's CPU,"
            f" {statistics.median(sizes) / 1000:.0f} kB per rerun,"
            f" at most {page.evaluate(MARKS)} marks in a chart of all weeks",
            flush=True,
        )


def _known(times: Sequence[float | None]) -> list[float]:
    return [each for each in times if each is not None]


def _median(times: list[float]) -> str:
    return f"{statistics.median(times):.0f}" if times else "none"


def _cpu(server: int) -> float:
    """Milliseconds of processor time the server has used, which others' load does not change."""
    fields = Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def _label(folder: Path) -> str:
    """The name in the repository box, as the address of a page has it."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return str(manifest["repository"]["name"])


def _ready(page: Page) -> None:
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    page.wait_for_selector('[role="radio"]')
    page.wait_for_timeout(400)


def _wait(port: int) -> None:
    for _ in range(150):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2).close()
        except OSError:
            time.sleep(0.2)
        else:
            return


if __name__ == "__main__":
    main(sys.argv[1:])
