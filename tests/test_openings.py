"""Each pitfall of dating an opening as a small history: a steady project with one odd request."""

import pandas as pd
import pytest
from frames import history, sha
from hypothesis import given, settings
from hypothesis import strategies as st
from waterfall import day, gerrit, requests, steady

from analyzers.reviews import rounds

HOUR = pd.Timedelta(hours=1)


def odd(number, *branch, merged=None, last=12, head=None):
    """Pull request `number` of a steady project, made of `branch` rows, merged on day `merged`."""
    rows, refs, tip = steady(last, without=(number,))
    rows += [{"in_head": merged is not None, **row} for row in branch]
    head = head or branch[-1]["name"]
    if merged is not None:
        rows.append({"name": "landed", "parents": f"{tip} {head}", "at": day(merged, 20),
                     "message": f"Merge pull request #{number} from bob/odd"})  # fmt: skip
        tip = "landed"
    return history(rows, refs=refs | {f"refs/pull/{number}/head": head}, head=tip)


def dated(made, name):
    found, _ = requests(made)
    return found.loc[name]


def test_a_steady_project_is_dated_to_the_second():
    rows, refs, tip = steady(10)
    found, _ = requests(history(rows, refs=refs, head=tip))
    assert found.loc["#5", "opened_at"] == pd.Timestamp(day(5))
    assert found.loc["#5", "opened_low"] == pd.Timestamp(day(4))
    assert found.loc["#5", "opened_high"] == pd.Timestamp(day(5, 18))  # its landing proves it
    assert found.loc["#5", "opened_method"] == "own"


def test_a_branch_rewritten_before_landing_is_dated_by_its_author_time():
    branch = {"name": "odd", "parents": "merge1", "authored": day(5, 11), "at": day(12, 11)}
    row = dated(odd(5, branch, merged=12), "#5")
    assert row["opened_at"] == pd.Timestamp(day(5, 11))


def test_a_branch_wholly_redone_is_dated_between_its_neighbours():
    branch = {"name": "odd", "parents": "merge1", "at": day(12, 11)}
    row = dated(odd(5, branch, merged=12), "#5")
    assert row["opened_method"] == "interpolated"
    assert pd.Timestamp(day(4)) < row["opened_at"] < pd.Timestamp(day(6))


@pytest.mark.parametrize("merged", [5, None])
def test_old_commits_picked_into_a_new_branch_do_not_open_it_early(merged):
    branch = (
        {"name": "old", "parents": "root", "at": "2024-03-01T10:00Z"},
        {"name": "new", "parents": "old", "at": day(5, 12)},
    )
    row = dated(odd(5, *branch, merged=merged), "#5")
    assert row["opened_at"] == pd.Timestamp(day(5, 12))


def test_an_accidental_request_of_old_commits_is_dated_by_its_number():
    row = dated(odd(5, {"name": "old", "parents": "root", "at": "2019-03-01T10:00Z"}), "#5")
    assert row["opened_method"] == "interpolated"
    assert row["opened_low"] == pd.Timestamp(day(4))
    assert row["state"] == "not_landed"


def test_a_stacked_branch_is_dated_by_its_own_part():
    branch = (
        {"name": "below", "parents": "merge1", "at": day(2)},
        {"name": "odd", "parents": "below", "at": day(5, 12)},
    )
    assert dated(odd(5, *branch, merged=9), "#5")["opened_at"] == pd.Timestamp(day(5, 12))


def by(*authors, days=(4.5, 4.7, 5)):
    """A branch of #5 with a commit by each author, the last one by who opened it."""
    rows = []
    for name, at in zip(authors, days, strict=True):
        rows.append({"name": f"{name}{at}", "parents": rows[-1]["name"] if rows else "merge1",
                     "at": day(0, 24 * at), "author": f"{name} <{name}@example.com>"})  # fmt: skip
    return dated(odd(5, *rows), "#5")["opened_at"]


def test_a_branch_of_many_hands_is_dated_by_its_newest_author():
    assert by("cy", "bo", "ann") == pd.Timestamp(day(0, 24 * 5))


def test_of_two_hands_the_first_burst_dates_it():
    assert by("bo", "bo", "ann") == pd.Timestamp(day(0, 24 * 4.5))


def test_merges_from_the_base_are_not_its_commits():
    branch = (
        {"name": "one", "parents": "merge1", "at": day(5)},
        {"name": "sync", "parents": "one merge8", "at": day(9)},
        {"name": "two", "parents": "sync", "at": day(9, 12)},
    )
    made = odd(5, *branch, merged=10)
    row = dated(made, "#5")
    assert (row["n_commits"], row["n_rounds"]) == (2, 1)
    _, members = requests(made)
    own = members[(members["change_request"] == "#5") & (members["role"] == "own")]
    assert set(own["sha"]) == {sha("one"), sha("two")}


def test_commits_newer_than_the_landing_are_clipped():
    rows, refs, tip = steady(12, without=(5,))
    rows += [
        {"name": "odd", "parents": "merge1", "at": day(5), "in_head": False},
        {"name": "later", "parents": "odd", "at": day(30), "in_head": False},
        {"name": "squash", "parents": tip, "at": day(13), "message": "Odd (#5)"},
    ]
    made = history(rows, refs=refs | {"refs/pull/5/head": "later"}, head="squash")
    row = dated(made, "#5")
    assert row["opened_at"] == pd.Timestamp(day(5))
    assert row["last_push_at"] == pd.Timestamp(day(5))
    assert row["n_rounds"] == 0


def test_a_clock_in_the_future_dates_nothing():
    row = dated(odd(5, {"name": "odd", "parents": "merge1", "at": "2031-01-01T00:00Z"}), "#5")
    assert row["opened_method"] == "interpolated"


def test_time_zones_do_not_matter():
    branch = {"name": "odd", "parents": "merge1", "at": "2026-01-06T21:00:00+11:00"}
    assert dated(odd(5, branch, merged=9), "#5")["opened_at"] == pd.Timestamp(day(5))


def test_without_heads_a_squash_is_dated_plainly_within_its_band():
    rows = [{"name": "root", "at": day(0)}]
    for n in range(1, 11):
        rows.append({"name": f"s{n}", "parents": rows[-1]["name"], "at": day(n),
                     "message": f"Work (#{n})"})  # fmt: skip
    rows[5] |= {"at": day(4, 23), "authored": day(4, 23)}
    row = dated(history(rows), "#5")
    assert (row["opened_method"], row["n_commits"] is pd.NA) == ("plain", True)
    assert row["opened_grade"] != "A"


def test_a_mention_proves_that_the_number_was_taken():
    rows, refs, tip = steady(12, without=(5,))
    rows += [
        {"name": "odd", "parents": "merge1", "at": day(30), "in_head": False},
        {"name": "note", "parents": tip, "at": day(13), "message": "Prepare\n\nsee #5"},
    ]
    rows = [row | ({"message": row["message"] + "\n\nbefore #5"} if row["name"] == "merge4" else {})
            for row in rows]  # fmt: skip
    made = history(rows, refs=refs | {"refs/pull/5/head": "odd"}, head="note")
    assert dated(made, "#5")["opened_high"] == pd.Timestamp(day(4, 18))


def test_one_request_alone_is_a_guess():
    rows, refs, tip = steady(1)
    row = dated(history(rows, refs=refs, head=tip), "#1")
    assert (row["opened_method"], row["opened_grade"]) == ("first_commit", "D")
    assert pd.isna(row["opened_low"])


CHANGE = "Work\n\nChange-Id: I" + "1" * 40


def reviewed():
    """Change 7: two patch sets, the second rebased when it was submitted."""
    made = history(
        [
            {"name": "root", "at": day(0)},
            {"name": "ps1", "parents": "root", "at": day(1), "message": CHANGE},
            {"name": "ps2", "parents": "root", "at": day(2), "authored": day(1), "message": CHANGE},
            {"name": "other", "parents": "root", "at": day(2, 12)},
            {"name": "landed", "parents": "other", "at": day(3), "message": CHANGE + "\nx"},
        ]
    )
    return gerrit(made, c7=["ps1", "ps2"], c8=["other"])


def test_gerrit_changes_land_by_change_id_or_as_they_are():
    found, members = requests(reviewed())
    assert found.loc["7", ["landing_style", "source", "state"]].tolist() == [
        "gerrit",
        "gerrit",
        "landed",
    ]
    assert found.loc["8", "landing_style"] == "reachable_head"
    assert found.loc["7", "n_commits"] == 1
    assert set(members[members["change_request"] == "7"]["sha"]) == {sha("ps2"), sha("landed")}


def test_gerrit_numbers_handed_out_in_blocks_thin_the_chain_and_do_not_break_it():
    names = [f"c{n}" for n in range(1, 21)]
    rows = [{"name": "root", "at": day(0)}]
    rows += [
        {"name": n, "parents": "root", "at": day(i), "in_head": False}
        for i, n in enumerate(names, 1)
    ]
    blocks = {
        f"c{number}": [name]
        for number, name in zip([*range(1, 16), *range(101, 106)], names, strict=True)
    }
    swapped = blocks | {"c50": ["c19"], "c104": ["c10"]}
    found, _ = requests(gerrit(history(rows, head="root"), **swapped))
    assert found.loc["9", "opened_at"] == pd.Timestamp(day(9))


NOON = 12 * 3600


def test_bursts_are_counted_after_the_opening_and_by_long_pauses():
    hours = [-30, 0, 0.4, 5, 6, 30, 31, 60]
    times = [NOON * 100 + int(hour * 3600) for hour in hours]
    opened = NOON * 100
    assert rounds.update_bursts(times, opened=opened) == 3
    assert rounds.update_bursts(times, opened=opened, landed=opened + 40 * 3600) == 2
    assert rounds.update_bursts([opened], opened=opened) == 0


def test_the_last_push_is_never_after_the_landing():
    assert rounds.last_push([10, 20, 90], landed=50) == 20
    assert rounds.last_push([90], landed=50) == 50
    assert rounds.last_push([10, 90]) == 90
    assert rounds.last_push([], landed=50) == -1


@settings(deadline=None)
@given(st.lists(st.integers(1, 10**6), max_size=20), st.integers(1, 10**6))
def test_there_are_never_more_bursts_than_commits(times, opened):
    assert 0 <= rounds.update_bursts(times, opened=opened) <= len(times)
