"""The running dashboard in Chromium: what only a browser can tell."""

import http.client
import json
import re
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from browsing import needs_chromium, problems, ready, served, turn

from dashboard.guard import headers

playwright = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")
pytestmark = [pytest.mark.browser, needs_chromium]

PAGES = {
    "": "",  # its title is the verdict
    "authorship": "AI authorship",
    "lines": "Surviving lines",
    "latency": "Review latency",
    "change-requests": "Change requests",
    "queue": "Queue",
    "capacity": "Capacity",
    "forecast": "Forecast",
    "evidence": "Evidence",
    "repositories": "Repositories",
    "reports": "Reports",
}
# What colours can break; all other rules find the same in light and in dark.
RULES = {"light": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "dark": ["color-contrast"]}


def card(page, label):
    metrics = page.locator('[data-testid="stMetric"]').filter(has_text=label)
    return metrics.locator('[data-testid="stMetricValue"]')


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_loads_clean_and_accessible(visit, scheme):
    page = visit(color_scheme=scheme)
    for path, title in PAGES.items():
        if title:
            page.errors.clear()
            page.get_by_role("link", name=title, exact=True).first.click()
            playwright.expect(page.locator("h1").first).to_have_text(title)
            ready(page)
        assert page.locator('[data-testid="stException"]').count() == 0, path
        assert page.outside == [], path
        assert problems(page) == [], path
        page.wait_for_timeout(300)
        kind = "tag" if scheme == "light" else "rule"
        found = axe.Axe().run(page, options={"runOnly": {"type": kind, "values": RULES[scheme]}})
        broken = [
            (rule["id"], [node["target"] for node in rule["nodes"]][:3])
            for rule in found.response["violations"]
        ]
        assert broken == [], f"{path} in {scheme}"


def test_every_page_opens_from_its_own_address(visit):
    page = visit("latency")
    for path in ("repositories", "evidence"):
        turn(page, path)
        assert page.locator("h1").first.inner_text() == PAGES[path]
        assert problems(page) == [], path


def test_a_filter_is_kept_in_the_address_and_on_the_next_page(visit):
    page = visit()
    before = card(page, "Opened per week").inner_text()
    page.get_by_role("radio", name="12 weeks").click()
    page.wait_for_url(re.compile(r"period=12"))
    playwright.expect(card(page, "Opened per week")).not_to_have_text(before)
    ready(page)  # the value may stand before what it is compared with
    after = card(page, "Opened per week").inner_text()
    page.reload()
    playwright.expect(card(page, "Opened per week")).to_have_text(after)
    page.get_by_role("link", name="Capacity").first.click()
    page.wait_for_url(re.compile(r"/capacity"))
    ready(page)
    playwright.expect(page.get_by_role("radio", name="12 weeks")).to_be_checked()


SLOWLY = """
import sys, time
from pathlib import Path
from dashboard import filters, launch
draw = filters.choose
filters.choose = lambda *words: (time.sleep(1.5), draw(*words))[1]
launch.serve([Path(sys.argv[2])], port=int(sys.argv[1]), browser=False)
"""


def test_a_page_left_before_its_filters_were_drawn_hands_them_on(visit, served_store, tmp_path):
    words = [sys.executable, "-P", "-c", SLOWLY, "{port}"]
    with served([*words, str(served_store.folder / "sample-0123456789")], tmp_path) as address:
        page = visit("?period=12+weeks&authorship=Unmarked", address, is_ready=False)
        link = page.get_by_role("link", name="Review latency").first
        link.click()
        assert page.get_by_role("radio").count() == 0
        playwright.expect(page.get_by_role("radio", name="12 weeks")).to_be_checked()
        playwright.expect(page.get_by_role("radio", name="Unmarked")).to_be_checked()
        page.wait_for_url(re.compile(r"/latency\?(?=.*period=12)(?=.*authorship=Unmarked)"))


def test_a_filter_that_does_not_apply_is_not_offered_and_not_forgotten(visit):
    page = visit("?period=12+weeks&authorship=Unmarked")
    page.get_by_role("link", name="Queue").first.click()
    ready(page)
    playwright.expect(page.get_by_role("radio", name="12 weeks")).to_have_count(0)
    playwright.expect(page.get_by_role("radio", name="Unmarked")).to_be_checked()
    page.get_by_role("link", name="Evidence").first.click()
    ready(page)
    playwright.expect(page.get_by_role("radio")).to_have_count(0)
    assert "period=12" in page.url
    page.get_by_role("link", name="Change requests").first.click()
    ready(page)
    playwright.expect(page.get_by_role("radio", name="12 weeks")).to_be_checked()
    playwright.expect(page.get_by_role("radio", name="Unmarked")).to_be_checked()


def test_a_click_on_the_chart_opens_the_week_behind_it(visit):
    page = visit()
    chart = page.locator('[data-testid="stVegaLiteChart"]').first
    box = chart.bounding_box()
    chart.click(position={"x": box["width"] * 0.6, "y": box["height"] * 0.5})
    page.wait_for_url(re.compile(r"week=2026-W\d\d"))
    ready(page)
    week = re.search(r"week=(2026-W\d\d)", page.url).group(1)
    chosen = page.get_by_role("combobox", name="Week to look into")
    playwright.expect(chosen).to_have_value(week)
    playwright.expect(page.locator('[data-testid="stDataFrame"]')).to_have_count(1)
    playwright.expect(page.get_by_text(re.compile(r"Opened \(\d+\)"))).to_be_visible()


def test_a_row_that_was_picked_is_in_the_address(visit):
    page = visit("change-requests?period=12+weeks")
    table = page.locator('[data-testid="stDataFrame"]').first
    table.click(position={"x": 18, "y": 50})
    page.wait_for_url(re.compile(r"picked=%23\d+"))
    told = page.get_by_text("How it was dated, and how it landed")
    playwright.expect(told).to_be_visible()
    name = re.search(r"picked=%23(\d+)", page.url).group(1)
    page.reload()
    ready(page)
    playwright.expect(told).to_be_visible()
    playwright.expect(page.get_by_text(re.compile(rf"^#{name}  "))).to_be_visible()


def test_what_if_sliders_are_in_the_address(visit):
    page = visit("forecast?preset=Twice+the+reviewers")
    slider = page.locator('input[type="range"][aria-label^="Reviewers"]')
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile(r"reviewers-twice_the_reviewers=2\.1"))
    assert "preset=Twice+the+reviewers" in page.url
    page.reload()
    ready(page)
    playwright.expect(slider).to_have_attribute("aria-valuetext", "2.10")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles"])
def test_weeks_are_the_same_in_every_time_zone(visit, zone):
    page = visit("?week=2026-W40", timezone_id=zone, locale="en-GB")
    playwright.expect(card(page, "Opened per week")).to_have_text("31.6")
    opened = page.get_by_text(re.compile(r"Opened \(\d+\)")).inner_text()
    assert opened.startswith("Opened (37), ")
    labels = page.locator('[data-testid="stVegaLiteChart"]').first.get_by_text("Oct 2026")
    assert labels.count() in {0, 1}
    chart = page.locator('[data-testid="stVegaLiteChart"]').first
    box = chart.bounding_box()
    chart.click(position={"x": box["width"] - 40, "y": box["height"] * 0.4})
    page.wait_for_url(re.compile(r"week=2026-W4[67]"))


def test_tables_and_reports_can_be_taken_away(visit):
    page = visit("reports")
    lines = taken(page, "weekly.csv").decode().splitlines()
    assert lines[0].startswith("iso_week,week_start_utc,")
    assert len(lines) == 161
    assert taken(page, "report.html").lstrip().lower().startswith(b"<!doctype html>")
    assert taken(page, "reviewgap.zip").startswith(b"PK")
    told = page.locator('[data-testid="stCode"]').inner_text()
    with urllib.request.urlopen(re.search(r"curl '(http://127.+?)'", told).group(1)) as answer:
        assert answer.read().count(b"\n") == 161


def test_a_chart_can_be_taken_away_in_three_forms(visit):
    page = visit()
    page.get_by_role("button", name="Download").first.click()
    assert taken(page, "CSV").startswith(b"iso_week,")
    assert taken(page, "PNG").startswith(b"\x89PNG")
    assert b"Generation against throughput" in taken(page, "SVG")


def taken(page, name):
    with page.expect_download(timeout=60_000) as waiting:
        page.get_by_role("button", name=name, exact=True).click()
    return Path(waiting.value.path()).read_bytes()


def test_a_question_mark_tells_what_a_figure_counts_and_rests_on(visit):
    page = visit()
    metric = page.locator('[data-testid="stMetric"]').filter(has_text="Review gap")
    metric.locator('[data-testid="stTooltipIcon"]').hover()
    told = page.locator('[data-testid="stTooltipContent"]')
    for word in ("Unit", "Counted", "Left out", "Evidence", "review_gap_ratio"):
        playwright.expect(told).to_contain_text(word)


def test_the_keyboard_reaches_every_filter_in_reading_order(visit):
    page = visit()
    names = []
    for _ in range(40):
        page.keyboard.press("Tab")
        names.append(
            page.evaluate(
                "document.activeElement.getAttribute('aria-label')"
                " || document.activeElement.innerText || ''"
            )
        )
    seen = " | ".join(names)
    places = [
        seen.index(name) for name in ("Review gap", "Reports", "Repository", "4 weeks", "All")
    ]
    assert places == sorted(places)


def test_nothing_overflows_on_a_phone(visit):
    page = visit(viewport={"width": 390, "height": 2400})
    for path in ("", "latency", "change-requests"):
        turn(page, path)
        wide = page.evaluate("document.scrollingElement.scrollWidth")
        assert wide <= 390, path


def test_other_tools_get_the_weekly_table_and_nothing_else(url):
    with urllib.request.urlopen(f"{url}/api/v1/weekly.csv") as answer:
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert answer.read().count(b"\n") == 161
    with urllib.request.urlopen(f"{url}/api/v1/weekly.json") as answer:
        assert len(json.load(answer)["rows"]) == 160
    for path in ("weekly.parquet", "weekly.csv?repository=../../etc"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{url}/api/v1/{path}")
        assert refused.value.code == 404
        refused.value.close()


def test_answers_carry_the_security_headers(url):
    with urllib.request.urlopen(url) as answer:
        for name, value in headers().items():
            assert answer.headers[name] == value


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "attacker.example", "Origin": "http://attacker.example"},
        {"Origin": "http://attacker.example"},
    ],
)
def test_foreign_hosts_and_origins_get_no_socket(url, headers):
    host = url.removeprefix("http://")
    asked = http.client.HTTPConnection(host, timeout=10)
    asked.request(
        "GET",
        "/_stcore/stream",
        headers={
            "Host": host,
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        }
        | headers,
    )
    with asked.getresponse() as answer:
        assert answer.status == 403
        answer.read()
    asked.close()
