"""The served dashboard in Chromium: nothing of a repository comes alive, and mining is shared."""

import csv
import io
import re
import subprocess
import sys
import threading
import zipfile

import planted
import pytest
from browsing import needs_chromium, problems, ready, turn

from analyzers import jobs, signs
from analyzers.reports.export import hardened

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = [pytest.mark.browser, needs_chromium]

PAGES = ("", "change-requests", "queue", "evidence", "repositories", "reports")
ALIVE = """
() => ({
  ran: window.__ran,
  made: [...document.querySelectorAll('img, script, iframe, object, form, a')]
    .map((each) => each.src || each.href || each.data || each.action || '')
    .filter((where) => /192\\.0\\.2\\.1|javascript:/i.test(where)),
  title: document.title,
  text: document.body.textContent,
})
"""


@pytest.fixture
def hostile(visit):
    """A page on the planted repository, over all its weeks."""

    def opened(path="", **options):
        return visit(f"{path}?repository=acme%2Fapp&period=All", **options)

    return opened


def test_nothing_that_a_commit_says_comes_alive_on_any_page(hostile):
    page, seen = hostile(), ""
    for path in PAGES:  # each lists what people wrote, or names the repository
        turn(page, f"{path}?repository=acme%2Fapp&period=All&week=2026-W10")
        playwright.expect(page.locator('[role="gridcell"]').first).to_be_attached()
        found = page.evaluate(ALIVE)
        assert found["ran"] is None, path
        assert found["made"] == [], path
        assert signs.visible(found["text"]) == found["text"], path
        assert "owned" not in found["title"], path
        assert planted.SECRET not in found["text"], path
        for person in (planted.ADDRESS, planted.PERSON, "Lander1"):
            assert person not in found["text"], path
        seen += found["text"]
        assert page.outside == [], path
        assert problems(page) == [], path  # a breach of the content policy would be told here
    for shown in ("onerror=", "](javascript:", "=HYPERLINK(", "\ufffd[2J"):
        assert shown in seen, "what was planted was not even shown"


def test_no_download_holds_a_formula_a_name_or_an_odd_sign(hostile):
    page = hostile("reports")
    with zipfile.ZipFile(taken(page, "reviewgap.zip")) as package:
        names = [name for name in package.namelist() if name.endswith(".csv")]
        texts = {name: package.read(name).decode() for name in names}
    assert {"commits.csv", "change_requests.csv", "evidence.csv", "notes.csv"} <= texts.keys()
    for name, text in texts.items():
        assert signs.visible(text) == text, name
        told = [each for each in (planted.SECRET, planted.ADDRESS, "Lander1") if each in text]
        assert told == [], name
        for row in csv.reader(io.StringIO(text)):
            risky = [cell for cell in row if not cell.startswith("'") and hardened(cell) != cell]
            assert risky == [], name
    page.goto(f"file://{taken(page, 'report.html')}")
    assert page.evaluate(ALIVE)["made"] == []
    assert page.evaluate("window.__ran") is None
    assert page.outside == []


def taken(page, name):
    """Path of a file that the Reports page hands out."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name).click()
    return waiting.value.path()


def test_a_repository_that_waits_is_mined_by_a_click_and_then_shown(visit, served_store):
    page = visit("?repository=small")
    assert page.locator("h1").inner_text() == "Not mined yet"
    assert page.get_by_role("combobox", name="Repository to mine").input_value() == "small"
    page.get_by_role("button", name="Mine what is new").click()
    playwright.expect(page.get_by_text("Not mined yet")).to_have_count(0, timeout=120_000)
    ready(page)
    assert jobs.read(_job(served_store, served_store.small)).state == "done"
    assert problems(page) == []


def test_a_run_is_seen_in_every_tab_and_can_be_cancelled_in_one(visit, served_store):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
    threading.Thread(target=child.wait, daemon=True).start()
    file = _job(served_store, served_store.planted)
    file.parent.mkdir(exist_ok=True)
    first = visit("repositories")
    jobs.write(file, jobs.replace(jobs.begun(child.pid), done=300, total=1200))
    second = visit("repositories")
    told = re.compile(r"acme/app: 300 of 1,200 commits")
    for page in (first, second):
        playwright.expect(page.get_by_text(told)).to_be_visible()
    second.get_by_role("button", name="Cancel").click()
    for page in (first, second):
        playwright.expect(page.get_by_text("acme/app: cancelled at")).to_be_visible()
        playwright.expect(page.get_by_role("button", name="Mine what is new")).to_be_visible()
    assert child.wait(5) != 0


def test_why_a_run_failed_is_told_without_a_path_of_ours(visit, served_store):
    file = _job(served_store, served_store.planted)
    file.parent.mkdir(exist_ok=True)
    why = f"{served_store.planted}/.git is damaged <b>here</b>; run git fsck"
    jobs.write(file, jobs.replace(jobs.begun(1), state="failed", message=why))
    page = visit("repositories", viewport={"width": 390, "height": 2400})
    told = page.get_by_text("acme/app/.git is damaged <b>here</b>; run git fsck")
    playwright.expect(told).to_contain_text("acme/app: acme/app/.git is damaged")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    died = jobs.replace(jobs.begun(1), state="lost", message=jobs.lost(-9), done=300, total=1200)
    jobs.write(file, died)
    playwright.expect(page.get_by_text("acme/app: it was killed from outside")).to_be_visible()
    playwright.expect(page.get_by_text("after 300 of 1,200 commits")).to_be_visible()
    playwright.expect(page.get_by_text("Mine again; where memory is short")).to_be_visible()
    file.unlink()


def _job(served_store, repository):
    return jobs.job_file(served_store.folder, served_store.key(repository))
