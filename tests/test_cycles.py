"""From commits and recorded events to one row per change request."""

import numpy as np
import pandas as pd
import pytest
from frames import history, person, sha
from waterfall import day, gerrit, requests, steady, told

from analyzers import reviews, tables
from analyzers.errors import UsageError
from analyzers.graph import Graph

ANN, MIA, BOB = (person(f"{name}@example.com") for name in ("ann", "mia", "bob"))


def made(last=3, **more):
    rows, refs, tip = steady(last)
    return history(rows, refs=refs | more.get("refs", {}), head=tip)


def at(number, hour=10):
    return pd.Timestamp(day(number, hour))


# -- people ----------------------------------------------------------------------------------


def test_author_and_lander_are_told_apart():
    found, _ = requests(made())
    assert found.loc["#2", ["author_id", "landed_by_id", "self_landed"]].tolist() == [
        ANN,
        MIA,
        False,
    ]


def merged_by(lander, **work):
    rows, refs, tip = steady(1)
    rows += [
        {"name": "work2", "parents": tip, "at": day(2)} | work,
        {"name": "merge2", "parents": f"{tip} work2", "at": day(2, 18), "author": lander,
         "message": "Merge pull request #2 from ann/topic"},
    ]  # fmt: skip
    return history(rows, refs=refs | {"refs/pull/2/head": "work2"}, head="merge2")


def test_self_landed_needs_the_authors_own_hand_and_nobody_elses():
    mine = merged_by("Ann <ann@example.com>")
    assert requests(mine)[0].loc["#2", "self_landed"]
    helped = merged_by("Ann <ann@example.com>", committer="Bob <bob@example.com>")
    assert not requests(helped)[0].loc["#2", "self_landed"]
    named = told({"change_request": "#2", "kind": "approved", "actor_id": BOB, "source": "trailer"})
    assert not requests(mine, named)[0].loc["#2", "self_landed"]
    own = told({"change_request": "#2", "kind": "approved", "actor_id": ANN, "source": "trailer"})
    assert requests(mine, own)[0].loc["#2", "self_landed"]


def test_automation_is_flagged_and_lands_for_nobody():
    robot = "bot[bot] <1+bot[bot]@users.noreply.example>"
    found, _ = requests(
        merged_by(robot, author=robot),
        is_automation=lambda names, _: np.array([name == "bot[bot]" for name in names]),
    )
    assert found.loc["#2", "is_automation"]
    assert pd.isna(found.loc["#2", "landed_by_id"])
    assert not found.loc["#1", "is_automation"]


# -- sizes -----------------------------------------------------------------------------------


def changed(*rows):
    names = ("sha", "path", "kind", "lines")
    return pd.DataFrame([(sha(row[0]), *row[1:]) for row in rows], columns=names)


def test_size_is_summed_and_the_area_has_most_reviewable_lines():
    files = changed(
        ("work2", "src/a.py", "code", 30),
        ("work2", "docs/a.md", "doc", 20),
        ("work2", "vendor/x.js", "vendored", 900),
        ("work3", "README.md", "doc", 3),
    )
    found, _ = requests(made(), file_changes=files)
    assert found.loc["#2", ["n_files", "area", "reviewable_lines"]].tolist() == [3, "src", 10]
    assert found.loc["#3", "area"] == "."
    assert pd.isna(found.loc["#1", "area"])


@pytest.mark.parametrize(
    "files",
    [changed(), changed(("work2", "v/x", "vendored", 9)), changed(("loose", "a", "code", 1))],
)
def test_nothing_to_review_is_no_area(files):
    found, _ = requests(made(), file_changes=files)
    assert found["area"].isna().all()


def test_unknown_sizes_stay_unknown():
    rows, refs, tip = steady(2)
    rows[1] |= {"n_files": None, "reviewable_lines": None}
    found, _ = requests(history(rows, refs=refs, head=tip))
    assert found.loc["#1", ["n_files", "reviewable_lines"]].isna().all()
    assert found.loc["#2", "reviewable_lines"] == 10


# -- recorded events -------------------------------------------------------------------------


def event(kind, when=None, by=BOB, name="#2", **more):
    return {"change_request": name, "kind": kind, "actor_id": by, "at": when} | more


def test_a_recorded_opening_is_exact():
    found, _ = requests(made(), told(event("opened", day(2, 9), ANN)))
    row = found.loc["#2"]
    assert row["opened_at"] == row["opened_low"] == row["opened_high_wide"] == at(2, 9)
    assert (row["opened_grade"], row["opened_method"], row["source"]) == ("A", "import", "github")
    assert found.loc["#1", "opened_method"] == "own"


@pytest.mark.parametrize(
    ("answer", "counts"),
    [
        (event("commented", day(2, 12)), True),
        (event("approved", day(2, 12)), True),
        (event("commented", day(2, 12), ANN), False),
        (event("commented", day(2, 12), actor_kind="bot"), False),
        (event("approved", day(2, 12), actor_kind="agent"), False),
        (event("commented", day(2, 12), actor_kind="unknown"), False),
        (event("updated", day(2, 12)), False),
        (event("review_requested", day(2, 12)), False),
        (event("approved"), False),  # a trailer: who, but not when
    ],
)
def test_only_another_human_ends_the_wait(answer, counts):
    found, _ = requests(made(), told(event("opened", day(2, 9), ANN), answer))
    assert pd.notna(found.loc["#2", "first_response_at"]) == counts


def test_reviewers_are_other_humans_also_without_a_time():
    answers = [
        event("approved"),
        event("commented", day(2, 12), MIA),
        event("commented", day(2), ANN),
    ]
    found, _ = requests(made(), told(*answers))
    assert found.loc["#2", "reviewer_ids"].split() == sorted([BOB, MIA])


def test_the_wait_of_a_draft_begins_when_it_is_ready():
    drafted = [
        event("opened", day(2, 9), ANN),
        event("drafted", day(2, 9), ANN),
        event("commented", day(2, 10)),
        event("ready", day(2, 12), ANN),
    ]
    found, _ = requests(made(), told(*drafted, event("approved", day(2, 15))))
    assert found.loc["#2", "ready_at"] == at(2, 12)
    assert found.loc["#2", "first_response_at"] == at(2, 15)
    early, _ = requests(made(), told(*drafted))
    assert early.loc["#2", "first_response_at"] == at(2, 12)  # answered before it asked


def test_a_later_draft_does_not_move_the_first_wait():
    events = [
        event("opened", day(2, 9), ANN),
        event("approved", day(2, 10)),
        event("drafted", day(2, 11), ANN),
        event("ready", day(2, 12), ANN),
    ]
    found, _ = requests(made(), told(*events))
    assert found.loc["#2", ["ready_at", "first_response_at"]].tolist() == [at(2, 9), at(2, 10)]


def test_the_record_knows_open_and_closed_but_code_on_the_line_has_landed():
    base = made(refs={"refs/pull/8/head": "work1", "refs/pull/9/head": "work1"})
    events = [
        event("opened", day(3), name="#8"),
        event("opened", day(3), name="#9"),
        event("closed", day(4), name="#9"),
        event("closed", day(4), name="#2"),
    ]
    found, _ = requests(base, told(*events))
    assert found.loc[["#8", "#9", "#2", "#1"], "state"].tolist() == [
        "open",
        "closed",
        "landed",
        "landed",
    ]
    assert found.loc["#9", "closed_at"] == at(4)
    assert pd.isna(found.loc["#2", "closed_at"])


def test_the_last_end_counts():
    events = [
        event("opened", day(3), name="#8"),
        event("closed", day(4), name="#8"),
        event("reopened", day(5), name="#8"),
    ]
    found, _ = requests(made(), told(*events))
    assert found.loc["#8", ["number", "state", "source"]].tolist() == [8, "open", "github"]


def test_a_recorded_landing_is_exact_and_keeps_its_commit():
    found, _ = requests(made(), told(event("landed", day(2, 19), MIA)))
    row = found.loc["#2"]
    assert (row["landed_at"], row["landed_sha"]) == (at(2, 19), sha("merge2"))
    assert row["landing_style"] == "merge_commit"


def test_gerrits_record_beats_the_upload_time_of_a_fast_forward():
    rows = [{"name": "root", "at": day(0)}, {"name": "ps1", "parents": "root", "at": day(1)}]
    base = gerrit(history(rows), c7=["ps1"])
    common = {"name": "7", "source": "gerrit"}
    found, _ = requests(
        base,
        told(event("opened", day(1, 11), ANN, **common), event("landed", day(4), MIA, **common)),
    )
    row = found.loc["7"]
    assert (row["landed_at"], row["landing_style"], row["opened_method"]) == (
        at(4),
        "gerrit",
        "gerrit",
    )
    gone, _ = requests(base, told(event("closed", day(4), MIA, **common)))
    assert gone.loc["7", "state"] == "closed"
    assert pd.isna(gone.loc["7", "landed_sha"])


def test_rounds_are_pushes_after_an_answer():
    events = [
        event("opened", day(2, 9), ANN),
        event("updated", day(2, 10), ANN),
        event("commented", day(2, 11)),
        event("updated", day(2, 12), ANN),
        event("updated", day(2, 13), ANN),
        event("approved", day(2, 14)),
    ]
    found, _ = requests(made(), told(*events))
    assert found.loc["#2", "n_rounds"] == 1
    assert found.loc["#2", "last_push_at"] == at(2, 13)


def test_without_recorded_pushes_gits_bursts_stay():
    rows, refs, tip = steady(9, without=(5,))
    rows += [
        {"name": "one", "parents": "merge1", "at": day(5), "in_head": False},
        {"name": "two", "parents": "one", "at": day(7), "in_head": False},
    ]
    base = history(rows, refs=refs | {"refs/pull/5/head": "two"}, head=tip)
    answered = [
        event("commented", day(6), name="#5"),
        event("approved", name="#5", source="trailer"),
    ]
    found, _ = requests(base, told(*answered))
    assert found.loc["#5", "n_rounds"] == 1
    assert found.loc["#5", "source"] == "github"
    trailers, _ = requests(base, told(answered[1]))
    assert trailers.loc["#5", ["n_rounds", "source"]].tolist() == [1, "git"]


def test_the_table_is_whole_and_nothing_given_was_changed():
    base, events = made(), told(event("opened", day(2, 9), ANN))
    before = base.commits.copy(), base.refs.copy(), events.copy()
    found, members = requests(base, events)
    assert [found.index.name, *found.columns] == tables.CHANGE_REQUESTS.names
    assert not members.duplicated().any()
    for given, kept in zip((base.commits, base.refs, events), before, strict=True):
        pd.testing.assert_frame_equal(given, kept)


# -- confidence ------------------------------------------------------------------------------


def test_the_record_tells_gits_own_error():
    base = made(9)
    events = told(
        event("opened", day(5, 8), ANN, name="#5"),  # two hours before its commit
        event("opened", day(6, 10), ANN, name="#6"),
        event("landed", day(6, 19), MIA, name="#6"),
        event("commented", day(7, 19), MIA, name="#7"),
    )
    error = reviews.git_only_error(reviews.study(base, Graph.of(base.commits)).requests, events)
    opened, landed = error.to_dict("records")
    assert (opened["estimate"], opened["n"], opened["error_median_hours"]) == ("opened", 2, 1.0)
    assert opened["band_share"] == 1.0
    assert (landed["estimate"], landed["n"], landed["error_median_hours"]) == ("landed", 1, 1.0)


def test_a_steady_sequence_gives_confidence_and_no_warning():
    base = made(30)
    found = reviews.study(base, Graph.of(base.commits))
    row = found.confidence.iloc[0]
    assert row[["sequence", "n_change_requests", "n_heads", "chain_share"]].tolist() == [
        "pull requests", 30, 30, 1.0,
    ]  # fmt: skip
    assert found.warnings == ()


def test_missing_heads_and_mixed_sequences_are_warned_about():
    rows, _, tip = steady(3)
    plain = history(rows, head=tip)
    assert "refs/pull/*/head" in reviews.study(plain, Graph.of(plain.commits)).warnings[0]
    assert len(reviews.study(plain, Graph.of(plain.commits)).warnings) == 1
    partly = history(rows, refs={"refs/pull/3/head": "work3"}, head=tip)
    assert "67% of the landed" in reviews.study(partly, Graph.of(partly.commits)).warnings[0]
    rows = [{"name": "root", "at": day(0)}]
    rows += [
        {"name": f"h{n}", "parents": "root", "at": day(n if n % 2 else 90 - n)}
        for n in range(1, 41)
    ]
    rows.append({"name": "tip", "parents": "root", "at": day(90)})
    refs = {f"refs/pull/{n}/head": f"h{n}" for n in range(1, 41)}
    mixed = history(rows, refs=refs, head="tip")
    assert "two projects may be mixed" in reviews.study(mixed, Graph.of(mixed.commits)).warnings[0]


# -- explanations ----------------------------------------------------------------------------


def test_the_whole_argument_is_told():
    said = "\n".join(reviews.explain(made(9), tables.REVIEW_EVENTS.empty(), "#5"))
    assert "candidate times for the opening: 2026-01-06 10:00 UTC (in the band)" in said
    assert "9 of 9 numbers fit" in said
    assert "anchors below: #4 2026-01-05 10:00 UTC, #3 2026-01-04 10:00 UTC;" in said
    assert "anchors above: #6 2026-01-07 10:00 UTC, #7 2026-01-08 10:00 UTC, #8 " in said
    assert "taken at the latest by 2026-01-06 18:00 UTC: #5 was landed" in said
    assert "opened: 2026-01-06 10:00 UTC, grade C, method own" in said
    assert "a merge commit names its number" in said
    assert "time to land: 8.0 hours (0 minutes to 1.3 days by the band)" in said
    assert "git cannot tell" not in said


def test_a_queue_lands_early_by_one_test_run_and_says_so():
    rows, refs, tip = steady(2)
    rows += [
        {"name": "work3", "parents": tip, "at": day(3)},
        {"name": "bors", "parents": f"{tip} work3", "at": day(3, 20),
         "message": "Auto merge of #3 - bob:topic, r=ann"},
    ]  # fmt: skip
    base = history(rows, refs=refs | {"refs/pull/3/head": "work3"}, head="bors")
    said = "\n".join(reviews.explain(base, tables.REVIEW_EVENTS.empty(), "#3"))
    assert "start of the test run, so it reached the line later, by about one CI run" in said
    merged = "\n".join(reviews.explain(base, tables.REVIEW_EVENTS.empty(), "#2"))
    assert "test run" not in merged


def test_a_release_line_is_told_apart():
    rows, refs, tip = steady(3)
    rows.append({"name": "pick", "parents": "merge1", "at": day(4), "in_head": False,
                 "message": "Fix for 1.0 (#4)"})  # fmt: skip
    refs |= {"refs/pull/4/head": "pick", "refs/tags/v1": "pick"}
    base = history(rows, refs=refs, head=tip)
    said = "\n".join(reviews.explain(base, tables.REVIEW_EVENTS.empty(), "#4"))
    assert "a release line: told apart" in said


def test_a_vetoed_landing_is_told():
    rows, refs, tip = steady(10)
    base = history(rows, refs=refs | {"refs/pull/11/head": "merge2"}, head=tip)
    said = "\n".join(reviews.explain(base, tables.REVIEW_EVENTS.empty(), "#11"))
    assert "not its landing: 2026-01-03 18:00 UTC" in said
    assert "git cannot tell whether it is still open" in said


def test_a_gerrit_number_is_not_a_pull_request():
    with pytest.raises(UsageError):
        reviews.explain(made(), tables.REVIEW_EVENTS.empty(), "2")


def test_an_unknown_change_request_is_a_usage_error():
    for name in ("#99", "#", "", "#²", "nonsense", "#" + "9" * 30):
        with pytest.raises(UsageError, match=repr(name)):
            reviews.explain(made(), tables.REVIEW_EVENTS.empty(), name)
