"""How much is finished per week: change requests that landed."""

from __future__ import annotations

import pandas as pd

from analyzers.capacity.generation import known_lines, known_sums
from analyzers.capacity.metric import Frames, count, known_sum, metric, weekly_frame
from analyzers.capacity.weeks import Weeks, micros
from analyzers.columns import Ground


@metric(
    count(
        "throughput",
        "Change requests landed on any line, automation accounts apart.",
        "change requests per week",
    ),
    count("throughput_declared_ai", "Of them, with an AI marker.", "change requests per week"),
    count(
        "throughput_unmarked", "Of them, without: unknown, not human.", "change requests per week"
    ),
    count(
        "throughput_automation",
        "Landed change requests of automation accounts, counted apart.",
        "change requests per week",
    ),
    count(
        "throughput_release_lines",
        "Of throughput, landed on a release line only.",
        "change requests per week",
    ),
    known_sum(
        "throughput_lines_rate",
        "Reviewable lines of the landed change requests, as far as known; unknown where some"
        " landed and the lines of none are known.",
        "lines per week",
    ),
    ground=Ground(
        "Change requests, by the week in which they landed.",
        "Automation accounts, counted apart.",
        "Merges, numbers in subjects, equal patches, trailers and records; `reviewgap explain`"
        " tells which.",
    ),
)
def throughput(frames: Frames, *, weeks: Weeks) -> pd.DataFrame:
    """How many change requests land per week? Backports count: they are work done."""
    landed = weeks.sums(frames.landed)
    declared = weeks.sums(frames.landed[frames.declared])
    automation = frames.change_requests["is_automation"].to_numpy(bool)
    release = (frames.requests["landed_on"] == "release").fillna(False).to_numpy(bool)
    lines, unknown = known_lines(frames.requests["reviewable_lines"])
    return weekly_frame(
        weeks,
        {
            "throughput": landed,
            "throughput_declared_ai": declared,
            "throughput_unmarked": landed - declared,
            "throughput_automation": weeks.sums(
                micros(frames.change_requests["landed_at"])[automation]
            ),
            "throughput_release_lines": weeks.sums(frames.landed[release]),
            "throughput_lines_rate": known_sums(weeks, frames.landed, lines, unknown),
        },
    )
