"""How good are the forecasts and the alarm on real repositories?

    python benchmarks/backtest.py REPOSITORY...

Mines each repository into a throw-away store and prints, per target and horizon, the mean error
of each model (MASE; log scale for time to land), the coverage of the 90 % bands, and the share
of weeks in which the saturation alarm was on. Repositories with too little history are named.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from analyzers import pipeline
from analyzers.capacity import alarm, forecast
from analyzers.capacity.metric import Frames
from analyzers.capacity.weeks import Weeks
from analyzers.errors import NotEnoughData
from analyzers.tables import CHANGE_REQUESTS, COMMITS, REVIEW_EVENTS


def main(paths: list[str]) -> None:
    """Print the tables for the repositories at these paths."""
    scored = []
    with tempfile.TemporaryDirectory() as store:
        for path in paths:
            request = pipeline.Request(Path(path), Path(store), datetime.now(UTC))
            shelf = pipeline.refresh(request).shelf
            frames = Frames(*(shelf.table(t) for t in (COMMITS, CHANGE_REQUESTS, REVIEW_EVENTS)))
            scored += _scored(path, frames)
    if scored:
        _print(pd.concat(scored))


def _scored(path: str, frames: Frames) -> list[pd.DataFrame]:
    weeks = Weeks.spanning(frames.commits, frames.change_requests)
    _print_alarm(path, frames, weeks)
    try:
        table = forecast.forecasts(frames, weeks=weeks)[forecast.BACKTEST]
    except NotEnoughData as error:
        print(f"{path}: {error}")
        return []
    return [table.assign(repository=path)]


def _print_alarm(path: str, frames: Frames, weeks: Weeks) -> None:
    try:
        on = alarm.states(frames, weeks=weeks)["is_on"]
    except NotEnoughData as error:
        print(f"{path}: {error}")
        return
    print(f"{path}: alarm on in {on.mean():.1%} of {len(on)} weeks")


def _print(scores: pd.DataFrame) -> None:
    for target, rows in scores.groupby("target", sort=False):
        n = rows["repository"].nunique()
        print(f"\n{target}: mean error over {n} repositories, by horizon in weeks")
        errors = rows.pivot_table(index="model", columns="horizon_weeks", values="error")
        print(errors.assign(mean=errors.mean(axis=1)).round(3).to_string())
        ours = rows[rows["is_ours"]]
        held = ours.groupby("horizon_weeks")["coverage_share"]
        print("coverage of the 90 % band, mean and worst repository")
        print(held.agg(["mean", "min"]).round(3).T.to_string())


if __name__ == "__main__":
    main(sys.argv[1:])
