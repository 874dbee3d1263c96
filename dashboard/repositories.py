"""Several repositories over the same weeks: their charts and figures. Nothing ranks them."""

from __future__ import annotations

import pandas as pd

from analyzers.capacity.reading import VERDICTS
from dashboard import charts, data, figures
from dashboard.charts import Line
from dashboard.drawing import Drawing
from dashboard.once import once

FLOW = (
    Line("generation_rate", "Opened", "generation"),
    Line("throughput", "Landed", "throughput"),
)
HEIGHT = 210


@once(maxsize=256)
def flow(repo: data.Repository, first: str, last: str) -> tuple[Drawing, pd.DataFrame] | None:
    """Opened and landed per week between two ISO weeks; none where no complete week is inside."""
    span = data.period(repo, None, first, last)
    if not span.n:
        return None
    frame = figures.blocks(span.weeks, figures.step_of(span.n))
    drawn = charts.lines(frame, FLOW, unit="per week", height=HEIGHT)
    return drawn, frame[["iso_week", "week_start", *(line.column for line in FLOW)]]


def from_overview(rows: pd.DataFrame, weeks: int) -> pd.DataFrame:
    """The figures of very many over their newest weeks, as they were told when each was mined."""
    rows = rows[rows["period_weeks"] == weeks]
    share = rows["ai_share_declared_of_change_requests"]
    listed = pd.DataFrame(
        {
            "name": rows["name"],
            "verdict": rows["verdict"].map(VERDICTS).str.capitalize(),
            "opened": rows["generation_rate"],
            "landed": rows["throughput"],
            "gap": rows["review_gap_ratio"],
            "work": rows["weeks_of_work"],
            "wait_days": rows["time_to_land_median_hours"] / 24,
            "declared": share * 100,
            "edge": rows["data_edge"].str[:10],
        }
    )
    return listed.sort_values("name", key=lambda names: names.str.lower(), ignore_index=True)


@once(maxsize=256)
def row(repo: data.Repository, first: str, last: str) -> dict[str, object]:
    """The figures of one repository over those weeks; what is unknown is missing."""
    span = data.period(repo, None, first, last)
    answer = data.answer(repo, span.n, span.last) if span.n else None
    rows = data.requests(repo)
    people = rows[rows["group"] != "automation"] if len(rows) else rows
    wait = (
        figures.wait(span, people, "time_to_land_hours", 0.5).value
        if len(people) and span.n
        else float("nan")
    )
    share = "ai_share_declared_of_change_requests"
    return {
        "name": repo.name,
        "verdict": VERDICTS[answer.verdict].capitalize() if answer else None,
        "opened": figures.rate(span, "generation_rate").value,
        "landed": figures.rate(span, "throughput").value,
        "gap": figures.of_fact(answer, "review_gap_ratio").value,
        "work": figures.of_fact(answer, "weeks_of_work").value,
        "wait_days": wait / 24,
        "declared": figures.pooled_share(span, share).value * 100,
        "weeks": span.n,
        "edge": str(repo.manifest.get("data_edge") or "")[:10],
    }
