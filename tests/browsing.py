"""Fixtures of a served dashboard and a browser on it, shared by every test that needs them.

Streamlit's `data-testid` and `data-test-script-state` are no public contract; what waits on
them is here.
"""

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import planted
import pytest
from dashboard_store import write
from repository import commit, history

from analyzers import pipeline
from analyzers.manifest import shelf_key

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
needs_chromium = pytest.mark.skipif(
    not Path(CHROMIUM).exists(),
    reason=f"NO BROWSER: {CHROMIUM} is missing, so the dashboard was not tested in one",
)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# On a deep link Streamlit first looks for its own files below the page: two harmless 404s.
HARMLESS = re.compile(r"404 \(Not Found\)|Infinite extent")
# The sample, a repository planted with nasty text, and one that waits to be mined.
SERVE = """
import sys
from pathlib import Path
from dashboard import launch, serving
store, port, *paths = sys.argv[1:]
mineable = serving.mineable([Path(path) for path in paths], None)
launch.serve([Path(store) / "sample-0123456789", *(Path(store) / key for key in mineable)],
             port=int(port), browser=False, terms=serving.Terms(store=store, mineable=mineable),
             announce=lambda line: print(line, file=sys.stderr, flush=True))
"""


@dataclass(frozen=True)
class Served:
    """A store, and the repositories that may be mined into it."""

    folder: Path
    planted: Path
    small: Path

    def key(self, path):
        return shelf_key(path / ".git")


@pytest.fixture(scope="session")
def served_store(tmp_path_factory):
    """The store that the dashboard of `url` serves, with what it was mined from beside it."""
    store = tmp_path_factory.mktemp("store")
    write(store)
    repo = planted.write(tmp_path_factory.mktemp("repositories"))
    small = [commit("a", "2026-01-05T10:00Z", "first (#1)", files={"a.py": "a\n"})]
    history(repo.path.parent, small, name="small")
    pipeline.refresh(pipeline.Request(repo.path, store, datetime(2026, 11, 27, tzinfo=UTC)))
    return Served(store, repo.path, repo.path.with_name("small"))


@pytest.fixture(scope="session")
def url(tmp_path_factory, served_store):
    """A dashboard started in a folder whose own Streamlit configuration is hostile."""
    hostile = tmp_path_factory.mktemp("hostile")
    (hostile / ".streamlit").mkdir()
    (hostile / ".streamlit" / "config.toml").write_text(
        "[server]\nenableCORS = false\nenableXsrfProtection = false\n"
    )
    (hostile / "altair.py").write_text("raise SystemExit('code of the repository ran')\n")
    words = [
        SERVE,
        str(served_store.folder),
        "{port}",
        str(served_store.planted),
        str(served_store.small),
    ]
    with served([sys.executable, "-P", "-c", *words], hostile) as address:
        yield address


@contextlib.contextmanager
def served(words, cwd, base="", **environment):
    """Start this command with a free port for `{port}`, and end it afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (cwd / "log").open("w") as log:
        server = subprocess.Popen(
            [str(port) if word == "{port}" else word for word in words],
            cwd=cwd,
            stdout=log,
            stderr=log,
            env={**os.environ, **environment},
        )
        try:
            _wait_until_healthy(f"http://127.0.0.1:{port}{base}", server, cwd / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(15)


def _wait_until_healthy(address, server, log):
    for _ in range(300):
        if server.poll() is not None:
            pytest.fail(f"the server ended: {log.read_text()}")
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer,
        ):
            if answer.read() == b"ok":
                return
        time.sleep(0.2)
    pytest.fail(f"the server did not get healthy: {log.read_text()}")


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    playwright.expect.set_options(timeout=60_000)  # a loaded machine is slow, not wrong
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(url, browser):
    """`visit(path, **context)` opens a page; what it logged and asked for is on the page."""
    contexts = []

    def opened(path="", address=url, *, is_ready=True, **options):
        context = browser.new_context(
            **({"viewport": {"width": 1366, "height": 1800}} | options), accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.errors, page.outside = [], []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("console", lambda m: page.errors.append(m.text) if m.type == "error" else None)

        def refuse(route):
            page.outside.append(route.request.url)
            route.abort()

        context.route(re.compile(r"^https?://(?!127\.0\.0\.1[:/])"), refuse)
        page.goto(f"{address}/{path}")
        if is_ready:
            ready(page)
        return page

    yield opened
    for context in contexts:
        context.close()


def turn(page, path):
    """Go to another page with the browser's cache as it is."""
    page.errors.clear()
    page.goto(re.sub(r"^(https?://[^/]+).*", r"\1/", page.url) + path)
    ready(page)


def ready(page):
    """Wait until the page has stopped changing."""
    from playwright.sync_api import expect  # noqa: PLC0415 - only browser tests have it

    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    expect(page.locator('[data-testid="stSkeleton"]')).to_have_count(0)
    expect(page.locator('[data-stale="true"]')).to_have_count(0)
    expect(page.locator("h1").first).to_be_visible()


def problems(page):
    """What the page complained about, other than what is harmless."""
    return [error for error in page.errors if not HARMLESS.search(error)]
