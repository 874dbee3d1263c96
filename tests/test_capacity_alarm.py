"""The saturation alarm: on when completion falls and work piles up, and never by look-ahead."""

import numpy as np
import pandas as pd
import pytest
from queues import at_days, commits, events

from analyzers.capacity import alarm
from analyzers.capacity.metric import Frames
from analyzers.capacity.weeks import Weeks
from analyzers.errors import NotEnoughData

SLOWED = 150  # the week from which only half of the change requests land in time


def project(weeks=200, slowed=SLOWED):
    """Ten opened per week; nine land after two days, from `slowed` on only five."""
    opened = np.repeat(np.arange(weeks) * 7.0, 10) + np.tile(np.arange(10) * 0.5, weeks)
    week, place = opened // 7, np.tile(np.arange(10), weeks)
    lands = place < np.where(week >= slowed, 5, 9)
    return at_days(opened, np.where(lands, opened + 2, np.nan))


def states(change_requests):
    built = Frames(commits(), change_requests, events())
    weeks = Weeks.spanning(built.commits, built.change_requests)
    return built, weeks, alarm.states(built, weeks=weeks)


def truncated(change_requests, n_weeks):
    """What would have been known at the end of week n: later openings and landings forgotten."""
    edge = change_requests["opened_at"].min().normalize() + pd.Timedelta(weeks=n_weeks)
    known = change_requests[change_requests["opened_at"] < edge]
    return known.assign(landed_at=known["landed_at"].where(known["landed_at"] < edge))


def test_it_comes_on_after_completion_fell_and_lists_its_dates():
    built, weeks, state = states(project())
    first = int(np.flatnonzero(state["is_on"])[0]) + alarm.HISTORY_AT_LEAST - 1
    assert SLOWED + 5 <= first <= SLOWED + 20
    runs = alarm.alarms(built, weeks=weeks)[alarm.ALARMS]
    assert runs["first_week"].to_list() == [weeks.keys[first]]
    assert runs["is_on"].iloc[0]
    row = runs.iloc[0]
    assert row["z"] > 2.6
    assert row["completion_30d_reference_share"] - row["completion_30d_share"] >= 0.05
    assert row["weeks_of_work"] >= 1.4 * row["weeks_of_work_reference"]


def test_a_steady_project_never_raises_it():
    _, _, state = states(project(slowed=10_000))
    assert not state["is_on"].any()


def test_it_says_the_same_on_data_that_ends_there():
    whole = states(project())[2]
    for n_weeks in (158, 165, 172, 190):
        cut = states(truncated(project(), n_weeks))[2]
        pd.testing.assert_series_equal(cut.iloc[-1], whole.loc[cut.index[-1]])


def test_it_is_refused_below_three_years():
    built = Frames(commits(), project(weeks=150), events())
    with pytest.raises(NotEnoughData, match="reference too short"):
        alarm.states(built, weeks=Weeks.spanning(built.commits, built.change_requests))


def test_few_change_requests_raise_nothing():
    thin = project()
    thin = thin[thin["number"] % 10 == 1]  # one per week: 26 now, 50 are needed
    edge = at_days(np.array([1398.0]), np.array([1399.9])).assign(change_request="#9999")
    _, _, state = states(pd.concat([thin, edge]))
    assert not state["is_on"].any()


def test_two_proportions_on_paper():
    # 40/100 against 60/100: pooled 0.5, error sqrt(0.25 * 0.02), z = 0.2 / 0.0707.
    z = alarm.two_proportion_z(*(np.array([v]) for v in (40, 100, 60, 100)))
    assert z[0] == pytest.approx(2.8284, abs=1e-4)
