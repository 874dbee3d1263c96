"""Messages, encodings, identities and dates of any bytes are rows; what is absurd is unknown."""

import pandas as pd
import pytest
from odd import raw, raw_history
from reading import read
from repository import commit

ZERO = "0" * 40


def test_no_message_breaks_the_stream(history):
    repo = history([commit("a", "2026-01-05T10:00Z", files={"a.py": "1\n"})])
    fake = b"1\t2\tfake.py\0" + b"f" * 40 + b"\0" + b"tree " + ZERO.encode() + b"\n\n"
    texts = [
        b"nul\0here",
        fake,
        b"\x1e\x1f\x1b[31mred\r\n",
        b"",
        b"\n\n\nlate subject\n",
        b"diff --git a/x b/x\n+++ b/x\n",
        b"x" * (1 << 20) + b"\n\nCo-authored-by: Ann <ann@example.com>\n",
        b"commit " + ZERO.encode() + b" 12\n",
    ]
    made = raw_history(repo, *[raw(text) for text in texts])
    found = read(repo.path)
    assert found.totals() == (9, 0, 1, 1, 0, 0)
    assert found.messages[made[0]] == "nul\u2400here"
    assert found.messages[made[1]].startswith("1\t2\tfake.py")
    assert found.commits.loc[made[4], "subject"] == "late subject"
    assert len(found.messages[made[6]]) < 1 << 17
    assert found.messages[made[6]].endswith("Co-authored-by: Ann <ann@example.com>\n")
    assert len(found.commits.loc[made[6], "subject"]) <= 2000


@pytest.mark.parametrize(
    ("encoding", "text", "expected"),
    [
        (b"", "caf\u00e9".encode(), "caf\u00e9"),
        (b"encoding ISO-8859-1\n", b"caf\xe9", "caf\u00e9"),
        (b"encoding SHIFT-JIS\n", "\u65e5\u672c".encode("shift-jis"), "\u65e5\u672c"),
        (b"encoding no-such-thing\n", b"caf\xe9", "caf\ufffd"),
        (b"encoding rot13\n", b"caf\xe9", "caf\ufffd"),
        (b"encoding unicode_escape\n", b"\xff\\ud800", "\ufffd\\ud800"),
        (b"", b"caf\xe9", "caf\ufffd"),
        (b"", b"\xed\xa0\x80", "\ufffd\ufffd\ufffd"),
    ],
)
def test_messages_are_decoded_by_their_header_and_always_writable(
    history, encoding, text, expected
):
    repo = history([commit("a", "2026-01-05T10:00Z", files={"a.py": "1\n"})])
    made = raw_history(repo, raw(text, extra=encoding))
    assert read(repo.path).messages[made[0]] == expected


@pytest.mark.parametrize(
    ("author", "name", "email"),
    [
        (b" <> 1767607200 +0000", "", ""),
        (b"No Brackets 1767607200 +0000", "No Brackets 1767607200 +0000", ""),
        (b"Ann <ann@x> extra> 1767607200 +0000", "Ann", "ann@x"),
        (b"Ann <<ann@x>> 1767607200 +0000", "Ann", "<ann@x"),
        (b"\xe2\x80\xaeAnn <ann@x> 1767607200 +0000", "\u202eAnn", "ann@x"),
        (b"\xff\xfe <\xff@x> 1767607200 +0000", "\ufffd\ufffd", "\ufffd@x"),
        (b"N" * 100_000 + b" <a@x> 1767607200 +0000", "N" * 1000, "a@x"),
        (b"=HYPERLINK(1) <a@x> 1767607200 +0000", "=HYPERLINK(1)", "a@x"),
    ],
)
def test_odd_identities_are_data(history, author, name, email):
    repo = history([commit("a", "2026-01-05T10:00Z", files={"a.py": "1\n"})])
    made = raw_history(repo, raw(author=author))
    row = read(repo.path).commits.loc[made[0]]
    assert (row["author_name"], row["author_email"]) == (name, email)
    assert row["author_id"].startswith("p")


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (b"1767607200 +0000", "2026-01-05T10:00Z"),
        (b"1767607200 +9999", "2026-01-05T10:00Z"),
        (b"1767607200", "2026-01-05T10:00Z"),
        (b"0 +0000", "1970-01-01T00:00Z"),
        (b"-86400 +0000", None),
        (b"", None),
        (b"yesterday", None),
        (b"99999999999999999999 +0000", None),
        (b"253402300800 +0000", None),
        (b"1799000000 +0000", None),
        (b"1767607200.5 +0000", None),
    ],
)
def test_absurd_dates_are_unknown_and_counted(history, date, expected):
    repo = history([commit("a", "2026-01-05T10:00Z", files={"a.py": "1\n"})])
    made = raw_history(repo, raw(author=b"A <a@b.c> " + date))
    found = read(repo.path)
    at = found.commits.loc[made[0], "authored_at"]
    assert (at is pd.NaT) if expected is None else (at == pd.Timestamp(expected))
    assert found.mined.absurd_dates == (2 if expected is None else 0)


def test_commits_without_author_or_with_unknown_headers_are_rows(history):
    repo = history([commit("a", "2026-01-05T10:00Z", files={"a.py": "1\n"})])
    raw_history(repo, b"tree {tree}\nparent {p}\n\nnobody\n", raw(extra=b"x-odd y\n z\n"))
    found = read(repo.path)
    assert found.mined.commits == 3
    assert "nobody" in found.commits["subject"].tolist()
