"""What comes next and what if, in the terminal: never without how well it was told before."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pandas as pd

from analyzers import tables
from analyzers.capacity import measured, scenario, simulation
from analyzers.capacity.forecast import BACKTEST, FORECAST
from analyzers.capacity.metric import Frames
from analyzers.capacity.scenario import Inputs
from analyzers.capacity.weeks import Weeks
from analyzers.errors import NotEnoughData, UsageError
from analyzers.store import Shelf

MEASURED = "as_measured"
CAUTIOUS_BETA = 0.5  # how review grows with reviewers cannot be fitted; it lies between this and 1


@dataclass(frozen=True, slots=True)
class Asked:
    """Changes to what was measured, a whole scenario from a file, or a preset's name."""

    changes: dict[str, float]
    scenario: Path | None = None
    preset: str | None = None


@dataclass(frozen=True, slots=True)
class Exceeded:
    """T*: months until demand exceeds what review has shown, its band, or why it is refused.

    `months` is None where refused and infinite for "never"; without a band, `band_reason` says
    why.
    """

    months: float | None
    low: float | None = None
    high: float | None = None
    reason: str = ""
    band_reason: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One what-if: where it comes from, its inputs and what can be said of T*.

    `cautious` is T* where twice the reviewers do only 1.4 times the work (beta 0.5); None where
    the number of reviewers stays.
    """

    source: str
    inputs: Inputs
    exceeded: Exceeded
    growth_reason: str = ""
    cautious: Exceeded | None = None


def text(shelf: Shelf, asked: Asked, *, form: str) -> str:
    """The forecast with its backtest, then the scenario; `json` carries inputs to run again.

    Raises NotEnoughData where history is too short for both or for the what-if that was asked
    for, UsageError for a bad scenario.
    """
    if asked.preset == "list":
        return "\n".join(_presets())
    rows = shelf.table(FORECAST)
    try:
        case = _case(shelf, asked)
    except NotEnoughData as error:
        if rows.empty or asked != Asked({}):
            raise
        return _only_forecast(rows, shelf.table(BACKTEST), str(error), form)
    outcome = simulation.simulate(case.inputs)
    if form == "json":
        told = _told_forecast(rows, shelf.table(BACKTEST)) | _told_case(case, outcome)
        return json.dumps(told, indent=1)
    return "\n".join([*_forecast(rows), "", *_what_if(case, outcome)])


# -- which scenario ---------------------------------------------------------------------------


def _case(shelf: Shelf, asked: Asked) -> Case:
    if asked.scenario is not None:
        if asked.preset is not None:
            raise UsageError("--scenario and --preset exclude each other; name one of them")
        return _from_file(asked.scenario, asked.changes)
    requests = shelf.table(tables.CHANGE_REQUESTS)
    commits = shelf.table(tables.COMMITS)
    frames = Frames(commits, requests, shelf.table(tables.REVIEW_EVENTS))
    found = measured.measured(frames, weeks=Weeks.spanning(commits, requests))
    name = asked.preset or MEASURED
    known = scenario.presets(found.inputs)
    if name not in known:
        raise UsageError(f"expected a preset, found {name!r}; they are {', '.join(known)}")

    def changed(inputs: Inputs) -> Inputs:
        return _with(scenario.presets(inputs)[name][0], asked.changes)

    inputs = changed(found.inputs)
    source = f"{name}: {known[name][1]}" + (" Changed as asked." if asked.changes else "")
    reason = "" if inputs.ai_doubling_months else found.doubling_reason
    cautious = None
    if inputs.reviewers != 1:
        cautious = _exceeded(found, lambda draw: replace(changed(draw), beta=CAUTIOUS_BETA))
    return Case(source, inputs, _exceeded(found, changed), reason, cautious)


def _from_file(path: Path, changes: dict[str, float]) -> Case:
    inputs = _with(Inputs.from_json(_read(path)), changes)
    lacking = "the inputs of a file have no history to draw from"
    exceeded = Exceeded(scenario.months_until_exceeded(inputs), band_reason=lacking)
    return Case("a scenario from a file, taken as it stands", inputs, exceeded)


def _with(inputs: Inputs, changes: dict[str, float]) -> Inputs:
    """The inputs with these changes; another size changes nothing unless effort grows with it."""
    effort = {"effort": scenario.EFFORT_OF_SIZE} if "batch" in changes else {}
    return Inputs(**(asdict(inputs) | effort | changes))


def _exceeded(found: measured.Measured, change: Callable[[Inputs], Inputs]) -> Exceeded:
    try:
        return Exceeded(*found.months_until_exceeded(change))
    except NotEnoughData as error:
        return Exceeded(None, reason=str(error))


def _read(path: Path) -> str:
    try:
        told = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path}: expected a scenario as JSON; {error}") from None
    return json.dumps(told.get("scenario", told) if isinstance(told, dict) else told)


# -- in words ---------------------------------------------------------------------------------


def _presets() -> Iterator[str]:
    for name, (_, source) in scenario.presets(Inputs(human=0, ai=0, capacity=1)).items():
        yield f"{name}: {source}"


def _forecast(rows: pd.DataFrame) -> Iterator[str]:
    if rows.empty:
        yield "No forecast: it needs 78 complete weeks and 26 landings in the last 52."
        return
    yield "Forecast, with 90 % bands from this repository's own past errors:"
    for row in rows.itertuples():
        band = "band unknown" if pd.isna(row.low) else f"{row.low:.1f} to {row.high:.1f}"
        value = "unknown" if pd.isna(row.value) else f"{row.value:.1f}"
        yield (
            f"  {row.target}, {row.horizon_weeks} weeks: {value} ({band});"
            f" {row.trust}: {row.reason}"
        )


def _only_forecast(rows: pd.DataFrame, backtest: pd.DataFrame, reason: str, form: str) -> str:
    if form == "json":
        told = _told_forecast(rows, backtest) | {"scenario": None, "scenario_reason": reason}
        return json.dumps(told, indent=1)
    return "\n".join([*_forecast(rows), "", f"No what-if: {reason}."])


def _what_if(case: Case, outcome: simulation.Outcome) -> Iterator[str]:
    yield f"What if, {case.source}"
    yield "  " + ", ".join(f"{name} {value:g}" for name, value in _told(case.inputs))
    if case.growth_reason:
        yield f"  declared AI is taken not to grow: {case.growth_reason}"
    yield f"  {_when(case.exceeded)}"
    if case.cautious is not None and case.cautious.months is not None:
        yield f"  if twice the reviewers did only 1.4 times the work: {_span(case.cautious)}"
    last = {name: values[-1] for name, values in outcome.backlog.items()}
    yield (
        f"  after {outcome.inputs.weeks} weeks {last['median']:.0f} change requests wait"
        f" ({last['low']:.0f} to {last['high']:.0f}, 90 % of draws)"
    )


def _when(exceeded: Exceeded) -> str:
    what = "demand exceeds what review has shown"
    if exceeded.months is None:
        return f"when {what} is not told: {exceeded.reason}"
    if exceeded.low is None or exceeded.high is None:
        band = f"no band: {exceeded.band_reason}"
    else:
        span = f"{_months(exceeded.low)} to {_months(exceeded.high)}"
        band = f"{span}, 90 % of joint bootstrap draws"
    limit = "capacity shown is a lower bound, so this is no prediction of collapse"
    if exceeded.months == 0 and exceeded.high:
        return f"{what} already, but draws disagree ({band}); {limit}"
    if exceeded.months == 0:
        return f"{what} already ({band}); {limit}"
    if math.isinf(exceeded.months):
        return f"{what}: never, as far as rates go ({band})"
    return f"{what} in {_months(exceeded.months)} at the earliest ({band}); {limit}"


def _span(exceeded: Exceeded) -> str:
    """When, with its band, for a T* that is known."""
    value, low, high = exceeded.months, exceeded.low, exceeded.high
    assert value is not None  # noqa: S101  # for the type checker
    assert low is not None  # noqa: S101
    assert high is not None  # noqa: S101
    at = "already" if value == 0 else _months(value)
    return f"{at} ({_months(low)} to {_months(high)})"


def _months(value: float) -> str:
    return "never" if math.isinf(value) else f"{value:.1f} months"


def _told(inputs: Inputs) -> Iterator[tuple[str, float]]:
    for name, value in asdict(inputs).items():
        if value is not None and name not in {"seed", "weeks"}:
            yield name, value


def _told_forecast(rows: pd.DataFrame, backtest: pd.DataFrame) -> dict[str, object]:
    return {
        "schema_version": 1,
        "forecast": json.loads(rows.to_json(orient="records")),
        "backtest": json.loads(backtest.to_json(orient="records")),
    }


def _told_case(case: Case, outcome: simulation.Outcome) -> dict[str, object]:
    simulated = asdict(outcome)
    return {
        "source": case.source,
        "growth_reason": case.growth_reason,
        "exceeded": _told_exceeded(case.exceeded),
        "exceeded_at_beta_0.5": case.cautious and _told_exceeded(case.cautious),
        "scenario": json.loads(case.inputs.to_json()),
        "outcome": {name: simulated[name] for name in ("supply", "backlog", "wait_weeks")},
    }


def _told_exceeded(exceeded: Exceeded) -> dict[str, object]:
    told: dict[str, object] = {name: _finite(v) for name, v in asdict(exceeded).items()}
    return told | {"is_never": exceeded.months == math.inf}


def _finite(value: float | str | None) -> float | str | None:
    """JSON has no infinity; `is_never` says it."""
    return None if isinstance(value, float) and math.isinf(value) else value
