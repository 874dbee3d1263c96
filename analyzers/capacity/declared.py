"""The declared AI share: a lower bound, since a marker proves AI and its absence proves nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analyzers.capacity.estimates import shares, wilson
from analyzers.capacity.generation import authored, known_lines
from analyzers.capacity.metric import Frames, count, figure, is_declared, metric, weekly_frame
from analyzers.capacity.weeks import Weeks, arrived
from analyzers.columns import Ground


@metric(
    figure(
        "ai_share_declared_of_commits",
        "Commits with an AI marker among all but merges, copies and automation: a lower bound.",
        "share",
    ),
    figure("ai_share_declared_of_commits_low", "90 % Wilson interval, sampling only.", "share"),
    figure("ai_share_declared_of_commits_high", "90 % Wilson interval, sampling only.", "share"),
    count("ai_share_declared_of_commits_n", "Commits the share is made of.", "commits"),
    figure(
        "ai_share_declared_of_lines",
        "Reviewable lines in commits with an AI marker among all, automation apart: a lower bound.",
        "share",
    ),
    count("ai_share_declared_of_lines_n", "Commits with known line counts.", "commits"),
    figure(
        "ai_share_declared_of_change_requests",
        "Opened change requests with an AI marker among all, automation apart: a lower bound.",
        "share",
    ),
    figure(
        "ai_share_declared_of_change_requests_low", "90 % Wilson interval, sampling only.", "share"
    ),
    figure(
        "ai_share_declared_of_change_requests_high", "90 % Wilson interval, sampling only.", "share"
    ),
    count(
        "ai_share_declared_of_change_requests_n",
        "Change requests the share is made of.",
        "change requests",
    ),
    ground=Ground(
        "Commits and change requests of people and AI agents.",
        "Merges, copies and automation accounts.",
        "Traces in the history: trailers, footers, accounts, branches, notes. Each one is"
        " listed on Evidence and by `reviewgap explain`.",
    ),
)
def declared(frames: Frames, *, weeks: Weeks) -> pd.DataFrame:
    """Which share of the work declares AI, by commits, by lines and by change requests?"""
    return weekly_frame(weeks, _of_commits(frames, weeks) | _of_change_requests(frames, weeks))


def _of_change_requests(frames: Frames, weeks: Weeks) -> dict[str, np.ndarray]:
    """By week of opening, which is known only where the unlanded are seen too."""
    opened = frames.opened if frames.sees_unlanded else frames.opened[:0]
    marked = frames.declared[: len(opened)]
    name = "ai_share_declared_of_change_requests"
    return _share(name, weeks.sums(opened[marked]), weeks.sums(opened))


def _of_commits(frames: Frames, weeks: Weeks) -> dict[str, np.ndarray]:
    made = authored(frames)
    made = made[(made["authorship"] != "automation_bot").to_numpy(bool)]
    at, marked = arrived(made), is_declared(made["authorship"])
    lines, unknown = known_lines(made["reviewable_lines"])
    total, n = weeks.sums(at, lines), weeks.sums(at[~unknown])
    share = shares(weeks.sums(at[marked], lines[marked]), total, min_n=1)
    return _share("ai_share_declared_of_commits", weeks.sums(at[marked]), weeks.sums(at)) | {
        "ai_share_declared_of_lines": np.where(np.isnan(shares(n, n)), np.nan, share),
        "ai_share_declared_of_lines_n": n,
    }


def _share(name: str, hits: np.ndarray, n: np.ndarray) -> dict[str, np.ndarray]:
    low, high = wilson(hits, n)
    return {name: shares(hits, n), f"{name}_low": low, f"{name}_high": high, f"{name}_n": n}
