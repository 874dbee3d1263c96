"""What the latency page shows, made once per choice of filters and kept."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from dashboard import charts, data, figures, marks, text, wait_charts, waits
from dashboard.charts import Line
from dashboard.drawing import Drawing
from dashboard.filters import Filters, kept

Made = tuple[Drawing, pd.DataFrame]


@kept
def landed(chosen: Filters) -> pd.DataFrame:
    """What landed on the default line in the period, of the groups that are shown."""
    frame = _shown(chosen)
    inside = frame["landed_week"].between(chosen.span.first, chosen.span.last)
    return frame[inside & ~_on_release_line(frame)]


@kept
def released(chosen: Filters) -> figures.Figure:
    """Median hours of what landed on a release line only, which every other figure leaves out."""
    frame = _shown(chosen)
    return figures.wait(chosen.span, frame[_on_release_line(frame)], "time_to_land_hours", 0.5)


@kept
def opened(chosen: Filters) -> pd.DataFrame:
    """What was opened in the period; nothing where the survivors alone would tell of it."""
    frame = _shown(chosen) if sees_unlanded(chosen) else _shown(chosen).head(0)
    return frame[frame["opened_week"].between(chosen.span.first, chosen.span.last)]


@kept
def cards(chosen: Filters) -> dict[str, figures.Figure]:
    """The headline waits of the period, each with the period before."""
    frame = _shown(chosen)
    default = frame[~_on_release_line(frame)]
    median = waits.landed_median(landed(chosen))
    then = figures.wait(chosen.span, default, "time_to_land_hours", 0.5)
    return {
        "median": replace(median, before=then.before, before_n=then.before_n),
        "p90": figures.wait(chosen.span, default, "time_to_land_hours", 0.9),
        "opened": waits.opened_median(opened(chosen), edge=_edge(chosen)),
        "answer": figures.wait(chosen.span, frame, "time_to_first_response_hours", 0.5),
    }


@kept
def sees_unlanded(chosen: Filters) -> bool:
    """Whether what did not land can be seen in this clone at all."""
    return waits.sees_unlanded(data.requests(chosen.repo))


def _shown(chosen: Filters) -> pd.DataFrame:
    frame = data.requests(chosen.repo)
    return frame[frame["group"].isin(chosen.groups)]


def _on_release_line(frame: pd.DataFrame) -> pd.Series:
    return frame["landed_on"].eq("release").fillna(False).astype(bool)


def _edge(chosen: Filters) -> pd.Timestamp:
    return pd.Timestamp(chosen.repo.manifest["data_edge"])


@kept
def weeks(chosen: Filters, step: int) -> Made:
    """Median and P90 by week of landing."""
    if chosen.authorship == "all" and not chosen.automation and step == 1:
        frame, series = chosen.chart_weeks, _WEEKLY
    else:
        frame, series = _waits(chosen, step, chosen.groups, ""), _BLOCKS
    columns = [column for line in series for column in (line.column, line.low, line.high) if column]
    frame = frame[["iso_week", "week_start", "is_complete", *columns]]
    drawn = charts.lines(
        _in_days(frame, columns), series, unit="time to land", spans=True, marks=marks.shown(chosen)
    )
    return drawn, frame


def newest(frame: pd.DataFrame) -> float:
    """The last median of `weeks`; for a chart's words, which the period then does not change."""
    medians = frame[median_column(frame)].dropna()
    return float(medians.iloc[-1]) if len(medians) else float("nan")


def median_column(frame: pd.DataFrame) -> str:
    """Which column of `weeks` has the medians."""
    return str(frame.filter(regex="median_hours$").columns[0])


@kept
def groups(chosen: Filters, step: int) -> Made:
    """Median by week of landing, AI declared against unmarked."""
    frame = chosen.weeks_in(step)[["iso_week", "week_start", "is_complete"]]
    names = ("declared_ai", "unmarked")
    for group in names:
        made = _waits(chosen, step, [group], f"{group}_")
        frame = frame.join(made[[f"{group}_median_hours", f"{group}_n"]])
    series = [Line(f"{group}_median_hours", text.GROUPS[group], group) for group in names]
    columns = [line.column for line in series]
    drawn = charts.lines(_in_days(frame, columns), series, unit="median time to land", spans=True)
    return drawn, frame


@kept
def curves(chosen: Filters) -> Made | None:
    """Kaplan-Meier curves of what was opened in the period, one per group; none of too few."""
    frame, edge = opened(chosen), _edge(chosen)
    parts = {group: frame[frame["group"] == group] for group in chosen.groups}
    made = [
        waits.not_landed(part, edge=edge, label=text.GROUPS[group]).assign(group=group)
        for group, part in parts.items()
    ]
    known = [each for each in made if len(each)]
    if not known:
        return None
    joined = pd.concat(known)
    return wait_charts.survival(joined), joined


@kept
def distribution(chosen: Filters) -> Made:
    """How many landed after how long, by group."""
    rows = landed(chosen)
    groups = [name for name in chosen.groups if (rows["group"] == name).any()] or chosen.groups
    frame = pd.concat(
        waits.binned(
            rows.loc[rows["group"] == group, "time_to_land_hours"], label=text.GROUPS[group]
        ).assign(group=group)
        for group in groups
    )
    drawn = wait_charts.histogram(frame, x="time to land", unit="change requests landed")
    return drawn, frame[["bin", "label", "n"]]


@kept
def spreads(chosen: Filters) -> dict[str, Made | None]:
    """Median to P90 by phase, authorship, size and area; none where nothing is known."""
    rows = landed(chosen)
    frames = {
        "phase": waits.phases(rows),
        "authorship": waits.summary(rows, rows["group"].map(text.GROUPS), "authorship"),
        "size": waits.by_size(rows).rename(columns={"lines": "size"}),
        "area": waits.by_area(rows),
    }
    return {name: _spread(frame, name) for name, frame in frames.items()}


@kept
def coverage(chosen: Filters) -> dict[str, float]:
    """Which share of what landed has an opening of each grade, a known answer, size and area."""
    rows = landed(chosen)
    grades = {
        grade: float((rows["opened_grade"] == grade).mean()) if len(rows) else float("nan")
        for grade in "ABCD"
    }
    known = {"answered": "first_response_at", "sized": "reviewable_lines", "placed": "area"}
    shares = {
        name: float(rows[column].notna().mean()) if len(rows) else float("nan")
        for name, column in known.items()
    }
    return grades | shares


def _spread(frame: pd.DataFrame, name: str) -> Made | None:
    known = frame[frame["median_hours"].notna()]
    if known[["median_hours", "p90_hours"]].melt()["value"].nunique() < 2:
        return None  # one point alone gives an axis no length
    named = known.rename(columns={name: "part"})
    drawn = wait_charts.spread(named[["part", "median_hours", "p90_hours", "n"]])
    return drawn, frame


def _waits(chosen: Filters, step: int, only: list[str], prefix: str) -> pd.DataFrame:
    frame = chosen.weeks_in(step)[["iso_week", "week_start", "is_complete"]]
    rows = data.requests(chosen.repo)
    made = figures.block_waits(
        rows[rows["group"].isin(only) & ~_on_release_line(rows)],
        frame["week_start"],
        step,
        column="time_to_land_hours",
        at="landed_at",
    )
    return frame.join(made.add_prefix(prefix))


def _in_days(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Days, at least a minute: a log scale has no zero."""
    days = {name: frame[name].astype("float64").clip(lower=1 / 60) / 24 for name in columns}
    return frame.assign(**days)


_WEEKLY = [
    Line(
        "time_to_land_median_hours",
        "Median, 90% band",
        "throughput",
        "time_to_land_median_hours_low",
        "time_to_land_median_hours_high",
        dash="generation",
    ),
    Line("time_to_land_p90_hours", "P90", "throughput", dash="capacity"),
]
_BLOCKS = [
    Line("median_hours", "Median", "throughput", dash="generation"),
    Line("p90_hours", "P90", "throughput", dash="capacity"),
]
