"""The expected wait: what became of those opened before, never of survivors alone."""

import json

import pytest
from frames import sha
from test_report import requests, waiting

from analyzers import errors, tables
from analyzers.reports.expected import as_json, expected, text

EDGE = "2026-06-30T12:00Z"


class Shelf:
    """A store of these change requests and one commit at the data edge."""

    def __init__(self, *rows):
        self.requests = requests(*rows)

    def table(self, table):
        if table is tables.CHANGE_REQUESTS:
            return self.requests
        assert table is tables.COMMITS
        row = dict.fromkeys(tables.COMMITS.names) | {
            "sha": sha("edge"), "parents": "", "author_id": "p", "author_name": "A",
            "author_email": "a", "committer_id": "p", "committer_name": "A", "committer_email": "a",
            "subject": "x", "is_merge": False, "is_root": True, "in_head": True,
            "on_default_line": True, "authorship": "unmarked", "ai_tools": "", "n_evidence": 0,
            "committed_at": EDGE, "landed_at": EDGE,
        }  # fmt: skip
        frame = tables.COMMITS.from_rows([row])
        return frame.assign(landed_at=frame["landed_at"].astype("datetime64[us, UTC]"))


def landed(number, day, *, within):
    at = f"2026-04-{day:02d}T10:00Z"
    gone = {"1h": at.replace("T10", "T11"), "3d": f"2026-04-{day + 3:02d}T10:00Z", "never": None}
    return waiting(number, at, landed_at=gone[within])


def mixed():
    """Of 40: ten land within the hour, ten in three days, twenty never."""
    kinds = ("1h", "3d", "never", "never")
    return [landed(n + 1, 1 + n % 20, within=kinds[n % 4]) for n in range(40)]


def test_the_shares_are_those_of_all_that_opened():
    found = expected(Shelf(*mixed()))
    assert [(one.days, one.share, one.n) for one in found] == [
        (1, 0.25, 40), (7, 0.5, 40), (30, 0.5, 40),
    ]  # fmt: skip
    assert all(one.low < one.share < one.high for one in found)


def test_the_sentence_names_n_bands_and_weeks_and_promises_nothing():
    told = text(expected(Shelf(*mixed())))
    assert told.startswith("Expected wait: of 40 change requests opened here from 2026-W14 to ")
    assert "25% within 1 day (90% band 16% to 38%)" in told
    assert told.endswith("not a promise.")


def test_the_newest_who_could_not_be_followed_for_30_days_are_left_out():
    young = [waiting(100 + n, "2026-06-15T10:00Z") for n in range(10)]
    assert expected(Shelf(*mixed(), *young))[0].n == 40


def test_too_few_and_survivors_alone_are_refused():
    with pytest.raises(errors.NotEnoughData, match="10 change requests could be followed"):
        expected(Shelf(*mixed()[:10]))
    alone = [row | {"state": "landed"} for row in mixed() if row["landed_at"]]
    with pytest.raises(errors.NotEnoughData, match="fetch-reviews"):
        expected(Shelf(*alone))


def test_json_carries_the_schema_version():
    told = json.loads(as_json(expected(Shelf(*mixed()))))
    assert told["schema_version"] == 1
    assert [row["days"] for row in told["landed"]] == [1, 7, 30]
