"""A scenario's queue, week by week and a thousand times: how the backlog and the wait may go."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import numpy as np

from analyzers.capacity import scenario
from analyzers.capacity.estimates import BAND
from analyzers.capacity.scenario import SCHEMA_VERSION, WEEKS_PER_MONTH, Inputs

DRAWS = 1_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """Median and 90 % band per week of the change requests that wait, and of their wait.

    `backlog` counts what would land at the usual completion; `wait_weeks` is it over supply.
    """

    inputs: Inputs
    months_until_exceeded: float | None
    supply: float
    backlog: dict[str, list[float]]
    wait_weeks: dict[str, list[float]]

    def to_json(self) -> str:
        """The outcome as text; the same inputs give the same bytes."""
        return json.dumps({"schema_version": SCHEMA_VERSION} | asdict(self)) + "\n"


def simulate(inputs: Inputs, *, draws: int = DRAWS) -> Outcome:
    """Run the scenario's queue `draws` times, with arrivals and service spread as in the past.

    Weekly counts are gamma-mixed Poisson, whose variance is `dispersion` times the mean. Where
    nothing waits, review idles: service never exceeds the queue.
    """
    rng = np.random.default_rng(inputs.seed)
    months = (np.arange(inputs.weeks) + 0.5) / WEEKS_PER_MONTH
    arriving = np.array([scenario.demand(inputs, t) for t in months]) * inputs.completion
    supply = scenario.supply(inputs)
    arrivals = _spread(rng, np.minimum(arriving, 1e9), inputs, draws)
    service = _spread(rng, np.full(inputs.weeks, supply), inputs, draws)
    waiting, queue = np.empty((inputs.weeks, draws)), np.full(draws, inputs.backlog)
    for week in range(inputs.weeks):
        queue = np.maximum(queue + arrivals[week] - service[week], 0)
        waiting[week] = queue
    until = scenario.months_until_exceeded(inputs)
    return Outcome(
        inputs,
        round(until, 6) if np.isfinite(until) else None,
        round(supply, 6),
        _bands(waiting),
        _bands(waiting / supply),
    )


def _spread(rng: np.random.Generator, mean: np.ndarray, inputs: Inputs, draws: int) -> np.ndarray:
    """Counts around each week's mean; Poisson where dispersion is 1."""
    means = np.repeat(mean[:, None], draws, axis=1)
    if inputs.dispersion > 1:
        shape = np.maximum(means, 1e-9) / (inputs.dispersion - 1)
        means = rng.gamma(shape, inputs.dispersion - 1)
    counts: np.ndarray = rng.poisson(means)
    return counts


def _bands(draws: np.ndarray) -> dict[str, list[float]]:
    low, middle, high = np.quantile(draws, (BAND[0], 0.5, BAND[1]), axis=1)
    named = {"low": low, "median": middle, "high": high}
    return {name: [round(float(v), 4) for v in values] for name, values in named.items()}
