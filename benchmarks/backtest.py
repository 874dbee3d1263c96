"""How good are the forecasts and the alarm on real repositories?

    python benchmarks/backtest.py --store STORE REPOSITORY...

Prints in Markdown, per target and horizon, the mean error of each model (MASE; log scale for
time to land), the coverage of the 90 % bands, and how often the saturation alarm was on. What
the store has finished is read as it is; a repository that it lacks is mined into it. Without
`--store` everything is mined into a throw-away store. Repositories with too little history are
named with what they lack.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from analyzers import pipeline, store
from analyzers.capacity import alarm, forecast
from analyzers.capacity.metric import Frames
from analyzers.capacity.weeks import Weeks
from analyzers.errors import NotEnoughData
from analyzers.tables import CHANGE_REQUESTS, COMMITS, REVIEW_EVENTS

BARS = """
| bar | needed | found |
|---|---|---|
| throughput MASE, mean of repositories and horizons | at most 1.35 | {mase:.3f} |
| the same over seasonal naive | at most 0.72 | {ratio:.3f} |
| backlog error over last value | at most 1.00 | {backlog:.3f} |
| coverage of the 90 % band, throughput, {horizons} weeks | 85 to 95 % | {throughput_held} |
| coverage of the 90 % band, backlog, {horizons} weeks | 85 to 95 % | {backlog_held} |
"""


def main() -> None:
    """Print the tables for the repositories at these paths."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--until", help="leave out what came after this day, such as 2026-01-01")
    parser.add_argument("paths", nargs="+", type=Path)
    asked = parser.parse_args()
    scored = []
    print("| repository | complete weeks | last week | alarm |\n|---|---|---|---|")
    with _store(asked.store) as root:
        for path in asked.paths:
            scored += _scored(path, _until(_frames(path, root), asked.until))
    if scored:
        _print(pd.concat(scored))


@contextmanager
def _store(named: Path | None) -> Iterator[Path]:
    if named is not None:
        yield named
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def _frames(path: Path, root: Path) -> Frames:
    request = pipeline.Request(path, root, datetime.now(UTC))
    shelf: store.Shelf = pipeline.shelf_of(request)
    if not shelf.manifest:
        shelf = pipeline.refresh(request).shelf
    return Frames(*(shelf.table(t) for t in (COMMITS, CHANGE_REQUESTS, REVIEW_EVENTS)))


def _until(frames: Frames, day: str | None) -> Frames:
    """The frames as they were at the start of that day: nothing that came later is known."""
    if day is None:
        return frames
    edge = pd.Timestamp(day, tz="UTC")
    arrived = frames.commits["landed_at"].fillna(frames.commits["committed_at"])
    requests = frames.change_requests
    requests = requests[(requests["opened_at"] < edge).fillna(False)]
    landed = requests["landed_at"].where(requests["landed_at"] < edge)
    closed = requests["closed_at"].where(requests["closed_at"] < edge)
    return Frames(
        frames.commits[(arrived < edge).to_numpy(bool)],
        requests.assign(landed_at=landed, closed_at=closed),
        frames.review_events[(frames.review_events["at"] < edge).to_numpy(bool)],
    )


def _scored(path: Path, frames: Frames) -> list[pd.DataFrame]:
    weeks = Weeks.spanning(frames.commits, frames.change_requests)
    n = int(weeks.is_complete.sum())
    told = f"| {path.name} | {n} | {weeks.keys[n - 1]} | {_alarm(frames, weeks)} |"
    print(told, flush=True)
    try:
        table = forecast.forecasts(frames, weeks=weeks)[forecast.BACKTEST]
    except NotEnoughData as error:
        print(f"| {path.name} | | | no forecast: {error} |")
        return []
    return [table.assign(repository=path.name)]


def _alarm(frames: Frames, weeks: Weeks) -> str:
    try:
        on = alarm.states(frames, weeks=weeks)["is_on"]
    except NotEnoughData as error:
        return str(error)
    runs = alarm.alarms(frames, weeks=weeks)[alarm.ALARMS]
    spans = "; ".join(f"{a} to {b}" for a, b in runs[["first_week", "last_week"]].to_numpy())
    return f"on in {on.mean():.1%} of {len(on)} weeks: {spans}" if len(runs) else "never on"


def _print(scores: pd.DataFrame) -> None:
    for target, rows in scores.groupby("target", sort=False):
        n = rows["repository"].nunique()
        print(f"\n{target}: mean error over {n} repositories, by horizon in weeks\n")
        print(_table(_errors(rows)))
        ours = rows[rows["is_ours"].to_numpy(bool)].astype({"coverage_share": "float64"})
        held = ours.groupby("horizon_weeks")["coverage_share"]
        print("\ncoverage of the 90 % band over those repositories that have one\n")
        print(_table(held.agg(["mean", "min", "count"]).T))
    _print_bars(scores)
    _print_each(scores)


def _errors(rows: pd.DataFrame) -> pd.DataFrame:
    """Model by horizon, mean over repositories, and the mean of that."""
    errors = rows.astype({"error": "float64"}).pivot_table(
        index="model", columns="horizon_weeks", values="error", sort=False
    )
    return errors.assign(mean=errors.mean(axis=1))


def _print_bars(scores: pd.DataFrame) -> None:
    throughput, to_naive = _ours_over(scores, "throughput", "seasonal_naive")
    _, backlog = _ours_over(scores, "backlog_young", "last_value")
    held = scores[scores["is_ours"].to_numpy(bool)].astype({"coverage_share": "float64"})
    share = held.groupby(["target", "horizon_weeks"])["coverage_share"].mean()
    told = {
        name: ", ".join(f"{value:.1%}" for value in share[target])
        for name, target in {
            "throughput_held": "throughput",
            "backlog_held": "backlog_young",
        }.items()
    }
    horizons = "/".join(map(str, share["throughput"].index))
    print(BARS.format(mase=throughput, ratio=to_naive, backlog=backlog, horizons=horizons, **told))


def _ours_over(scores: pd.DataFrame, target: str, rival: str) -> tuple[float, float]:
    """The mean error of our model, and what it is over that of a rival."""
    rows = scores[scores["target"] == target]
    means = _errors(rows)["mean"]
    ours = float(means[rows.loc[rows["is_ours"].to_numpy(bool), "model"].iloc[0]])
    return ours, ours / float(means[rival])


def _print_each(scores: pd.DataFrame) -> None:
    print("\nmean error of each repository over the horizons, throughput\n")
    rows = scores[scores["target"] == "throughput"].astype({"error": "float64"})
    print(_table(rows.pivot_table(index="repository", columns="model", values="error")))


def _table(frame: pd.DataFrame) -> str:
    """A frame as a Markdown table, three decimals."""
    head = [str(frame.index.name or ""), *map(str, frame.columns)]
    body = [
        [str(name), *(f"{value:.3f}" for value in row)]
        for name, row in zip(frame.index, frame.to_numpy(float).tolist(), strict=True)
    ]
    rows = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


if __name__ == "__main__":
    main()
