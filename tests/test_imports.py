"""Files recognised by content, our own format, and git's own error where both tell."""

import itertools
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from frames import mined, person

from analyzers import tables, vocabulary
from analyzers.errors import UsageError
from analyzers.reviews import events, imports
from analyzers.reviews.answers import answers

DATA = Path(__file__).parent / "data"
DOC = Path(__file__).parent.parent / "docs" / "review-data.md"
LINES = """\
{"change_request": "#7", "kind": "opened", "at": "2026-01-05T10:00:00Z", "title": "Fix"}

{"change_request": "#7", "kind": "approved", "at": "2026-01-05T12:00:00+01:00", "actor": "bo"}
{"change_request": "#7", "kind": "landed", "at": "2026-01-06T10:00:00Z", "sha": "abc"}
{"change_request": "8", "kind": "approved", "actor": "Coderabbitai[bot]"}
"""


def written(tmp_path, text, name="data.txt"):
    path = tmp_path / name
    path.write_text(text if isinstance(text, str) else json.dumps(text))
    return path


def test_our_own_lines(tmp_path):
    imported = imports.read([written(tmp_path, LINES)])
    assert imported.problems == []
    first = imported.requests.iloc[0]
    assert (first["change_request"], first["state"], first["title"]) == ("#7", "landed", "Fix")
    assert first["opened_at"] == pd.Timestamp("2026-01-05T10:00Z")
    assert first["landed_sha"] == "abc"
    assert imported.events["actor_kind"].tolist() == ["unknown", "human", "unknown", "agent"]
    assert imported.events["source"].unique().tolist() == ["review_events"]
    assert imported.events.loc[1, "at"] == pd.Timestamp("2026-01-05T11:00Z")


def test_a_bad_line_names_its_number_and_field(tmp_path):
    bad = [
        '{"change_request": "#7", "kind": "merged", "at": "2026-01-05T10:00:00Z"}',
        '{"change_request": "seven", "kind": "opened"}',
        '{"change_request": "#7", "kind": "opened", "at": "2026-01-05"}',
        "{not json}",
        "[1]",
        '{"change_request": "#9", "kind": "opened", "actor_kind": "alien", "extra": 1}',
    ]
    imported = imports.read([written(tmp_path, LINES + "\n".join(bad))])
    found = [re.search(r"line (\d+): (\w+)", problem).groups() for problem in imported.problems]
    assert found == [
        ("6", "kind"),
        ("7", "change_request"),
        ("8", "at"),
        ("9", "expected"),
        ("10", "expected"),
        ("11", "actor_kind"),
    ]
    assert len(imported.events.query("source == 'review_events' and kind == 'landed'")) == 1
    assert imported.requests["change_request"].tolist() == ["#7", "#9", "8"]


def test_every_shape_at_once_and_names_do_not_matter(tmp_path):
    files = [
        DATA / "github" / "pull_requests.json",
        DATA / "gitlab" / "merge_requests.json",
        written(tmp_path, LINES, "any.name"),
    ]
    imported = imports.read(files)
    assert set(imported.events["source"]) == {"github", "gitlab", "review_events"}
    assert list(imported.events.columns) == tables.REVIEW_EVENTS.names
    key = list(tables.REVIEW_EVENTS.key)
    assert not imported.events.duplicated(key).any()
    assert not imported.requests.duplicated("change_request").any()


def test_of_two_exports_of_one_pull_request_the_later_file_stands(tmp_path):
    row = {"number": 1, "createdAt": "2026-01-05T10:00:00Z", "author": {"login": "ann"}}
    before = written(tmp_path, [row | {"isDraft": True, "state": "OPEN"}], "before.json")
    after = written(tmp_path, [row | {"isDraft": False, "state": "OPEN"}], "after.json")
    assert imports.read([before, after]).events["kind"].tolist() == ["opened"]
    assert imports.read([after, before]).events["kind"].tolist() == ["opened", "drafted"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("number,title\n1,x\n", "line 1 is none"),
        ("", "an empty file"),
        ('{"a": 1}', "objects with the keys a"),
        ('[{"number": 1, "title": "an issue"}]', "objects with the keys number, title"),
        ("[1, 2]", "JSON of another kind (int)"),
        ('[{"number": 1, "createdAt": ', "line 1 is none"),
    ],
)
def test_a_file_of_no_known_shape_is_refused(tmp_path, text, found):
    with pytest.raises(UsageError, match=re.escape(found)) as refused:
        imports.read([written(tmp_path, text)])
    assert "expected" in str(refused.value)
    assert "docs/review-data.md" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_unreadable_files_are_refused(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        imports.read([tmp_path / "missing.json"])
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="UTF-8"):
        imports.read([binary])


ODD = [5, 1e400, 10**30, [None, 5], {"nodes": 5}, "9999-12-31T23:59:59-23:00", "\ud800"]


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize(
    "name", ["github/pull_requests", "github/timeline", "gitlab/merge_requests"]
)
def test_odd_values_anywhere_cost_at_most_their_own_row(tmp_path, name, odd):
    document = json.JSONDecoder().raw_decode((DATA / f"{name}.json").read_text())[0]
    for replaced in _with_each_value_replaced(document, odd):
        path = written(tmp_path, json.dumps([replaced, document]))
        assert len(imports.read([path]).events) >= 1


def _with_each_value_replaced(value, odd):
    """The document again and again, each time with the odd value in another place."""
    keys = (
        value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    for key in keys:
        copied = value.copy()
        copied[key] = odd
        yield copied
        for inner in itertools.islice(_with_each_value_replaced(value[key], odd), 0, None, 3):
            copied = value.copy()
            copied[key] = inner
            yield copied


def test_an_empty_slice_is_no_error(tmp_path):
    imported = imports.read([written(tmp_path, "[]")])
    assert imported.events.empty
    assert imported.requests.empty


def test_logins_become_the_people_of_the_history():
    commits = mined(
        [
            {"name": "a", "at": "2026-01-05T10:00Z", "author": "Ann <ann@example.com>"},
            {
                "name": "b",
                "at": "2026-01-05T10:00Z",
                "author": "Bo <7+bo@users.noreply.github.com>",
            },
        ]
    )
    imported = imports.read([DATA / "github" / "pull_requests.json"])
    told = imports.of_people(imported, commits).query("change_request == '#12'")
    who = dict(zip(told["kind"], told["actor_id"], strict=True))
    assert who["opened"] == person("ann@example.com")
    assert who["approved"] == person("7+bo@users.noreply.github.com")


def test_answers_take_imports_as_they_come():
    imported = imports.read(
        [DATA / "github" / "timeline.json", DATA / "gitlab" / "merge_requests.json"]
    )
    told = answers(imported.events, pd.Series(dtype="str"))
    assert told.loc["#12", "ready_at"] == pd.Timestamp("2026-01-05T12:00Z")
    assert told.loc["#12", "first_response_at"] == pd.Timestamp("2026-01-05T14:00Z")
    assert told.loc["#12", "n_rounds"] == 1
    assert told.loc["!7", "ready_at"] == pd.Timestamp("2026-01-05T12:00Z")
    assert told.loc["!7", "first_response_at"] == pd.Timestamp("2026-01-05T14:00Z")
    assert told.loc["#15", "state"] == "closed"


@pytest.mark.parametrize(
    ("login", "is_bot", "kind"),
    [
        ("ann", False, "human"),
        ("robotnik", False, "human"),
        ("dependabot[bot]", False, "bot"),
        ("app/renovate", False, "bot"),
        ("my-company-ci", True, "bot"),
        ("Codecov", False, "bot"),
        ("project_12_bot_deadbeef", False, "bot"),
        ("copilot-pull-request-reviewer[bot]", False, "agent"),
        ("coderabbitai", False, "agent"),
        ("claude[bot]", True, "agent"),
        ("gemini-code-assist[bot]", False, "agent"),
        ("chatgpt-codex-connector[bot]", False, "agent"),
        ("claudette", False, "human"),
        ("talbot", False, "human"),
        ("our-release-bot", False, "bot"),
        ("Hudson CI", False, "bot"),
        ("zuul", False, "bot"),
        ("cicero", False, "human"),
    ],
)
def test_who_is_a_person(login, is_bot, kind):
    assert events.actor_kind(login, is_bot=is_bot) == kind


def test_a_user_may_list_more_bots():
    imported = imports.read([DATA / "github" / "pull_requests.json"])
    told = imports.of_people(
        imported, mined([{"name": "a", "at": "2026-01-05T10:00Z"}]), bots=["Bo"]
    )
    assert set(told.query("kind == 'approved'")["actor_kind"]) == {"bot"}
    assert set(told.query("kind == 'opened'")["actor_kind"]) == {"human", "bot", "unknown"}


def test_the_documentation_imports_as_written(tmp_path):
    blocks = re.findall(
        r"^```json(l?)\n(.*?)^```", DOC.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    assert len(blocks) >= 4
    for i, (_, block) in enumerate(blocks):
        imported = imports.read([written(tmp_path, block, f"{i}.json")])
        assert imported.problems == []
        assert not imported.events.empty


def test_the_documentation_names_every_kind_and_field():
    text = DOC.read_text("utf-8")
    for kind in vocabulary.EVENT_KINDS:
        assert f"`{kind}`" in text
    for name in imports.jsonl.Line.model_fields:
        assert f"`{name}`" in text
