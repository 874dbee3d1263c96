"""What-if: the test vectors of the formula, refusals, and a simulation that repeats itself."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from queues import at_days, commits, events

from analyzers.capacity import scenario
from analyzers.capacity.measured import ai_doubling_months, measured
from analyzers.capacity.metric import Frames
from analyzers.capacity.scenario import Inputs, months_until_exceeded
from analyzers.capacity.simulation import simulate
from analyzers.capacity.weeks import Weeks
from analyzers.errors import NotEnoughData, UsageError

BASE = Inputs(human=10, ai=5, capacity=25, ai_doubling_months=4)


@pytest.mark.parametrize(("changes", "months"), [
    ({}, 6.339850),
    ({"assistance": 0.3}, 9.450018),
    ({"reviewers": 2.0}, 12.0),
    ({"ai": 20.0}, 0.0),
    ({"ai_doubling_months": 8.0}, 12.679700),
    ({"ai": 0.0}, math.inf),
    ({"ai_doubling_months": None}, math.inf),
    ({"completion": 0.5}, 12.0),  # 25 / 0.5 = 50: 4 * log2(40 / 5)
])  # fmt: skip
def test_months_until_demand_exceeds_what_was_shown(changes, months):
    assert months_until_exceeded(replace(BASE, **changes)) == pytest.approx(months, abs=1e-3)


def test_a_growing_human_rate_is_solved_where_no_formula_is():
    both = replace(BASE, human_doubling_months=4.0)
    assert months_until_exceeded(both) == pytest.approx(4 * math.log2(25 / 15), abs=1e-6)


@given(st.floats(1, 20), st.floats(1, 20), st.floats(45, 400), st.floats(1, 24), st.floats(1.1, 4))
def test_a_gain_in_capacity_buys_one_doubling_time_per_doubling_of_headroom(human, ai, s, n, k):
    before = months_until_exceeded(Inputs(human, ai, s, ai_doubling_months=n))
    after = months_until_exceeded(Inputs(human, ai, s * k, ai_doubling_months=n))
    assert after - before == pytest.approx(n * math.log2((k * s - human) / (s - human)), abs=1e-3)


@given(st.floats(0, 1), st.floats(0.5, 1))
def test_more_reviewers_never_bring_the_date_forward(extra, beta):
    more = replace(BASE, reviewers=1 + extra, beta=beta)
    assert months_until_exceeded(more) >= months_until_exceeded(BASE) - 1e-9


def test_the_simulation_repeats_itself_to_the_byte_from_its_json():
    inputs = replace(BASE, backlog=12.0, dispersion=1.8)
    again = Inputs.from_json(inputs.to_json())
    assert again == inputs
    assert again.to_json() == inputs.to_json()
    assert simulate(again).to_json() == simulate(inputs).to_json()


def test_the_simulated_backlog_follows_the_arithmetic():
    outcome = simulate(Inputs(human=40, ai=0, capacity=30, weeks=50))
    # Ten more arrive than leave each week: 500 wait after 50 weeks.
    assert outcome.backlog["median"][-1] == pytest.approx(500, rel=0.05)
    assert outcome.wait_weeks["median"][-1] == pytest.approx(500 / 30, rel=0.05)
    assert outcome.backlog["low"][-1] < outcome.backlog["median"][-1] < outcome.backlog["high"][-1]


def test_where_review_keeps_up_the_queue_stays_near_empty():
    outcome = simulate(Inputs(human=10, ai=0, capacity=30, weeks=26))
    assert outcome.backlog["median"] == [0.0] * 26
    assert outcome.months_until_exceeded is None


def test_overdispersion_widens_the_band():
    calm, rough = (simulate(Inputs(human=30, ai=0, capacity=30, dispersion=d)) for d in (1.0, 4.0))
    assert rough.backlog["high"][-1] > 1.5 * calm.backlog["high"][-1]


@pytest.mark.parametrize("text", [
    "{", "[]", "{}", '{"schema_version": 1}',
    json.dumps({"schema_version": 1, "human": 1, "ai": 1, "capacity": "many"}),
    json.dumps({"schema_version": 1, "human": 1, "ai": 1, "capacity": 0}),
    json.dumps({"schema_version": 1, "human": 1, "ai": 1, "capacity": 5, "command": "x"}),
    json.dumps({"schema_version": 1, "human": True, "ai": 1, "capacity": 5}),
    json.dumps({"schema_version": 1, "human": 1, "ai": 1, "capacity": 5, "assistance": 1}),
])  # fmt: skip
def test_a_wrong_scenario_is_refused_in_words(text):
    with pytest.raises(UsageError, match="scenario"):
        Inputs.from_json(text)


def test_presets_change_only_what_they_say():
    made = scenario.presets(BASE)
    assert made["as_measured"][0] == BASE
    assert made["twice_the_reviewers"][0] == replace(BASE, reviewers=2.0)
    assert "not of code volume" in made["ai_doubles_every_4_months"][1]


def test_doubling_time_of_a_clean_exponential():
    weekly = np.repeat([1, 2, 4, 8, 16, 32, 64], 13)
    months, reason = ai_doubling_months(weekly)
    assert months == pytest.approx(3.0, abs=0.05)
    assert reason == ""


def test_no_doubling_time_from_a_burst_or_a_short_past():
    assert ai_doubling_months(np.repeat([1, 5, 20, 40, 80, 60], 13))[1].startswith(
        "declared AI fell"
    )
    assert "6 are needed" in ai_doubling_months(np.repeat([0, 0, 0, 0, 4, 8, 16], 13))[1]
    assert "6 are needed" in ai_doubling_months(np.zeros(200))[1]
    assert ai_doubling_months(np.repeat([9] * 7, 13))[1] == "declared AI does not grow"


def steady(weeks=120, per_week=14, ai_every=2):
    """`per_week` opened per week, all landed two days later, every second one declares AI."""
    opened = np.arange(weeks * per_week) * 7 / per_week
    verdicts = np.where(np.arange(len(opened)) % ai_every == 0, "ai_agent", "unmarked")
    built = Frames(commits(), at_days(opened, opened + 2, authorship=verdicts), events())
    return built, Weeks.spanning(built.commits, built.change_requests)


def test_a_scenario_starts_from_the_repositorys_own_figures():
    built, weeks = steady()
    found = measured(built, weeks=weeks, draws=200)
    assert found.inputs.human == pytest.approx(7)
    assert found.inputs.ai == pytest.approx(7)
    assert found.inputs.capacity == pytest.approx(14)
    assert found.inputs.completion == pytest.approx(1)
    value, low, high = found.months_until_exceeded(lambda i: replace(i, ai_doubling_months=4.0))
    assert low <= value <= high
    assert value == pytest.approx(0, abs=0.01)


def test_the_date_is_refused_without_declared_ai():
    built, weeks = steady(ai_every=10_000)
    with pytest.raises(NotEnoughData, match="declared-AI change requests per week"):
        measured(built, weeks=weeks, draws=50).months_until_exceeded()


def test_a_what_if_is_refused_without_a_year_of_landings():
    built, weeks = steady(weeks=30)
    with pytest.raises(NotEnoughData, match="30 complete weeks of history; 52 are needed"):
        measured(built, weeks=weeks)
