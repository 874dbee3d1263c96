"""Evidence -> one verdict per commit and per change request, and why the strongest claim wins."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import pandas as pd

from analyzers import vocabulary
from analyzers.authorship.message import CHERRY_PICK
from analyzers.authorship.traces import among

IsAutomation = Callable[[pd.Series, pd.Series], object]

_RANK = {"agent": 3, "coauthored": 2, "assisted": 1}
_VERDICT = {3: "ai_agent", 2: "ai_coauthored", 1: "ai_assisted"}
_TEXT = ("footer", "link", "subject", "prose", "merge_body", "branch", "file")
"""Places that an automation's own text can fill by quoting others."""


def commits(
    commits: pd.DataFrame, evidence: pd.DataFrame, is_automation: IsAutomation
) -> pd.DataFrame:
    """One row per commit: sha, is_merge, authorship (vocabulary.AUTHORSHIP), ai_tools, n_evidence.

    Agent beats co-authored beats assisted. A denial takes back what is not of high confidence;
    an ambiguous mark needs a second one. An automation account beats text found in its messages;
    if its commit also names an AI co-author it is ambiguous, unless it is a cherry-pick, which
    keeps the original's verdict. Merges have no authorship of their
    own: unmarked, or automation.
    """
    automation = np.asarray(is_automation(commits["author_name"], commits["author_email"]), bool)
    # Most commits of most histories have neither evidence nor an automation account.
    told = among(commits["sha"], set(evidence["sha"]))
    at = np.flatnonzero(automation | told)
    summary = _summed(evidence, by="sha").reindex(commits["sha"].take(at).to_numpy())
    verdict = _decided(
        summary,
        automation=automation[at],
        is_merge=commits["is_merge"].take(at).to_numpy(dtype=bool),
    )
    declared = verdict.isin((*vocabulary.DECLARED_AI, "ambiguous"))
    tools = summary["tools"].fillna("").where(declared.to_numpy(), "")
    spread = functools.partial(_spread, at=at, index=commits.index)
    return pd.DataFrame(
        {
            "sha": commits["sha"].astype("str"),
            "is_merge": commits["is_merge"],
            "authorship": spread(verdict, otherwise="unmarked").astype("str"),
            "ai_tools": spread(tools, otherwise="").astype("str"),
            "n_evidence": spread(summary["n"].fillna(0), otherwise=0).astype("Int64"),
        }
    )


def change_requests(
    requests: pd.DataFrame,
    memberships: pd.DataFrame,
    evidence: pd.DataFrame,
    verdicts: pd.DataFrame,
) -> pd.DataFrame:
    """One row per change request: authorship (with `mixed`), ai_tools, ai_share_of_commits.

    `verdicts` is what `commits` gave for all mined commits. `mixed` says that some, but not all,
    own commits are declared AI. Where the own commits are unknown the landed commit speaks.
    """
    told = _members(memberships, verdicts)
    own = _counts(told[told["role"] == "own"])
    landed = _counts(told[told["role"] == "landed"])
    known = own.reindex(requests["change_request"]).fillna(0)
    arrived = landed.reindex(requests["change_request"]).fillna(0)
    verdict = _request_verdict(known, arrived)
    tools = _request_tools(told, evidence).reindex(requests["change_request"]).fillna("")
    share = (known["declared"] / known["n"]).where(known["n"] > 0)
    share = share.fillna((arrived["declared"] / arrived["n"]).where(arrived["n"] > 0))
    return pd.DataFrame(
        {
            "change_request": requests["change_request"].to_numpy(),
            "authorship": verdict.to_numpy(),
            "ai_tools": tools.to_numpy(),
            "ai_share_of_commits": share.to_numpy(),
        },
        index=requests.index,
    ).astype({"authorship": "str", "ai_tools": "str", "ai_share_of_commits": "Float64"})


def behind(change_request: str, evidence: pd.DataFrame, memberships: pd.DataFrame) -> pd.DataFrame:
    """The rows of evidence that the verdict on a change request rests on.

    They speak of its own commits or of what arrived in their place; a commit may belong to
    several change requests, so the one that a row names is not enough.
    """
    members = memberships[memberships["change_request"] == change_request]
    shas = set(members.loc[members["role"] != "merge", "sha"])
    return evidence[
        among(evidence["sha"], shas) | (evidence["change_request"] == change_request).fillna(False)
    ]


def is_copy(commits: pd.DataFrame) -> pd.Series:
    """Which commits repeat an earlier one: shares count the first of them only.

    A backport or cherry-pick keeps author, author date and subject; patches are not compared.
    """
    # Few commits share their author date, to the second, with another: only they are compared.
    repeated = commits["authored_at"].duplicated(keep=False) & commits["authored_at"].notna()
    likely = commits[repeated & ~commits["is_merge"].astype(bool)]
    ordered = likely.sort_values(["in_head", "committed_at"], ascending=[False, True])
    copies = ordered[["author_email", "authored_at", "subject"]].duplicated()
    return pd.Series(commits.index.isin(copies.index[copies]), index=commits.index)


def _spread(values: pd.Series, *, at: np.ndarray, index: pd.Index, otherwise: object) -> pd.Series:
    spread = np.full(len(index), otherwise, dtype=object)
    spread[at] = values.to_numpy()
    return pd.Series(spread, index=index)


def _summed(evidence: pd.DataFrame, *, by: str) -> pd.DataFrame:
    rank = evidence["degree"].map(_RANK).fillna(0).astype(int)
    firm = evidence["confidence"] == "high"
    textual = evidence["place"].isin(_TEXT)
    parts = pd.DataFrame(
        {
            by: evidence[by],
            "rank": rank,
            "firm_rank": rank.where(firm, 0),
            "hard_rank": rank.where(~textual, 0),
            "agent_author": (rank == 3) & evidence["place"].eq("author") & firm,
            "ambiguous": evidence["degree"] == "ambiguous",
            "denied": evidence["degree"] == "denied",
            "picked": evidence["marker"] == CHERRY_PICK,
        }
    )
    summary = parts.groupby(by).max()
    summary["n"] = parts.groupby(by).size()
    counted = evidence[(rank > 0) | (evidence["degree"] == "ambiguous")]
    summary["tools"] = _joined(counted, by)
    return summary


def _joined(evidence: pd.DataFrame, by: str) -> pd.Series:
    named = evidence[[by, "tool"]].drop_duplicates().sort_values([by, "tool"])
    return named.groupby(by)["tool"].agg(", ".join)


def _decided(summary: pd.DataFrame, *, automation: object, is_merge: object) -> pd.Series:
    flags = summary[["ambiguous", "denied", "agent_author", "picked"]].eq(True)
    ranks = summary[["rank", "firm_rank", "hard_rank"]].fillna(0)
    rank = ranks["rank"].where(~flags["denied"], ranks["firm_rank"]).astype(int)
    verdict = rank.map(_VERDICT).astype("object")
    verdict = verdict.where(rank > 0, "unmarked").mask(
        (rank == 0) & flags["ambiguous"], "ambiguous"
    )
    verdict = verdict.mask(pd.Series(is_merge, index=verdict.index), "unmarked")
    bot = pd.Series(automation, index=verdict.index) & ~flags["agent_author"]
    with_ai = (ranks["hard_rank"] > 0) & ~pd.Series(is_merge, index=verdict.index)
    # A backport bot only moved what the original's marks speak of.
    told = verdict.where(with_ai & flags["picked"], "ambiguous").where(with_ai, "automation_bot")
    return verdict.mask(bot, told)


def _members(memberships: pd.DataFrame, verdicts: pd.DataFrame) -> pd.DataFrame:
    own = verdicts.loc[~verdicts["is_merge"].astype(bool), ["sha", "authorship"]]
    told = memberships.merge(own, on="sha", how="inner")
    return told[told["role"] != "merge"]


def _counts(told: pd.DataFrame) -> pd.DataFrame:
    place, names = pd.factorize(told["change_request"])
    kind = pd.Categorical(told["authorship"], categories=vocabulary.AUTHORSHIP).codes
    width = len(vocabulary.AUTHORSHIP)
    found = np.bincount(place * width + kind, minlength=len(names) * width)
    index = pd.Index(names, name="change_request")
    kinds = pd.DataFrame(found.reshape(-1, width), index, columns=list(vocabulary.AUTHORSHIP))
    kinds["n"] = kinds.sum(axis=1)
    kinds["declared"] = kinds[list(vocabulary.DECLARED_AI)].sum(axis=1)
    return kinds


def _request_verdict(own: pd.DataFrame, landed: pd.DataFrame) -> pd.Series:
    """Own commits decide; the landed commit where none is known, or none of them is marked."""
    landed_speaks = (own["n"] == 0) | ((own["declared"] == 0) & (landed["declared"] > 0))
    counted = own.mask(landed_speaks, landed)
    verdict = pd.Series("unmarked", index=own.index, dtype="object")
    verdict = verdict.mask((counted["automation_bot"] > 0), "automation_bot")
    verdict = verdict.mask(counted["unmarked"] > 0, "unmarked")
    verdict = verdict.mask((counted["ambiguous"] > 0) & (counted["declared"] == 0), "ambiguous")
    for name in ("ai_assisted", "ai_coauthored", "ai_agent"):
        verdict = verdict.mask(counted[name] > 0, name)
    some_only = (counted["declared"] > 0) & (counted["declared"] < counted["n"])
    return verdict.mask(some_only & (counted["n"] > 1), "mixed")


def _request_tools(told: pd.DataFrame, evidence: pd.DataFrame) -> pd.Series:
    counted = evidence[evidence["degree"].isin(["agent", "coauthored", "assisted"])]
    declared = told[told["authorship"].isin(vocabulary.DECLARED_AI)]
    pairs = declared[["change_request", "sha"]].merge(counted[["sha", "tool"]], on="sha")
    return _joined(pairs, "change_request")
