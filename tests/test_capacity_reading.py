"""The answer: its facts, its verdict, and what it says when it does not know."""

import json

import numpy as np
import pytest
from queues import at_days, commits, events, requests

from analyzers import capacity
from analyzers.capacity.reading import reading
from analyzers.errors import NotEnoughData


def project(weeks=160, *, slowed=10_000, grown=10_000, later_days=2, **columns):
    """Ten opened per week (twenty from `grown`), nine of ten landing after two days.

    From week `slowed` on only half of them ever land, after `later_days`.
    """
    sizes = [20 if week >= grown else 10 for week in range(weeks)]
    opened = np.concatenate([w * 7 + np.arange(n) * 6.0 / n for w, n in enumerate(sizes)])
    week = (opened // 7).astype(int)
    place = np.concatenate([np.arange(n) / n for n in sizes])
    lands = place < np.where(week >= slowed, 0.5, 0.9)
    wait = np.where(week >= slowed, later_days, 2)
    return at_days(opened, np.where(lands, opened + wait, np.nan), **columns)


def read(change_requests, made=(), **options):
    landed = commits(*made)
    weekly = capacity.weekly(landed, change_requests, events())
    return reading(weekly, change_requests, landed, **options)


def test_a_steady_project_keeps_up():
    found = read(project())
    assert found.verdict == "keeping_up"
    assert "review is keeping up" in found.sentence
    assert found.fact("generation_rate").value == pytest.approx(10)
    assert found.fact("generation_rate").n == 260
    assert found.fact("throughput").value == pytest.approx(9, abs=0.1)
    assert found.fact("time_to_land_median_hours").value == pytest.approx(48)
    assert found.fact("completion_30d_share").value == pytest.approx(0.9)
    assert found.fact("review_gap_ratio").value == pytest.approx(1, abs=0.05)


def test_growth_that_is_kept_up_with_is_no_alarm():
    found = read(project(grown=130))
    assert found.fact("generation_rate").value > found.fact("generation_rate").previous
    assert found.verdict == "keeping_up"


def test_when_fewer_land_later_and_more_waits_review_is_falling_behind():
    found = read(project(slowed=129, later_days=5))
    assert found.verdict == "falling_behind"
    assert "50% landed within 30 days (90% in the 104 weeks before)" in found.reason
    assert "took 120 h or less (48 h then)" in found.reason
    gap = found.fact("review_gap_ratio")
    assert gap.low <= gap.value <= gap.high


def test_when_fewer_land_but_no_later_more_may_be_turned_down():
    made = project(slowed=129)
    found = read(made)
    assert found.verdict == "undetermined"
    assert "more may be turned down than before, which git does not record" in found.reason
    told = made.assign(state=made["state"].where(made["landed_at"].notna(), "open"))
    assert read(told).verdict == "falling_behind"


def test_the_gap_says_whether_it_can_be_told_from_one():
    assert read(project()).sentence.endswith("whether it exceeds that cannot be told.")


def test_a_short_history_is_undetermined_and_says_what_it_needs():
    found = read(project(weeks=30))
    assert found.verdict == "undetermined"
    assert "56 are needed" in found.reason
    gap = found.fact("review_gap_ratio")
    assert gap.value is None
    assert gap.reason == "30 complete weeks of history; 52 are needed"
    assert found.capacity_label == "undetermined"


def test_a_repository_without_change_requests_still_tells_its_declared_share():
    made = [
        {"landed_at": f"2026-01-{day:02d}T10:00Z", "authorship": verdict}
        for day in range(5, 26)
        for verdict in ("ai_agent", "unmarked")
    ]
    found = read(requests(), made)
    assert "no change request is known to git" in found.sentence
    share = found.fact("ai_share_declared_of_commits")
    assert share.value == pytest.approx(0.5)
    assert share.low < 0.5 < share.high
    assert (
        found.fact("time_to_land_median_hours").reason == "0 landed change requests; 5 are needed"
    )


def test_a_period_counts_a_backport_once():
    made = [
        {"landed_at": f"2026-01-{day:02d}T10:00Z", "authorship": verdict, "is_copy": is_copy}
        for day in range(5, 26)
        for verdict, is_copy in (("ai_agent", False), ("unmarked", False), ("ai_agent", True))
    ]
    share = read(requests(), made).fact("ai_share_declared_of_commits")
    assert share.value == pytest.approx(0.5)


def test_nothing_is_not_enough():
    with pytest.raises(NotEnoughData, match="no complete week"):
        read(requests())


def test_a_past_period_reads_as_it_did_then():
    whole = project(slowed=150)
    weekly = capacity.weekly(commits(), whole, events())
    then = reading(weekly, whole, commits(), until=weekly["iso_week"].iloc[140])
    assert then.verdict == "keeping_up"
    assert then.last_week == weekly["iso_week"].iloc[140]
    assert then.fact("throughput").value == pytest.approx(9, abs=0.1)
    with pytest.raises(NotEnoughData):
        reading(weekly, whole, commits(), until="1999-W01")


def test_it_is_plain_json_and_words_stay_within_what_can_be_known():
    found = read(project(slowed=120, later_days=5))
    text = json.dumps(found.as_json(), allow_nan=False)
    assert json.loads(text)["verdict"] == "falling_behind"
    for never in ("utilization", "AI-written", "human", "productivity", "score"):
        assert never not in found.sentence
