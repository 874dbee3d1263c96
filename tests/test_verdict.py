"""The answer in words, from a reading, shifts and forecasts written out."""

import pandas as pd
import pytest

from analyzers.capacity.facts import Fact
from analyzers.capacity.reading import Reading
from dashboard import verdict


def fact(name, value, low=None, high=None):
    return Fact(name, value, low, high, None, "", None, "")


def answer(*, opened=41.0, slope=8.0, gap=(1.24, 1.1, 1.4)):
    return Reading(
        first_week="2026-W20",
        last_week="2026-W46",
        verdict="falling_behind",
        reason="fewer land within 30 days and more waits: 61% landed within 30 days (80% before)",
        capacity_label="lower_bound",
        capacity_reason="",
        facts=[
            fact("generation_rate", opened),
            fact("throughput", 33.0),
            fact("backlog_slope", slope),
            fact("backlog_young", 240.0),
            fact("review_gap_ratio", *gap),
        ],
        sentence="",
    )


def shifts(week="2026-W30"):
    return pd.DataFrame(
        [{"measure": "generation_rate", "iso_week": week, "before": 28.5, "after": 48.2}]
    )


def forecast(trust="tested", origin="2026-W46"):
    row = {
        "target": "backlog_young",
        "horizon_weeks": 12,
        "origin_week": origin,
        "value": 336.0,
        "low": 280.0,
        "high": 410.0,
        "trust": trust,
    }
    return pd.DataFrame([row])


NONE = pd.DataFrame()


def test_the_answer_tells_rates_growth_since_forecast_and_gap():
    told = verdict.sentences(answer(), shifts(), forecast())
    assert "**41.0** change requests opened per week and **33.0** landed" in told
    assert "the backlog of the last 90 days grows by **8** a week" in told
    assert "Since **2026-W30** 48.2 open per week (28.5 before)." in told
    assert "In 12 weeks **336** are forecast to wait, 240 now (90% band 280 to 410)." in told
    assert "Demand, what opens and usually lands, is **1.24** times what review has shown" in told
    assert "it can land (90% band 1.10 to 1.40)" in told


@pytest.mark.parametrize("trust", ["bands_missed", "untested"])
def test_a_forecast_that_did_not_hold_is_not_told(trust):
    assert "forecast" not in verdict.sentences(answer(), NONE, forecast(trust))


def test_a_forecast_made_at_another_week_is_not_told():
    assert "forecast" not in verdict.sentences(answer(), NONE, forecast(origin="2026-W40"))


def test_a_shift_before_the_period_is_not_told():
    assert "Since" not in verdict.sentences(answer(), shifts("2026-W19"), NONE)


@pytest.mark.parametrize(
    ("slope", "said"),
    [(-2.5, "shrinks by **2.5** a week"), (0.01, "stands still"), (None, "**33.0** landed.")],
)
def test_the_backlog_grows_shrinks_stands_still_or_is_not_known(slope, said):
    assert said in verdict.sentences(answer(slope=slope), NONE, NONE)


def test_where_only_survivors_are_seen_nothing_else_is_told():
    told = verdict.sentences(answer(opened=None), shifts(), forecast())
    assert "**33.0** change requests landed per week" in told
    assert "stays unknown" in told
    assert "forecast" not in told
