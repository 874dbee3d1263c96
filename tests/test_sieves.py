"""Sieves: each message is asked once, and what passed is the same as asking them all again."""

from datetime import UTC, datetime

import pandas as pd
import pyarrow as pa
import pytest
from repository import commit

from analyzers import pipeline
from analyzers.history import Messages, Sieve, sieved
from analyzers.parts import Part, part_path, sieve_part, sieved_path

TEXTS = {
    "a": "Merge branch 'x'",
    "b": "fix: close #12",
    "c": "Co-Authored-By: Claude",
    "d": "nothing\nof note",
}
DATES = [datetime(2026, 1, day, tzinfo=UTC) for day in (5, 6, 7)]
MESSAGES = pa.table({"sha": list(TEXTS), "message": list(TEXTS.values())})
COMMITTED = pa.chunked_array([[*DATES, None]], pa.timestamp("us", tz="UTC"))
SIEVES = (
    Sieve("^Merge", ignore_case=False),
    Sieve("^merge", ignore_case=False),
    Sieve("close|co-authored"),
    Sieve("o", since=pd.Timestamp("2026-01-07", tz="UTC")),
)


@pytest.mark.parametrize(
    ("sieve", "passes"),
    list(zip(SIEVES, ["a", "", "bc", "cd"], strict=True)),
    ids=["case", "other case", "any case", "since"],
)
def test_a_sieve_lets_through(sieve, passes):
    hits = sieve.hits(MESSAGES["message"].combine_chunks(), COMMITTED.combine_chunks())
    assert "".join(MESSAGES.filter(hits)["sha"].to_pylist()) == passes, "no date counts as young"


def test_only_what_some_sieve_lets_through_is_kept():
    kept = sieved(MESSAGES, COMMITTED, SIEVES[:3])
    assert kept["sha"].to_pylist() == ["a", "b", "c"]
    assert kept[SIEVES[2].name].to_pylist() == [False, True, True]


@pytest.fixture
def part(tmp_path):
    """A part of the four messages, written without sieves."""
    (tmp_path / "mined").mkdir()
    filled = Part(tmp_path, "000001")
    filled.write("messages", MESSAGES)
    commits = pa.table({"sha": list(TEXTS), "committed_at": COMMITTED})
    filled.write("commits", commits)
    filled.close()
    return tmp_path


def test_other_sieves_make_their_file_anew(part):
    sieve_part(part, "000001", SIEVES)
    kept = Messages({part_path(part, "000001", "messages"): sieved_path(part, "000001", SIEVES)})
    plain = Messages(table=MESSAGES)
    for sieve in SIEVES[:3]:
        assert list(kept.matching(sieve)) == list(plain.matching(sieve))
    assert [sha for sha, _ in kept.matching(SIEVES[3])] == ["c", "d"]
    assert list(kept.matching(Sieve("of note"))) == [("d", TEXTS["d"])], "one that was not asked"
    assert sieved_path(part, "000001", SIEVES) != sieved_path(part, "000001", SIEVES[:2])


def test_a_refresh_asks_new_messages_only(history, tmp_path, monkeypatch):
    repo = history(
        [
            commit("a", "2026-01-05T10:00Z", "start"),
            commit("b", "2026-01-06T10:00Z", "more", parents=["a"]),
        ],
        refs={"refs/heads/main": "a"},
        head="main",
    )
    request = pipeline.Request(repo.path, tmp_path / "store", datetime(2026, 3, 1, tzinfo=UTC))
    pipeline.refresh(request)
    asked, hits = [], Sieve.hits

    def remembering(sieve, texts, committed_at=None):
        asked.extend(texts.to_pylist())
        return hits(sieve, texts, committed_at)

    monkeypatch.setattr(Sieve, "hits", remembering)
    repo.ref("refs/heads/main", "b")
    pipeline.refresh(request)
    assert {text.strip() for text in asked} == {"more"}
