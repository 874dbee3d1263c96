"""The week grid, and the estimates that stand on it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from queues import commits, requests

from analyzers.capacity import estimates
from analyzers.capacity.weeks import DAY, WEEK, Weeks, iso_week, monday, trailing_sums


def test_weeks_run_from_the_first_sign_of_work_to_the_data_edge():
    weeks = Weeks.spanning(
        commits({"landed_at": "2026-10-26T00:00Z"}),
        requests({"opened_at": "2026-10-11T23:59Z", "landed_at": "2026-10-12T00:00Z"}),
    )
    assert weeks.keys == ["2026-W41", "2026-W42", "2026-W43", "2026-W44"]
    assert weeks.starts[-1] == pd.Timestamp("2026-10-26", tz="UTC")
    assert list(weeks.is_complete) == [True, True, True, False]


def test_an_opening_after_the_last_landing_does_not_move_the_edge():
    made = requests(
        {"opened_at": "2026-01-05T10:00Z", "landed_at": "2026-01-06T10:00Z"},
        {"opened_at": "2026-06-01T10:00Z"},
    )
    weeks = Weeks.spanning(commits(), made)
    assert weeks.keys == ["2026-W02"]
    assert list(weeks.sums(made["opened_at"])) == [1]


def test_a_week_is_complete_on_its_sunday():
    sunday = requests({"landed_at": "2026-01-11T00:00Z"})
    assert Weeks.spanning(commits(), sunday).is_complete.all()
    saturday = requests({"landed_at": "2026-01-10T23:59Z"})
    assert not Weeks.spanning(commits(), saturday).is_complete.any()


def test_nothing_has_no_weeks():
    assert Weeks.spanning(commits(), requests()).n == 0


def test_weeks_belong_to_the_iso_year():
    at = pd.Series(pd.to_datetime(["2027-01-01", None, "2024-12-30"], utc=True))
    assert iso_week(at).to_list()[0] == "2026-W53"
    assert iso_week(at).to_list()[2] == "2025-W01"
    assert iso_week(at).isna().to_list() == [False, True, False]


@given(st.integers(-(10**17), 10**17))
def test_a_monday_is_a_monday(moment):
    start = monday(moment)
    assert 0 <= moment - start < WEEK
    assert (start // DAY + 3) % 7 == 0


def test_trailing_sums_wait_for_a_full_window():
    assert trailing_sums(np.array([1, 2, 3, 4]), 3)[2:].tolist() == [6, 9]
    assert np.isnan(trailing_sums(np.array([1, 2, 3, 4]), 3)[:2]).all()
    assert np.isnan(trailing_sums(np.array([1, 2]), 3)).all()


def test_a_median_of_four_is_unknown_and_of_five_is_the_middle():
    values = np.array([1.0, 2, 3, 4, 50, 10, 20, 30, 40])
    rows = np.array([0] * 5 + [1] * 4)
    medians = estimates.weekly_quantiles(values, rows, 2, q=0.5)
    assert medians[0] == 3
    assert np.isnan(medians[1])


@given(st.lists(st.tuples(st.floats(0, 1e6), st.integers(-1, 3)), max_size=60), st.floats(0, 1))
def test_weekly_quantiles_agree_with_numpy(pairs, q):
    values = np.array([value for value, _ in pairs])
    rows = np.array([row for _, row in pairs], dtype=np.int64)
    found = estimates.weekly_quantiles(values, rows, 4, q=q, min_n=1)
    for week in range(4):
        mine = values[rows == week]
        if len(mine):
            assert found[week] == pytest.approx(np.quantile(mine, q), rel=1e-9, abs=1e-9)
        else:
            assert np.isnan(found[week])


def test_wilson_interval_of_5_in_10():
    low, high = estimates.wilson(np.array([5]), np.array([10]))
    assert (low[0], high[0]) == (pytest.approx(0.26926, abs=1e-4), pytest.approx(0.73074, abs=1e-4))


@given(st.integers(5, 500), st.data())
def test_wilson_holds_the_share_within_0_and_1(n, data):
    hits = data.draw(st.integers(0, n))
    low, high = estimates.wilson(np.array([hits]), np.array([n]))
    assert 0 <= low[0] <= hits / n + 1e-12
    assert hits / n - 1e-12 <= high[0] <= 1


def test_block_draws_are_runs_of_four_weeks_and_the_same_each_time():
    picks = estimates.block_draws(estimates.seeded(), 52, 100)
    assert picks.shape == (100, 52)
    assert (np.diff(picks.reshape(100, 13, 4), axis=2) == 1).all()
    assert (picks == estimates.block_draws(estimates.seeded(), 52, 100)).all()


def test_completion_on_paper():
    # Four opened; landed after 1, 2 and 40 days; one still waits after 50.
    waits, landed = np.array([1.0, 2, 40, 50]), np.array([True, True, True, False])
    assert estimates.completed_within(waits, landed, 30) == pytest.approx(0.5, abs=1e-12)
    # Censored at day 1.5, one item leaves the risk set: 1 - 3/4 * 1/2.
    waits, landed = np.array([1.0, 1.5, 2, 50]), np.array([True, False, True, False])
    assert estimates.completed_within(waits, landed, 30) == pytest.approx(0.625, abs=1e-12)


def test_a_median_wait_that_most_never_reach_is_infinite():
    waits = np.array([1.0, 2, 9, 9, 9])
    assert estimates.censored_median(waits, np.array([1, 1, 0, 0, 0], bool)) == float("inf")
    assert estimates.censored_median(waits, np.array([1, 1, 1, 0, 0], bool)) == 9
    assert np.isnan(estimates.censored_median(waits[:4], np.ones(4, bool)))
