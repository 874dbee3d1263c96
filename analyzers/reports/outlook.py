"""What comes next and what if, in the terminal: never without how well it was told before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from analyzers import tables
from analyzers.capacity import measured, simulation
from analyzers.capacity.forecast import BACKTEST, FORECAST
from analyzers.capacity.metric import Frames
from analyzers.capacity.scenario import Inputs
from analyzers.capacity.weeks import Weeks
from analyzers.errors import UsageError
from analyzers.store import Shelf


@dataclass(frozen=True, slots=True)
class Asked:
    """Changes to what was measured, or a whole scenario from a file."""

    changes: dict[str, float]
    scenario: Path | None = None


def text(shelf: Shelf, asked: Asked, *, form: str) -> str:
    """The forecast with its backtest, then the scenario; `json` carries inputs to run again.

    Raises NotEnoughData where history is too short for either, UsageError for a bad scenario.
    """
    outcome = simulation.simulate(_inputs(shelf, asked))
    rows = shelf.table(FORECAST)
    if form == "json":
        return _json(rows, shelf.table(BACKTEST), outcome)
    return "\n".join([*_forecast(rows), "", *_scenario(outcome)])


def _inputs(shelf: Shelf, asked: Asked) -> Inputs:
    if asked.scenario is not None:
        return _changed(Inputs.from_json(_read(asked.scenario)), asked.changes)
    requests = shelf.table(tables.CHANGE_REQUESTS)
    commits = shelf.table(tables.COMMITS)
    frames = Frames(commits, requests, shelf.table(tables.REVIEW_EVENTS))
    found = measured.measured(frames, weeks=Weeks.spanning(commits, requests))
    return _changed(found.inputs, asked.changes)


def _changed(inputs: Inputs, changes: dict[str, float]) -> Inputs:
    return Inputs(**(asdict(inputs) | changes))


def _read(path: Path) -> str:
    try:
        told = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: expected a scenario as JSON; {error}") from None
    return json.dumps(told.get("scenario", told) if isinstance(told, dict) else told)


def _forecast(rows: pd.DataFrame) -> Iterator[str]:
    if rows.empty:
        yield "No forecast: it needs 78 complete weeks and 26 landings in the last 52."
        return
    yield "Forecast, with 90 % bands from this repository's own past errors:"
    for row in rows.itertuples():
        band = "band unknown" if pd.isna(row.low) else f"{row.low:.1f} to {row.high:.1f}"
        yield (
            f"  {row.target}, {row.horizon_weeks} weeks: {row.value:.1f} ({band});"
            f" {row.trust}: {row.reason}"
        )


def _scenario(outcome: simulation.Outcome) -> Iterator[str]:
    months = outcome.months_until_exceeded
    yield "What if, on these assumptions:"
    yield "  " + ", ".join(f"{name} {value:g}" for name, value in _told(outcome.inputs))
    if months is None:
        yield "  demand does not exceed what review has shown, as far as rates go"
    else:
        yield f"  demand exceeds what review has shown after {months:.1f} months at the earliest"
    last = {name: values[-1] for name, values in outcome.backlog.items()}
    yield (
        f"  after {outcome.inputs.weeks} weeks {last['median']:.0f} change requests wait"
        f" ({last['low']:.0f} to {last['high']:.0f}, 90 % of draws)"
    )


def _told(inputs: Inputs) -> Iterator[tuple[str, float]]:
    for name, value in asdict(inputs).items():
        if value is not None and name not in {"seed", "weeks"}:
            yield name, value


def _json(rows: pd.DataFrame, backtest: pd.DataFrame, outcome: simulation.Outcome) -> str:
    told = {
        "schema_version": 1,
        "forecast": json.loads(rows.to_json(orient="records")),
        "backtest": json.loads(backtest.to_json(orient="records")),
        "scenario": json.loads(outcome.inputs.to_json()),
        "outcome": {k: v for k, v in asdict(outcome).items() if k != "inputs"},
    }
    return json.dumps(told, indent=1)
