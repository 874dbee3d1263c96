"""What if generation doubles, reviewers join, or assistance takes a share of review work?

Demand D(t) = human * 2^(t/N_h) + ai * 2^(t/N), t in months; supply S = demonstrated capacity *
reviewers^beta / (1 - assistance). D * completion is compared with S (science notes A.8). Since
demonstrated capacity is a lower bound, `months_until_exceeded` is the earliest date at which
demand would exceed what this project has ever shown, never a prediction of collapse.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, fields, replace

from analyzers.errors import UsageError

WEEKS_PER_MONTH = 365.25 / 12 / 7
EFFORT_OF_SIZE = 1.3  # an assumption: review work grows with size to this power
FAR = 1_200.0  # months; later than this is "never"
SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Inputs:
    """One scenario; rates are change requests per week, ratios are relative to today.

    `ai` is the declared AI rate and `human` the rest (unmarked, not known to be human).
    Doubling times are months; None is no growth, a negative one halves. `completion` is the
    share that usually lands. `batch` is the size of change requests relative to today's: `batch`
    times fewer arrive, each costing `batch ** effort` of the review work. `dispersion` is the
    variance of weekly counts over their mean. `seed` draws the simulation.
    """

    human: float
    ai: float
    capacity: float
    completion: float = 1.0
    ai_doubling_months: float | None = None
    human_doubling_months: float | None = None
    reviewers: float = 1.0
    beta: float = 1.0
    assistance: float = 0.0
    batch: float = 1.0
    effort: float = 1.0
    backlog: float = 0.0
    dispersion: float = 1.0
    weeks: int = 52
    seed: int = 20260101

    def __post_init__(self) -> None:
        problems = {
            "human": self.human < 0,
            "ai": self.ai < 0,
            "capacity": self.capacity <= 0,
            "completion": not 0 < self.completion <= 1,
            "ai_doubling_months": self.ai_doubling_months == 0,
            "human_doubling_months": self.human_doubling_months == 0,
            "reviewers": self.reviewers <= 0,
            "beta": not 0 <= self.beta <= 2,
            "assistance": not 0 <= self.assistance < 1,
            "batch": self.batch <= 0,
            "backlog": self.backlog < 0,
            "dispersion": self.dispersion < 1,
            "weeks": not 1 <= self.weeks <= 520,
        }
        wrong = [name for name, is_wrong in problems.items() if is_wrong]
        if wrong:
            raise UsageError(f"scenario: {wrong[0]} cannot be {getattr(self, wrong[0])}")

    def to_json(self) -> str:
        """The inputs as text to share; running it again gives the same bytes."""
        return json.dumps({"schema_version": SCHEMA_VERSION} | asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Inputs:
        """The inputs in such a text. Raises UsageError that names what is wrong."""
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"the scenario is not valid JSON: {error}") from None
        if not isinstance(values, dict) or values.pop("schema_version", None) != SCHEMA_VERSION:
            raise UsageError(f"the scenario must be an object with schema_version {SCHEMA_VERSION}")
        known = {field.name: field.type for field in fields(cls)}
        unknown = sorted(set(values) - set(known))
        if unknown:
            raise UsageError(f"the scenario has an unknown key {unknown[0]!r}")
        wrong = [
            n for n, v in values.items() if not _is_number(v, optional="None" in str(known[n]))
        ]
        if wrong or not {"human", "ai", "capacity"} <= set(values):
            missing = wrong[0] if wrong else "one of human, ai, capacity"
            raise UsageError(f"the scenario needs a number for {missing}")
        return cls(**values)


def supply(inputs: Inputs) -> float:
    """What review can land per week, on the scenario's assumptions."""
    work: float = inputs.capacity * inputs.reviewers**inputs.beta / (1 - inputs.assistance)
    return work


def demand(inputs: Inputs, months: float) -> float:
    """Review work that arrives per week after so many months, in today's change requests."""
    growth = (
        _growth(inputs.human_doubling_months, months),
        _growth(inputs.ai_doubling_months, months),
    )
    work: float = inputs.batch ** (inputs.effort - 1)
    return (inputs.human * growth[0] + inputs.ai * growth[1]) * work


def months_until_exceeded(inputs: Inputs) -> float:
    """T*: months until demand at the usual completion exceeds supply; 0 if it does, inf if never.

    In closed form N * log2((S / p - human) / ai) when the human rate stands still.
    """
    limit = supply(inputs) / inputs.completion

    def excess(months: float) -> float:
        return demand(inputs, months) - limit

    if excess(0) >= 0:
        return 0.0
    falling = [n for n in (inputs.ai_doubling_months, inputs.human_doubling_months) if n and n > 0]
    reach = next((t for t in _probes(falling) if excess(t) > 0), None)
    if reach is None:
        return math.inf
    from scipy import optimize  # noqa: PLC0415 - slow to import, needed for what-if only

    return float(optimize.brentq(excess, 0, reach, xtol=1e-9))


def presets(measured: Inputs) -> dict[str, tuple[Inputs, str]]:
    """Scenarios to start from: name -> (inputs, what it assumes and where that comes from)."""
    return {
        "as_measured": (measured, "This repository's own rates and growth, nothing changed."),
        "ai_doubles_every_4_months": (
            replace(measured, ai_doubling_months=4.0),
            "Published scenario: METR's doubling time of task length, not of code volume.",
        ),
        "ai_doubles_every_12_months": (
            replace(measured, ai_doubling_months=12.0),
            "A slower growth, for comparison; an assumption.",
        ),
        "twice_the_reviewers": (
            replace(measured, reviewers=2.0),
            "Twice as many effective reviewers, each as fast as today (beta 1).",
        ),
        "assistance_takes_30_percent": (
            replace(measured, assistance=0.3),
            "Tools take over three tenths of the review work; an assumption.",
        ),
        "half_the_size": (
            replace(measured, batch=0.5, effort=EFFORT_OF_SIZE),
            "Change requests half as large, review work growing faster than size (effort 1.3).",
        ),
    }


def _growth(doubling: float | None, months: float) -> float:
    return 1.0 if doubling is None else float(2.0 ** min(months / doubling, 1_000))


def _probes(doublings: list[float]) -> list[float]:
    """Ever later moments to look for the crossing, up to FAR."""
    if not doublings:
        return []
    probes, at = [], min(*doublings, 1.0)
    while at < FAR:
        probes.append(at)
        at *= 1.5
    return [*probes, FAR]


def _is_number(value: object, *, optional: bool) -> bool:
    if value is None:
        return optional
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
