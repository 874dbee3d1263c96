"""Review effort: relative weights on paper, and a sample that knows its error."""

import numpy as np
import pandas as pd
import pytest
from queues import at_days, commits, events

from analyzers import tables
from analyzers.capacity import effort, effort_sample
from analyzers.capacity.metric import Frames
from analyzers.capacity.weeks import Weeks
from analyzers.mining.complexity import COMPLEXITY


def project(**history):
    built, span = frames_of(**history)
    return effort.weighed(built, weeks=span), span


def frames_of(*, before, recent, weeks=104):
    """Two landed per week; `before` and `recent` are (lines, files) of each. The last is marked."""
    day = np.repeat(np.arange(weeks) * 7.0, 2)
    is_recent = np.arange(2 * weeks) >= weeks
    lines = np.where(is_recent, recent[0], before[0])
    made = at_days(
        day,
        np.append(day[:-1] + 1, day[-1] + 6.5),  # the last day belongs to the last week
        reviewable_lines=lines,
        authorship=np.where(np.arange(2 * weeks) % 2, "ai_agent", "unmarked"),
    )
    ids = made["change_request"].to_list()
    members = tables.MEMBERSHIPS.from_rows(
        {"change_request": name, "sha": f"s{name}", "role": "landed"} for name in ids
    )
    n_files = np.where(is_recent, recent[1], before[1])
    changes = tables.FILE_CHANGES.from_rows(
        {"sha": f"s{name}", "path": f"{i}.py", "is_binary": False, "kind": "code"}
        for name, n in zip(ids, n_files, strict=True)
        for i in range(n)
    )
    built = Frames(commits(), made, events(), members, changes)
    return built, Weeks.spanning(built.commits, made)


def test_effort_is_the_geometric_mean_of_size_and_spread_over_the_usual():
    weights, weeks = project(before=(10, 1), recent=(40, 4))
    assert weights["effort"].iloc[0] == pytest.approx(1)
    assert weights["effort"].iloc[-1] == pytest.approx(4)
    grown = {ratio.name: ratio for ratio in effort.growth(weights, weeks=weeks)}
    assert grown["effort"].ratio == pytest.approx(4)
    assert (grown["effort"].low, grown["effort"].high) == pytest.approx((4, 4))
    assert grown["lines"].mean == pytest.approx(40)
    assert grown["files"].other == pytest.approx(1)
    assert (grown["effort"].n, grown["effort"].n_other) == (104, 104)


def test_the_table_tells_growth_and_the_declared_also_where_unknown():
    built, weeks = frames_of(before=(10, 1), recent=(40, 4))
    rows = effort.EFFORT.conform(effort.efforts(built, weeks=weeks)[effort.EFFORT])
    told = rows.set_index(["comparison", "name"])["ratio"]
    assert told["growth", "lines"] == pytest.approx(4)
    assert told["declared_ai", "files"] == pytest.approx(1)
    short, weeks = frames_of(before=(10, 1), recent=(10, 1), weeks=12)
    rows = effort.EFFORT.conform(effort.efforts(short, weeks=weeks)[effort.EFFORT])
    assert rows["ratio"].isna().all()
    assert rows["reason"].str.endswith("are needed").all()


def test_size_alone_counts_half_on_the_log_scale():
    weights, weeks = project(before=(10, 2), recent=(40, 2))
    assert effort.growth(weights, weeks=weeks)[0].ratio == pytest.approx(2)


def test_the_declared_are_compared_with_the_rest_of_the_same_weeks():
    weights, weeks = project(before=(10, 1), recent=(10, 1))
    heavier = weights.assign(
        effort=weights["effort"].where(~weights["declared"], 3 * weights["effort"])
    )
    ratio = effort.declared_against_rest(heavier, weeks=weeks)[0]
    assert ratio.ratio == pytest.approx(3)
    assert (ratio.n, ratio.n_other) == (52, 52)
    assert "confounded" in effort.CONFOUNDED


def test_unknown_sizes_are_left_out_and_counted_not_zero():
    weights, weeks = project(before=(10, 1), recent=(10, 1))
    holes = weights.assign(effort=weights["effort"].where(np.arange(len(weights)) % 4 > 0))
    ratio = effort.growth(holes, weeks=weeks)[0]
    assert ratio.ratio == pytest.approx(1)
    assert ratio.n_unknown == len(weights) // 4


def test_too_few_are_refused_with_their_number():
    weights, weeks = project(before=(10, 1), recent=(10, 1), weeks=12)
    ratio = effort.growth(weights, weeks=weeks)[0]
    assert np.isnan(ratio.ratio)
    assert ratio.reason == "12 and 12 landed change requests to compare; 20 are needed"


def crowd(per_quarter=30):
    rows = [
        {"sha": f"{quarter}-{i}", "quarter": quarter, "declared": False}
        for quarter in range(effort_sample.QUARTERS)
        for i in range(per_quarter * (quarter + 1))
    ]
    return pd.DataFrame(rows)


def test_a_sample_takes_the_same_from_every_quarter_and_holds_the_smaller_one():
    everything = crowd()
    small, large = (effort_sample.sampled(everything, n) for n in (16, 80))
    assert set(small) <= set(large)
    assert pd.Series(large).str[0].value_counts().eq(10).all()
    assert effort_sample.sampled(everything, 80) == large


def test_quarters_count_by_how_many_commits_they_had():
    everything = crowd()
    shas = effort_sample.sampled(everything, 80)
    # Ten paths a commit, but forty in the newest quarter, which has 1 of the 10 parts.
    rows = COMPLEXITY.from_rows(
        {
            "sha": sha,
            "n_files": 1,
            "n_methods": 2,
            "complexity": 40 if sha.startswith("0") else 10,
            "seconds": 0.1,
            "tool": "test",
        }
        for sha in shas
    )
    told = {ratio.name: ratio for ratio in effort_sample.complexity_growth(everything, rows)}
    assert told["complexity"].mean == pytest.approx((1 * 40 + 9 * 10) / 10)
    assert told["complexity"].ratio == pytest.approx(1.3)
    assert told["n_methods"].ratio == pytest.approx(1)
    assert told["maintainability_share"].reason.startswith("0 and 0 sampled commits")


def test_the_declared_of_the_sample_are_compared_with_the_rest():
    everything = crowd()
    shas = effort_sample.sampled(everything, 160)
    odd = everything["sha"].str[-1].astype(int) % 2 == 1
    rows = COMPLEXITY.from_rows(
        {
            "sha": sha,
            "n_files": 1,
            "complexity": 30 if int(sha[-1]) % 2 else 10,
            "seconds": 0.1,
            "tool": "test",
        }
        for sha in shas
    )
    ratio = effort_sample.complexity_declared(everything.assign(declared=odd), rows)[0]
    assert ratio.ratio == pytest.approx(3)
    assert (ratio.low, ratio.high) == pytest.approx((3, 3))
    assert ratio.n + ratio.n_other == 160


def test_the_sample_tells_its_error():
    everything = crowd()
    shas = effort_sample.sampled(everything, 240)
    rng = np.random.default_rng(1)
    rows = COMPLEXITY.from_rows(
        {"sha": sha, "n_files": 1, "complexity": value, "seconds": 0.1, "tool": "test"}
        for sha, value in zip(shas, rng.poisson(20, len(shas)), strict=True)
    )
    ratio = effort_sample.complexity_growth(everything, rows)[0]
    assert ratio.low < 1 < ratio.high
    assert ratio.high - ratio.low < 0.2
