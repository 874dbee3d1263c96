"""Who reviewed, by what messages say; names beside near misses."""

import dataclasses
from datetime import UTC, datetime

import pandas as pd
import pytest
from frames import history, person, sha

from analyzers import tables
from analyzers.reviews import events, review_notes, trailers
from analyzers.reviews.names import Names

BO = "Bo Berg <bo@example.com>"


def memberships(*pairs):
    rows = [
        {"change_request": name, "sha": sha(commit), "role": "landed"} for name, commit in pairs
    ]
    return tables.MEMBERSHIPS.from_rows(rows)


def read(message, *, pairs=(("#7", "work"),), notes=()):
    """(change request, kind, actor) that one landed commit by Ann tells; Bo and Cy are known."""
    rows = [
        {"name": "old", "at": "2026-01-01T10:00Z", "author": BO},
        {
            "name": "older",
            "at": "2026-01-02T10:00Z",
            "author": "Cy <12+cy-dev@users.noreply.github.com>",
        },
        {"name": "work", "at": "2026-01-05T10:00Z", "message": message},
    ]
    made = history(rows, notes=notes)
    return list(trailers.read(made, memberships(*pairs)))


def told(message, **kwargs):
    names = {
        person("bo@example.com"): "bo",
        person("12+cy-dev@users.noreply.github.com"): "cy",
        person("ann@example.com"): "ann",
    }
    return [
        (e.change_request, e.kind, names.get(e.actor.id, e.actor.kind))
        for e in read(message, **kwargs)
    ]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Reviewed-by: Bo Berg <bo@example.com>", "approved"),
        ("reviewed-by: Bo <BO@example.com>", "approved"),
        ("Acked-by: Bo Berg <bo@other.example.com>", "approved"),
        ("Approved-by: @bo", "approved"),
        ("Tested-by: Bo Berg", "commented"),
        ("Reviewed By: bo", "approved"),
    ],
)
def test_trailers_name_reviewers(line, kind):
    assert told(f"Fix it (#7)\n\nBecause.\n\n{line}\n") == [("#7", kind, "bo")]


@pytest.mark.parametrize(
    "line",
    [
        "Reviewed-by: Ann <ann@example.com>",  # her own commit
        "    Reviewed-by: Bo Berg <bo@example.com>",  # quoted
        "Not reviewed-by: Bo",
        "Reviewed-by:",
        "Signed-off-by: Bo Berg <bo@example.com>",
        "Reviewed-on: https://review.example.com/c/x/+/12",
        "Reviewed-by: https://example.com/review/1",
    ],
)
def test_what_names_no_reviewer(line):
    assert told(f"Fix it (#7)\n\n{line}\n") == []


def test_several_reviewers_in_one_message():
    two = "Fix\n\nReviewed-by: Bo Berg <bo@example.com>, Cy <12+cy-dev@users.noreply.github.com>\n"
    assert [actor for _, _, actor in told(two)] == ["bo", "cy"]
    phabricator = (
        "Fix\n\nReviewed By: bo, cy-dev, #group\n\nDifferential Revision: https://r.example.com/D12"
    )
    assert [actor for _, _, actor in told(phabricator)] == ["bo", "cy"]


def test_agents_and_bots_in_trailers_are_no_people():
    message = (
        "Fix\n\nReviewed-by: copilot-pull-request-reviewer[bot] <x@users.noreply.github.com>\n"
        "Acked-by: Renovate <29+renovate[bot]@users.noreply.github.com>\n"
    )
    assert [actor for _, _, actor in told(message)] == ["agent", "bot"]


def test_bors_names_the_approver():
    assert told("Auto merge of #7 - ann:work, r=bo") == [("#7", "approved", "bo")]
    assert told("Auto merge of #7 - ann:work, r=bo,cy-dev\n\nText") == [
        ("#7", "approved", "bo"),
        ("#7", "approved", "cy"),
    ]
    assert told("Rollup merge of #7 - ann:work, r=@bo") == [("#7", "approved", "bo")]
    assert told("Auto merge of #7 - ann:work, r=<try>") == []
    assert told("Auto merge of #7 - ann:work, r=try") == []


def test_a_login_is_known_by_the_branches_it_had_merged():
    dee = "Dee <dee@home.example.com>"
    rows = [
        {"name": "base", "at": "2026-01-01T10:00Z"},
        {"name": "own", "at": "2026-01-02T10:00Z", "parents": "base", "author": dee},
        {
            "name": "merge",
            "at": "2026-01-03T10:00Z",
            "parents": "base own",
            "message": "Merge pull request #5 from d-login/branch",
        },
        {
            "name": "work",
            "at": "2026-01-05T10:00Z",
            "parents": "merge base",
            "message": "Auto merge of #7 - ann:work, r=D-Login",
        },
    ]
    (approval,) = trailers.read(history(rows), memberships(("#7", "work")))
    assert approval.actor.id == person("dee@home.example.com")


def test_merges_that_name_no_owner_tell_nothing():
    rows = [
        {"name": "base", "at": "2026-01-01T10:00Z"},
        {"name": "own", "at": "2026-01-02T10:00Z", "parents": "base"},
        {"name": "merge", "at": "2026-01-03T10:00Z", "parents": "base own", "message": "Merge x"},
    ]
    assert Names.of(history(rows).commits).logins == {"ann": person("ann@example.com")}


def test_a_batch_of_bors_ng_names_an_approver_for_each():
    batch = "Merge #7 #8\n\n7: Work more r=bo a=ann\n\n8: Other r=cy-dev, bo a=ann\n"
    pairs = [("#7", "work"), ("#8", "work")]
    assert told(batch, pairs=pairs) == [
        ("#7", "approved", "bo"),
        ("#8", "approved", "cy"),
        ("#8", "approved", "bo"),
    ]


def test_numbers_nobody_else_knows_add_no_change_request():
    assert told("Auto merge of #99 - ann:work, r=bo") == []
    assert told("Fix\n\nReviewed-by: Bo Berg <bo@example.com>", pairs=[("#7", "other")]) == []


@pytest.mark.parametrize(
    ("message_id", "at"),
    [
        ("20260104093000.123-1-ann@example.com", "2026-01-04T09:30:00"),
        ("1767519000.git.ann@example.com", "2026-01-04T09:30:00"),
        ("pull.1766.v3.git.1767519000123.gitgitgadget@gmail.com", "2026-01-04T09:30:00"),
        ("20261399999999.1@example.com", None),
        ("xmqq5x9b@gitster.example.com", None),
    ],
)
def test_a_message_id_tells_when_a_patch_was_sent(message_id, at):
    expected = None if at is None else datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert trailers.sent_at(message_id) == expected


def test_a_mailed_patch_was_pushed_when_it_was_sent():
    link = "Link: https://lore.example.org/r/20260104093000.1-1-ann@example.com"
    (sent,) = read(f"Fix\n\n{link}\n")
    assert (sent.kind, sent.at) == ("updated", datetime(2026, 1, 4, 9, 30, tzinfo=UTC))
    assert read("Fix\n\n" + link.replace("20260104", "20260109")) == []  # after it landed
    note = {
        "ref": "refs/notes/amlog",
        "sha": sha("work"),
        "text": "Message-Id: <20260104093000.1-1-ann@example.com>\n",
    }
    assert [event.kind for event in read("Fix", notes=[note])] == ["updated"]


def test_events_make_a_table_and_unknown_times_stay_unknown():
    table = events.frame(read("Fix\n\nReviewed-by: Bo Berg <bo@example.com>\n"))
    assert table["at"].isna().all()
    assert table["source"].tolist() == ["trailer"]
    assert list(table.columns) == tables.REVIEW_EVENTS.names


NOTE = """\
Code-Review+2: Bo Berg <bo@example.com>
Code-Review+1: Cy <12+cy-dev@users.noreply.github.com>
Verified+1: Zuul <zuul@ci.example.org>
Submitted-by: Bo Berg <bo@example.com>
Submitted-at: Sun, 04 Jan 2026 11:30:00 +0200
Reviewed-on: https://review.example.com/c/project/+/4711
Comments-Total: 3
Project: project
Branch: refs/heads/main
"""


def review_note(text, pairs=()):
    rows = [
        {"name": "old", "at": "2026-01-01T10:00Z", "author": BO},
        {"name": "work", "at": "2026-01-05T10:00Z"},
    ]
    note = {"ref": "refs/notes/review", "sha": sha("work"), "text": text}
    made = history(rows, notes=[note, note | {"ref": "refs/notes/ai"}])
    return list(review_notes.read(made, memberships(*pairs)))


def test_a_review_note_tells_votes_and_the_landing():
    told_by_note = review_note(NOTE)
    assert {event.change_request for event in told_by_note} == {"4711"}
    assert [(e.kind, e.actor.kind) for e in told_by_note] == [
        ("approved", "human"),
        ("commented", "human"),
        ("commented", "bot"),
        ("landed", "human"),
    ]
    assert told_by_note[0].actor.id == person("bo@example.com")
    assert told_by_note[3].at == datetime(2026, 1, 4, 9, 30, tzinfo=UTC)


def test_a_review_note_speaks_for_the_change_request_its_commit_belongs_to():
    assert {e.change_request for e in review_note(NOTE, [("#7", "work")])} == {"#7"}
    assert review_note("Submitted-at: yesterday\nnonsense\n") == []
    assert [e.at for e in review_note("Submitted-at: yesterday\n", [("#7", "work")])] == []


def test_a_change_with_a_record_of_its_own_needs_no_note():
    note = {"ref": "refs/notes/review", "sha": sha("work"), "text": NOTE}
    made = history([{"name": "work", "at": "2026-01-05T10:00Z"}], notes=[note])
    meta = {"name": "refs/changes/11/4711/meta", "object_id": sha("meta"), "kind": "change_meta"}
    rows = [*made.refs.to_dict("records"), meta | {"number": 4711, "is_commit": True}]
    recorded = dataclasses.replace(made, refs=tables.REFS.from_rows(rows))
    assert list(review_notes.read(recorded, memberships())) == []


def test_times_are_utc():
    assert events.frame(review_note(NOTE))["at"].dropna().tolist() == [
        pd.Timestamp("2026-01-04T09:30Z")
    ]
