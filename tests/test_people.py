"""People: the mailmap as gitmailmap(5) has it, keys, and machines told from people and agents."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import analyzers
from analyzers.mining import people
from analyzers.mining.people import Mailmap, is_automation, is_platform_committer, person_id

MAILMAP = b"""
# comment <ann@old.example>
Ann Proper <ann@old.example>
<bob@new.example> <BOB@old.example>
Cid Proper <cid@new.example> <cid@old.example>
Dee Proper <dee@new.example> Shared <shared@example.org>
Eve Proper <eve@new.example> eve <shared@example.org> # as git: the rest is passed over
no entry at all
Fay <fay@example.org>
<fay@new.example> <fay@example.org>
"""


@pytest.mark.parametrize(
    ("name", "email", "proper"),
    [
        ("ann", "ANN@old.example", ("Ann Proper", "ann@old.example")),
        ("Bob", "bob@old.example", ("Bob", "bob@new.example")),
        ("c", "cid@old.example", ("Cid Proper", "cid@new.example")),
        ("shared", "shared@example.org", ("Dee Proper", "dee@new.example")),
        ("EVE", "shared@example.org", ("Eve Proper", "eve@new.example")),
        ("Else", "shared@example.org", ("Else", "shared@example.org")),
        ("f", "fay@example.org", ("Fay", "fay@new.example")),
        ("Nobody", "No@Where.example", ("Nobody", "no@where.example")),
    ],
)
def test_mailmap_knows_the_four_forms(name, email, proper):
    assert Mailmap.parse(MAILMAP)(name, email) == proper


def test_mailmap_agrees_with_git(history):
    repo = history([])
    (repo.path / ".mailmap").write_bytes(MAILMAP)
    ours = Mailmap.parse(MAILMAP)
    words = "ann ann@old.example EVE shared@example.org f fay@example.org x shared@example.org"
    asked = [*words.split(), "Bob", "bob@old.example", "q", "q@q.example"]
    for name, email in zip(asked[::2], asked[1::2], strict=True):
        assert "{} <{}>".format(*ours(name, email)) == repo.git(
            "check-mailmap", f"{name} <{email}>"
        )


def test_a_hostile_mailmap_ends_soon_and_maps_nothing():
    text = (
        b"<" * 200_000
        + b"\n"
        + b"a" * 200_000
        + b"\n"
        + b">" * 200_000
        + b"\n"
        + b"\xff\x00 <\x80>\n"
        + b"> <>\n"
    )
    assert Mailmap.parse(text)("Ann", "ann@example.com") == ("Ann", "ann@example.com")


def test_a_person_is_one_key_however_the_address_is_written():
    assert person_id("Ann", "Ann@Example.com") == person_id("A.", "ann@example.com")
    assert re.fullmatch(r"p[0-9a-f]{12}", person_id("Ann", "ann@example.com"))
    assert person_id("Ann", "") == person_id("ann", "") != person_id("Bob", "")


def _split(text):
    return re.fullmatch(r"(.*) <(.*)>", text).groups()


@pytest.mark.parametrize("row", people.accounts(), ids=lambda row: row.id)
def test_every_row_takes_its_examples_and_leaves_its_near_misses(row):
    assert row.examples
    assert is_automation(*zip(*map(_split, row.examples), strict=True)).all()
    if row.near_misses:
        assert not is_automation(*zip(*map(_split, row.near_misses), strict=True)).any()


def test_every_row_is_in_lower_case_and_none_is_written_twice():
    rows = people.accounts()
    for field in ("logins", "names", "emails"):
        words = [word for row in rows for word in getattr(row, field)]
        assert words == [word.lower() for word in words]
        assert len(words) == len(set(words))


def _agents():
    path = Path(analyzers.__file__).parent / "authorship" / "ai_tools.toml"
    for row in tomllib.loads(path.read_text(encoding="utf-8"))["markers"]:
        if row["kind"] == "identity" and row.get("degree") in {"agent", "coauthored"}:
            for login in row.get("logins", []):
                yield login, f"12345+{login}@users.noreply.github.com"
            for example in row.get("examples", []):
                if found := re.fullmatch(r"(?:[\w-]+: )?([^<>]+) <([^<>]+)>", example):
                    yield found.groups()


def test_no_ai_agent_is_automation():
    agents = sorted(set(_agents()))
    assert len(agents) > 30
    taken = is_automation(*zip(*agents, strict=True))
    assert [agent for agent, is_bot in zip(agents, taken, strict=True) if is_bot] == []


def test_answers_stand_in_the_order_of_the_question():
    names = pd.Series(["Ann", "dependabot[bot]", "Ann"], index=[7, 3, 9])
    emails = pd.Series(["a@example.com", "x@example.com", "a@example.com"], index=[7, 3, 9])
    answer = is_automation(names, emails)
    assert answer.dtype == np.bool_
    assert answer.tolist() == [False, True, False]
    assert is_automation([], []).tolist() == []


@pytest.mark.parametrize("bots", [["ci@corp.example"], ["Corp Sync"], ["corp-sync"]])
def test_a_repository_may_name_further_bots(bots):
    names = ["corp sync", "Ann"]
    emails = ["ci@corp.example", "ann@corp.example"]
    if bots == ["corp-sync"]:
        emails[0] = "9+corp-sync@users.noreply.github.com"
    assert is_automation(names, emails, bots=bots).tolist() == [True, False]
    assert not is_automation(names, emails).any()


def test_platforms_commit_for_people():
    assert is_platform_committer("noreply@GitHub.com")
    assert is_platform_committer("noreply@gitlab.com")
    assert not is_platform_committer("12+ann@users.noreply.github.com")
    assert not is_platform_committer("noreply@anthropic.com")
