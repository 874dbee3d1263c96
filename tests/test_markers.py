"""Every row of ai_tools.toml is tested by its own example and near misses."""

import re

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from analyzers.authorship import branch, identity, markers, message, sidecar, sieve
from analyzers.authorship.traces import Commit
from analyzers.errors import UsageError

MARKERS = markers.shipped()
IDENTITY = re.compile(r"^[^:<>\n]+ <[^<>\s]+@[^<>\s]+>$")
CLAIMS = ("agent", "coauthored", "assisted", "ambiguous")
WHEN = pd.Timestamp("2026-08-01", tz="UTC")
POSITIVE = [row for row in MARKERS.rows if row.kind not in ("negative", "denial", "note")]


def commit_of(text, kind):
    """The commit in which an example stands: as author, branch, subject or line of the message."""
    who = {"author_name": "Ann", "author_email": "ann@example.org"}
    subject, body = "Tidy the parser", f"Tidy the parser\n\n{text}\n"
    if IDENTITY.match(text):
        name, _, email = text.rstrip(">").partition(" <")
        who = {"author_name": name, "author_email": email.lower()}
        body = subject
    elif kind == "branch" or text.startswith("Merge "):
        subject = text if text.startswith("Merge ") else f"Merge branch '{text}'"
        body = subject
    elif kind == "subject":
        subject, body = text, text
    return Commit(
        sha="a",
        **who,
        committer_name="Ann",
        committer_email="ann@example.org",
        committed_at=WHEN,
        subject=subject,
        message=body,
        is_merge=subject.startswith("Merge "),
    )


MADE = pd.DataFrame({"sha": ["a"], "committed_at": [WHEN]})


def changed(path):
    return pd.DataFrame({"sha": ["a"], "path": [path], "lines_added": [9]})


def hits(text, kind="", found=MARKERS):
    commit = commit_of(text, kind)
    traces = [*identity.evidence(commit, found), *message.evidence(commit, found)]
    traces += branch.evidence(commit, found)
    traces += sidecar.evidence(changed(text), MADE, found) if kind == "file" else []
    into = branch.into_name(commit.subject)
    row = branch.named(into, found) if into else None
    return traces, ({row.id} if row else set()) | {trace.marker for trace in traces}


def claims(text, kind=""):
    traces, _ = hits(text, kind)
    return {trace.marker: trace.degree for trace in traces if trace.degree in CLAIMS}


@pytest.mark.parametrize(
    ("row", "example"), [(row, text) for row in POSITIVE for text in row.examples]
)
def test_a_row_hits_its_examples_and_no_other_tools_row_does(row, example):
    _, found = hits(example, row.kind)
    assert row.id in found
    tools = {other.tool for other in MARKERS.rows if other.id in found}
    assert tools == {row.tool}


@pytest.mark.parametrize(
    ("row", "text"), [(row, text) for row in POSITIVE for text in row.near_misses]
)
def test_a_row_does_not_hit_its_near_misses(row, text):
    assert row.id not in claims(text, row.kind)


@pytest.mark.parametrize(
    ("row", "text"),
    [(row, text) for row in MARKERS.of_kind("negative") for text in row.examples],
)
def test_no_row_hits_a_negative(row, text):
    assert claims(text) == {}


@pytest.mark.parametrize("text", MARKERS.of_kind("denial")[0].examples)
def test_a_denial_is_told_as_one(text):
    traces, _ = hits(text)
    assert {trace.degree for trace in traces} == {"denied"}


@pytest.mark.parametrize(
    ("row", "example"),
    [
        (row, text)
        for row in POSITIVE
        for text in row.examples
        if row.kind not in ("branch", "file") and not IDENTITY.match(text)
    ],
)
def test_the_sieve_loses_no_example(row, example):
    text = commit_of(example, row.kind).message
    assert pc.match_substring_regex(pa.array([text]), SIEVE, ignore_case=True)[0].as_py()


SIEVE = sieve.pattern(MARKERS)


def test_reading_only_the_lines_that_pass_the_sieve_finds_the_same():
    bodies = [
        commit_of(text, row.kind)
        for row in (*POSITIVE, *MARKERS.of_kind("denial"))
        for text in (*row.examples, *row.near_misses)
        if row.kind not in ("branch", "file")
    ]
    told = sieve.telling((commit.message for commit in bodies), MARKERS)
    for commit in bodies:
        whole = list(message.evidence(commit, MARKERS))
        assert list(message.evidence(commit, MARKERS, told)) == whole


def test_every_row_has_an_example_and_a_source_and_positive_rows_a_date_and_near_misses():
    for row in MARKERS.rows:
        assert row.source, row.id
        if row.kind != "note":
            assert row.examples, row.id
        if row.kind not in ("negative", "denial", "note"):
            assert row.near_misses, row.id
            assert row.since is not None, row.id


def test_no_mark_counts_before_its_tool_existed():
    before = pd.Timestamp("2021-01-01", tz="UTC")
    assert not any(row.counts_at(before) for row in (*POSITIVE, MARKERS.generic))


def test_an_unknown_date_counts():
    assert POSITIVE[0].counts_at(None)
    assert POSITIVE[0].counts_at(pd.NaT)


def test_a_users_row_is_one_row_and_is_looked_at_first():
    own = {
        "id": "house.agent",
        "tool": "House agent",
        "kind": "identity",
        "emails": ["robot@house.example"],
        "degree": "agent",
        "confidence": "high",
    }
    found = markers.load([own])
    traces, ids = hits("Robbie <robot@house.example>", found=found)
    assert ids == {"house.agent"}
    assert traces[0].degree == "agent"


def test_a_users_trailer_row_passes_the_sieve():
    own = {"id": "t", "tool": "T", "kind": "trailer", "keys": ["X-Robot"], "value": "^yes"}
    found = markers.load([own | {"degree": "coauthored", "confidence": "high"}])
    text = pa.array(["Fix\n\nX-Robot: yes\n"])
    assert pc.match_substring_regex(text, sieve.pattern(found), ignore_case=True)[0].as_py()


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"kind": "identitty"}, "kind"),
        ({"degree": "strong"}, "degree"),
        ({"confidence": 0.9}, "confidence"),
        ({"emails": "robot@house.example"}, "emails"),
        ({"emails": []}, "needs emails"),
        ({"ids": ["12"]}, "ids"),
        ({"since": "2025"}, "since"),
        ({"name": "("}, "name"),
        ({"mail": ["x"]}, "mail"),
        ({"tool": ""}, "tool"),
    ],
)
def test_a_bad_row_of_the_users_is_refused_by_row_and_field(change, names):
    row = {
        "id": "house.agent",
        "tool": "House agent",
        "kind": "identity",
        "emails": ["robot@house.example"],
        "degree": "agent",
        "confidence": "high",
    }
    with pytest.raises(UsageError, match=rf"reviewgap\.toml: marker house\.agent.*{names}"):
        markers.load([row | change])


def test_an_id_used_twice_is_refused():
    row = {"id": "claude.identity", "tool": "C", "kind": "link", "regex": "x"}
    with pytest.raises(UsageError, match=r"claude\.identity"):
        markers.load([row])


@pytest.mark.parametrize("regex", ["(x+x+)+y", "(?:a|aa)*b", r"(\w|x){2,90}z"])
def test_a_repository_may_not_bring_a_pattern_that_never_ends(regex):
    row = {"id": "own", "tool": "Own", "kind": "footer", "degree": "assisted", "regex": regex}
    with pytest.raises(UsageError, match="repeats a group"):
        markers.load([row])


@pytest.mark.parametrize("regex", ["(?=own)x", r"(own)\1", "(?<!x)own", "(", "[z-a]"])
def test_a_repository_may_not_bring_a_pattern_that_the_sieve_cannot_hold(regex):
    row = {"id": "own", "tool": "Own", "kind": "footer", "degree": "assisted", "regex": regex}
    with pytest.raises(UsageError, match="marker own: regex is no pattern of RE2"):
        markers.load([row])


@pytest.mark.parametrize("regex", ["made with (?:our )?tool", r"\(own\)+", "[ab]+ by Own"])
def test_what_repeats_no_group_is_taken(regex):
    row = {"id": "own", "tool": "Own", "kind": "footer", "degree": "assisted", "regex": regex}
    assert markers.load([row]).rows[0].id == "own"
