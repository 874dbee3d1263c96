"""The weekly table: four-row frames whose figures can be worked out on paper."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from queues import at_days, commits, events, frames, requests

from analyzers import capacity
from analyzers.capacity.backlog import backlog, in_progress, little_identity, young_backlog
from analyzers.capacity.estimates import completed_within
from analyzers.capacity.metric import Frames
from analyzers.capacity.weeks import DAY, UNKNOWN, Weeks


def weekly(*rows, made=(), said=()):
    return capacity.weekly(commits(*made), requests(*rows), events(*said)).set_index("iso_week")


def test_opened_and_landed_are_counted_where_they_happened():
    table = weekly(
        {"opened_at": "2026-01-05T10:00Z", "landed_at": "2026-01-06T10:00Z"},
        {"opened_at": "2026-01-06T10:00Z", "landed_at": "2026-01-20T10:00Z"},
        {"opened_at": "2026-01-19T10:00Z", "authorship": "ai_agent"},
        {"opened_at": "2026-01-07T10:00Z", "is_automation": True, "landed_at": "2026-01-08T10:00Z"},
    )
    assert table.index.to_list() == ["2026-W02", "2026-W03", "2026-W04"]
    assert table["generation_rate"].to_list() == [2, 0, 1]
    assert table["generation_rate_declared_ai"].to_list() == [0, 0, 1]
    assert table["generation_rate_automation"].to_list() == [1, 0, 0]
    assert table["throughput"].to_list() == [1, 0, 1]
    assert table["throughput_automation"].to_list() == [1, 0, 0]
    assert table["backlog_young"].to_list() == [1, 1, 1]


def test_a_landing_on_a_release_line_is_work_done_and_named_apart():
    table = weekly(
        {"opened_at": "2026-01-05T10:00Z", "landed_at": "2026-01-06T10:00Z"},
        {
            "opened_at": "2026-01-05T10:00Z",
            "landed_at": "2026-01-06T10:00Z",
            "landed_on": "release",
        },
    )
    assert table["throughput"].to_list() == [2]
    assert table["throughput_release_lines"].to_list() == [1]
    assert table["backlog_young"].to_list() == [0]


def test_commits_are_split_by_verdict_and_merges_are_nobodys():
    at = {"landed_at": "2026-01-05T10:00Z"}
    made = [
        at | {"authorship": verdict}
        for verdict in ("ai_agent", "ai_coauthored", "unmarked", "ambiguous", "automation_bot")
    ]
    made += [at | {"is_merge": True}, at | {"reviewable_lines": None}]
    row = weekly(made=made).iloc[0]
    assert row["n_commits"] == 6
    assert row["n_commits_declared_ai"] == 2
    assert row["n_commits_unmarked"] == 2
    assert row["n_commits_ambiguous"] == 1
    assert row["n_commits_automation"] == 1
    assert row["reviewable_lines"] == 40
    assert row["reviewable_lines_unknown_n"] == 1
    assert row["ai_share_declared_of_commits"] == pytest.approx(2 / 5)
    assert row["ai_share_declared_of_commits_n"] == 5
    assert pd.isna(row["ai_share_declared_of_lines"])  # only four commits have known lines


def test_a_cherry_pick_is_counted_once_with_its_original():
    at = {"landed_at": "2026-01-05T10:00Z", "authorship": "ai_agent"}
    plain = {"landed_at": "2026-01-05T10:00Z"}
    row = weekly(made=[at, at | {"is_copy": True}, *[plain | {"is_copy": False}] * 4]).iloc[0]
    assert row["n_commits"] == 5
    assert row["n_commits_declared_ai"] == 1
    assert row["ai_share_declared_of_commits"] == pytest.approx(1 / 5)
    assert row["ai_share_declared_of_commits_n"] == 5
    assert row["reviewable_lines_declared_ai"] == 10


def test_a_share_of_four_is_unknown_not_zero():
    table = weekly(made=[{"landed_at": "2026-01-05T10:00Z"}] * 4)
    assert pd.isna(table["ai_share_declared_of_commits"].iloc[0])
    assert table["ai_share_declared_of_commits_n"].iloc[0] == 4


def test_time_to_land_is_told_for_the_week_of_landing_with_its_n():
    hours = [1, 2, 3, 10, 100]
    opened = pd.Timestamp("2026-01-05T00:00Z")
    rows = [{"opened_at": opened, "landed_at": opened + pd.Timedelta(hours=h)} for h in hours]
    row = weekly(*rows).iloc[0]
    assert row["time_to_land_median_hours"] == 3
    assert row["time_to_land_n"] == 5
    assert row["time_to_land_median_hours_low"] <= 3 <= row["time_to_land_median_hours_high"]
    assert pd.isna(row["time_to_land_p90_hours"])  # a tail needs ten
    assert pd.isna(row["time_to_land_declared_ai_median_hours"])


def test_a_wide_opening_band_widens_the_rate_and_the_median():
    landing = {"landed_at": "2026-01-16T10:00Z", "opened_at": "2026-01-06T00:00Z"}
    wide = landing | {"opened_low": "2026-01-05T00:00Z", "opened_high": "2026-01-15T00:00Z"}
    sure, unsure = weekly(*[landing] * 6), weekly(*[wide] * 6)
    assert sure["generation_rate_low"].to_list() == [6, 0]
    assert sure["generation_rate_high"].to_list() == [6, 0]
    assert unsure["generation_rate_low"].iloc[0] < 6
    assert unsure["generation_rate_high"].iloc[1] > 0
    width = [
        t["time_to_land_median_hours_high"].iloc[1] - t["time_to_land_median_hours_low"].iloc[1]
        for t in (sure, unsure)
    ]
    assert width[0] == 0
    assert width[1] > 24


def test_completion_waits_for_full_follow_up():
    quick = {"opened_at": "2026-01-05T10:00Z", "landed_at": "2026-01-05T12:00Z"}
    slow = {"opened_at": "2026-01-05T10:00Z", "landed_at": "2026-01-30T12:00Z"}
    table = weekly(quick, quick, quick, slow, {"opened_at": "2026-01-06T10:00Z"})
    first = table.iloc[0]
    assert first["completion_1d_share"] == pytest.approx(3 / 5)
    assert first["completion_7d_share"] == pytest.approx(3 / 5)
    assert pd.isna(first["completion_30d_share"])  # followed for 18 days after the week
    assert first["completion_30d_n"] == 0


def test_reviewers_are_told_only_where_they_are_known():
    known = {
        "opened_at": "2026-01-05T10:00Z",
        "landed_at": "2026-01-06T10:00Z",
        "author_id": "pa",
        "landed_by_id": "pb",
        "reviewer_ids": "pc pa",
        "self_landed": False,
    }
    silent = {"opened_at": "2026-01-05T10:00Z", "landed_at": "2026-01-06T10:00Z", "author_id": "pa"}
    said = [{"change_request": "#1", "actor_id": "pd", "at": "2026-01-06T09:00Z"}]
    row = weekly(*[known] * 4, silent, said=said).iloc[0]
    assert row["reviewer_coverage_share"] == pytest.approx(0.8)
    assert row["n_active_reviewers"] == 3  # pb landed, pc is named, pd commented; pa is the author
    row = weekly(*[known] * 3, *[silent] * 2).iloc[0]
    assert row["reviewer_coverage_share"] == pytest.approx(0.6)
    assert pd.isna(row["n_active_reviewers"])
    assert pd.isna(row["self_landed_share"])


def test_ways_around_review_are_flagged_with_their_n():
    opened = pd.Timestamp("2026-01-05T10:00Z")
    quick = {"opened_at": opened, "landed_at": opened + pd.Timedelta(minutes=30)}
    slow = {"opened_at": opened, "landed_at": opened + pd.Timedelta(hours=8)}
    rows = [quick | {"reviewable_lines": 400}] * 2  # 800 lines per hour
    rows += [slow | {"reviewable_lines": 400}] * 3  # 50 lines per hour
    rows += [quick | {"reviewable_lines": 199}, quick]  # small, and of unknown size
    at = {"landed_at": opened, "on_default_line": True}
    made = [at | {"change_request": "#1"}] * 4 + [at] + [at | {"authorship": "automation_bot"}]
    row = weekly(*rows, made=made).iloc[0]
    assert row["fast_large_n"] == 5
    assert row["fast_large_share"] == pytest.approx(0.4)
    assert row["no_change_request_n"] == 5
    assert row["no_change_request_share"] == pytest.approx(0.2)


def test_every_metric_declares_what_it_fills_and_the_order_is_fixed():
    names = capacity.WEEKLY.names
    assert len(set(names)) == len(names)
    assert names[:4] == ["iso_week", "week_start_utc", "is_complete", "generation_rate"]
    assert names[-1] == "time_to_land_release_lines_n"
    built, weeks = frames({"opened_at": "2026-01-05T10:00Z", "landed_at": "2026-01-06T10:00Z"})
    for metric in capacity.METRICS:
        made = metric(built, weeks=weeks)
        assert made.columns.to_list() == [column.name for column in metric.columns]
        assert all(column.meaning for column in metric.columns)


def test_without_commits_the_table_is_empty():
    assert capacity.weekly(commits(), requests(), events()).empty


queue = st.lists(
    st.tuples(st.floats(0, 200), st.one_of(st.none(), st.floats(0, 120))), min_size=1, max_size=40
)


def _frames(pairs):
    opened = np.array([day for day, _ in pairs])
    landed = np.array([np.nan if wait is None else day + wait for day, wait in pairs])
    built = Frames(commits({"landed_at": "2026-12-01T00:00Z"}), at_days(opened, landed), events())
    return built, Weeks.spanning(built.commits, built.change_requests)


@pytest.mark.parametrize(("n_landed", "told"), [(4, None), (5, 13.0)])
def test_weeks_of_work_are_told_once_five_landed_in_thirteen_weeks(n_landed, told):
    opened = np.full(5 + n_landed, 0.5)  # five of them wait until the end
    landed = np.array([1.0] * n_landed + [np.nan] * 5)
    built = Frames(commits({"landed_at": "2026-04-05T00:00Z"}), at_days(opened, landed), events())
    work = backlog(built, weeks=Weeks.spanning(built.commits, built.change_requests))[
        "weeks_of_work"
    ]
    assert len(work) == 13
    assert work.iloc[-1] == told if told else work.isna().all()


@given(queue)
@settings(max_examples=25, deadline=None)
def test_littles_law_holds_when_time_is_clipped_to_the_window(pairs):
    built, weeks = _frames(pairs)
    level, rate_times_wait = little_identity(built, weeks=weeks)
    assert level == pytest.approx(rate_times_wait, rel=1e-9)


@given(queue)
@settings(max_examples=25, deadline=None)
def test_completion_equals_one_minus_kaplan_meier(pairs):
    built, weeks = _frames(pairs)
    table = backlog(built, weeks=weeks)
    rows = weeks.positions(built.opened)
    landed = built.landed != UNKNOWN
    until = np.where(landed, built.landed, weeks.edge)
    waits = (until - built.opened) / DAY
    for week in np.flatnonzero(table["completion_30d_share"].notna()):
        mine = rows == week
        expected = completed_within(waits[mine], landed[mine], 30)
        assert table["completion_30d_share"].iloc[week] == pytest.approx(expected, abs=1e-9)


@given(queue)
@settings(max_examples=25, deadline=None)
def test_the_young_backlog_agrees_with_counting_one_by_one(pairs):
    built, weeks = _frames(pairs)
    begin, end = in_progress(built)
    expected = [
        sum(b < t <= min(e, b + 90 * DAY) for b, e in zip(begin, end, strict=True) if e > b)
        for t in weeks.end_micros
    ]
    assert young_backlog(built, weeks=weeks).tolist() == expected


@given(queue)
@settings(max_examples=10, deadline=None)
def test_adding_a_landing_later_changes_no_earlier_week(pairs):
    """No look-ahead: what was known in a week stays as it was, but for follow-up and openings."""
    built, _ = _frames(pairs)
    later = commits({"landed_at": "2026-12-01T00:00Z"}, {"landed_at": "2027-03-01T00:00Z"})
    before = capacity.weekly(built.commits, built.change_requests, built.review_events)
    after = capacity.weekly(later, built.change_requests, built.review_events)
    same = [
        "throughput",
        "backlog_young",
        "weeks_of_work",
        "demonstrated_capacity",
        "review_gap_ratio",
        "review_efficiency_index",
        "time_to_land_median_hours",
    ]
    n = len(before) - 1
    pd.testing.assert_frame_equal(before[same].iloc[:n], after[same].iloc[:n])


def test_lines_of_which_none_is_known_are_unknown_not_zero():
    first, second = "2026-01-05T10:00Z", "2026-01-12T10:00Z"
    table = weekly(
        {"opened_at": first, "landed_at": first, "reviewable_lines": None},
        {"opened_at": second, "landed_at": second, "reviewable_lines": None},
        {"opened_at": second, "landed_at": second, "reviewable_lines": 7},
        {"opened_at": first, "landed_at": "2026-01-26T10:00Z", "reviewable_lines": None},
        made=[{"landed_at": first, "reviewable_lines": None}],
    )
    # All unknown; 7 and one unknown; nothing at all; one landing, unknown.
    assert table["generation_lines_rate"].to_list() == [pd.NA, 7, 0, 0]
    assert table["throughput_lines_rate"].to_list() == [pd.NA, 7, 0, pd.NA]
    assert table["reviewable_lines"].to_list() == [pd.NA, 0, 0, 0]
    assert table["generation_lines_unknown_n"].to_list() == [2, 1, 0, 0]


def test_where_only_what_landed_is_seen_openings_backlog_and_completion_are_unknown():
    """A plain clone without heads: survivors alone would make review look too good."""
    rows = (
        {"opened_at": "2026-01-05T10:00Z", "landed_at": "2026-01-06T10:00Z"},
        {"opened_at": "2026-01-12T10:00Z", "landed_at": "2026-01-14T10:00Z"},
    )
    assert weekly(*rows)["generation_rate"].to_list() == [1, 1]
    plain = weekly(*(row | {"head_sha": None} for row in rows))
    for unknown in ("generation_rate", "backlog_young", "completion_30d_share", "review_gap_ratio"):
        assert plain[unknown].isna().all(), unknown
    assert plain["throughput"].to_list() == [1, 1]


HEADLINES = (
    "generation_rate",
    "throughput",
    "review_gap_ratio",
    "backlog_young",
    "review_efficiency_index",
    "ai_share_declared_of_change_requests",
    "time_to_land_median_hours",
    "time_to_first_response_median_hours",
    "demonstrated_capacity",
    "n_active_reviewers",
    "self_landed_share",
)


@pytest.mark.parametrize("column", HEADLINES)
def test_headline_figures_say_what_they_count_leave_out_and_rest_on(column):
    ground = capacity.WEEKLY[column].ground
    assert all((ground.counted, ground.left_out, ground.evidence))
