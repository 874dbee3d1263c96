"""What marks miss where notes measure it, and jumps of the declared share between quarters."""

import pandas as pd
import pytest

from analyzers import tables
from analyzers.capacity import disclosing
from analyzers.capacity.disclosing import Jump
from analyzers.reports import disclosed


def commits(*groups):
    """tables.COMMITS of groups (day, declared, of): the first ones of a day are declared AI."""
    rows = [
        {
            "sha": f"{day}-{i}",
            "is_merge": False,
            "is_copy": False,
            "authorship": "ai_coauthored" if i < hits else "unmarked",
            "committed_at": pd.Timestamp(day, tz="UTC"),
            "landed_at": pd.Timestamp(day, tz="UTC"),
        }
        for day, hits, n in groups
        for i in range(n)
    ]
    return pd.DataFrame(rows)


def evidence(**places):
    """Evidence by place: lists of commits."""
    rows = [
        {"sha": sha, "place": place, "degree": "coauthored"}
        for place, shas in places.items()
        for sha in shas
    ]
    return pd.DataFrame(rows, columns=["sha", "place", "degree"])


def measured(hits, n):
    one = {"tool": "claude", "n_commits": 1, "n_marked": 0}
    return [one, {"tool": "all", "n_commits": n, "n_marked": hits}]


def test_a_change_of_thirty_points_between_adjacent_quarters_is_told():
    # 12 of 40 is 30 %, 30 of 50 is 60 %: exactly 30 points.
    past = commits(("2026-02-10", 12, 40), ("2026-05-10", 30, 50))
    assert disclosing.jumps(past) == [Jump("2026-Q1", "2026-Q2", 0.3, 0.6, 40, 50)]


def test_a_fall_is_told_as_well_as_a_rise_and_never_as_less_ai():
    moved = disclosing.jumps(commits(("2025-11-10", 38, 50), ("2026-02-10", 10, 50)))
    (sentence,) = disclosed.lines(None, moved)
    assert sentence == (
        "The declared share of commits went from 76% in 2025-Q4 (n 50) to 20% in 2026-Q1 (n 50):"
        " disclosure may have changed; this alone does not say that the use of AI did."
    )


@pytest.mark.parametrize(
    "groups",
    [
        [("2026-02-10", 12, 40), ("2026-05-10", 29, 50)],  # 28 points
        [("2026-02-10", 0, 29), ("2026-05-10", 50, 50)],  # too few before
        [("2026-02-10", 0, 50), ("2026-05-10", 29, 29)],  # too few after
        [("2026-02-10", 0, 50), ("2026-08-10", 50, 50)],  # no commit in the quarter between
        [("2026-02-10", 0, 30), ("2026-03-10", 30, 30)],  # within one quarter
    ],
)
def test_smaller_thinner_and_more_distant_changes_are_not(groups):
    assert disclosing.jumps(commits(*groups)) == []


@pytest.mark.parametrize(
    "apart", [{"is_merge": True}, {"is_copy": True}, {"authorship": "automation_bot"}]
)
def test_merges_copies_and_automation_make_no_jump(apart):
    past = commits(("2026-02-10", 0, 40), ("2026-05-10", 40, 40))
    assert len(disclosing.jumps(past)) == 1
    later = past["landed_at"] > pd.Timestamp("2026-04-01", tz="UTC")
    for column, value in apart.items():
        past.loc[later, column] = value
    assert disclosing.jumps(past) == []


def test_only_jumps_that_reach_into_the_period_are_shown():
    jump = Jump("2026-Q1", "2026-Q2", 0.0, 0.5, 40, 40)
    assert disclosed.within([jump], pd.Timestamp("2026-06-30", tz="UTC")) == [jump]
    assert disclosed.within([jump], pd.Timestamp("2026-07-01", tz="UTC")) == []


def test_the_share_is_raised_by_the_recall_that_notes_measured():
    # 100 commits, 40 declared, 30 of them by a mark; marks show on 50 of 100 noted ones.
    # Wilson, 90 %: .5 -+ .0811, so .30/.5811 = .516 and .30/.4189 = .716.
    past = commits(("2026-02-10", 40, 100), ("2027-01-01", 9, 9))
    marks = [f"2026-02-10-{i}" for i in range(30)]
    found = evidence(trailer=[*marks, "2027-01-01-0"], note=[f"2026-02-10-{i}" for i in range(40)])
    told = disclosing.with_recall(past, found, measured(50, 100))
    assert (told.first_day, told.last_day) == ("2026-02-10", "2026-02-10")
    assert (told.n_commits, told.n_declared, told.n_marked) == (100, 40, 30)
    assert (told.low, told.high) == (pytest.approx(0.516, abs=1e-3), pytest.approx(0.716, abs=1e-3))
    (sentence,) = disclosed.lines(told, [])
    assert sentence.startswith("Where notes exist (2026-02-10 to 2026-02-10), 40% of 100 commits")
    assert "would be 52% to 72%" in sentence
    assert sentence.endswith("This holds for that time and this repository only.")


def test_the_raised_share_is_never_below_what_is_declared_nor_above_all():
    past = commits(("2026-02-10", 90, 100))
    shas = past["sha"].to_list()
    told = disclosing.with_recall(past, evidence(trailer=shas[:20], note=shas[:90]), measured(9, 9))
    assert (told.low, told.high) == (0.9, 0.9)
    told = disclosing.with_recall(past, evidence(trailer=shas[:90], note=shas[:9]), measured(0, 9))
    assert told.high == 1.0


@pytest.mark.parametrize("recall", [[], measured(2, 4), [{"tool": "claude", "n_commits": 99}]])
def test_without_enough_notes_nothing_is_raised(recall):
    past = commits(("2026-02-10", 9, 20))
    assert disclosing.with_recall(past, evidence(note=["2026-02-10-0"]), recall) is None


@pytest.mark.parametrize("manifest", [{}, {"coverage": None}, {"coverage": {"recall_by_notes": 1}}])
def test_a_store_that_never_measured_recall_claims_nothing(manifest):
    past, none = commits(("2026-02-10", 9, 20)), tables.EVIDENCE.empty()
    assert disclosed.found(past, none, manifest) == (None, [])
