"""One change request in words: what is known is told, what git cannot tell is named."""

import pandas as pd

from dashboard import one_request

AT = {
    name: pd.Timestamp(at, tz="UTC")
    for name, at in {
        "opened_at": "2026-08-13 07:55",
        "opened_low": "2026-08-12 20:15",
        "opened_high": "2026-08-13 08:23",
        "last_push_at": "2026-08-13 08:00",
        "landed_at": "2026-08-13 09:55",
    }.items()
}
LANDED = AT | {
    "state": "landed",
    "opened_grade": "B",
    "opened_method": "plain",
    "first_response_at": pd.NaT,
    "landing_style": "squash_number",
    "time_to_land_hours": 2.0,
    "reviewable_lines": 4,
    "n_commits": 1,
    "n_rounds": pd.NA,
}


def test_what_landed_is_told_with_its_evidence():
    assert one_request.facts(pd.Series(LANDED)) == {
        "State": "landed",
        "Opened": "2026-08-13 07:55 UTC, between 2026-08-12 20:15 UTC and 2026-08-13 08:23 UTC"
        " (grade B, within a day)",
        "Dated by": "the commit that landed",
        "First response": "not known from git",
        "Last push": "2026-08-13 08:00 UTC",
        "Landed": "2026-08-13 09:55 UTC, 2 h after opening",
        "Found by": "a commit on the line ends in its number",
        "Size": "4 reviewable lines in 1 commit",
    }


def test_what_did_not_land_is_not_called_open():
    unknown = dict.fromkeys(
        ("opened_low", "landed_at", "landing_style", "time_to_land_hours", "reviewable_lines")
    )
    told = one_request.facts(pd.Series(LANDED | {"state": "not_landed"} | unknown))
    assert told["State"] == "not landed; whether it is open or closed is not known from git"
    assert told["Opened"] == "2026-08-13 07:55 UTC (grade B, within a day)"
    assert told["Size"] == "1 commit"
    assert not {"Landed", "Found by"} & set(told)


def test_traces_are_told_in_words():
    evidence = pd.DataFrame(
        {
            "sha": ["a", "b"],
            "change_request": ["#1", "#2"],
            "detail": ["signed by (person)", "another"],
            "place": ["squashed_commit", "author"],
            "tool": ["Copilot", "Claude"],
            "degree": ["coauthored", "agent"],
            "confidence": ["high", "high"],
        }
    )
    members = pd.DataFrame({"change_request": ["#1"], "sha": ["a"], "role": ["landed"]})
    assert one_request.traces(evidence, members, "#1").to_numpy().tolist() == [
        ["signed by Copilot", "commit before the squash", "Copilot", "co-authored", "high"]
    ]
