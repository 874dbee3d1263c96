"""Coverage, releases and spreads: words and rows from small, known frames."""

import pandas as pd
import pytest

from dashboard import coverage, marks, wait_charts, waits
from dashboard.drawing import Drawing, Mark

FULL = {
    "coverage": {
        "places": {"commit": 4656, "memberships": 4051, "branches": 0, "notes": 0},
        "squash_loss": {"n_squashed": 715, "n_ai": 248, "n_lost": 26, "lost_share": 26 / 248},
        "recall_by_notes": [
            {"tool": "claude", "n_commits": 3, "n_marked": 3, "recall": 1.0},
            {"tool": "all", "n_commits": 40, "n_marked": 10, "recall": 0.25},
        ],
        "openings": [
            {
                "sequence": "pull requests",
                "A": 195,
                "B": 341,
                "n_change_requests": 971,
                "chain_share": 0.94,
                "band_median_days": 0.5,
            },
            {"sequence": "changes", "n_change_requests": 0},
        ],
        "git_only_error": [
            {
                "estimate": "opened",
                "n": 1254,
                "error_median_hours": 0.5,
                "error_p90_hours": 2.0,
                "within_a_day_share": 0.986,
                "band_share": 0.937,
            },
            {"estimate": "landed", "n": 0},
        ],
    }
}


def test_what_squashes_hid_and_what_notes_know_is_told_with_its_numbers():
    squash, notes = coverage.blind_spots(FULL)
    assert "**26 of 248** change requests" in squash
    assert "(10%)" in squash
    assert "40 commits to be mostly AI work; **25%** of them carry any other mark" in notes


def test_a_place_that_is_absent_says_what_that_means():
    rows = {name: (n, absent) for name, n, absent in coverage.looked_at(FULL)}
    assert rows["Commits"] == ("4,656", "")
    assert rows["AI notes"][0] == "none"
    assert "not fetched" in rows["AI notes"][1]
    assert coverage.absent(FULL).startswith("Looked for and not there: heads of change requests")


def test_dating_and_its_error_against_records_are_told():
    openings, error = coverage.dating(FULL)
    assert openings.startswith(
        "From git alone, **55%** of 971 pull requests have an opening graded A or B; 94%"
    )
    assert "band of 12 h or less" in openings
    assert "checked against 1,254 records: off by 30 min" in error
    assert "99% within a day; the band held 94%" in error


@pytest.mark.parametrize("manifest", [{}, {"coverage": None}, {"coverage": {"openings": {}}}])
def test_a_store_without_coverage_claims_nothing(manifest):
    assert coverage.blind_spots(manifest) == []
    assert coverage.dating(manifest) == []
    assert coverage.absent(manifest) == ""
    assert {n for _, n, _ in coverage.looked_at(manifest)} == {"none"}


def test_names_of_number_sequences_from_outside_are_never_repeated():
    nasty = {"coverage": {"openings": [{"sequence": "![x](y)", "A": 1, "n_change_requests": 9}]}}
    assert "![x]" not in coverage.dating(nasty)[0]


def test_only_tags_named_like_versions_are_releases():
    day = "2026-01-01T00:00:00Z"
    tags = dict.fromkeys(["v1.2.0", "cargo-0.95.0", "2.0", "v1.3.0-rc1", "nightly", "v9"], day)
    assert [each.name for each in marks.few(tags)] == ["v1.2.0", "cargo-0.95.0", "2.0"]


def test_many_releases_are_thinned_to_minor_and_then_to_whole_versions():
    days = pd.date_range("2026-01-01", periods=30, freq="D").strftime("%Y-%m-%dT%H:%M:%SZ")
    patches = {f"v1.{i // 3}.{i % 3}": day for i, day in enumerate(days)}
    assert [each.name for each in marks.few(patches)] == [f"v1.{i}.0" for i in range(10)]
    minors = {f"v{i // 10}.{i % 10}": day for i, day in enumerate(days)}
    assert [each.name for each in marks.few(minors)] == ["v0.0", "v1.0", "v2.0"]


def test_a_release_without_room_keeps_its_rule_and_loses_its_name():
    weeks = pd.date_range("2026-01-05", periods=52, freq="7D", tz="UTC")
    near = (
        Mark("v1", "2026-02-01T00:00:00Z"),
        Mark("v2", "2026-02-03T00:00:00Z"),
        Mark("v3", "2026-06-01T00:00:00Z"),
    )
    drawn = Drawing(pd.DataFrame({"week_start": weeks}), '{"layer": [{"mark": "line"}]}', near)
    assert drawn.spec["layer"][-1] == {"mark": "line"}
    rows = drawn.spec["datasets"]["marks"].to_pandas()
    assert list(rows["label"]) == ["v1", "", "v3"]


def test_a_spread_keeps_the_order_and_says_durations_as_people_do():
    frame = pd.DataFrame(
        {"part": ["b", "a"], "median_hours": [0.0, 48.0], "p90_hours": [None, 96.0], "n": [7, 1200]}
    ).astype({"p90_hours": "Float64"})
    rows = wait_charts.spread(frame).frame
    assert list(rows["place"]) == ["b  (n 7)", "a  (n 1,200)"]
    assert list(rows["median"]) == ["0 min", "2 days"]
    assert rows["median_days"].iloc[0] > 0


def test_files_at_the_top_have_an_area_that_reads_as_words():
    requests = pd.DataFrame({"time_to_land_hours": [1.0] * 6, "area": ["."] * 5 + ["src"]})
    assert list(waits.by_area(requests)["area"]) == ["(top level)", "src"]
