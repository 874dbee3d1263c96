"""Who reviews, as far as the history tells: always beside its coverage, never as a ranking."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analyzers.capacity.estimates import shares
from analyzers.capacity.metric import Frames, count, figure, metric, weekly_frame
from analyzers.capacity.weeks import UNKNOWN, Weeks, micros, trailing_sums
from analyzers.columns import Ground

COVERAGE_WEEKS = 13
COVERAGE_AT_LEAST = 0.8


@metric(
    figure(
        "n_active_reviewers",
        "People who landed, reviewed or answered somebody else's change request; unknown while"
        " coverage is below 80 %.",
        "people",
    ),
    figure(
        "reviewer_coverage_share",
        "Change requests landed in the last 13 weeks for which a reviewer or the person who"
        " landed it is known.",
        "share",
    ),
    figure(
        "self_landed_share",
        "Landed by their author with no sign of another human, among those where that is known;"
        " unknown while it is known for fewer than 80 %. Not proof of no review.",
        "share",
    ),
    count("self_landed_n", "Landed change requests where it is known.", "change requests"),
    ground=Ground(
        "People who landed, reviewed or answered somebody else's change request.",
        "Bots and AI agents, and authors of their own.",
        "Merges, trailers, Gerrit's record and imports; not shown below 80 % coverage.",
    ),
)
def reviewers(frames: Frames, *, weeks: Weeks) -> pd.DataFrame:
    """How many people review per week, for how much is that known, and how much lands alone?"""
    landed, total = frames.landed, weeks.sums(frames.landed)
    alone = frames.requests["self_landed"]
    known = alone.notna().to_numpy(bool)
    coverage = _trailing_share(weeks.sums(landed[identified(frames)]), total)
    alone_n = weeks.sums(landed[known])
    alone_share = shares(weeks.sums(landed[alone.fillna(False).to_numpy(bool)]), alone_n)
    return weekly_frame(
        weeks,
        {
            "n_active_reviewers": np.where(
                coverage >= COVERAGE_AT_LEAST, _people(frames, weeks), np.nan
            ),
            "reviewer_coverage_share": coverage,
            "self_landed_share": np.where(
                _trailing_share(alone_n, total) >= COVERAGE_AT_LEAST, alone_share, np.nan
            ),
            "self_landed_n": alone_n,
        },
    )


def identified(frames: Frames) -> np.ndarray:
    """Change requests that somebody is known to have landed or reviewed."""
    requests = frames.requests
    known = requests["landed_by_id"].notna() | requests["reviewer_ids"].fillna("").ne("")
    return known.to_numpy(bool)


def reviews_done(frames: Frames) -> pd.DataFrame:
    """Who reviewed which change request of somebody else: change_request, person, at (micros).

    From the person who landed it, the people named as reviewers, and human review events.
    """
    requests = frames.requests.assign(at=frames.landed)
    author = requests.set_index("change_request")["author_id"]
    landers = requests[["change_request", "landed_by_id", "at"]].set_axis(_DONE, axis=1)
    named = requests[["change_request", "reviewer_ids", "at"]].set_axis(_DONE, axis=1)
    named = named.assign(person=named["person"].str.split()).explode("person")
    done = pd.concat([landers, named.astype({"person": "str"}), _answers(frames)])
    done = done[done["person"].notna() & (done["at"] != UNKNOWN)]
    own = done["person"] == done["change_request"].map(author).astype("str")
    done = done[~own.fillna(False).to_numpy(bool)]
    ours = set(author.index.to_list())
    is_ours = np.array([each in ours for each in done["change_request"].to_list()], dtype=bool)
    return done[is_ours].drop_duplicates(ignore_index=True)


_DONE = ["change_request", "person", "at"]
_ANSWERS = ("commented", "approved", "changes_requested", "landed")


def _answers(frames: Frames) -> pd.DataFrame:
    events = frames.review_events
    human = events["kind"].isin(_ANSWERS) & (events["actor_kind"] == "human")
    events = events[human.to_numpy(bool)]
    answers = events[["change_request", "actor_id"]].assign(at=micros(events["at"]))
    return answers.set_axis(_DONE, axis=1).astype({"person": "str"})


def _people(frames: Frames, weeks: Weeks) -> np.ndarray:
    done = reviews_done(frames)
    rows = weeks.positions(done["at"].to_numpy(np.int64))
    codes, _ = pd.factorize(done["person"])
    pairs = np.unique(np.stack([rows, codes])[:, rows >= 0], axis=1)
    return np.bincount(pairs[0], minlength=weeks.n)[: weeks.n]


def _trailing_share(hits: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Over 13 weeks, or from the beginning while there are fewer."""
    window = min(COVERAGE_WEEKS, len(n))
    early = np.arange(len(n)) < window - 1
    recent = np.where(early, np.cumsum(hits), np.nan_to_num(trailing_sums(hits, window)))
    total = np.where(early, np.cumsum(n), np.nan_to_num(trailing_sums(n, window)))
    return shares(recent, total)
