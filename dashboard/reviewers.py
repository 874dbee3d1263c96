"""On how many shoulders does review rest? Pseudonymous, refused below 80 % coverage."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analyzers.capacity.concentration import Absence, Concentration, busiest_away, concentration
from analyzers.capacity.metric import Frames
from analyzers.capacity.weeks import Weeks
from analyzers.errors import NotEnoughData
from dashboard import data
from dashboard.once import once

FEWEST = 5  # people; a smaller group is not shown, so that nobody can be told apart
TOO_FEW = f"Not shown: fewer than {FEWEST} people reviewed in the last 52 weeks."


@dataclass(frozen=True, slots=True)
class Load:
    """How review of the last 52 complete weeks is spread; `spread` has no key of any person."""

    spread: pd.DataFrame
    concentration: Concentration
    away: Absence


@once(maxsize=16)
def load(repo: data.Repository) -> Load | str:
    """The spread of the review load, or why it is not shown."""
    frames = Frames(repo.rows("commits"), repo.rows("change_requests"), repo.rows("review_events"))
    weeks = Weeks.spanning(frames.commits, frames.requests)
    try:
        spread, away = concentration(frames, weeks=weeks), busiest_away(frames, weeks=weeks)
    except NotEnoughData as reason:
        return f"Not shown: {reason}."
    if spread.n_reviewers < FEWEST:
        return TOO_FEW
    shares = repo.rows("reviewers")["load_share"].sort_values(ascending=False)
    ranked = pd.DataFrame({"rank": range(1, len(shares) + 1), "value": shares.to_numpy()})
    return Load(ranked, spread, away)
