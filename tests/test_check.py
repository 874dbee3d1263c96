"""Limits for CI: a line per limit exceeded, exit codes that say which kind of news it is."""

import json

import dashboard_store
import pytest
from repository import commit

from analyzers import errors, tables
from analyzers.reports import check as checking
from analyzers.reports.check import LIMITS, check, exit_code, lines
from analyzers.store import Shelf

CLAUDE = "\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    return Shelf(dashboard_store.write(tmp_path_factory.mktemp("store"), n_weeks=90))


@pytest.fixture
def small(history):
    return history(
        [commit("a", "2026-01-05T10:00Z"), commit("b", "2026-01-12T10:00Z", "two (#1)")],
        head="main", refs={"refs/heads/main": "b"},
    )  # fmt: skip


def figure(shelf, name):
    return check(shelf, {name: 0.0})[0]


def test_a_limit_holds_at_the_very_value_and_is_exceeded_just_below_it(shelf):
    value = figure(shelf, "max_weeks_of_work").value
    at, below = (
        check(shelf, {"max_weeks_of_work": limit})[0].status for limit in (value, value - 0.01)
    )
    assert (at, below) == ("holds", "exceeded")


def test_a_least_is_exceeded_from_below(shelf):
    value = figure(shelf, "min_landed_within_30_days").value
    above, at = (
        check(shelf, {"min_landed_within_30_days": limit})[0].status
        for limit in (value + 0.01, value)
    )
    assert (above, at) == ("exceeded", "holds")


def test_with_whole_band_only_all_of_the_band_beyond_the_limit_counts(shelf):
    gap = figure(shelf, "max_review_gap")
    inside = (gap.low + gap.value) / 2
    assert check(shelf, {"max_review_gap": inside})[0].status == "exceeded"
    assert check(shelf, {"max_review_gap": inside}, whole_band=True)[0].status == "holds"
    beyond = gap.low - 0.01
    assert check(shelf, {"max_review_gap": beyond}, whole_band=True)[0].status == "exceeded"


def test_each_breach_is_one_line_with_value_limit_band_n_and_period(shelf):
    found = check(shelf, {"max_p90_hours_to_land": 1.0, "max_review_gap": 99.0})
    told = list(lines(found))
    assert len(told) == 1
    value = found[0]
    assert told[0].startswith("exceeded: P90 of the time to land: ")
    assert "hours is above the limit of 1 (90% band " in told[0]
    assert f"n {value.n:,}" in told[0]
    assert told[0].endswith(f"{value.period})")
    assert exit_code(found, otherwise=errors.PARTIAL) == errors.THRESHOLD_EXCEEDED


def test_ways_around_review_are_told_of_declared_ai_alone_too(shelf):
    whole, declared = check(
        shelf, {"max_self_landed_share": 1.0, "max_declared_self_landed_share": 1.0}
    )
    requests = shelf.table(tables.CHANGE_REQUESTS)
    assert 0 < declared.n < whole.n < len(requests)
    assert whole.period.startswith("52 weeks to ")


def test_every_limit_stands_on_a_figure_that_there_is(shelf):
    found = check(shelf, dict.fromkeys(LIMITS, 0.5))
    assert [one.figure for one in found] == [limit.figure for limit in LIMITS.values()]
    assert all(one.value is not None for one in found)


def test_breach_before_unknown_before_partial():
    def found(*states):
        return [
            checking.Found("x", "x", 1, None, None, None, None, "share", state, "")
            for state in states
        ]

    codes = {
        ("holds",): errors.PARTIAL,
        ("holds", "unknown"): errors.NOT_ENOUGH_DATA,
        ("unknown", "exceeded"): errors.THRESHOLD_EXCEEDED,
    }
    for states, code in codes.items():
        assert exit_code(found(*states), otherwise=errors.PARTIAL) == code


def test_without_a_limit_the_options_are_named_and_nothing_is_read(run, tmp_path):
    code, out, err = run("check", tmp_path / "nowhere")
    assert (code, out) == (errors.USAGE, "")
    assert "check needs at least one limit: --max-review-gap, --max-weeks-of-work" in err


def test_an_unknown_figure_is_one_line_with_its_reason_and_exit_code_5(run, small):
    code, out, err = run("check", small.path, "--max-weeks-of-work", 4)
    assert code == errors.NOT_ENOUGH_DATA
    assert out.startswith("unknown: weeks of work waiting: ")
    assert out.count("\n") == 1
    assert err.endswith("0 of 1 limits hold\n")


def test_json_has_every_limit_with_its_status(run, small):
    code, out, _ = run("check", small.path, "--max-review-gap", 1.1, "--format", "json", "-q")
    assert code == errors.NOT_ENOUGH_DATA
    told = json.loads(out)
    assert (told["schema_version"], told["repository"]) == (1, "repo")
    assert told["limits"][0] | {"reason": ""} == {
        "figure": "review_gap_ratio", "meaning": "review gap", "limit": 1.1, "value": None,
        "low": None, "high": None, "n": None, "unit": "ratio", "status": "unknown",
        "period": "2026-W02 to 2026-W02", "reason": "",
    }  # fmt: skip
