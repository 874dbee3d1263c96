"""Every page against a known store: no exception, the store's own figures, honest states."""

import io
import json
import shutil
import zipfile
from dataclasses import asdict

import pandas as pd
import pyarrow as pa
import pytest
from dashboard_store import NASTY, frames, manifest, write
from streamlit.testing.v1 import AppTest

from analyzers import capacity, tables
from analyzers.capacity.effort import EFFORT
from analyzers.fleet import overview
from analyzers.store import Shelf
from analyzers.user_events import Event
from dashboard import (
    balance,
    data,
    declared,
    drawing,
    figures,
    launch,
    parts,
    reviewers,
    serving,
    takeaway,
    taking,
    text,
    waits,
)
from dashboard import charts as draw

APP = launch.HERE / "streamlit_app.py"
VIEWS = [
    "gap",
    "authorship",
    "lines",
    "latency",
    "change_requests",
    "queue",
    "capacity",
    "forecast",
    "evidence",
    "repositories",
    "reports",
]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return write(tmp_path_factory.mktemp("store"))


@pytest.fixture(autouse=True)
def _charts_are_checked_against_the_schema_of_vega_lite(monkeypatch):
    monkeypatch.setattr(drawing, "VALIDATES", True)


@pytest.fixture
def offer(monkeypatch):
    def offered(*folders):
        monkeypatch.setenv(data.REPOSITORIES, json.dumps([str(folder) for folder in folders]))

    return offered


def opened(view="gap", **query):
    app = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    if "_" in view:
        app.run()  # a page whose address is not its file's name is known only after a run
    if view != "gap":
        app.switch_page(f"views/{view}.py")
    app.run()
    assert not app.exception, app.exception
    return app


def texts(app):
    kinds = [app.title, app.header, app.markdown, app.text, app.caption, app.warning]
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def charts(app):
    return [json.loads(chart.proto.spec) for chart in app.get("vega_lite_chart")]


@pytest.mark.parametrize("view", VIEWS)
def test_every_page_runs_and_has_one_title(store, offer, view):
    offer(store)
    assert len(opened(view).title) == 1


def test_surviving_lines_are_shown_once_somebody_asked_for_them(tmp_path, offer):
    folder = write(tmp_path)
    offer(folder)
    assert "Nobody has asked yet" in "\n".join(info.value for info in opened("lines").info)
    row = {"n_files": 9, "n_blamed": 3, "low": 0.1, "high": 0.5, "ai_share_of_lines": 0.25}
    areas = [row | {"area": "all", "n_lines": 900}, row | {"area": "src", "n_lines": 800}]
    told = {"shares": areas, "n_files": 9, "n_unreadable": 0, "head": "f" * 40}
    (folder / "lines.json").write_text(json.dumps(told))
    app = opened("lines")
    assert "**25%** of today's 900 lines" in texts(app)
    assert "HEAD has moved since" in texts(app)
    assert "3 of 9 files" in texts(app)


@pytest.mark.parametrize("view", ["gap", "authorship", "latency", "capacity"])
@pytest.mark.parametrize("period", ["4 weeks", "All"])
def test_every_period_and_switch_runs(store, offer, view, period):
    offer(store)
    opened(view, period=period, authorship="AI declared", automation="true")


def test_cards_show_the_figures_of_the_weekly_table(store, offer):
    offer(store)
    weekly = Shelf(store).table(capacity.WEEKLY)
    year = weekly[weekly["is_complete"].astype(bool)].tail(52)
    shown = {metric.label: metric.value for metric in opened().metric}
    assert shown["Opened per week"] == text.number(year["generation_rate"].mean())
    assert shown["Landed per week"] == text.number(year["throughput"].mean())
    assert shown["Waiting"] == str(year["backlog_young"].iloc[-1])
    assert shown["Efficiency index"] == f"{year['review_efficiency_index'].iloc[-1]:.2f}"


def test_the_verdict_is_the_one_of_the_command_line(store, offer):
    offer(store)
    shelf = Shelf(store)
    answer = capacity.reading.reading(
        shelf.table(capacity.WEEKLY),
        shelf.table(tables.CHANGE_REQUESTS),
        shelf.table(tables.COMMITS),
        weeks=52,
    )
    gap = answer.fact("review_gap_ratio")
    app = opened()
    assert f"**{gap.value:.2f}**" in texts(app)
    assert f"90% band {gap.low:.2f} to {gap.high:.2f}" in texts(app)


def test_the_switches_change_what_is_counted(store, offer):
    offer(store)
    weekly = Shelf(store).table(capacity.WEEKLY)
    year = weekly[weekly["is_complete"].astype(bool)].tail(52)
    declared = {m.label: m.value for m in opened(authorship="AI declared").metric}
    assert declared["Opened per week"] == text.rate(year["generation_rate_declared_ai"].mean())
    both = {m.label: m.value for m in opened(automation="true").metric}
    total = year["generation_rate"] + year["generation_rate_automation"]
    assert both["Opened per week"] == text.rate(total.mean())


def test_latency_cards_are_quantiles_of_what_landed_in_the_period(store, offer):
    offer(store)
    weekly = Shelf(store).table(capacity.WEEKLY)
    year = weekly[weekly["is_complete"].astype(bool)].tail(52)["iso_week"]
    requests = Shelf(store).table(tables.CHANGE_REQUESTS)
    landed = requests[~requests["is_automation"].astype(bool)]
    landed = landed[landed["landed_at"].dt.strftime("%G-W%V").isin(set(year))]
    landed = landed[landed["landed_on"].ne("release")]
    hours = (landed["landed_at"] - landed["opened_at"]).dt.total_seconds() / 3600
    card = next(m for m in opened("latency").metric if m.label == "Median time to land")
    assert card.value == f"{hours.median() / 24:.1f} days"


def test_a_week_in_the_address_lists_what_lies_behind_it(store, offer):
    offer(store)
    week = "2026-W40"
    requests = Shelf(store).table(tables.CHANGE_REQUESTS)
    people = requests[~requests["is_automation"].astype(bool)]
    expected = people[people["opened_at"].dt.strftime("%G-W%V") == week]
    listed = opened(week=week).dataframe[0].value
    assert sorted(listed["change_request"]) == sorted(expected["change_request"])
    assert listed["link"].str.fullmatch(r"https://forge\.example/acme/sample/pull/\d+").all()


def test_no_chart_has_more_than_2000_marks_or_a_local_time_axis(store, offer):
    offer(store)
    for view in VIEWS:
        for chart in opened(view, period="All").get("vega_lite_chart"):
            assert chart.proto.alt, f"{view}: a chart without words"
            spec = chart.proto.spec
            assert spec.count('"type": "temporal"') == spec.count('"type": "utc"')
            sent = _sent(chart.proto)
            assert max(map(len, sent.values())) <= 2000
            assert all(len(rows) for name, rows in sent.items() if name != "marks")


def _sent(proto):
    """Name -> rows of what goes with a chart."""
    sent = {each.name: each.data.data for each in proto.datasets} | {"": proto.data.data}
    return {name: pa.ipc.open_stream(part).read_pandas() for name, part in sent.items() if part}


def test_the_running_week_is_drawn_apart(store, offer):
    offer(store)
    for app, at in ((opened(), 0), (opened("authorship"), 1)):
        spec = json.dumps(charts(app)[at])
        assert '"gradient": "linear"' in spec, "hatched"
    spec = json.dumps(charts(opened())[0])
    assert "!datum.is_complete" in spec
    assert '"filter": "datum.is_complete"' in spec


@pytest.mark.parametrize("view", ["gap", "latency", "authorship"])
def test_another_period_sends_other_rows_and_the_same_specification(store, offer, view):
    offer(store)
    before, after = (opened(view, period=f"{n} weeks", marks="true") for n in (12, 26))
    for one, other in zip(*(app.get("vega_lite_chart") for app in (before, after)), strict=True):
        assert one.proto.spec == other.proto.spec
        assert one.proto.alt == other.proto.alt


@pytest.mark.parametrize("view", ["gap", "authorship", "latency", "capacity"])
def test_figures_are_sent_before_any_chart_is_made(store, offer, monkeypatch, view):
    offer(store)
    sent = []
    monkeypatch.setattr(parts, "tell_first", lambda: sent.append("figures"))
    monkeypatch.setattr(parts, "chart", lambda *_, **__: sent.append("chart"))
    opened(view)
    assert sent[:2] == ["figures", "chart"]


def test_what_the_first_visitor_sees_was_made_before(store, tmp_path, offer, monkeypatch):
    offer(shutil.copytree(store, tmp_path / store.name))
    launch._make_landing_page()
    monkeypatch.setattr(draw, "lines", None)  # whoever makes a chart now fails
    assert len(charts(opened())) == 1 + len(balance.COMPANIONS)


def test_a_damaged_store_is_told_by_its_page_and_not_by_the_start(store, tmp_path, offer):
    folder = shutil.copytree(store, tmp_path / store.name)
    (folder / Shelf(folder).manifest["tables"]["weekly"]).write_bytes(b"not parquet")
    offer(folder)
    launch._make_landing_page()
    assert "missing or not as it was written" in opened().error[0].value


def test_text_from_history_reaches_only_tables_and_plain_text(tmp_path, offer):
    offer(write(tmp_path, nasty=True, n_weeks=60, name=NASTY[2]))
    for view in VIEWS:
        app = opened(view, week="2024-W40", period="All")
        markup = [e for kind in (app.markdown, app.caption, app.title, app.header) for e in kind]
        for element in markup:
            assert "192.0.2.1" not in str(element.value)
            assert "javascript:" not in str(element.value)


def test_unknown_forges_get_no_links(tmp_path, offer):
    offer(write(tmp_path, n_weeks=30, forge_url="javascript:alert(1)//", forge_kind="github"))
    app = opened(week="2024-W01", period="All")
    assert "link" not in app.dataframe[0].value
    assert "nothing links to it" in texts(app)


@pytest.mark.parametrize("view", VIEWS)
def test_an_empty_repository_says_so_on_every_page(tmp_path, offer, view):
    offer(write(tmp_path, n_weeks=0))
    assert "no commits yet" in texts(opened(view))


def test_no_repository_and_one_that_is_not_mined_say_what_to_run(tmp_path, offer):
    offer()
    assert opened().code[0].value == "reviewgap dashboard PATH/TO/REPOSITORY"
    offer(tmp_path / "never-mined")
    assert opened().code[0].value == "reviewgap mine PATH/TO/REPOSITORY"


def test_a_shallow_and_a_partial_clone_are_told_with_the_next_step(tmp_path, offer):
    offer(write(tmp_path / "a", n_weeks=30, is_shallow=True))
    assert "git fetch --unshallow" in texts(opened())
    lost = "3 commits have no line counts"
    offer(write(tmp_path / "b", key="partial-1", n_weeks=30, is_partial=True, warnings=[lost]))
    assert "git fetch --refetch" in texts(opened())
    assert lost not in texts(opened()), "told by the sentence on partial clones"
    offer(write(tmp_path / "c", key="damaged-1", n_weeks=30, warnings=[lost]))
    assert lost in texts(opened())


def test_a_short_history_refuses_figures_it_cannot_give(tmp_path, offer):
    offer(write(tmp_path, n_weeks=3))
    app = opened()
    assert app.title[0].value == "Not enough history to judge."
    assert "needs 78 complete weeks" in texts(opened("forecast"))


def test_only_repositories_named_at_the_start_can_be_read(tmp_path, offer):
    inside, outside = write(tmp_path / "in", n_weeks=3), write(tmp_path / "out", "other", n_weeks=3)
    offer(inside)
    assert data.repository(inside.name) is not None
    assert data.repository(outside.name) is None
    assert data.repository("../out/other") is None


def test_a_second_look_at_the_same_period_computes_nothing(store, offer, monkeypatch):
    offer(store)
    before = {metric.label: metric.value for metric in opened("latency").metric}

    def computed(*_, **__):
        pytest.fail("computed again")

    for name in ("not_landed", "binned", "phases", "by_size", "by_area"):
        monkeypatch.setattr(waits, name, computed)
    monkeypatch.setattr(figures, "block_waits", computed)
    again = {metric.label: metric.value for metric in opened("latency").metric}
    assert again == before


@pytest.mark.parametrize("view", VIEWS)
def test_a_second_look_reads_no_file(store, offer, view, monkeypatch):
    offer(store)
    opened(view)
    monkeypatch.setattr(data.pq, "read_table", lambda *_, **__: pytest.fail("read again"))
    opened(view)


def test_what_lies_behind_a_point_and_one_change_request_are_addresses(store, offer):
    offer(store)
    commits = opened(week="2026-W40", behind="Commits").dataframe[0].value
    assert {"sha", "subject"} <= set(commits.columns)
    landed = opened(week="2026-W40", behind="Landed").dataframe[0].value
    weeks = landed["landed_at"].dt.strftime("%G-W%V")
    assert set(weeks) == {"2026-W40"}
    app = opened("change_requests", request="#3500", period="All", automation="true")
    assert list(app.dataframe[0].value["change_request"]) == ["#3500"]
    assert "How it was dated" in texts(app)


def test_repositories_are_listed_by_name_with_their_own_figures(tmp_path, offer):
    folders = [
        write(tmp_path / name, key=f"{name}-1", n_weeks=n, name=name)
        for name, n in (("zeta", 90), ("alpha", 160))
    ]
    offer(*folders)
    app = opened("repositories", repository="alpha")
    listed = app.dataframe[0].value.set_index("name")
    assert list(listed.index) == ["alpha", "zeta"]
    weekly = Shelf(folders[1]).table(capacity.WEEKLY)
    year = weekly[weekly["is_complete"].astype(bool)].tail(52)
    assert listed.loc["alpha", "opened"] == pytest.approx(year["generation_rate"].mean())
    assert len(app.get("vega_lite_chart")) == 1
    assert "No complete week inside this period." in texts(app)


def test_very_many_repositories_are_listed_from_one_file(tmp_path, offer, monkeypatch):
    mined = write(tmp_path, key="zeta-1", n_weeks=3, name="zeta")
    told = {"generation": "g", "n_commits": 5, "n_change_requests": 2, "is_partial": False}
    names = {"alpha-1": "alpha", "alpha-2": "al\u202epha", "hidden-1": "hidden", "zeta-1": "zeta"}
    rows = overview.REPOSITORIES.from_rows(
        told
        | {"key": key, "name": name, "verdict": "keeping_up"}
        | {"throughput": at * 100 / weeks, "period_weeks": weeks}
        for at, (key, name) in enumerate(names.items())
        for weeks in overview.PERIODS
    )
    overview.write(tmp_path, rows)
    monkeypatch.setattr(data, "MANY", 2)
    unread = [tmp_path / key for key in ("alpha-1", "alpha-2", "new-1")]  # there is nothing
    offer(mined, *unread)
    assert data.labels() == {
        "zeta-1": "zeta",
        "alpha-1": "alpha",
        "alpha-2": "al\N{REPLACEMENT CHARACTER}pha",
        "new-1": "new",
    }
    app = opened("repositories", repository="zeta")
    listed = app.dataframe[0].value
    assert list(listed["name"])[-1] == "zeta"
    assert sorted(listed["landed"]) == pytest.approx([0, 100 / 52, 300 / 52])
    assert set(listed["verdict"]) == {"Review is keeping up"}
    assert not app.get("vega_lite_chart")
    app = opened("repositories", repository="zeta", period="4 weeks")
    assert sorted(app.dataframe[0].value["landed"]) == [0, 25, 75]
    app = opened("repositories", repository="zeta", period="All")
    assert sorted(app.dataframe[0].value["landed"]) == pytest.approx([0, 100 / 26, 300 / 26])
    assert "over 4, 12, 26, 52 weeks only" in texts(app)


def test_one_repository_alone_tells_how_to_see_several(store, offer):
    offer(store)
    assert "reviewgap dashboard PATH/TO/ONE" in opened("repositories").code[0].value


def test_a_share_by_kind_counts_each_commit_once_per_kind(store, offer):
    offer(store)
    repo = data.repository(store.name)
    assert declared._touched(repo, "kind").empty  # this store holds no file changes
    files = pd.DataFrame({"path": ["a.py", "src/b.py", "src/c/d.py"]})
    assert list(declared._area(files["path"])) == [text.TOP_LEVEL, "src", "src"]


def test_custom_dates_snap_to_whole_weeks(store, offer):
    offer(store)
    app = opened(period="Custom", dates=["2026-01-07", "2026-02-04"])
    weekly = Shelf(store).table(capacity.WEEKLY)
    inside = weekly[weekly["iso_week"].between("2026-W02", "2026-W06")]
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Opened per week"] == text.number(inside["generation_rate"].mean())
    assert pd.notna(inside["generation_rate"]).all()


def test_the_users_events_and_shifts_are_marked_and_the_switch_hides_them(
    store, offer, monkeypatch
):
    offer(store)
    terms = serving.Terms(events=(Event("2026-03-02", "Agents allowed"),))
    monkeypatch.setenv(serving.TERMS, json.dumps(asdict(terms)))
    for query, shown in (({"authorship": "Unmarked"}, True), ({"marks": "false"}, False)):
        chart = opened(**query).get("vega_lite_chart")[0]
        assert ("Agents allowed" in set(_sent(chart.proto)["marks"]["mark"])) is shown


def test_the_capacity_page_tells_practices_and_effort_as_the_exports_do(store, offer):
    offer(store)
    app = opened("capacity")
    headers = [block.value for block in app.header]
    assert {"Ways around review", "Review effort"} <= set(headers)
    told = Shelf(store).table(EFFORT).set_index(["comparison", "name"])["ratio"]
    table = next(each.value for each in app.dataframe if "Times" in each.value)
    assert table["Times"].iloc[1] == pytest.approx(told["growth", "lines"])
    assert any("No effect of AI can be read" in caption.value for caption in app.caption)
    assert any("`reviewgap effort" in each.value for each in app.markdown)


def test_a_group_too_small_to_hide_in_is_not_shown(store, offer, tmp_path, monkeypatch):
    monkeypatch.setattr(reviewers, "FEWEST", 1000)
    offer(shutil.copytree(store, tmp_path / store.name))
    app = opened("capacity")
    assert reviewers.TOO_FEW in texts(app)
    assert "did half of" not in texts(app)
    assert "reviewgap import" not in texts(app), "it would not help"


def test_the_data_package_holds_every_table_and_describes_each(store, offer):
    offer(store)
    with zipfile.ZipFile(io.BytesIO(taking.package(data.repository(store.name)))) as package:
        described = json.loads(package.read("datapackage.json"))
        files = {resource["path"] for resource in described["resources"]}
        assert files | {"datapackage.json"} == set(package.namelist())
        assert {"weekly.csv", "change_requests.csv", "shifts.csv"} <= files
        assert package.read("weekly.csv").startswith(b"iso_week,")


def test_the_report_is_one_file_that_asks_nobody(store, offer):
    offer(store)
    made = taking.report(data.repository(store.name))
    assert made.lstrip().lower().startswith("<!doctype html>")
    assert "<script" not in made


def test_a_chart_can_be_taken_along_as_a_picture_with_its_source(store, offer):
    offer(store)
    frame = pd.DataFrame(
        {
            "week_start": pd.date_range("2026-01-05", periods=4, freq="7D", tz="UTC"),
            "iso_week": ["2026-W02", "2026-W03", "2026-W04", "2026-W05"],
            "is_complete": True,
            "opened": [1.0, 4.0, 2.0, 5.0],
        }
    )
    drawn = draw.lines(frame, [draw.Line("opened", "Opened", "generation")], unit="per week")
    picture = takeaway.svg(drawn, "Opened", "acme/app. Data to 2026-02-01.")
    assert picture.startswith("<svg")
    assert "acme/app. Data to 2026-02-01." in picture
    assert takeaway.png(drawn, "Opened", "x").startswith(b"\x89PNG")
    assert takeaway.csv(frame).splitlines()[0] == "week_start,iso_week,is_complete,opened"


def test_a_jump_of_the_declared_share_is_told_below_its_chart(tmp_path, offer):
    folder = write(tmp_path)
    finished = frames()
    commits = finished[tables.COMMITS]
    late = commits["landed_at"] >= pd.Timestamp("2026-07-01", tz="UTC")
    told = commits["authorship"].mask(~late, "unmarked").mask(late, "ai_coauthored")
    finished[tables.COMMITS] = commits.assign(authorship=told)
    Shelf(folder).publish([], finished, manifest())
    offer(folder)
    assert "from 0% in 2026-Q2" in texts(opened("authorship", period="All"))
