"""Waits with those still waiting counted: four-row frames, and Kaplan and Meier's own estimate."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from queues import at_days, commits, events, requests

from analyzers import capacity
from analyzers.capacity.estimates import MIN_N, censored_median
from analyzers.capacity.waiting import NEVER, censored_medians
from dashboard import waits


def weekly(*rows):
    return capacity.weekly(commits(), requests(*rows), events()).set_index("iso_week")


def opened(hours_to_land):
    """That many of one morning, landed after so many hours each; None still waits."""
    rows = [{"opened_at": "2026-01-05T10:00Z", "head_sha": "0" * 40} for _ in hours_to_land]
    for row, hours in zip(rows, hours_to_land, strict=True):
        if hours is not None:
            row["landed_at"] = f"2026-01-{5 + hours // 24:02d}T{10 + hours % 24:02d}:00Z"
    return rows


def test_those_that_still_wait_count():
    row = weekly(*opened([1, 2, 3, None, None])).iloc[0]
    assert pd.isna(row["time_to_land_median_hours"])  # three landed
    assert row["time_to_land_opened_median_hours"] == 3
    assert row["time_to_land_opened_n"] == 5


def test_where_fewer_than_half_landed_the_median_is_unknown_and_not_what_landed():
    row = weekly(*opened([1, 2, None, None, None])).iloc[0]
    assert pd.isna(row["time_to_land_opened_median_hours"])
    assert row["time_to_land_opened_n"] == 5


def test_what_was_closed_waits_no_longer():
    """Three closed after an hour left nobody waiting but the two that landed later."""
    rows = opened([2, 3, None, None, None])
    for row in rows[2:]:
        row |= {"closed_at": "2026-01-05T11:00Z", "state": "closed"}
    assert weekly(*rows).iloc[0]["time_to_land_opened_median_hours"] == 2


def test_in_a_plain_clone_it_is_unknown():
    rows = [row | {"head_sha": None} for row in opened([1, 2, 3, 4, 5])]
    assert pd.isna(weekly(*rows).iloc[0]["time_to_land_opened_median_hours"])


def test_the_band_holds_the_median_and_is_the_same_every_time():
    rng = np.random.default_rng(3)
    days = rng.uniform(0, 6, 60)
    made = at_days(days, np.where(rng.random(60) < 0.8, days + rng.exponential(0.5, 60), np.nan))
    first, again = (capacity.weekly(commits(), made, events()).iloc[0] for _ in range(2))
    name = "time_to_land_opened_median_hours"
    assert first[f"{name}_low"] <= first[name] <= first[f"{name}_high"]
    assert first[f"{name}_low"] == again[f"{name}_low"]


def test_the_median_lies_in_its_own_band_however_wide_those_of_the_openings_are():
    """Most estimates are right, so draws that always moved them would leave the median outside."""
    opened_at = np.arange(40) / 10
    made = at_days(opened_at, opened_at + 0.5, opened_low=None, opened_high=None)
    low, high = made["opened_at"] - pd.Timedelta(days=9), made["opened_at"]
    row = capacity.weekly(commits(), made.assign(opened_low=low, opened_high=high), events()).iloc[
        0
    ]
    assert row["time_to_land_median_hours"] == pytest.approx(12)
    assert row["time_to_land_median_hours_low"] <= 12 <= row["time_to_land_median_hours_high"]


def test_a_landing_on_a_release_line_is_told_apart():
    rows = opened([1, 2, 3, 4, 5]) + [
        row | {"landed_on": "release"} for row in opened([96, 96, 96, 96, 96])
    ]
    row = weekly(*rows).iloc[0]
    assert row["time_to_land_median_hours"] == 3
    assert row["time_to_land_release_lines_median_hours"] == 96
    assert (row["time_to_land_n"], row["time_to_land_release_lines_n"]) == (5, 5)


def test_a_draft_does_not_wait_for_its_first_answer():
    rows = [
        {
            "opened_at": "2026-01-05T10:00Z",
            "ready_at": "2026-01-06T10:00Z",
            "first_response_at": "2026-01-06T12:00Z",
        }
    ] * MIN_N
    made = capacity.weekly(commits({"landed_at": "2026-01-06T13:00Z"}), requests(*rows), events())
    assert made.iloc[0]["time_to_first_response_median_hours"] == 2


WAITS = st.lists(st.tuples(st.integers(0, 20), st.booleans(), st.integers(0, 2)), max_size=60)


@settings(deadline=None)
@given(WAITS)
def test_it_is_kaplan_and_meiers_median_in_every_group(rows):
    hours, landed, groups = (np.array([row[i] for row in rows]) for i in range(3))
    found = censored_medians(hours.astype(float), landed.astype(bool), groups.astype(int), 3)
    for group in range(3):
        mine = groups == group
        expected = censored_median(hours[mine].astype(float), landed[mine].astype(bool))
        assert found[group] == pytest.approx(expected, nan_ok=True)


def test_nobody_landed_is_never():
    none = np.zeros(MIN_N, dtype=bool)
    assert censored_medians(np.ones(MIN_N), none, np.zeros(MIN_N, int), 1)[0] == NEVER


# -- the same on the latency page ------------------------------------------------------------


def shown(*rows):
    made = requests(*rows)
    hours = (made["landed_at"] - made["opened_at"]).dt.total_seconds() / 3600
    return made.assign(time_to_land_hours=hours)


def test_the_page_counts_those_that_wait_and_gives_the_band():
    edge = pd.Timestamp("2026-01-12T00:00Z")
    figure = waits.opened_median(shown(*opened([1, 2, 3, None, None])), edge=edge)
    assert (figure.value, figure.n) == (3, 5)
    assert figure.low <= 3 <= figure.high
    endless = waits.opened_median(shown(*opened([1, 2, None, None, None])), edge=edge)
    assert endless.value == NEVER
    landed = waits.landed_median(shown(*opened([1, 2, 3, 4, 5])))
    assert (landed.value, landed.n) == (3, 5)


def test_the_page_says_on_what_openings_rest():
    made = requests(*opened([1, 2, 3, 4])).assign(
        opened_method=["own", "own", "plain", "gerrit"], opened_grade=["A", "B", "D", "A"]
    )
    assert waits.evidence(made) == (
        "n 4; openings from the platform's record for 25%, else from the order of numbers in git,"
        " 75% graded A or B."
    )
    assert "from the order of numbers in git, 50%" in waits.evidence(made[1:3])
    assert waits.evidence(made[3:]).startswith("n 1; openings from the platform's record, 100%")
    assert waits.evidence(made.head(0)) == ""
