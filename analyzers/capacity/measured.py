"""A repository's own numbers as the start of a what-if, with their joint band and refusals."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from analyzers.capacity import scenario
from analyzers.capacity.demonstrated import (
    FOLLOW_UP_WEEKS,
    MEMORY,
    REFERENCE,
    REFERENCE_AT_LEAST,
    Flow,
    busiest_mean,
    capacities,
    usual_completion,
)
from analyzers.capacity.estimates import BAND, block_draws, seeded
from analyzers.capacity.metric import Frames
from analyzers.capacity.refusals import why_no_capacity, why_no_gap
from analyzers.capacity.scenario import Inputs
from analyzers.capacity.weeks import Weeks
from analyzers.errors import NotEnoughData

RECENT = 26  # weeks that today's rates are averaged over
QUARTER = 13
QUARTERS_AT_LEAST = 6
AI_RATE_AT_LEAST = 1.0
AI_WEEKS_AT_LEAST = 26
DRAWS = 1_000


@dataclass(frozen=True, slots=True)
class Measured:
    """Inputs as measured, their bootstrap draws, and why some figure is refused (empty if none)."""

    inputs: Inputs
    draws: tuple[Inputs, ...]
    doubling_reason: str
    exceeded_reason: str

    def months_until_exceeded(
        self, change: Callable[[Inputs], Inputs] = lambda inputs: inputs
    ) -> tuple[float, float, float]:
        """T* of the measured scenario after `change`, and its 5 to 95 % band.

        inf is "never". Raises NotEnoughData where the declared AI rate is too small or too new.
        """
        if self.exceeded_reason:
            raise NotEnoughData(self.exceeded_reason)
        value = scenario.months_until_exceeded(change(self.inputs))
        times = [scenario.months_until_exceeded(change(draw)) for draw in self.draws]
        low, high = np.quantile(times, BAND, method="inverted_cdf")
        return value, float(low), float(high)


def measured(frames: Frames, *, weeks: Weeks, draws: int = DRAWS) -> Measured:
    """Today's rates, capacity, completion, growth and dispersion, as scenario inputs.

    Rates are means of the last 26 complete weeks. Rates and capacity are redrawn in the same
    4-week blocks, so that a busy week stays busy in all of them. Raises
    NotEnoughData below 52 complete weeks, or where hardly anything landed.
    """
    frames.require_unlanded()
    flow = Flow.of(frames, weeks=weeks)
    capacity, completion = capacities(flow), usual_completion(flow)
    if not flow.n or not math.isfinite(capacity[-1]) or not math.isfinite(completion[-1]):
        lacking = why_no_capacity(flow, flow.n) or why_no_gap(flow, flow.n)
        raise NotEnoughData(f"a what-if starts from demonstrated capacity: {lacking}")
    ai = weeks.sums(frames.opened[frames.declared])[: flow.n]
    doubling, doubling_reason = ai_doubling_months(ai)
    inputs = Inputs(
        human=round(float((flow.opened - ai)[-RECENT:].mean()), 6),
        ai=round(float(ai[-RECENT:].mean()), 6),
        capacity=round(float(capacity[-1]), 6),
        completion=round(max(float(completion[-1]), 0.01), 6),
        ai_doubling_months=doubling,
        backlog=round(float(flow.waiting[-1] * completion[-1]), 6),
        dispersion=_dispersion(flow.landed[-MEMORY:]),
    )
    drawn = tuple(_redrawn(inputs, flow, ai, draws))
    return Measured(inputs, drawn, doubling_reason, _refusal(ai))


def ai_doubling_months(ai: np.ndarray) -> tuple[float | None, str]:
    """Months in which declared-AI change requests double, by 13-week quarters; None and why not.

    Refused below six quarters with any, or when the last one fell: bursts are not growth.
    """
    quarters = ai[len(ai) % QUARTER :].reshape(-1, QUARTER).sum(axis=1)
    since = np.flatnonzero(quarters)
    counts = quarters[since[0] :] if len(since) else quarters[:0]
    if len(counts) < QUARTERS_AT_LEAST:
        return None, f"{len(counts)} quarters with declared AI; {QUARTERS_AT_LEAST} are needed"
    counts = counts[-2 * QUARTERS_AT_LEAST :]
    if counts[-1] < counts[-2]:
        return None, "declared AI fell in the last quarter: no doubling time is fitted"
    slope = float(np.polyfit(np.arange(len(counts)), np.log2(counts + 0.5), 1)[0])
    if slope <= 0.02:
        return None, "declared AI does not grow"
    return round(3 / slope, 4), ""


def _refusal(ai: np.ndarray) -> str:
    rate = float(ai[-RECENT:].mean())
    if rate < AI_RATE_AT_LEAST:
        return f"{rate:.1f} declared-AI change requests per week; {AI_RATE_AT_LEAST:g} is needed"
    first = np.flatnonzero(ai)[0]
    if len(ai) - first < AI_WEEKS_AT_LEAST:
        return f"{len(ai) - first} weeks of declared AI; {AI_WEEKS_AT_LEAST} are needed"
    return ""


def _dispersion(counts: np.ndarray) -> float:
    mean = float(counts.mean())
    return round(max(float(counts.var()) / mean, 1.0), 6) if mean else 1.0


def _redrawn(inputs: Inputs, flow: Flow, ai: np.ndarray, draws: int) -> list[Inputs]:
    rng = seeded()
    older = flow.n - MEMORY + block_draws(rng, MEMORY - RECENT, draws)
    recent = flow.n - RECENT + block_draws(rng, RECENT, draws)
    year = np.concatenate([older, recent], axis=1)
    capacity = busiest_mean(flow.landed[year], flow.waiting[year])
    human, marked = (flow.opened - ai)[recent].mean(axis=1), ai[recent].mean(axis=1)
    completion = _completions(flow, rng, draws)
    rows = zip(human, marked, capacity, completion, strict=True)
    return [
        replace(
            inputs, human=float(h), ai=float(a), capacity=max(float(c), 1e-6), completion=float(p)
        )
        for h, a, c, p in rows
    ]


def _completions(flow: Flow, rng: np.random.Generator, draws: int) -> np.ndarray:
    end = max(flow.n - FOLLOW_UP_WEEKS, REFERENCE_AT_LEAST)
    reference = slice(max(end - REFERENCE, 0), end)
    opened, soon = flow.opened[reference], flow.soon[reference]
    picks = block_draws(rng, len(opened), draws)
    n = np.maximum(opened[picks].sum(axis=1), 1)
    return np.clip(soon[picks].sum(axis=1) / n, 0.01, 1)
