"""Every pitfall of dating and landing in one real repository, mined as a user would mine it.

A steady project (see waterfall.py: #n opens on day n at 10:00, lands at 18:00) with one odd
change request of each kind. The same rules are tried one by one, with near misses, in
test_landings.py and test_openings.py; numbers handed out in blocks and heads that lack there too.
"""

from datetime import UTC, datetime

import pandas as pd
import pytest
from repository import commit
from repository import history as write_history
from waterfall import day, steady

from analyzers import pipeline, tables

BOB = "Bob <bob@example.com>"
ODD = (3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 26, 27, 29, 31, 33, 35, 36, 37, 39, 40)
HEADS = {
    3: "rewritten", 5: "redone", 7: "new", 9: "ancient", 11: "stacked", 13: "two", 15: "later",
    17: "work16", 19: "reverted", 21: "numbered", 23: "pushed", 25: "forwarded", 26: "a", 27: "b",
    29: "queued", 31: "sync", 33: "tracked", 35: "merge2", 36: "release", 37: "backport",
    39: "zone", 40: "future", 900: "work38",
}  # fmt: skip


def branches():
    """What the odd change requests are made of; (name, parents, date, more)."""
    yield "rewritten", "merge1", day(41), {"authored": day(3, 11)}
    yield "redone", "merge1", day(41), {}
    yield "old", "root", "2024-03-01T10:00Z", {}
    yield "new", "old", day(7, 12), {}
    yield "ancient", "root", "2019-03-01T10:00Z", {}
    yield "below", "merge1", day(2), {}
    yield "stacked", "below", day(11, 12), {}
    yield "one", "merge1", day(13), {}
    yield "base", "one merge14", day(14, 20), {"message": "Merge branch 'main' into two"}
    yield "two", "base", day(14, 21), {}
    yield "early", "merge1", day(15), {}
    yield "later", "early", day(60), {}
    yield "reverted", "merge1", day(19), {}
    yield "numbered", "merge1", day(21), {"message": "Speed up", "author": BOB}
    yield "pushed", "merge1", day(23), {}
    yield "a", "merge1", day(26), {}
    yield "b", "merge1", day(27), {}
    yield "queued", "merge1", day(29), {"author": BOB}
    yield "fork", "merge1", day(31), {}
    yield "sync", "fork merge2", day(31, 11), {"message": "Merge pull request #1 from up/main"}
    yield "tracked", "merge1", day(33), {}
    yield "release", "merge2", day(36), {"message": "Only for 1.0 (#36)"}
    yield "again", "release", day(44), {"message": "Speed up (#20) (#21)\n\n(cherry picked from x)"}
    yield "backport", "merge2", day(37), {"authored": day(21), "message": "Speed up", "author": BOB}
    yield "stable", "again", day(45), {"authored": day(21), "message": "Speed up", "author": BOB}
    yield "zone", "merge1", "2026-02-09T21:00:00+11:00", {}
    yield "future", "merge1", "2031-01-01T00:00Z", {}


def line():
    """What the default line took after day 40, one commit after the other: (name, side, more)."""
    yield "l3", "rewritten", {"message": "Merge pull request #3 from bob/t"}
    yield "l5", "redone", {"message": "Merge pull request #5 from bob/t"}
    yield "l7", "new", {"message": "Merge pull request #7 from bob/t"}
    yield "l11", "stacked", {"message": "Merge pull request #11 from bob/t"}
    yield "l13", "two", {"message": "Merge pull request #13 from bob/t"}
    yield "l15", "", {"message": "Early and late (#15)"}
    yield "l19", "", {"message": 'Revert "Try it (#19)"'}
    yield "l21", "", {"message": "Speed up (#20) (#21)", "authored": day(21), "author": BOB}
    yield "l23", "", {"message": "By hand\n\nCloses #23"}
    yield "forwarded", "", {}
    yield "batch", "a b", {"message": "Merge #26 #27"}
    yield "l29", "queued", {"message": "Auto merge of #29 - bob:topic, r=ann"}
    yield "l31", "sync", {"message": "Merge pull request #31 from bob/fork"}
    yield "their", "", {"message": "Their work (#501)"}
    yield "l39", "zone", {"message": "Merge pull request #39 from bob/t"}


def written(folder):
    rows, refs, tip = steady(38, without=ODD)
    rows[0] |= {"message": "Old bug of another tracker (#33)"}
    rows += [{"name": n, "parents": p, "at": at, **more} for n, p, at, more in branches()]
    for days, (name, side, more) in enumerate(line(), start=41):
        rows.append({"name": name, "parents": f"{tip} {side}", "at": day(days), **more})
        tip = name
    refs |= {f"refs/pull/{number}/head": head for number, head in HEADS.items()}
    refs |= {"refs/heads/main": tip, "refs/tags/v1.0.1": "stable"}
    commits = [_commit(**row) for row in rows]
    return write_history(folder, commits, refs=refs, bare=True)


def _commit(name, at, parents="", message=None, **more):
    return commit(name, at, message, parents=parents.split(), files={name: f"{name}\n"}, **more)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Change requests by name, and the names of commits by id."""
    folder = tmp_path_factory.mktemp("pitfalls")
    repo = written(folder)
    request = pipeline.Request(repo.path, folder / "store", as_of=datetime(2026, 6, 1, tzinfo=UTC))
    shelf = pipeline.refresh(request).shelf
    found = shelf.table(tables.CHANGE_REQUESTS).set_index("change_request")
    return found, {sha: name for name, sha in repo.sha.items()}


OPENED = {  # pitfall -> the change request, when it opened
    "rewritten branch": ("#3", day(3, 11)),
    "cherry-picked old commits": ("#7", day(7, 12)),
    "stacked on another's commit": ("#11", day(11, 12)),
    "merged from the base": ("#13", day(13)),
    "commits newer than the landing": ("#15", day(15)),
    "time zone": ("#39", day(39)),
}


@pytest.mark.parametrize(("name", "at"), OPENED.values(), ids=OPENED)
def test_it_opened_when_it_did(project, name, at):
    found, _ = project
    assert found.loc[name, "opened_at"] == pd.Timestamp(at)
    assert found.loc[name, "opened_method"] == "own"


@pytest.mark.parametrize(("number", "why"), [(5, "redone"), (9, "accidental"), (40, "clock")])
def test_without_a_true_time_of_its_own_its_number_dates_it(project, number, why):
    found, _ = project
    row = found.loc[f"#{number}"]
    assert row["opened_method"] == "interpolated", why
    assert row["opened_low"] <= row["opened_at"] <= row["opened_high"]
    assert row["opened_at"] > pd.Timestamp(day(number - 3))


LANDED = {  # pitfall -> the change request, its style, the commit and the line
    "two numbers in a subject, and a cherry-pick to a release": (
        "#21", "squash_number", "l21", "default",
    ),
    "hand-pushed": ("#23", "closes_number", "l23", "default"),
    "fast-forward": ("#25", "reachable_head", "forwarded", "default"),
    "batch, first": ("#26", "bors", "batch", "default"),
    "batch, second": ("#27", "bors", "batch", "default"),
    "merge queue": ("#29", "bors", "l29", "default"),
    "fork's own merge in the branch": ("#31", "merge_commit", "l31", "default"),
    "number of the fork's own merge": ("#1", "merge_commit", "merge1", "default"),
    "release line": ("#36", "squash_number", "release", "release"),
    "back-port whose twin is on the default line": ("#37", "twin", "stable", "release"),
    "first of two with one head": ("#16", "merge_commit", "merge16", "default"),
}  # fmt: skip


@pytest.mark.parametrize("landing", LANDED.values(), ids=LANDED)
def test_it_landed_where_it_did(project, landing):
    found, names = project
    name, *expected = landing
    row = found.loc[name]
    assert [row["landing_style"], names[row["landed_sha"]], row["landed_on"]] == expected


NOT_LANDED = {
    "same head as another": "#17",
    "quoted by a revert": "#19",
    "named by another tracker before it existed": "#33",
    "head was on the line before its number": "#35",
    "accidental": "#9",
}


@pytest.mark.parametrize("name", NOT_LANDED.values(), ids=NOT_LANDED)
def test_it_did_not_land(project, name):
    found, _ = project
    assert found.loc[name, "state"] == "not_landed"


def test_numbers_of_an_imported_project_are_none_of_ours(project):
    found, _ = project
    assert "#501" not in found.index


def test_sizes_count_no_merge_from_the_base(project):
    found, _ = project
    assert (found.loc["#13", "n_commits"], found.loc["#13", "reviewable_lines"]) == (2, 2)


def test_no_wait_is_negative(project):
    found, _ = project
    landed = found[found["landed_at"].notna()]
    assert (landed["landed_at"] >= landed["opened_at"]).all()
