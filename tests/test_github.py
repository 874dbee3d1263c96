"""Pull requests as GitHub's tools export them: what each event becomes, and what is left out."""

import json
from pathlib import Path

import pytest
from frames import person

from analyzers.reviews import github, imports

DATA = Path(__file__).parent / "data" / "github"
NAMES = {person(login): login for login in ("ann", "bo", "cy", "codecov", "dependabot", "ghost")}
NAMES |= {person(login): login for login in ("copilot-pull-request-reviewer", "some-ci")}


def told(imported, change_request):
    """(kind, who, kind of actor, day and time) of one change request, in time order."""
    events = imported.events[imported.events["change_request"] == change_request]
    times = events["at"].dt.strftime("%d %H:%M").fillna("?")
    who = events["actor_id"].map(NAMES).fillna("nobody")
    return list(zip(events["kind"], who, events["actor_kind"], times, strict=True))


def read(tmp_path, *pulls):
    path = tmp_path / "pulls.json"
    path.write_text(json.dumps(list(pulls)))
    return imports.read([path])


PULL = {"number": 1, "createdAt": "2026-01-05T10:00:00Z", "author": {"login": "ann"}}


def test_a_pull_request_of_the_command_line_tool():
    imported = imports.read([DATA / "pull_requests.json"])
    assert told(imported, "#12") == [
        ("opened", "ann", "human", "05 10:00"),
        ("commented", "copilot-pull-request-reviewer", "agent", "05 10:02"),
        ("commented", "codecov", "bot", "05 10:05"),
        ("changes_requested", "bo", "human", "05 14:00"),
        ("commented", "ann", "human", "05 14:30"),
        ("commented", "bo", "human", "05 15:00"),
        ("commented", "ann", "human", "05 15:30"),
        ("updated", "ann", "human", "05 16:00"),
        ("approved", "bo", "human", "06 08:00"),
        ("landed", "bo", "human", "06 09:00"),
    ]
    assert imported.problems == []
    assert imported.logins == {"ann": "ann@example.com"}
    request = imported.requests.set_index("change_request").loc["#12"]
    assert (request["state"], request["author"], request["landed_sha"]) == (
        "landed",
        "ann",
        "3" * 40,
    )


def test_bots_ghosts_drafts_and_what_is_still_open():
    imported = imports.read([DATA / "pull_requests.json"])
    assert told(imported, "#13") == [
        ("opened", "dependabot", "bot", "07 10:00"),
        ("closed", "nobody", "unknown", "08 09:00"),
    ]
    assert told(imported, "#14") == [
        ("opened", "ghost", "unknown", "09 08:00"),
        ("drafted", "ghost", "unknown", "09 08:00"),
        ("review_requested", "nobody", "unknown", "?"),
    ]
    assert imported.requests["state"].tolist() == ["landed", "closed", "open"]
    assert imported.requests["is_draft"].tolist() == [False, False, True]


def test_every_field_as_the_tool_writes_it():
    """Who comments is not marked as a bot, who left is `app/` or an empty login."""
    imported = imports.read([DATA / "all_fields.json"])
    assert imported.problems == []
    assert [event[::2] for event in told(imported, "#20")] == [
        ("opened", "human"),
        ("commented", "bot"),
        ("commented", "unknown"),
        ("updated", "human"),
        ("approved", "human"),
        ("landed", "bot"),
        ("review_requested", "unknown"),
    ]
    assert told(imported, "#21") == [("opened", "ghost", "unknown", "07 10:00")]
    assert told(imported, "#22")[0][2] == "bot"


@pytest.mark.parametrize(
    ("review", "kinds"),
    [
        ({"state": "APPROVED", "author": {"login": "bo"}}, ["approved"]),
        ({"state": "DISMISSED", "author": {"login": "bo"}}, ["commented"]),
        ({"state": "APPROVED", "author": {"login": "ann"}}, ["commented"]),
        ({"state": "PENDING", "author": {"login": "bo"}}, []),
        ({"state": "NEW_STATE", "author": {"login": "bo"}}, []),
        ({"state": "APPROVED", "author": None}, ["approved"]),
    ],
)
def test_what_a_review_becomes(tmp_path, review, kinds):
    pull = PULL | {"reviews": [review | {"submittedAt": "2026-01-05T11:00:00Z"}]}
    assert read(tmp_path, pull).events["kind"].tolist() == ["opened", *kinds]


def test_only_the_number_must_be_there(tmp_path):
    imported = read(tmp_path, PULL, {"number": 2, "mergedAt": "2026-01-06T10:00:00Z", "new_key": 1})
    assert imported.problems == []
    assert imported.requests["state"].isna().tolist() == [True, False]
    assert told(imported, "#2") == [("landed", "nobody", "unknown", "06 10:00")]


def test_a_bad_row_names_its_field_and_loses_nothing_else(tmp_path):
    review = {"state": "APPROVED", "author": {"login": "bo"}, "submittedAt": "2026-01-05T11:00:00Z"}
    imported = read(
        tmp_path,
        PULL | {"reviews": [review | {"submittedAt": "yesterday"}, review], "title": 5},
        {"createdAt": "2026-01-05T10:00:00Z", "title": "no number"},
        PULL | {"number": 3, "createdAt": "2026-01-05T10:00:00"},
        "no row",
        PULL | {"number": 4},
    )
    assert imported.requests["number"].tolist() == [1, 3, 4]
    assert told(imported, "#1")[1][:2] == ("approved", "bo")
    assert [problem.split("pulls.json: ")[1].split(": ")[:2] for problem in imported.problems] == [
        ["row 1", "title"],
        ["row 1", "reviews[0].submittedAt"],
        ["row 2", "number"],
        ["row 3", "createdAt"],
        ["row 4", "row"],
    ]
    assert "row left out" in imported.problems[2]
    assert "zone" in imported.problems[3]


def test_commits_of_the_opening_and_after_the_end_are_no_pushes(tmp_path):
    dates = ["2026-01-05T10:00:00Z", "2026-01-05T12:00:00Z", "2026-01-07T12:00:00Z"]
    commits = [{"committedDate": date} for date in dates]
    pull = PULL | {"commits": commits, "closedAt": "2026-01-06T10:00:00Z", "state": "CLOSED"}
    assert told(read(tmp_path, pull), "#1")[1][::3] == ("updated", "05 12:00")
    assert read(tmp_path, pull).events["kind"].tolist() == ["opened", "updated", "closed"]


def test_a_timeline_makes_drafts_pushes_and_requests_exact():
    imported = imports.read([DATA / "timeline.json"])
    assert imported.problems == []
    assert told(imported, "#12") == [
        ("opened", "ann", "human", "05 10:00"),
        ("drafted", "ann", "human", "05 10:00"),
        ("ready", "ann", "human", "05 12:00"),
        ("review_requested", "ann", "human", "05 12:01"),
        ("changes_requested", "bo", "human", "05 14:00"),
        ("commented", "bo", "human", "05 14:00"),
        ("commented", "some-ci", "bot", "05 14:10"),
        ("updated", "ann", "human", "05 16:00"),
        ("landed", "bo", "human", "06 09:00"),
    ]


def test_pages_one_after_another_and_reopenings():
    imported = imports.read([DATA / "timeline.json"])
    assert [kind for kind, *_ in told(imported, "#15")] == [
        "opened",
        "closed",
        "reopened",
        "closed",
    ]
    assert imported.requests["number"].tolist() == [12, 15]


def test_a_bad_entry_of_a_timeline_is_named(tmp_path):
    page = json.loads((DATA / "timeline.json").read_text().split("\n{")[0])
    nodes = page["data"]["repository"]["pullRequests"]["nodes"]
    nodes[0]["timelineItems"]["nodes"][1]["createdAt"] = "noon"
    path = tmp_path / "page.json"
    path.write_text(json.dumps([page]))  # as --slurp writes it
    imported = imports.read([path])
    (problem,) = imported.problems
    assert "pull request 1: timelineItems: items[1].createdAt" in problem
    assert "ready" not in imported.events["kind"].tolist()
    assert "landed" in imported.events["kind"].tolist()


def test_recognised_by_content():
    assert github.recognises(PULL)
    assert not github.recognises({"number": 1, "title": "an issue template"})
    assert not github.recognises([1])
