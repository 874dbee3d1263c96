"""Lays recorded review events over what git alone says: exact times win, code stays git's."""

from __future__ import annotations

import pandas as pd

from analyzers.reviews.answers import answers

_STATES = {"opened": "open", "reopened": "open", "landed": "landed", "closed": "closed"}
_BAND = ("opened_low", "opened_high", "opened_low_wide", "opened_high_wide")


def with_events(requests: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """The change requests with exact openings, answers, ends and reviewers where recorded.

    Change requests that only the events know are added. A landing seen in git stands even
    where the record says closed (pushed by hand), except for Gerrit, whose record is complete.
    """
    if events.empty:
        return _unrecorded(requests)
    authors = requests.set_index("change_request")["author_id"]
    told = answers(events, authors)
    frame = requests.merge(
        told.add_prefix("told_").rename_axis("change_request").reset_index(),
        on="change_request",
        how="outer",
    )
    frame = _opened(_new_rows(frame))
    frame = _ended(frame)
    frame["ready_at"] = frame["told_ready_at"].fillna(frame["opened_at"])
    frame["ready_at"] = frame["ready_at"].mask(
        frame["told_opened_at"].notna() & frame["told_ready_at"].isna()
    )
    frame["first_response_at"] = frame["told_first_response_at"]
    frame["reviewer_ids"] = frame["told_reviewer_ids"]
    frame["n_rounds"] = frame["told_n_rounds"].fillna(frame["n_rounds"].astype("Int64"))
    pushed = frame["told_last_push_at"].where(frame["told_last_push_at"] <= frame["landed_at"])
    frame["last_push_at"] = pushed.fillna(frame["last_push_at"])
    return frame.assign(self_landed=_self_landed(frame, frame["told_opener_id"]))


def _unrecorded(requests: pd.DataFrame) -> pd.DataFrame:
    nobody = pd.Series(pd.NA, index=requests.index, dtype="str")
    frame = requests.assign(reviewer_ids=nobody, ready_at=requests["opened_at"])
    return frame.assign(self_landed=_self_landed(frame, nobody))


def _new_rows(frame: pd.DataFrame) -> pd.DataFrame:
    number = frame["change_request"].str.extract(r"(\d{1,15})$")[0].astype("Int64")
    is_bot = (frame["told_opener_kind"] == "bot").fillna(False).astype(bool)
    kept = frame.assign(
        number=frame["number"].astype("Int64").fillna(number),
        source=frame["told_source"].fillna(frame["source"]).fillna("import"),
        state=frame["state"].fillna("not_landed"),
        opened_grade=frame["opened_grade"].fillna("D"),
        opened_method=frame["opened_method"].fillna("import"),
        author_id=frame["author_id"].fillna(frame["told_opener_id"]),
        is_automation=frame["is_automation"].astype("boolean").fillna(is_bot),
        other_human=frame["other_human"].astype("boolean").fillna(False),
    )
    return kept[kept["number"].notna()].reset_index(drop=True)


def _opened(frame: pd.DataFrame) -> pd.DataFrame:
    exact = frame["told_opened_at"]
    known = exact.notna()
    method = pd.Series("import", index=frame.index).mask(frame["source"] == "gerrit", "gerrit")
    return frame.assign(
        opened_at=exact.fillna(frame["opened_at"]),
        **{name: exact.fillna(frame[name]) for name in _BAND},
        opened_grade=frame["opened_grade"].mask(known, "A"),
        opened_method=frame["opened_method"].mask(known, method),
    )


def _ended(frame: pd.DataFrame) -> pd.DataFrame:
    told = frame["told_state"].map(_STATES)
    is_gerrit = frame["source"] == "gerrit"
    stands = (frame["state"] == "landed") & ~(is_gerrit & told.notna())
    state = frame["state"].where(stands | told.isna(), told)
    by_record = (told == "landed").fillna(False).astype(bool)
    landed = state == "landed"
    style = frame["landing_style"].mask(is_gerrit & landed & by_record, "gerrit")
    style = style.where(style.notna() | ~landed, "import")
    landed_at = frame["landed_at"].mask(by_record, frame["told_ended_at"]).where(landed)
    return frame.assign(
        state=state,
        landed_at=landed_at,
        landing_style=style.where(landed),
        landed_sha=frame["landed_sha"].where(landed),
        landed_on=frame["landed_on"].where(landed),
        closed_at=frame["told_ended_at"].where(state == "closed"),
        landed_by_id=frame["told_ended_by_id"]
        .where(by_record)
        .fillna(frame["landed_by_id"])
        .where(landed),
    )


def _self_landed(frame: pd.DataFrame, openers: pd.Series) -> pd.Series:
    """Landed by the author with no sign of another human; unknown where nobody is named."""
    by = frame["landed_by_id"]
    by_author = (by == frame["author_id"]).fillna(False).astype(bool)
    by_opener = (by == openers).fillna(False).astype(bool)
    alone = frame["reviewer_ids"].isna() & ~frame["other_human"].astype(bool)
    own = ((by_author | by_opener) & alone).astype("boolean")
    return own.where(by.notna() & (frame["state"] == "landed"))
