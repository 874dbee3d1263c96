"""Events that the user names: in reviewgap.toml or in a CSV file; bad ones are one clear line."""

import pytest

from analyzers import config, user_events
from analyzers.errors import UsageError
from analyzers.user_events import Event

TOML = """
[[events]]
date = 2026-03-01
label = "Agents allowed"

[[events]]
date = "2025-11-24"
label = "New reviewers"
"""


def test_events_of_the_repository_come_in_their_order():
    assert config.read(TOML, origin="reviewgap.toml").events == (
        Event("2025-11-24", "New reviewers"),
        Event("2026-03-01", "Agents allowed"),
    )


def test_events_of_a_csv_file(tmp_path):
    file = tmp_path / "events.csv"
    file.write_text("date,label,note\n2026-03-01,Agents allowed,x\n", encoding="utf-8-sig")
    assert user_events.from_csv(file) == (Event("2026-03-01", "Agents allowed"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("day,label\n2026-03-01,x\n", "need the columns date and label"),
        ("date,label\n1 March,x\n", "event 1: date must be written as 2026-03-01"),
        ("date,label\n2026-03-01,\n", "event 1: label must be a text"),
        ("date,label\n2026-03-01," + "x" * 61, "1 to 60 characters"),
        ("date,label\n" + "2026-03-01,x\n" * 201, "201 events; at most 200"),
    ],
)
def test_a_bad_file_is_named_with_what_is_wrong(tmp_path, text, said):
    file = tmp_path / "events.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        user_events.from_csv(file)


def test_a_missing_or_binary_file_is_one_line(tmp_path):
    with pytest.raises(UsageError, match="No such file"):
        user_events.from_csv(tmp_path / "none.csv")
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="not CSV in UTF-8"):
        user_events.from_csv(tmp_path / "b.csv")


def test_events_must_be_tables():
    with pytest.raises(UsageError, match=r"\[\[events\]\] tables"):
        config.read("events = ['x']", origin="reviewgap.toml")
