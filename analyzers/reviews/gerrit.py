"""Gerrit keeps the whole review in git: exact events from NoteDb (refs/changes/XX/N/meta)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analyzers import tables
from analyzers.reviews.events import frame, known_as
from analyzers.reviews.gerrit_change import NAME, Change
from analyzers.reviews.notedb import Act, RawCommit, act

__all__ = ["CHANGES", "NAME", "PATCH_SETS", "Gerrit", "accounts", "events", "read"]

CHANGES = tables.Table(
    "gerrit_changes",
    "One row per Gerrit change, from its own history.",
    ("change_request",),
    (
        tables.Column("change_request", "str", "The change number."),
        tables.Column("number", "int", "Likewise; numbers are per server."),
        tables.Column(
            "status", "str", "merged, abandoned or new; old ones tell none.", nullable=True
        ),
        tables.Column("created_at", "timestamp", "When it was opened.", nullable=True),
        tables.Column("subject", "str", "Newest subject.", nullable=True),
        tables.Column("branch", "str", "Where it is to land.", nullable=True),
        tables.Column("change_id", "str", "Change-Id; shared by cherry-picks.", nullable=True),
        tables.Column("owner", "str", "Address of the account that opened it."),
        tables.Column("owner_id", "str", "The same as an actor_id."),
        tables.Column("n_patch_sets", "int", "Patch sets that were not deleted."),
        tables.Column("approved_by", "str", "Accounts whose last Code-Review vote is +2."),
    ),
)

PATCH_SETS = tables.Table(
    "gerrit_patch_sets",
    "One row per patch set that was not deleted.",
    ("change_request", "patch_set"),
    (
        tables.Column("change_request", "str", "The change number."),
        tables.Column("patch_set", "int", "Its number."),
        tables.Column("sha", "str", "The commit."),
        tables.Column("uploaded_at", "timestamp", "When the server took it.", nullable=True),
        tables.Column("uploader", "str", "Address of the account."),
    ),
)

_LEAST_SHARE_OF_UPLOADS = 0.2
_REBUILT = pd.Timedelta(days=1)
_SHARE_OF_BUILD_TEXTS, _FEWEST_TEXTS = 0.6, 3
_BUILD = re.compile(
    r"\bbuild (?:started|failed|success|succeeded|aborted|unstable|cancel)"
    r"|: (?:FAILURE|SUCCESS|UNSTABLE|ABORTED)\b"
    r"|https?://\S*(?:jenkins|hudson|zuul|/job/|//ci\.|//builds?\.)"
    r"|^starting \w+ jobs",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Gerrit:
    """`events` (tables.REVIEW_EVENTS), `changes` (CHANGES) and `patch_sets` (PATCH_SETS)."""

    events: pd.DataFrame
    changes: pd.DataFrame
    patch_sets: pd.DataFrame


def read(rows: Iterable[RawCommit], tips: Mapping[int, str], *, bots: Iterable[str] = ()) -> Gerrit:
    """Everything the meta histories tell; `tips` maps a change number to its meta commit.

    `bots` are further accounts to take for machines, by address or account id. A history of
    which commits are missing is read as far as it goes.
    """
    acts = {row.sha: (row.parents, act(row)) for row in rows}
    machines = _machines(recorded for _, recorded in acts.values()) | set(bots)
    told = [Change.of(number, _chain(tip, acts), machines) for number, tip in sorted(tips.items())]
    known = [change for change in told if change is not None]
    return Gerrit(
        frame(event for change in known for event in change.events),
        CHANGES.from_rows(change.row() for change in known),
        PATCH_SETS.from_rows(row for change in known for row in change.patch_set_rows()),
    )


def events(gerrit: Gerrit, commits: pd.DataFrame) -> pd.DataFrame:
    """The events with accounts named as the people of `commits` and doubtful openings left out.

    tables.REVIEW_EVENTS. Servers that rebuilt their record stamped old changes with the time of
    the rebuilding: an opening is doubted where a later number is older and the first patch set
    was committed over a day before it; the number sequence dates it better.
    """
    doubtful = _rebuilt(gerrit, commits)
    told = gerrit.events
    wrong = (told["kind"] == "opened") & told["change_request"].isin(doubtful)
    return known_as(told[~wrong], accounts(gerrit.patch_sets, commits)).reset_index(drop=True)


def _rebuilt(gerrit: Gerrit, commits: pd.DataFrame) -> pd.Series:
    changes = gerrit.changes.sort_values("number")
    created = changes["created_at"]
    later = np.minimum.accumulate(created.fillna(created.max()).to_numpy()[::-1])[::-1]
    by_sha = commits.drop_duplicates("sha").set_index("sha")["committed_at"]
    first = gerrit.patch_sets.drop_duplicates("change_request")
    pushed = first.set_index("change_request")["sha"].map(by_sha)
    committed = pushed.reindex(changes["change_request"]).set_axis(changes.index)
    out_of_order = created > pd.Series(later, index=changes.index)
    return changes.loc[out_of_order & (created - committed > _REBUILT), "change_request"]


def accounts(patch_sets: pd.DataFrame, commits: pd.DataFrame) -> dict[str, str]:
    """Which person (`author_id`) an account is, by its address: who wrote what it uploaded.

    NoteDb knows account numbers only; commits carry names. Who uploads also rebases the work of
    others, so a person is at most one account of a server, the one that uploaded most of their
    work, and must have written a fifth of what the account uploaded; other accounts stay
    numbers. `events.known_as` takes the result.
    """
    by_sha = commits.drop_duplicates("sha").set_index("sha")["author_id"]
    pairs = pd.DataFrame({"account": patch_sets["uploader"], "who": patch_sets["sha"].map(by_sha)})
    counted = pairs.dropna().value_counts().reset_index(name="n")
    counted["share"] = counted["n"] / counted.groupby("account")["n"].transform("sum")
    counted = counted[counted["share"] >= _LEAST_SHARE_OF_UPLOADS]
    counted = counted.sort_values(["n", "account", "who"], ascending=[False, True, True])
    known: dict[str, str] = {}
    taken: set[tuple[str, str]] = set()
    for account, who in zip(counted["account"].tolist(), counted["who"].tolist(), strict=True):
        server = account.partition("@")[2]
        if account not in known and (who, server) not in taken:
            known[account] = who
            taken.add((who, server))
    return known


def _chain(tip: str, acts: Mapping[str, tuple[tuple[str, ...], Act]]) -> list[Act]:
    """The acts of a change, oldest first: the first parents of its tip."""
    chain: list[Act] = []
    at = tip
    while at in acts:
        parents, recorded = acts[at]
        chain.append(recorded)
        at = parents[0] if parents else ""
    return chain[::-1]


def _machines(acts: Iterable[Act]) -> set[str]:
    """Accounts most of whose texts speak of builds: CI that sets no tag."""
    texts, builds = Counter[str](), Counter[str]()
    for recorded in acts:
        if recorded.text and not recorded.tag:
            texts[recorded.account] += 1
            builds[recorded.account] += bool(_BUILD.search(recorded.text))
    return {
        account
        for account, n in texts.items()
        if n >= _FEWEST_TEXTS and builds[account] >= _SHARE_OF_BUILD_TEXTS * n
    }
