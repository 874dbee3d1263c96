"""Demonstrated capacity against queues whose true capacity is known, and its label."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from queues import at_days, commits, events, simulated

from analyzers import capacity
from analyzers.capacity.benchmarks import benchmarks, beside
from analyzers.capacity.demonstrated import (
    MEMORY,
    Flow,
    busiest_mean,
    capacities,
    elasticity,
    gaps,
    usual_completion,
)
from analyzers.capacity.metric import Frames
from analyzers.capacity.weeks import Weeks

SEEDS = range(12)
ACCEPTED = 0.85  # of what the simulated reviewers review


def flow_of(change_requests):
    built = Frames(commits(), change_requests, events())
    return Flow.of(built, weeks=Weeks.spanning(built.commits, built.change_requests))


def simulated_flows(load, size):
    return [flow_of(simulated(load, capacity=size, seed=seed)) for seed in SEEDS]


def even_flow(opened, landed, waiting, soon=None, work=None):
    n = len(opened)
    soon = opened if soon is None else soon
    return Flow(*(np.asarray(a) for a in (opened, landed, waiting, soon, work or [2.0] * n)))


@pytest.mark.parametrize("size", [10, 30])
@pytest.mark.parametrize("load", [0.95, 1.1, 1.5])
def test_at_saturation_it_is_within_five_percent_of_the_truth(load, size):
    found = [capacities(flow)[-1] / (size * ACCEPTED) for flow in simulated_flows(load, size)]
    assert 0.95 <= np.mean(found) <= 1.05


@pytest.mark.parametrize("load", [0.5, 0.7])
def test_below_saturation_it_is_a_lower_bound_and_says_so(load):
    flows = [flow for size in (10, 30) for flow in simulated_flows(load, size)]
    truths = [size * ACCEPTED for size in (10, 30) for _ in SEEDS]
    assert np.mean([elasticity(flow).label == "lower_bound" for flow in flows]) >= 0.95
    ratios = [capacities(f)[-1] / truth for f, truth in zip(flows, truths, strict=True)]
    assert np.mean(ratios) < 0.9


@pytest.mark.parametrize("load", [1.1, 1.5])
def test_beyond_saturation_nothing_claims_that_capacity_was_not_reached(load):
    labels = [elasticity(flow).label for flow in simulated_flows(load, 30)]
    assert "lower_bound" not in labels


def test_demonstrated_capacity_on_paper():
    # 39 quiet weeks land 2, the 13 with the highest backlog at their start land 6.
    landed, waiting = [2] * 39 + [6] * 13, [1] * 39 + [9] * 13
    flow = even_flow([4] * 52, landed, waiting)
    assert capacities(flow)[-1] == 6
    assert np.isnan(capacities(flow)[:-1]).all()


def test_review_gap_on_paper():
    # 8 opened per week, half of them land within 30 days, 5 per week shown: 8 * 0.5 / 5.
    flow = even_flow([8] * 80, [5] * 80, [3] * 80, soon=[4] * 80)
    assert usual_completion(flow)[-1] == pytest.approx(0.5)
    assert gaps(flow, capacities(flow))[-1] == pytest.approx(0.8)


def test_without_a_year_everything_is_unknown():
    flow = even_flow([8] * 51, [5] * 51, [3] * 51)
    assert np.isnan(capacities(flow)).all()
    assert np.isnan(gaps(flow, capacities(flow))).all()
    short = elasticity(even_flow([8] * 30, [5] * 30, [3] * 30))
    assert short.label == "undetermined"
    assert math.isnan(short.value)
    assert "52 are needed" in short.reason


def test_larger_change_requests_show_in_lines_and_not_in_counts():
    """Ten a week throughout, nine land; from week 110 on they are three times as large."""
    opened = np.repeat(np.arange(120) * 7.0, 10) + np.tile(np.arange(10) * 0.6, 120)
    landed = np.where(np.arange(len(opened)) % 10 < 9, opened + 2, np.nan)
    lines = np.where(opened < 110 * 7, 100, 300)
    table = capacity.weekly(commits(), at_days(opened, landed, reviewable_lines=lines), events())
    before, after = table.iloc[108], table[table["is_complete"]].iloc[-1]
    assert before["demonstrated_lines_capacity"] == pytest.approx(900, rel=0.05)
    assert before["review_gap_lines_ratio"] == pytest.approx(1, abs=0.05)
    assert after["review_gap_ratio"] == pytest.approx(1, abs=0.05)
    assert after["review_gap_lines_ratio"] > 1.3


def test_lines_that_are_mostly_unknown_give_no_capacity_in_lines():
    opened = np.repeat(np.arange(80) * 7.0, 10) + np.tile(np.arange(10) * 0.6, 80)
    table = capacity.weekly(commits(), at_days(opened, opened + 1), events())
    assert table["demonstrated_capacity"].notna().any()
    assert table["demonstrated_lines_capacity"].isna().all()


counts = st.lists(st.integers(0, 30), min_size=MEMORY, max_size=MEMORY)


@given(counts, counts)
def test_it_lies_between_the_worst_and_the_best_week(landed, waiting):
    mean = busiest_mean(np.array([landed]), np.array([waiting]))[0]
    assert min(landed) <= mean <= max(landed)


def test_weekly_bands_hold_their_point_in_the_last_two_years_only():
    opened = np.repeat(np.arange(160) * 7.0, 10) + np.tile(np.arange(10) * 0.6, 160)
    made = at_days(opened, opened + 1 + np.arange(len(opened)) % 5)
    table = capacity.weekly(commits(), made, events())
    last = table[table["is_complete"]].iloc[-1]
    assert last["demonstrated_capacity_low"] <= last["demonstrated_capacity"]
    assert last["demonstrated_capacity"] <= last["demonstrated_capacity_high"]
    assert last["review_gap_ratio_low"] <= last["review_gap_ratio"] <= last["review_gap_ratio_high"]
    early = table.iloc[53]
    assert np.isfinite(early["demonstrated_capacity"])
    assert table["demonstrated_capacity_low"].iloc[:52].isna().all()


def test_no_column_and_no_meaning_claims_what_cannot_be_known():
    for column in (column for table in capacity.TABLES for column in table.columns):
        words = f"{column.name} {column.meaning}".lower()
        for never in (
            "utilization",
            "utilisation",
            "ai-written",
            "productivity",
            "lead time",
            "rho",
        ):
            assert never not in words


def test_benchmarks_say_of_whom_of_what_and_how_far_they_compare():
    rows = benchmarks()
    assert len({row.id for row in rows}) == len(rows) >= 15
    for row in rows:
        assert all((row.source, row.population, row.definition, row.figures))
        assert row.comparable in ("direct", "partly", "no")
        assert row.difference or row.comparable == "direct"
        assert not (row.fact and row.comparable == "no")
    assert beside("time_to_land_median_hours")[0].comparable == "direct"
    assert beside("backlog_young") == ()
