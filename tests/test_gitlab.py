"""Merge requests as GitLab's API gives them, its own notices included."""

import json
from pathlib import Path

import pytest
from frames import person

from analyzers.reviews import imports

DATA = Path(__file__).parent / "data" / "gitlab" / "merge_requests.json"
NAMES = {person(login): login for login in ("ann", "bo", "cy", "ghost", "project_5_bot_1a2b")}
REQUEST = {"iid": 1, "created_at": "2026-01-05T10:00:00Z", "author": {"username": "ann"}}


def told(imported, change_request):
    events = imported.events[imported.events["change_request"] == change_request]
    times = events["at"].dt.strftime("%d %H:%M").fillna("?")
    who = events["actor_id"].map(NAMES).fillna("nobody")
    return list(zip(events["kind"], who, events["actor_kind"], times, strict=True))


def read(tmp_path, text):
    path = tmp_path / "requests.json"
    path.write_text(text if isinstance(text, str) else json.dumps(text))
    return imports.read([path])


def test_a_merge_request_with_all_that_the_api_tells():
    imported = imports.read([DATA])
    assert imported.problems == []
    assert told(imported, "!7") == [
        ("opened", "ann", "human", "05 10:00"),
        ("drafted", "ann", "human", "05 10:00"),
        ("ready", "ann", "human", "05 12:00"),
        ("review_requested", "ann", "human", "05 12:01"),
        ("commented", "bo", "human", "05 14:00"),
        ("commented", "project_5_bot_1a2b", "bot", "05 14:01"),
        ("updated", "nobody", "unknown", "05 16:00"),
        ("closed", "ann", "human", "05 18:00"),
        ("reopened", "ann", "human", "05 18:05"),
        ("approved", "bo", "human", "06 08:00"),
        ("approved", "cy", "human", "06 08:30"),
        ("landed", "bo", "human", "06 09:00"),
    ]
    request = imported.requests.set_index("change_request").loc["!7"]
    assert (request["state"], request["landed_sha"]) == ("landed", "3" * 40)


def test_the_bare_list_is_enough_for_openings_and_ends():
    imported = imports.read([DATA])
    assert told(imported, "!8") == [
        ("opened", "ghost", "unknown", "07 10:00"),
        ("drafted", "ghost", "unknown", "07 10:00"),
    ]
    request = imported.requests.set_index("change_request").loc["!8"]
    assert (request["state"], request["is_draft"]) == ("open", True)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("requested changes", "changes_requested"),
        ("marked as a **Work In Progress**", "drafted"),
        ("unmarked as a **Work In Progress**", "ready"),
        ("approved this merge request", "approved"),
        ("unapproved this merge request", None),
        ("mentioned in merge request !9", None),
    ],
)
def test_notices(tmp_path, body, kind):
    note = {"system": True, "body": body, "author": {"username": "bo"}}
    made = read(tmp_path, [REQUEST | {"notes": [note | {"created_at": "2026-01-05T11:00:00Z"}]}])
    assert made.events["kind"].tolist() == ["opened"] + [kind] * (kind is not None)


def test_approvals_without_a_time_and_ones_own(tmp_path):
    approvals = {"approved_by": [{"user": {"username": "bo"}}, {"user": {"username": "ann"}}]}
    made = read(tmp_path, [REQUEST | {"approvals": approvals, "reviewers": [{"username": "bo"}]}])
    assert told(made, "!1")[1:] == [
        ("review_requested", "nobody", "unknown", "?"),
        ("approved", "bo", "human", "?"),
    ]


def test_the_version_it_opened_with_is_no_push(tmp_path):
    versions = [{"created_at": f"2026-01-05T10:{at}Z"} for at in ("00:03", "02:00")]
    made = read(tmp_path, [REQUEST | {"versions": versions}])
    assert told(made, "!1")[1:] == [("updated", "nobody", "unknown", "05 10:02")]


def test_discussions_instead_of_notes(tmp_path):
    note = {"body": "x", "author": {"username": "bo"}, "created_at": "2026-01-05T11:00:00Z"}
    threads = [{"id": "6a9", "individual_note": False, "notes": [note | {"system": False}]}]
    made = read(tmp_path, [REQUEST | {"discussions": threads}])
    assert told(made, "!1")[1:] == [("commented", "bo", "human", "05 11:00")]


def test_ends_without_state_events(tmp_path):
    merged = REQUEST | {"merged_at": "2026-01-06T10:00:00Z", "merged_by": {"username": "bo"}}
    closed = REQUEST | {"iid": 2, "closed_at": "2026-01-06T10:00:00Z", "state": "closed"}
    made = read(tmp_path, [merged, closed])
    assert told(made, "!1")[-1] == ("landed", "bo", "human", "06 10:00")
    assert told(made, "!2")[-1] == ("closed", "nobody", "unknown", "06 10:00")
    assert made.requests["state"].tolist() == ["landed", "closed"]


def test_pages_one_after_another(tmp_path):
    pages = json.dumps([REQUEST]) + json.dumps([REQUEST | {"iid": 2}])
    assert read(tmp_path, pages).requests["number"].tolist() == [1, 2]


def test_a_bad_part_is_named_and_alone_left_out(tmp_path):
    note = {"body": "x", "author": {"username": "bo"}, "created_at": "2026-01-05T11:00:00Z"}
    approvals = {"approved_by": [{"user": 5}, {"user": {"username": "cy"}}]}
    bad = REQUEST | {"notes": [note | {"created_at": 5}, note], "approvals": approvals}
    made = read(tmp_path, [bad, {"created_at": "2026-01-05T10:00:00Z", "iid": "x"}])
    assert [kind for kind, *_ in told(made, "!1")] == ["opened", "commented", "approved"]
    assert [problem.split(": ", 1)[1].split(": ")[:2] for problem in made.problems] == [
        ["row 1", "notes[0].created_at"],
        ["row 1", "approvals.approved_by[0].user"],
        ["row 2", "iid"],
    ]
