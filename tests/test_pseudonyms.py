"""People in what is served: stable within a store, unknown outside it, named only if allowed."""

import stat

import pandas as pd
import pytest

from analyzers import pseudonyms, tables
from analyzers.errors import StoreError
from analyzers.mining.people import person_id
from analyzers.reports import tabular

ADA = person_id("Ada", "ada@example.com")


def test_the_salt_is_made_once_and_for_its_owner_only(tmp_path):
    first = pseudonyms.salt(tmp_path)
    assert pseudonyms.salt(tmp_path) == first
    assert len(first) == 64
    assert stat.S_IMODE((tmp_path / pseudonyms.SALT).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [pseudonyms.SALT]


def test_a_store_that_cannot_be_written_gets_a_salt_for_now(tmp_path):
    missing = tmp_path / "nowhere"
    assert pseudonyms.salt(missing) != pseudonyms.salt(missing)


def test_a_damaged_salt_is_told_and_not_replaced(tmp_path):
    (tmp_path / pseudonyms.SALT).write_text("")
    with pytest.raises(StoreError, match="new pseudonyms"):
        pseudonyms.salt(tmp_path)


def test_a_pseudonym_is_stable_in_a_store_and_another_one_elsewhere():
    assert pseudonyms.pseudonym(ADA, b"one") == pseudonyms.pseudonym(ADA, b"one")
    assert pseudonyms.pseudonym(ADA, b"one") != pseudonyms.pseudonym(ADA, b"two")
    assert pseudonyms.pseudonym(ADA, b"one") != ADA


def test_every_column_that_tells_of_people_is_covered():
    told = {
        column.name
        for table in tabular.EXPORTED
        for column in table.columns
        if column.name.endswith(("_id", "_ids", "_name", "_email")) or column.name == "person"
    } - {"object_id"}
    assert told == {
        *pseudonyms.KEYS,
        *pseudonyms.LISTS,
        *pseudonyms.NAMES,
        *pseudonyms.ADDRESSES,
    }


def test_commits_keep_who_is_the_same_person_and_lose_who_it_is():
    frame = pd.DataFrame(
        {
            "author_id": [ADA, ADA],
            "author_name": ["Ada", "Ada L."],
            "author_email": ["ada@example.com"] * 2,
            "subject": ["Fix it", "Thank ada@example.com, v1@2"],
        }
    )
    told = pseudonyms.applied(frame, b"salt")
    assert told["author_id"][0] == told["author_id"][1] != ADA
    assert list(told["author_name"]) == list(told["author_id"])
    assert list(told["author_email"]) == ["", ""]
    assert list(told["subject"]) == ["Fix it", "Thank (address), v1@2"]
    assert list(frame["author_name"]) == ["Ada", "Ada L."]  # a shared frame stays as it was


def test_lists_and_unknown_people_keep_their_shape():
    frame = pd.DataFrame({"reviewer_ids": [f"{ADA} p2", None, ""], "actor_id": [ADA, None, ""]})
    told = pseudonyms.applied(frame, b"salt")
    first = told["reviewer_ids"][0].split()
    assert first == [pseudonyms.pseudonym(ADA, b"salt"), pseudonyms.pseudonym("p2", b"salt")]
    assert told["reviewer_ids"].isna().tolist() == [False, True, False]
    assert told["actor_id"].isna().tolist()[1]


def test_a_table_of_nobody_is_left_alone():
    frame = tables.FILE_CHANGES.empty()
    assert pseudonyms.applied(frame, b"salt") is frame


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Reviewed-by: Ada Lovelace <ada@example.com>", "Reviewed-by: (person)"),
        ("A note to ada@example.com.", "A note to (address)."),
        (
            "The author is Ada (aider) <ada@example.com>.",
            "The author's name or address is one of the tool.",
        ),
        ("git@github.com:acme/app", "(address):acme/app"),
        ("Use @media and a@b", "Use @media and a@b"),
        ("The author is wrong <here>", "The author is wrong <here>"),
        ("The author is Ada <>.", "The author's name or address is one of the tool."),
        ("-by: " * 5_000 + "a" * 20_000 + "@", "-by: " * 5_000 + "a" * 20_000 + "@"),
        ("<" * 5000 + "@" * 5000, "<" * 5000 + "@" * 5000),
    ],
)
def test_addresses_in_free_text_are_masked(text, told):
    assert pseudonyms.masked(text) == told
