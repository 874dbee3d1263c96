"""Marks that a squash lost, found again in the change request's own commits."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analyzers.authorship.traces import Evidence, among

_RANK = {"agent": 3, "coauthored": 2, "assisted": 1}
_SUGGESTIONS = ("copilot.suggestion", "copilot.autofix", "gemini.code-assist", "review.bots")
_GRACE = pd.Timedelta(hours=1)
_STRANGER = pd.Timedelta(days=400)  # older heads belong to another repository's number
_MOSTLY = 0.5


def evidence(
    found: pd.DataFrame, memberships: pd.DataFrame, commits: pd.DataFrame
) -> Iterator[Evidence]:
    """One trace on each landed squash commit whose own commits were marked.

    A squash gathers the work of many commits, so the tool becomes co-author where at least half
    of them are marked, and an assistant where fewer are: the detail tells the share. Accepted
    review suggestions alone mark no squash.
    """
    marked = _marked(found)
    touched = set(memberships.loc[among(memberships["sha"], set(marked["sha"])), "change_request"])
    if not touched:
        return
    ours = memberships[among(memberships["change_request"], touched)]
    members = squashed(ours, commits)
    added = _lines_added(members, commits)
    told = members.merge(marked, left_on="own", right_on="sha", how="left")
    for (request, landed), group in told.groupby(["change_request", "landed"]):
        hits = group[group["rank"].notna()]
        if hits.empty:
            continue
        share = hits["own"].nunique() / group["own"].nunique()
        diluted = "" if share == 1 else _dilution(group.drop_duplicates("own"), added)
        yield from _traces(str(request), str(landed), hits, share, group["own"].nunique(), diluted)


def squash_loss(
    found: pd.DataFrame, memberships: pd.DataFrame, commits: pd.DataFrame
) -> dict[str, int | float]:
    """How many squashed change requests with AI marks lost them: n_ai, n_kept, n_lost, lost_share.

    Counted is a request with a mark in an own commit made at most one hour after the squash
    (review suggestions and ambiguous marks left out); kept is one whose squash commit has any
    declared mark of its own. `n_lost_all_marked` of the lost had every own commit marked,
    `n_some_marked` of all had only some. lost_share is NaN where n_ai is 0.
    """
    members = squashed(memberships, commits)
    declared = found[found["degree"].isin(_RANK) & ~found["place"].eq("squashed_commit")]
    marked = set(_marked(found)["sha"])
    with_any = set(declared["sha"])
    is_marked = members["own"].isin(marked)
    requests = (
        members.assign(is_marked=is_marked, kept=members["landed"].isin(with_any))
        .groupby("change_request")
        .agg(any_marked=("is_marked", "any"), all_marked=("is_marked", "all"), kept=("kept", "any"))
    )
    with_ai = requests[requests["any_marked"]]
    lost = with_ai[~with_ai["kept"]]
    return {
        "n_squashed": len(requests),
        "n_ai": len(with_ai),
        "n_kept": len(with_ai) - len(lost),
        "n_lost": len(lost),
        "lost_share": len(lost) / len(with_ai) if len(with_ai) else float("nan"),
        "n_lost_all_marked": int(lost["all_marked"].sum()),
        "n_some_marked": int((~with_ai["all_marked"]).sum()),
    }


def squashed(memberships: pd.DataFrame, commits: pd.DataFrame) -> pd.DataFrame:
    """change_request, own, landed: own commits of requests that landed as one other commit.

    Merges and commits made over an hour after the landing (pushed to the branch later) are left
    out, and so is a request whose landed commit is one of its own: nothing was squashed there.
    """
    known = commits[among(commits["sha"], set(memberships["sha"]))]
    facts = known.set_index("sha")[["is_merge", "committed_at"]]
    landed = memberships[memberships["role"] == "landed"]
    own = memberships[memberships["role"] == "own"]
    alone = landed[~landed.duplicated("change_request", keep=False)]
    pairs = own.merge(alone, on="change_request", suffixes=("", "_landed"))
    pairs = pairs.rename(columns={"sha": "own", "sha_landed": "landed"})
    shas = set(known["sha"])
    pairs = pairs[among(pairs["own"], shas) & among(pairs["landed"], shas)]
    made = facts["committed_at"].reindex(pairs["own"]).to_numpy()
    arrived = facts["committed_at"].reindex(pairs["landed"]).to_numpy()
    in_time = pd.Series(made, index=pairs.index) <= pd.Series(arrived, index=pairs.index) + _GRACE
    is_merge = facts["is_merge"].reindex(pairs["own"]).to_numpy(dtype=bool)
    landed_merge = facts["is_merge"].reindex(pairs["landed"]).to_numpy(dtype=bool)
    newest = pd.Series(made, index=pairs.index).groupby(pairs["change_request"]).transform("max")
    is_near = (pd.Series(arrived, index=pairs.index) - newest) <= _STRANGER
    untouched = pairs["own"].eq(pairs["landed"]).groupby(pairs["change_request"]).transform("any")
    keep = (
        in_time.fillna(True).astype(bool)
        & is_near.fillna(True).astype(bool)
        & ~is_merge
        & ~landed_merge
        & ~untouched
    )
    return pairs.loc[keep, ["change_request", "own", "landed"]]


def _marked(found: pd.DataFrame) -> pd.DataFrame:
    """The strongest declared mark of each commit, suggestions and carried marks left out."""
    counted = found[
        found["degree"].isin(_RANK)
        & ~found["marker"].isin(_SUGGESTIONS)
        & ~found["place"].eq("squashed_commit")
    ]
    ranked = counted.assign(rank=counted["degree"].map(_RANK)).sort_values(
        ["rank", "marker"], ascending=[False, True], kind="stable"
    )
    return ranked.drop_duplicates("sha")[["sha", "tool", "marker", "rank", "confidence"]]


def _lines_added(members: pd.DataFrame, commits: pd.DataFrame) -> pd.Series:
    known = commits[among(commits["sha"], set(members["own"]))]
    return known.set_index("sha")["lines_added"].astype("Float64")


def _dilution(own: pd.DataFrame, added: pd.Series) -> str:
    """`mixed`, and the marked commits' share of the lines added, where all are known."""
    lines = added.reindex(own["own"])
    total = lines.sum()
    if lines.isna().any() or not total:
        return " (mixed)"
    return f" (mixed: {lines[own['rank'].notna().to_numpy()].sum() / total:.0%} of the lines added)"


def _traces(
    request: str, landed: str, hits: pd.DataFrame, share: float, n_own: int, diluted: str
) -> Iterator[Evidence]:
    for tool, ours in hits.groupby("tool"):
        first = ours.iloc[0]
        strongest = int(ours["rank"].max())
        degree = "coauthored" if strongest >= 2 and share >= _MOSTLY else "assisted"
        detail = (
            f"{ours['own'].nunique()} of its {n_own} own commits in {request} are marked {tool}"
            f"{diluted}."
        )
        yield Evidence(
            landed,
            str(tool),
            str(first["marker"]),
            "squashed_commit",
            degree,
            str(first["confidence"]),
            detail,
            request,
            str(first["own"]),
        )
