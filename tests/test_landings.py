"""Each pitfall of landing detection as a small history, near misses beside hits."""

import pandas as pd
import pytest
from frames import history, sha
from waterfall import day, requests, steady

BOB = "Bob <bob@example.com>"
PLATFORM = "GitHub <noreply@github.com>"


def landed(rows, refs, head):
    """Landing columns by change request: (name of the style, commit, line)."""
    found, _ = requests(history(rows, refs=refs, head=head))
    back = {sha(row["name"]): row["name"] for row in rows}
    return {
        name: None
        if row.state != "landed"
        else (row.landing_style, back[row.landed_sha], row.landed_on)
        for name, row in found.iterrows()
    }


def test_a_merge_commit_lands_its_number_at_its_own_date():
    rows, refs, tip = steady(2)
    found, members = requests(history(rows, refs=refs, head=tip))
    row = found.loc["#2"]
    assert row["landed_at"] == pd.Timestamp(day(2, 18))
    assert (row["landing_style"], row["title"], row["n_commits"]) == ("merge_commit", "Title 2", 1)
    own = members[members["change_request"] == "#2"]
    assert set(zip(own["sha"], own["role"], strict=True)) == {
        (sha("work2"), "own"),
        (sha("merge2"), "merge"),
    }


def test_merge_words_count_with_two_parents_only():
    rows, refs, tip = steady(1)
    rows.append(
        {"name": "said", "parents": tip, "at": day(2), "message": "Merge pull request #7 from x/y"}
    )
    assert set(landed(rows, refs, "said")) == {"#1"}


def test_a_forks_own_merges_inside_a_branch_count_nowhere():
    rows, refs, tip = steady(3)
    rows += [
        {"name": "fork", "parents": "root", "at": day(1)},
        {"name": "sync", "parents": "fork merge1", "at": day(2),
         "message": "Merge pull request #1 from upstream/main"},
        {"name": "merge4", "parents": f"{tip} sync", "at": day(4, 18),
         "message": "Merge pull request #4 from ann/fork"},
    ]  # fmt: skip
    found = landed(rows, refs | {"refs/pull/4/head": "sync"}, "merge4")
    assert found["#1"] == ("merge_commit", "merge1", "default")
    assert found["#4"] == ("merge_commit", "merge4", "default")


def test_bors_lands_and_names_its_approver():
    rows, refs, tip = steady(1)
    rows += [
        {"name": "work2", "parents": tip, "at": day(2), "author": BOB},
        {"name": "bors", "parents": f"{tip} work2", "at": day(2, 20), "author": "bors <b@x>",
         "message": "Auto merge of #2 - bob:topic, r=ann"},
    ]  # fmt: skip
    found, _ = requests(history(rows, refs=refs | {"refs/pull/2/head": "work2"}, head="bors"))
    ann = found.loc["#1", "author_id"]
    assert found.loc["#2", ["landing_style", "landed_by_id"]].tolist() == ["bors", ann]
    assert not found.loc["#2", "self_landed"]


def test_a_bors_batch_gives_each_number_its_own_parent():
    rows, refs, tip = steady(1)
    rows += [
        {"name": "a", "parents": tip, "at": day(2)},
        {"name": "b", "parents": tip, "at": day(3)},
        {"name": "batch", "parents": f"{tip} a b", "at": day(4), "message": "Merge #3 #2"},
    ]
    found, members = requests(history(rows, refs=refs, head="batch"))
    own = members[members["role"] == "own"].set_index("change_request")["sha"]
    assert (own["#3"], own["#2"]) == (sha("a"), sha("b"))
    assert found.loc[["#2", "#3"], "landing_style"].tolist() == ["bors", "bors"]


def test_a_queue_that_merges_with_the_title_lands_its_number():
    rows, refs, tip = steady(1)
    rows += [
        {"name": "work2", "parents": tip, "at": day(2)},
        {"name": "queued", "parents": f"{tip} work2", "at": day(3), "message": "Speed up (#2)"},
    ]
    found = landed(rows, refs | {"refs/pull/2/head": "work2"}, "queued")
    assert found["#2"] == ("merge_commit", "queued", "default")


def squash(message, **more):
    """Two merged pull requests, then a squash on the line while #3's head stays apart."""
    rows, refs, tip = steady(2)
    rows += [
        {"name": "work3", "parents": tip, "at": day(3), "in_head": False},
        {"name": "squash", "parents": tip, "at": day(4), "message": message,
         "committer": PLATFORM, **more},
    ]  # fmt: skip
    return rows, refs | {"refs/pull/3/head": "work3"}, "squash"


def test_a_squash_lands_the_last_number():
    assert landed(*squash("Speed up (#1) (#3)"))["#3"] == ("squash_number", "squash", "default")


def test_an_issue_behind_the_number_does_not_take_it():
    assert landed(*squash("Speed up (#3) (#99)"))["#3"] == ("squash_number", "squash", "default")


def test_a_squash_by_the_platform_names_nobody():
    found, members = requests(history(*squash("Speed up (#3)")[:1], refs=squash("")[1]))
    row = found.loc["#3"]
    assert pd.isna(row["landed_by_id"])
    assert pd.isna(row["self_landed"])
    assert (row["title"], row["reviewable_lines"]) == ("Speed up", 10)
    assert set(members[members["change_request"] == "#3"]["role"]) == {"own", "landed"}


def test_a_revert_lands_nothing_of_what_it_quotes():
    assert landed(*squash('Revert "Speed up (#3)"'))["#3"] is None
    assert landed(*squash('Revert "Speed up"\n\nThis reverts commit 123. Fixes #3'))["#3"] is None


def test_the_first_landing_wins_when_the_work_is_landed_again():
    rows, refs, tip = squash("Speed up (#3)")
    rows.append({"name": "again", "parents": tip, "at": day(9), "message": "Speed up (#3)"})
    assert landed(rows, refs, "again")["#3"] == ("squash_number", "squash", "default")


def test_a_cherry_picked_release_commit_does_not_land_it_twice():
    rows, refs, tip = squash("Speed up (#3)")
    rows.append({"name": "pick", "parents": "merge1", "at": day(3, 1), "in_head": False,
                 "message": "Speed up (#3)\n\n(cherry picked from commit 0123)"})  # fmt: skip
    found = landed(rows, refs | {"refs/tags/v1.0.1": "pick"}, tip)
    assert found["#3"] == ("squash_number", "squash", "default")


def test_what_lands_only_on_a_tagged_line_landed_on_a_release():
    rows, refs, tip = steady(3)
    rows.append({"name": "pick", "parents": "merge1", "at": day(4), "in_head": False,
                 "message": "Fix for 1.0 (#4)"})  # fmt: skip
    refs |= {"refs/pull/4/head": "pick"}
    assert landed(rows, refs | {"refs/tags/v1": "pick"}, tip)["#4"][1:] == ("pick", "release")
    assert landed(rows, refs | {"refs/heads/topic": "pick"}, tip)["#4"] is None


def test_a_branch_merged_into_a_stable_line_keeps_its_own_merge():
    rows, refs, tip = steady(2)
    rows += [
        {"name": "fix", "parents": "merge1", "at": day(3)},
        {"name": "stable", "parents": "merge1 fix", "at": day(3, 18),
         "message": "Merge pull request #3 from bob/fix"},
        {"name": "up", "parents": f"{tip} stable", "at": day(5), "message": "Merge stable up"},
    ]  # fmt: skip
    refs |= {"refs/pull/3/head": "fix", "refs/tags/v1": "stable"}
    found, members = requests(history(rows, refs=refs, head="up"))
    assert found.loc["#3", ["landed_sha", "landed_on"]].tolist() == [sha("stable"), "release"]
    assert sha("fix") in members[members["change_request"] == "#3"]["sha"].tolist()


def test_a_head_that_came_in_by_another_merge_lands_with_it():
    rows, refs, tip = steady(2)
    rows += [
        {"name": "topic", "parents": tip, "at": day(3)},
        {"name": "byhand", "parents": f"{tip} topic", "at": day(4), "message": "Merge topic"},
    ]
    found = landed(rows, refs | {"refs/pull/3/head": "topic"}, "byhand")
    assert found["#3"] == ("reachable_head", "byhand", "default")


def test_a_fast_forward_neither_dates_nor_bounds_its_own_opening():
    rows, refs, tip = steady(2)
    rows += [
        {"name": "ff", "parents": tip, "at": day(3)},
        *({"name": f"c{n}", "parents": "ff" if n == 0 else f"c{n - 1}", "at": day(4, n)}
          for n in range(2)),
    ]  # fmt: skip
    found, _ = requests(history(rows, refs=refs | {"refs/pull/3/head": "ff"}, head="c1"))
    row = found.loc["#3"]
    assert row["landing_style"] == "reachable_head"
    assert row["opened_high"] > pd.Timestamp(day(3))  # its own date is no proof
    assert row["landed_at"] >= row["opened_at"]
    assert pd.isna(row["landed_by_id"])


def rebased(**twin):
    rows, refs, tip = steady(2)
    rows += [
        {"name": "head", "parents": "merge1", "at": day(3), "message": "Speed up",
         "author": BOB, "in_head": False},
        {"name": "twin", "parents": tip, "at": day(4), "authored": day(3), "message": "Speed up",
         "author": BOB, "committer": "Mia <mia@example.com>"} | twin,
    ]  # fmt: skip
    return rows, refs | {"refs/pull/3/head": "head"}, "twin"


def test_a_rebased_head_lands_with_its_twin():
    rows, refs, tip = rebased()
    assert landed(rows, refs, tip)["#3"] == ("twin", "twin", "default")
    found, members = requests(history(rows, refs=refs, head=tip))
    assert found.loc["#3", "landed_at"] == pd.Timestamp(day(4))
    assert found.loc["#3", "reviewable_lines"] == 10
    assert (members["sha"] == sha("twin")).any()


@pytest.mark.parametrize(
    "other",
    [{"message": "Speed it up"}, {"authored": day(3, 11)}, {"author": "Eve <eve@example.com>"}],
)
def test_a_likeness_is_no_twin(other):
    assert landed(*rebased(**other))["#3"] is None


def test_a_backport_lands_on_its_release_line_not_on_its_originals_commit():
    rows, refs, tip = squash("Speed up (#3)")
    rows += [
        {"name": "backport", "parents": "root", "at": day(5), "authored": day(4),
         "message": "Speed up (#3)", "in_head": False},
        {"name": "stable", "parents": "merge1", "at": day(6), "authored": day(4),
         "message": "Speed up (#3)", "in_head": False},
    ]  # fmt: skip
    refs |= {"refs/pull/4/head": "backport"}
    assert landed(rows, refs, tip)["#4"] is None
    found = landed(rows, refs | {"refs/tags/v1.0.1": "stable"}, tip)
    assert found["#3"] == ("squash_number", "squash", "default")
    assert found["#4"] == ("twin", "stable", "release")


def test_a_head_that_was_on_the_line_long_before_its_number_did_not_land():
    rows, refs, tip = steady(10)
    refs["refs/pull/11/head"] = "merge2"
    assert landed(rows, refs, tip)["#11"] is None


def test_a_hand_pushed_landing_is_found_by_closes_where_the_number_has_a_head():
    rows, refs, tip = squash("Speed up\n\nCloses #3\nFixes #77")
    found = landed(rows, refs, tip)
    assert found["#3"] == ("closes_number", "squash", "default")
    assert "#77" not in found


def test_what_a_numbered_squash_closes_was_superseded():
    rows, refs, tip = steady(2)
    rows += [{"name": f"work{n}", "parents": tip, "at": day(n), "in_head": False} for n in (3, 4)]
    rows.append({"name": "s", "parents": tip, "at": day(5), "message": "Both (#4)\n\nCloses #3"})
    refs |= {f"refs/pull/{n}/head": f"work{n}" for n in (3, 4)}
    found = landed(rows, refs, "s")
    assert found["#3"] is None
    assert found["#4"] == ("squash_number", "s", "default")


def test_one_head_in_several_pull_requests_lands_once():
    rows, refs, tip = steady(3)
    found = landed(rows, refs | {"refs/pull/4/head": "work3"}, tip)
    assert found["#3"] == ("merge_commit", "merge3", "default")
    assert found["#4"] is None


def test_foreign_tracker_numbers_are_vetoed_and_bend_nothing():
    rows, refs, tip = steady(12)
    early = {"name": "trac", "parents": "root", "at": day(0, 12), "message": "Old bug (#12)"}
    plain = landed(rows, refs, tip)
    rows = [rows[0], early, *({**row, "parents": row["parents"].replace("root", "trac")}
                              for row in rows[1:])]  # fmt: skip
    assert landed(rows, refs, tip) == plain
    found, _ = requests(history(rows, refs=refs, head=tip))
    assert found.loc["#3", "opened_at"] == pd.Timestamp(day(3))


def test_an_imported_projects_numbers_are_not_ours_where_all_ours_have_heads():
    rows, refs, tip = steady(30)
    rows += [
        {"name": f"their{n}", "parents": tip if n == 1 else f"their{n - 1}", "at": day(31, n),
         "message": f"Their work (#{500 + n})"}
        for n in range(1, 3)
    ]  # fmt: skip
    refs["refs/pull/900/head"] = "their2"
    assert {"#501", "#502"}.isdisjoint(landed(rows, refs, "their2"))


def test_without_heads_numbers_on_the_line_still_land():
    rows, _, tip = steady(4)
    found, _ = requests(history(rows, head=tip))
    assert found.index.tolist() == ["#1", "#2", "#3", "#4"]
    assert found["head_sha"].isna().all()


def test_merge_requests_are_a_sequence_of_their_own():
    rows, refs, tip = steady(1)
    rows += [
        {"name": "topic", "parents": tip, "at": day(2)},
        {"name": "mr", "parents": f"{tip} topic", "at": day(2, 18),
         "message": "Merge branch 't' into 'main'\n\nSpeed up\n\nCloses #5\n\n"
                    "See merge request group/project!1"},
    ]  # fmt: skip
    refs |= {"refs/merge-requests/1/head": "topic", "refs/merge-requests/2/head": "topic"}
    found = landed(rows, refs, "mr")
    assert found["!1"] == ("merge_commit", "mr", "default")
    assert found["#1"] == ("merge_commit", "merge1", "default")
    assert found["!2"] is None
    assert "#5" not in found


REVISION = "Differential Revision: https://reviews.example.com/D"


def test_phabricator_revisions_land_as_the_commits_that_name_them():
    rows = [{"name": "root", "at": day(0)}]
    for n in range(1, 8):
        message = f"Work {n}\n\nReviewed By: bo\n\n{REVISION}{n * 9}"
        rows.append({"name": f"c{n}", "parents": rows[-1]["name"], "at": day(n, 18),
                     "authored": day(n), "message": message})  # fmt: skip
    rows += [
        {"name": "revert", "parents": "c7", "at": day(8),
         "message": f'Revert "Work 7"\n\nThis reverts commit 1.\n\n{REVISION}63'},
        {"name": "quoted", "parents": "revert", "at": day(9), "message": f"See {REVISION}70"},
    ]  # fmt: skip
    found, members = requests(history(rows))
    assert found.index.tolist() == [f"D{n * 9}" for n in range(1, 8)]
    row = found.loc["D36"]
    assert (row["opened_at"], row["opened_method"]) == (pd.Timestamp(day(4)), "plain")
    assert (row["landed_at"], row["state"]) == (pd.Timestamp(day(4, 18)), "landed")
    assert members.set_index("change_request").loc["D63", "sha"] == sha("c7")


def test_a_pull_request_that_phabricator_imported_is_counted_once():
    rows, refs, tip = steady(2)
    rows += [
        {"name": "a", "parents": tip, "at": day(3), "message": f"Work (#3)\n\n{REVISION}90"},
        {"name": "b", "parents": "a", "at": day(4), "message":
         f"More\n\nPull Request resolved: https://x.example/o/r/pull/4\n\n{REVISION}91"},
    ]  # fmt: skip
    assert not [name for name in landed(rows, refs, "b") if name.startswith("D")]


def test_an_empty_history_has_no_change_requests():
    made = history([{"name": "root", "at": day(0)}])
    found, members = requests(made)
    assert found.empty
    assert members.empty
