"""Review events of a change request, summed up: opened, ready, first answer, end, reviewers.

Gaming and bots: a first response ends only with a human other than the author, and only once
the change was ready for review; bots, agents and unknown accounts never answer.
"""

from __future__ import annotations

import pandas as pd

PLATFORMS = ("gerrit", "github", "gitlab")
"""Sources that record whole change requests; trailers and queues only add to them."""

_RESPONSES = ("commented", "approved", "changes_requested")
_ENDS = ("opened", "landed", "closed", "reopened")


def answers(events: pd.DataFrame, authors: pd.Series) -> pd.DataFrame:
    """One row per change request that has events; `authors` maps change requests to persons.

    Columns: opened_at, opener_id, opener_kind, ready_at, first_response_at, reviewer_ids,
    state ('' where no event says), ended_at, ended_by_id, last_push_at, n_rounds (where
    pushes are recorded), source (the platform, if any).
    """
    ordered = events.sort_values("at", kind="stable")
    opened = ordered[ordered["kind"] == "opened"].drop_duplicates("change_request")
    opened = opened.set_index("change_request")
    names = pd.Index(events["change_request"].unique(), name="change_request")
    table = pd.DataFrame(index=names)
    table["opened_at"] = opened["at"].reindex(names)
    table["opener_id"] = opened["actor_id"].reindex(names)
    table["opener_kind"] = opened["actor_kind"].reindex(names)
    table["ready_at"] = _ready(ordered, table["opened_at"])
    responses = _responses(ordered, table["opener_id"], authors)
    table["first_response_at"] = _first_response(responses, table["ready_at"])
    table["reviewer_ids"] = _reviewers(responses).reindex(names)
    ends = ordered[ordered["kind"].isin(_ENDS) & ordered["at"].notna()]
    ends = ends.drop_duplicates("change_request", keep="last").set_index("change_request")
    table["state"] = ends["kind"].reindex(names)
    table["ended_at"] = ends["at"].reindex(names)
    human = ends["actor_kind"].isin(["human", "unknown"])
    table["ended_by_id"] = ends["actor_id"].where(human).reindex(names)
    pushes = ordered[ordered["kind"] == "updated"]
    table["last_push_at"] = pushes.groupby("change_request")["at"].max().reindex(names)
    platform = ordered[ordered["source"].isin(PLATFORMS)].drop_duplicates("change_request")
    table["source"] = platform.set_index("change_request")["source"].reindex(names)
    rounds = _rounds(responses, pushes).reindex(names)
    knows_pushes = names.isin(pushes["change_request"]) | (table["source"] == "gerrit")
    table["n_rounds"] = rounds.where(knows_pushes)
    return table


def _ready(ordered: pd.DataFrame, opened: pd.Series) -> pd.Series:
    """When each change was first ready: the opening, unless it opened as a draft.

    A draft from the start shows as `ready` without an earlier `drafted`, or as `drafted` in
    the minute of the opening.
    """
    drafts = ordered[ordered["kind"].isin(["ready", "drafted"]) & ordered["at"].notna()]
    start = _looked_up(drafts["change_request"], opened) + pd.Timedelta(minutes=1)
    first = drafts.drop_duplicates("change_request")
    began = first[(first["kind"] == "ready") | (first["at"] <= start.reindex(first.index))]
    turned = drafts[
        (drafts["kind"] == "ready") & drafts["change_request"].isin(began["change_request"])
    ].drop_duplicates("change_request")
    ready = turned.set_index("change_request")["at"].reindex(opened.index)
    still_draft = opened.index.isin(began["change_request"]) & ready.isna()
    return ready.fillna(opened).mask(still_draft)


def _responses(ordered: pd.DataFrame, openers: pd.Series, authors: pd.Series) -> pd.DataFrame:
    answer = ordered[ordered["kind"].isin(_RESPONSES) & (ordered["actor_kind"] == "human")]
    answer = answer[answer["actor_id"].notna()]
    name, actor = answer["change_request"], answer["actor_id"]
    by_opener = (actor == _looked_up(name, openers)).fillna(False).astype(bool)
    by_author = (actor == _looked_up(name, authors)).fillna(False).astype(bool)
    return answer[~by_opener & ~by_author]


def _first_response(responses: pd.DataFrame, ready: pd.Series) -> pd.Series:
    """The first answer once ready; an answer to the draft alone counts as given when ready."""
    timed = responses[responses["at"].notna()]
    since = _looked_up(timed["change_request"], ready)
    in_time = timed[since.isna() | (timed["at"] >= since)]
    first = in_time.groupby("change_request")["at"].min().reindex(ready.index)
    answered_early = ready.index.isin(timed["change_request"])
    return first.fillna(ready.where(answered_early))


def _reviewers(responses: pd.DataFrame) -> pd.Series:
    pairs = responses[["change_request", "actor_id"]].drop_duplicates()
    pairs = pairs.sort_values(["change_request", "actor_id"])
    return pairs.groupby("change_request")["actor_id"].agg(" ".join).astype("str")


def _rounds(responses: pd.DataFrame, pushes: pd.DataFrame) -> pd.Series:
    """Pushes that follow an answer: exact rounds, where both are recorded."""
    both = pd.concat([responses.assign(is_push=False), pushes.assign(is_push=True)])
    both = both[both["at"].notna()].sort_values(["change_request", "at", "is_push"])
    before = both["is_push"].shift(fill_value=True).astype(bool)
    same = both["change_request"] == both["change_request"].shift()
    turn = both["is_push"].astype(bool) & ~before & same
    return turn.groupby(both["change_request"]).sum().astype("Int64")


def _looked_up(names: pd.Series, values: pd.Series) -> pd.Series:
    return values.reindex(names).set_axis(names.index)
