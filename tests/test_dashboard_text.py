"""Numbers and sentences, charts and period arithmetic, worked out on paper."""

import json

import numpy as np
import pandas as pd
import pytest

from analyzers.reports.links import Forge
from dashboard import axes, charts, figures, latency, text, waits
from dashboard.charts import Line

NAN = float("nan")


@pytest.mark.parametrize(
    ("value", "said"),
    [(1234.4, "1,234"), (41, "41"), (4.25, "4.2"), (0, "0"), (NAN, "–"), (None, "–"), (pd.NA, "–")],
)
def test_numbers(value, said):
    assert text.number(value) == said


@pytest.mark.parametrize(
    ("value", "said"), [(0, "0%"), (0.0004, "<0.1%"), (0.034, "3.4%"), (0.347, "35%"), (1, "100%")]
)
def test_shares(value, said):
    assert text.share(value) == said


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (0.5, "30 min"),
        (7.5, "7.5 h"),
        (30, "30 h"),
        (78, "3.2 days"),
        (480, "20 days"),
        (2000, "12 weeks"),
        (NAN, "–"),
    ],
)
def test_durations(hours, said):
    assert text.duration(hours) == said


@pytest.mark.parametrize(("x", "said"), [(0.12, "+12 pp"), (-0.005, "-0.5 pp"), (0.0, "±0 pp")])
def test_shares_differ_in_percentage_points(x, said):
    assert text.points(x) == said


def test_a_missing_band_is_named():
    assert text.band(NAN, 1.0) == "no band: too few weeks"
    assert text.band(0.88, 1.07) == "90% band 0.88 to 1.07"


def test_counts_have_the_right_plural():
    assert text.counted(1, "week") == "1 week"
    assert text.counted(1200, "person", "people") == "1,200 people"


def weekly(n, **columns):
    start = pd.Timestamp("2026-01-05", tz="UTC")
    starts = pd.date_range(start, periods=n, freq="7D")
    base = {"iso_week": starts.strftime("%G-W%V"), "week_start": starts, "is_complete": True}
    return pd.DataFrame(base | columns)


def test_a_period_is_compared_with_the_equal_one_before():
    frame = weekly(6, generation_rate=[1, 2, 3, 4, 5, 9])
    frame.loc[5, "is_complete"] = False
    span = figures.period(frame, weeks=2)
    figure = figures.rate(span, "generation_rate")
    assert (figure.value, figure.before, figure.n) == (4.5, 2.5, 9)
    assert list(span.running["generation_rate"]) == [9]


def test_without_an_equal_period_before_nothing_is_compared():
    span = figures.period(weekly(3, generation_rate=[1, 2, 3]), weeks=2)
    assert np.isnan(figures.rate(span, "generation_rate").before)


def test_blocks_average_rates_sum_counts_pool_shares_and_keep_what_stands():
    frame = weekly(
        5,
        generation_rate=[9, 2, 4, 6, 8],
        generation_rate_declared_ai=[0, 1, 1, 3, 5],
        ai_share_declared_of_change_requests=[0, 0.5, 0.25, 0.5, 0.625],
        ai_share_declared_of_change_requests_n=[9, 2, 4, 6, 8],
        backlog_young=[1, 2, 3, 4, 5],
    )
    made = figures.blocks(frame, 4)
    assert list(made["generation_rate"]) == [5]
    assert list(made["ai_share_declared_of_change_requests_n"]) == [20]
    assert list(made["ai_share_declared_of_change_requests"]) == [0.5]
    assert list(made["backlog_young"]) == [5]
    assert list(made["iso_week"]) == ["2026-W03"]


def test_block_waits_follow_the_least_n_of_the_weekly_table():
    landed = pd.Timestamp("2026-01-06T12:00Z")
    requests = pd.DataFrame(
        {
            "landed_at": pd.Series([landed] * 5 + [landed + pd.Timedelta(weeks=1)] * 4).astype(
                "datetime64[us, UTC]"
            ),
            "time_to_land_hours": [1.0, 2, 3, 4, 50, 1, 1, 1, 1],
        }
    )
    starts = weekly(2)["week_start"].astype("datetime64[us, UTC]")
    made = figures.block_waits(requests, starts, 1, column="time_to_land_hours", at="landed_at")
    assert list(made["n"]) == [5, 4]
    assert made["median_hours"].iloc[0] == 3
    assert np.isnan(made["median_hours"].iloc[1])
    assert made["p90_hours"].isna().all()


def test_what_still_waits_is_kept_in_the_curve():
    opened = pd.Timestamp("2026-01-01", tz="UTC")
    edge = opened + pd.Timedelta(days=40)
    landed = opened + pd.Timedelta(days=2)
    moments = {"opened_at": [opened] * 10, "landed_at": [landed] * 5 + [None] * 5}
    requests = pd.DataFrame(
        {
            name: pd.Series(values, dtype="datetime64[us, UTC]")
            for name, values in (moments | {"closed_at": [None] * 10}).items()
        }
    )
    curve = waits.not_landed(requests, edge=edge, label="Unmarked").set_index("days")["waiting"]
    assert curve[curve.index < 2].eq(1).all()
    assert curve[curve.index > 2.1].eq(0.5).all()


def test_links_need_https_a_known_forge_and_checked_ids():
    numbers, shas = pd.Series([12, 7]), pd.Series(["a" * 40, "javascript:x"])
    github = Forge.of("https://forge.example/acme/app", "github")
    assert github.change_requests(numbers)[0] == "https://forge.example/acme/app/pull/12"
    assert github.commits(shas).isna().tolist() == [False, True]
    gitlab = Forge.of("https://forge.example/a/b/c", "gitlab")
    assert gitlab.change_requests(numbers)[0].endswith("/-/merge_requests/12")
    for url, kind in (
        ("http://forge.example/a/b", "github"),
        ("https://user:token@forge.example/a/b", "github"),
        ("https://forge.example/a/b?x=1", "github"),
        ("javascript:alert(1)", "github"),
        ("https://forge.example/a/b", "unheard-of"),
        (None, None),
    ):
        assert Forge.of(url, kind) == Forge()


def test_lines_name_their_series_and_select_by_week():
    frame = weekly(3, opened=[1.0, 2, 3], landed=[1.0, 1, 1])
    series = [Line("opened", "Opened", "generation"), Line("landed", "Landed", "throughput")]
    spec = charts.lines(frame, series, unit="per week").spec
    picks = {p["name"]: p["select"]["fields"] for p in spec["params"] if "select" in p}
    assert picks[charts.PICK] == ["iso_week"]
    named = [layer["encoding"] for layer in spec["layer"] if "color" in layer["encoding"]]
    scale = named[0]["color"]["scale"]
    assert scale == {
        "domain": ["Opened", "Landed"],
        "range": [axes.COLOURS["generation"], axes.COLOURS["throughput"]],
    }


def test_each_meaning_has_its_own_colour():
    told_apart = {name: c for name, c in axes.COLOURS.items() if name not in {"unknown", "backlog"}}
    assert len(set(told_apart.values())) == len(told_apart)
    assert set(axes.DASHES) == set(axes.COLOURS)


def test_points_of_shares_stand_for_enough_weeks():
    def step(counts, typical=5):
        return figures.step_with_enough(figures.period(weekly(52, x_n=counts)), "x_n", typical)

    assert step([9] * 52) == 1
    assert step([9] * 52, typical=25) == 4
    assert step([30, 2] * 26, typical=25) == 4, "and most weeks hold five"
    assert step([2] * 52) == 4
    assert step([0, 0, 1, 1] * 13) == 13


def test_one_point_alone_is_no_spread():
    frame = pd.DataFrame({"area": ["src"], "median_hours": [0.1], "p90_hours": [None], "n": [5]})
    assert latency._spread(frame.astype({"p90_hours": "float64"}), "area") is None
    two = pd.concat([frame, frame.assign(median_hours=3.0)]).astype({"p90_hours": "float64"})
    assert latency._spread(two, "area") is not None


def test_marks_that_may_be_empty_claim_no_part_in_what_is_read_aloud():
    line = Line("opened", "Opened", "generation")
    frame = pd.DataFrame(
        {
            "week_start": pd.date_range("2026-01-05", periods=2, freq="7D", tz="UTC"),
            "iso_week": ["2026-W02", "2026-W03"],
            "is_complete": True,
            "opened": [float("nan")] * 2,
        }
    )
    spec = json.dumps(charts.lines(frame, [line], unit="per week").spec, default=str)
    assert '"aria": false' in spec.partition('"point"')[2][:200]
