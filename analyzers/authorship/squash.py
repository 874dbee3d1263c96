"""Marks that a squash lost, found again in the change request's own commits."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from analyzers.authorship.traces import Evidence, among

_RANK = {"agent": 3, "coauthored": 2, "assisted": 1}
_SUGGESTIONS = (
    "copilot.suggestion",
    "copilot.autofix",
    "gemini.code-assist",
    "review.bots",
    "conv.suggestion",
)
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
    by_sha = {mark.sha: mark for mark in map(_Mark._make, marked.itertuples(index=False))}
    for (request, landed), own in _grouped(members):
        hits = {sha: by_sha[sha] for sha in own if sha in by_sha}
        if hits:
            diluted = "" if len(hits) == len(own) else _dilution(own, hits, added)
            yield from _traces(request, landed, hits, len(own), diluted)


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
    known = commits[among(commits["sha"], set(memberships["sha"].to_list()))]
    facts = known.set_index("sha")[["is_merge", "committed_at"]]
    landed = memberships[memberships["role"] == "landed"]
    own = memberships[memberships["role"] == "own"]
    alone = landed[~landed.duplicated("change_request", keep=False)]
    pairs = own.merge(alone, on="change_request", suffixes=("", "_landed"))
    pairs = pairs.rename(columns={"sha": "own", "sha_landed": "landed"})
    shas = set(known["sha"].to_list())
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


class _Mark(NamedTuple):
    """The strongest mark of one commit."""

    sha: str
    tool: str
    marker: str
    rank: int
    confidence: str


def _grouped(members: pd.DataFrame) -> list[tuple[tuple[str, str], list[str]]]:
    """The own commits, once each, of every change request and what it landed as, in order."""
    own: dict[tuple[str, str], dict[str, None]] = {}
    columns = [members[name].to_list() for name in ("change_request", "landed", "own")]
    for request, landed, sha in zip(*columns, strict=True):
        own.setdefault((request, landed), {})[sha] = None
    return [(key, list(own[key])) for key in sorted(own)]


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


def _lines_added(members: pd.DataFrame, commits: pd.DataFrame) -> dict[str, int | None]:
    known = commits[among(commits["sha"], set(members["own"]))]
    counts = known["lines_added"].astype("Int64").to_list()
    told = zip(known["sha"].to_list(), counts, strict=True)
    return {sha: None if pd.isna(n) else int(n) for sha, n in told}


def _dilution(own: Sequence[str], hits: Collection[str], added: Mapping[str, int | None]) -> str:
    """`mixed`, and the marked commits' share of the lines added, where all are known."""
    lines = {sha: n for sha in own if (n := added.get(sha)) is not None}
    total = sum(lines.values())
    if len(lines) < len(own) or not total:
        return " (mixed)"
    return f" (mixed: {sum(lines[sha] for sha in hits) / total:.0%} of the lines added)"


def _traces(
    request: str, landed: str, hits: Mapping[str, _Mark], n_own: int, diluted: str
) -> Iterator[Evidence]:
    share = len(hits) / n_own
    for tool in sorted({mark.tool for mark in hits.values()}):
        ours = [mark for mark in hits.values() if mark.tool == tool]
        strongest = max(mark.rank for mark in ours)
        degree = "coauthored" if strongest >= 2 and share >= _MOSTLY else "assisted"
        detail = f"{len(ours)} of its {n_own} own commits in {request} are marked {tool}{diluted}."
        first = ours[0]
        yield Evidence(
            landed,
            tool,
            first.marker,
            "squashed_commit",
            degree,
            first.confidence,
            detail,
            request,
            first.sha,
        )
