"""Published figures to show beside a figure where they are comparable; never a grade."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One published figure: of whom, of what, from where, and how far it compares."""

    id: str
    source: str
    population: str
    definition: str
    fact: str
    comparable: Literal["direct", "partly", "no"]
    difference: str
    figures: str
    unit: str
    value: float | None = None


@cache
def benchmarks() -> tuple[Benchmark, ...]:
    """Every row of benchmarks.toml."""
    text = resources.files("analyzers.capacity").joinpath("benchmarks.toml").read_text("utf-8")
    return tuple(Benchmark(**row) for row in tomllib.loads(text)["benchmarks"])


def beside(fact: str) -> tuple[Benchmark, ...]:
    """What may be shown beside this fact of a reading: directly comparable ones first."""
    found = (row for row in benchmarks() if row.fact == fact and row.comparable != "no")
    return tuple(sorted(found, key=lambda row: row.comparable != "direct"))
