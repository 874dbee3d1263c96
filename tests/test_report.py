"""The weekly report: one week beside others, what waits, and two ways to write it."""

import base64
import hashlib
import re

import dashboard_store
import pandas as pd
import pytest
from browsing import needs_chromium

from analyzers import capacity, errors, tables
from analyzers.capacity.reading import reading
from analyzers.reports import weekly
from analyzers.reports.digest import Digest, digest, report
from analyzers.reports.links import Forge
from analyzers.reports.waiting import queue
from analyzers.reports.week import sparkline
from analyzers.store import Shelf

EDGE = pd.Timestamp("2026-03-31T12:00Z")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    return Shelf(
        dashboard_store.write(tmp_path_factory.mktemp("store"), n_weeks=90, name="acme/sample")
    )


@pytest.fixture(scope="module")
def nasty(tmp_path_factory):
    folder = dashboard_store.write(
        tmp_path_factory.mktemp("nasty"),
        nasty=True,
        n_weeks=20,
        name=dashboard_store.NASTY[0],
        warnings=[dashboard_store.NASTY[0]],
    )
    return Shelf(folder)


@pytest.fixture(scope="module")
def told(shelf):
    return report(shelf)


@pytest.fixture(scope="module")
def page(told):
    return weekly.html(Digest((told,)))


def waiting(number, opened_at=None, **columns):
    """A change request that waits, unless a column says otherwise."""
    return {"number": number, "opened_at": opened_at} | columns


def requests(*rows):
    filled = [
        {
            "change_request": f"#{row['number']}", "source": "git", "state": "not_landed",
            "opened_grade": "B", "opened_method": "own", "authorship": "unmarked", "ai_tools": "",
            "is_automation": False,
        }
        | row
        | {key: pd.Timestamp(row[key]) for key in ("opened_at", "landed_at") if key in row}
        for row in rows
    ]  # fmt: skip
    return tables.CHANGE_REQUESTS.from_rows(filled)


# -- the figures ------------------------------------------------------------------------------


def test_this_week_is_the_last_complete_one_as_the_weekly_table_has_it(shelf, told):
    weeks = shelf.table(capacity.WEEKLY)
    assert not weeks["is_complete"].iloc[-1], "the running week is left out"
    last = weeks.iloc[-2]
    assert told.week == last["iso_week"]
    assert told.row("Opened").this.value == last["generation_rate"]
    assert told.row("Opened").this.low == last["generation_rate_low"]
    assert told.row("Landed").before.value == weeks.iloc[-3]["throughput"]
    assert told.row("Time to land, median").this.n == last["time_to_land_n"]
    assert told.row("Landed").course == tuple(weeks["throughput"].iloc[-10:-1].astype(float))


def test_the_eight_weeks_before_are_read_as_everywhere_else(shelf, told):
    weeks = shelf.table(capacity.WEEKLY)
    frames = (weeks, shelf.table(tables.CHANGE_REQUESTS), shelf.table(tables.COMMITS))
    usual = reading(*frames, weeks=8, until=weeks.iloc[-3]["iso_week"])
    for name, fact in {
        "Landed": "throughput",
        "Time to land, median": "time_to_land_median_hours",
        "Declared AI share of what opened": "ai_share_declared_of_change_requests",
    }.items():
        figure = told.row(name).usual
        assert (figure.value, figure.low) == (usual.fact(fact).value, usual.fact(fact).low)


def test_the_verdict_is_the_one_of_summary_and_dashboard(shelf, told):
    frames = (shelf.table(capacity.WEEKLY), shelf.table(tables.CHANGE_REQUESTS))
    answer = reading(*frames, shelf.table(tables.COMMITS), weeks=26)
    assert told.sentence == answer.sentence
    gap = next(one for one in told.standing if one.name == "Review gap")
    assert gap.value == f"{answer.fact('review_gap_ratio').value:.2f}"
    assert "90% band" in gap.band


def test_a_figure_that_is_unknown_is_a_dash_with_its_reason_and_never_zero(tmp_path):
    short = report(Shelf(dashboard_store.write(tmp_path, n_weeks=3)))
    gap = next(one for one in short.standing if one.name == "Review gap")
    assert gap.value == "–"
    assert "52 are needed" in gap.band
    assert short.ahead == ()
    assert "No forecast: it needs 78 complete weeks" in weekly.markdown(Digest((short,)))


@pytest.mark.parametrize(
    ("course", "drawn"),
    [
        ((1.0, 2.0, 3.0), "▁▅█"),
        ((2.0, 2.0), "▁▁"),
        ((1.0, None, 8.0), "▁·█"),
        ((None,), "·"),
    ],
)
def test_a_sparkline_shows_the_course_and_a_dot_for_unknown(course, drawn):
    assert sparkline(course) == drawn


# -- what waits -------------------------------------------------------------------------------


def test_the_oldest_waiting_come_first_and_those_given_up_are_only_counted():
    found = queue(
        requests(
            waiting(1, "2025-11-01T12:00Z"),
            waiting(2, "2026-01-31T12:00Z", authorship="mixed"),
            waiting(3, "2026-03-01T12:00Z", title="Mend it", reviewable_lines=12),
            waiting(4, "2026-03-20T12:00Z", landed_at="2026-03-21T12:00Z"),
            waiting(5, "2026-03-20T12:00Z", is_automation=True),
            waiting(6),
        ),
        edge=EDGE,
        forge=Forge.of("https://forge.example/acme/sample", "github"),
    )
    assert [one.change_request for one in found.oldest] == ["#2", "#3"]
    assert [round(one.days) for one in found.oldest] == [59, 30]
    assert [one.authorship for one in found.oldest] == ["AI declared", "unmarked"]
    assert found.oldest[1].link == "https://forge.example/acme/sample/pull/3"
    assert (found.n_young, found.n_given_up) == (2, 1)


def test_where_the_forge_is_unknown_nothing_links():
    found = queue(
        requests(waiting(2, "2026-03-01T12:00Z")),
        edge=EDGE,
        forge=Forge.of(None, None),
    )
    assert found.oldest[0].link is None


def test_no_person_is_named(shelf, told, page):
    text = page + weekly.markdown(Digest((told,)))
    people = shelf.table(tables.COMMITS)[["author_id", "author_name", "author_email"]]
    for person in people.drop_duplicates().to_numpy().ravel():
        assert person not in text


# -- Markdown ---------------------------------------------------------------------------------


def test_every_markdown_table_has_as_many_cells_as_its_head(told):
    text = weekly.markdown(Digest((told, told)))
    blocks = re.findall(r"(?:^\|.*\|$\n?)+", text, re.MULTILINE)
    assert len(blocks) >= 9
    for block in blocks:
        counts = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(counts) == 1, block


def test_text_of_the_repository_cannot_become_markup_a_mention_or_a_link(nasty):
    text = weekly.markdown(digest([nasty]))
    for hostile in ("![p]", "<img", "[a](java", "http://192", "`code`"):
        assert not re.search(rf"(?<!\\){re.escape(hostile)}", text), hostile
    assert weekly.plain("@ann www.example.com a|b\n*c*") == (
        "&#64;ann www&#46;example.com a\\|b \\*c\\*"
    )


def test_a_report_that_would_exceed_the_platforms_cap_is_left_out_and_named(told):
    both = Digest((told, told))
    whole = weekly.markdown(both)
    most = len(whole.encode()) - 1000
    cut = weekly.markdown(both, most_bytes=most)
    assert len(cut.encode()) < most + 200
    assert cut.endswith(f"Left out to stay below {most:,} bytes: acme/sample.")
    assert weekly.MOST_BYTES < 1024 * 1024


# -- HTML -------------------------------------------------------------------------------------


def test_the_page_asks_nobody_for_anything(page):
    assert "<script" not in page
    assert not re.findall(r"""(?:src|srcset|@import|url\()\s*=?\s*["']?https?:""", page)
    links = re.findall(r'href="([^"]+)"', page)
    assert all(link.startswith("https://forge.example/acme/sample") for link in links)
    assert "default-src 'none'" in page


def test_the_style_is_the_one_the_policy_allows(page):
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    allowed = re.search(r"style-src 'sha256-([^']+)'", page)[1]
    assert base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() == allowed
    assert " style=" not in page, "an inline style would be refused"


def test_the_charts_follow_light_and_dark_and_keep_their_ids_apart(page):
    charts = re.findall(r"<svg role=\"img\" aria-label=\"[A-Z].*?</svg>", page, re.DOTALL)
    assert len(charts) == 4
    assert all("var(--muted)" in chart for chart in charts)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    used = set(re.findall(r"var\(--([a-z-]+)\)", page))
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    assert used <= set(re.findall(r"--([a-z-]+):", style))


def test_text_of_the_repository_is_escaped(nasty):
    page = weekly.html(digest([nasty]))
    assert "<img" not in page
    assert "&lt;img" in page


def test_a_digest_links_to_its_reports_and_names_what_has_none(shelf, tmp_path):
    empty = Shelf(dashboard_store.write(tmp_path, n_weeks=0, name="acme/empty"))
    empty.manifest["data_edge"] = None
    told = digest([shelf, empty])
    page, text = weekly.html(told), weekly.markdown(told)
    assert 'href="#r1"' in page
    assert "acme/empty" in page
    assert "acme/empty" in text
    assert "not enough data" in text
    with pytest.raises(errors.NotEnoughData, match="acme/empty: there is no complete week"):
        digest([empty])


@pytest.mark.browser
@needs_chromium
def test_chromium_opens_it_without_a_request_or_a_complaint_and_prints_it(page, browser, tmp_path):
    file = tmp_path / "weekly.html"
    file.write_text(page, encoding="utf-8")
    asked, said = [], []
    tab = browser.new_page(color_scheme="dark", viewport={"width": 390, "height": 800})
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.goto(file.as_uri())
    ink = tab.evaluate("getComputedStyle(document.querySelector('figure text')).fill")
    width = tab.evaluate("document.documentElement.scrollWidth")
    pdf = tab.pdf(prefer_css_page_size=True, print_background=True)
    tab.close()
    assert asked == [file.as_uri()]
    assert said == []
    assert ink == "rgb(154, 165, 177)", "the muted ink of the dark theme reaches the charts"
    assert width == 390, "nothing overflows a phone"
    pages = re.findall(rb"/Type\s*/Page\b", pdf)
    assert 1 <= len(pages) <= 3


def test_the_same_store_gives_the_same_bytes(shelf, page):
    assert weekly.html(digest([shelf])) == page
