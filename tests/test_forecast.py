"""Forecasts: the cohort model on paper, bands that hold, scores that are honest."""

import numpy as np
import pandas as pd
import pytest
from queues import at_days, commits, events, simulated

from analyzers.capacity import forecast
from analyzers.capacity.cohorts import AGES, Cohorts
from analyzers.capacity.forecast import BACKTEST, FORECAST, PAST_FORECASTS
from analyzers.capacity.metric import Frames
from analyzers.capacity.targets import HORIZONS, targets
from analyzers.capacity.weeks import Weeks
from analyzers.errors import NotEnoughData

OURS = "cohort_flow_and_smoothing"


def spanned(change_requests):
    built = Frames(commits(), change_requests, events())
    return built, Weeks.spanning(built.commits, built.change_requests)


def cohorts_of(change_requests, edge):
    """With a commit at the edge, since openings after the last sign of work are not counted."""
    made = commits({"landed_at": edge - pd.Timedelta(seconds=1)})
    built = Frames(made, change_requests, events())
    return Cohorts.of(built, weeks=Weeks.spanning(made, change_requests))


def clockwork(weeks=130, per_week=8):
    """Eight opened on each Monday; six land the same week, one a week later, one never."""
    opened = np.repeat(np.arange(weeks) * 7.0, per_week)
    wait = np.tile([1.0] * (per_week - 2) + [8.0, np.nan], weeks)
    # The last day belongs to the last week, so that it is complete.
    landed = np.where(opened + wait < weeks * 7, opened + wait, np.nan)
    landed[-per_week] = weeks * 7 - 0.5
    return at_days(opened, landed)


def test_clockwork_goes_on_as_before():
    built, weeks = spanned(clockwork())
    made = Cohorts.of(built, weeks=weeks)
    landed, change = made.project(len(made.opened) - 1, 12)
    assert landed == pytest.approx([7] * 12, rel=0.02)
    assert change == pytest.approx([0] * 12, abs=0.5)


def test_what_waits_is_carried_forward_by_its_age():
    # 52 weeks of cohorts of ten: five land at age 0, two at age 3, the rest never.
    landed = np.zeros((60, AGES))
    landed[:, 0], landed[:, 3] = 5, 2
    made = Cohorts(np.full(60, 10.0), landed, np.zeros(60))
    per_week, _ = made.project(59, 4)
    assert per_week == pytest.approx([7] * 4)


def test_landings_of_unknown_age_are_not_lost():
    made = Cohorts(np.full(60, 10.0), np.zeros((60, AGES)), np.full(60, 3.0))
    assert made.project(59, 2)[0] == pytest.approx([3, 3])


@pytest.mark.parametrize("origin", [60, 64, 83, 99])
def test_a_projection_uses_nothing_that_came_later(origin):
    table = simulated(0.9, weeks=110, seed=3)
    first = table["opened_at"].min().normalize()
    edge = first + pd.Timedelta(weeks=origin + 1)
    whole = cohorts_of(table, first + pd.Timedelta(weeks=110))
    known = table[table["opened_at"] < edge]
    known = known.assign(landed_at=known["landed_at"].where(known["landed_at"] < edge))
    cut = cohorts_of(known, edge)
    assert len(cut.opened) == origin + 1
    for ours, theirs in zip(cut.project(origin, 12), whole.project(origin, 12), strict=True):
        assert ours == pytest.approx(theirs, abs=1e-9)


def test_every_target_and_horizon_has_a_forecast_a_score_and_a_past():
    built, weeks = spanned(simulated(0.8, weeks=230, seed=1))
    made = forecast.forecasts(built, weeks=weeks)
    pairs = {
        (t, h) for t in ("throughput", "backlog_young", "time_to_land_median") for h in HORIZONS
    }
    for table in (FORECAST, BACKTEST, PAST_FORECASTS):
        rows = table.conform(made[table])
        assert set(zip(rows["target"], rows["horizon_weeks"], strict=True)) == pairs
        assert not rows.duplicated(list(table.key)).any()
    rows = made[FORECAST]
    assert (rows["low"] <= rows["value"]).all()
    assert (rows["value"] <= rows["high"]).all()
    assert rows["trust"].isin(forecast.TRUST).all()


def test_bands_cover_what_they_say_on_steady_queues():
    held = []
    for seed in range(4):
        built, weeks = spanned(simulated(0.8, weeks=230, seed=seed))
        scores = forecast.forecasts(built, weeks=weeks)[BACKTEST]
        held += scores.loc[scores["is_ours"], "coverage_share"].to_list()
    assert 0.85 <= np.mean(held) <= 0.98


def test_it_beats_the_naive_ones_on_steady_queues():
    ratios = []
    for seed in range(4):
        built, weeks = spanned(simulated(0.8, weeks=230, seed=seed))
        scores = forecast.forecasts(built, weeks=weeks)[BACKTEST]
        errors = scores[scores["target"] == "throughput"].groupby("model")["error"].mean()
        ratios.append(errors[OURS] / errors["seasonal_naive"])
        assert errors[OURS] < errors["last_value"]
    assert np.mean(ratios) <= 0.8


def test_a_band_needs_forty_past_errors():
    built, weeks = spanned(simulated(0.8, weeks=90, seed=1))
    rows = forecast.forecasts(built, weeks=weeks)[FORECAST]
    assert (rows.loc[rows["n_residuals"] < 40, "low"]).isna().all()
    assert set(rows.loc[rows["n_residuals"] < 26, "trust"]) <= {"untested"}


def test_a_broken_habit_is_told():
    """A project that doubles every few weeks breaks its own bands; the forecast says so."""
    rng = np.random.default_rng(0)
    sizes = np.concatenate([np.full(120, 10), 10 * 2 ** (np.arange(30) / 5)]).astype(int)
    opened = np.concatenate([w * 7 + rng.random(n) * 7 for w, n in enumerate(sizes)])
    built, weeks = spanned(at_days(opened, opened + 1.0))
    rows = forecast.forecasts(built, weeks=weeks)[FORECAST]
    throughput = rows[(rows["target"] == "throughput") & (rows["horizon_weeks"] == 12)].iloc[0]
    assert throughput["trust"] != "tested"


def test_too_short_a_history_is_refused():
    built, weeks = spanned(simulated(0.8, weeks=70))
    nothing, no_weeks = spanned(at_days(np.array([]), np.array([])))
    with pytest.raises(NotEnoughData, match="78 complete weeks"):
        forecast.forecasts(built, weeks=weeks)
    with pytest.raises(NotEnoughData, match="there are 0"):
        forecast.forecasts(nothing, weeks=no_weeks)


def test_seasonal_and_last_values_on_paper():
    built, weeks = spanned(clockwork())
    throughput = targets(built, weeks=weeks)[0]
    assert throughput.models["last_value"][0, 100] == 28
    assert throughput.models["seasonal_naive"][2, 100] == 84
    assert throughput.actual[0, 100] == 28
    assert np.isnan(throughput.actual[0, -1])


def test_without_a_band_the_forecast_says_so_and_not_that_too_few_were_scored():
    ours = {"n_origins": 30, "error": 1.0, "coverage_share": None}
    trust, reason = forecast._trust(ours, [])
    assert trust == "untested"
    assert reason == (
        "30 past forecasts were scored, but fewer than 26 had a band, which takes 40 errors known"
        " before it"
    )
    _, reason = forecast._trust(ours | {"n_origins": 20}, [])
    assert reason == "20 past forecasts could be scored; 26 are needed"
