"""Waiting times for the latency page: curves, bins, phases and groups. Frames in, frames out."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from analyzers import tables
from analyzers.capacity import estimates, latency, waiting
from analyzers.capacity.metric import Frames
from analyzers.capacity.weeks import micros
from dashboard import text
from dashboard.figures import Figure

GRID_DAYS = np.geomspace(1 / 24, 365, 64)
BINS = (  # upper edge in hours
    (1, "< 1 h"),
    (4, "1–4 h"),
    (24, "4–24 h"),
    (72, "1–3 days"),
    (168, "3–7 days"),
    (672, "1–4 weeks"),
    (float("inf"), "> 4 weeks"),
)
SIZES = (
    (10, "1–10"),
    (50, "11–50"),
    (250, "51–250"),
    (1000, "251–1,000"),
    (float("inf"), "> 1,000"),
)
RECORDED = ("gerrit", "import")
_HOUR = pd.Timedelta(hours=1)


def not_landed(requests: pd.DataFrame, *, edge: pd.Timestamp, label: str) -> pd.DataFrame:
    """Kaplan–Meier: share not landed after so many days, with its 90 % band (log-log).

    Those still waiting count until the data edge, those closed until they were closed.
    """
    known = requests[requests["opened_at"].notna() & (requests["opened_at"] <= edge)]
    if len(known) < estimates.MIN_N:
        return pd.DataFrame({"days": [], "waiting": [], "low": [], "high": [], "label": []})
    landed = known["landed_at"].notna().to_numpy(bool)
    until = known["landed_at"].fillna(known["closed_at"]).fillna(edge)
    days = ((until - known["opened_at"]) / _HOUR / 24).clip(lower=0).to_numpy("float64")
    sample = stats.CensoredData.right_censored(days, ~landed)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        curve = stats.ecdf(sample).sf
        spread = curve.confidence_interval(confidence_level=0.9, method="log-log")
        low, high = spread.low.evaluate(GRID_DAYS), spread.high.evaluate(GRID_DAYS)
    seen = days.max() >= GRID_DAYS
    made = pd.DataFrame(
        {"days": GRID_DAYS, "waiting": curve.evaluate(GRID_DAYS), "low": low, "high": high}
    )
    made = made.fillna({"low": made["waiting"], "high": made["waiting"]})
    return made[seen].round(4).assign(label=label)


def landed_median(requests: pd.DataFrame) -> Figure:
    """Median hours to land, with the band that the openings' own bands and chance leave."""
    frames = _frames(requests)
    low, high = latency.median_band(frames, np.zeros(len(requests), dtype=np.int64), 1)
    hours = requests["time_to_land_hours"].dropna()
    value = float(hours.median()) if len(hours) >= estimates.MIN_N else float("nan")
    return Figure(value, low=float(low[0]), high=float(high[0]), n=len(hours))


def opened_median(requests: pd.DataFrame, *, edge: pd.Timestamp) -> Figure:
    """Median wait of what was opened, those still waiting counted; endless if half never landed."""
    frames = _frames(requests)
    until = int(micros(pd.Series([edge]))[0])
    found = waiting.medians(frames, np.zeros(len(requests), dtype=np.int64), 1, edge=until)
    value, low, high = (float(each[0]) for each in (found.value, found.low, found.high))
    return Figure(value, low=low, high=high, n=int(found.n[0]))


def sees_unlanded(requests: pd.DataFrame) -> bool:
    """Whether any change request shows that what did not land can be seen."""
    return _frames(requests).sees_unlanded


def _frames(requests: pd.DataFrame) -> Frames:
    """As the weekly metrics take them; who is shown was chosen before."""
    shown = requests.assign(is_automation=False)
    return Frames(tables.COMMITS.empty(), shown, tables.REVIEW_EVENTS.empty())


def evidence(requests: pd.DataFrame) -> str:
    """How many there are, on what their openings rest, and how many of these are well dated."""
    if requests.empty:
        return ""
    recorded = float(requests["opened_method"].isin(RECORDED).mean())
    good = float(requests["opened_grade"].isin(["A", "B"]).mean())
    number, record = "the order of numbers in git", "the platform's record"
    source = f"{record} for {text.share(recorded)}, else from {number}"
    source = number if recorded == 0 else record if recorded == 1 else source
    n = text.number(len(requests))
    return f"n {n}; openings from {source}, {text.share(good)} graded A or B."


def binned(hours: pd.Series, *, label: str) -> pd.DataFrame:
    """How many fall into each of BINS."""
    return _cut(hours, BINS).assign(label=label)


def by_size(requests: pd.DataFrame) -> pd.DataFrame:
    """Median and P90 hours to land by reviewable lines."""
    edges = [-1, *(edge for edge, _ in SIZES)]
    size = pd.cut(
        requests["reviewable_lines"].astype("float64"), edges, labels=[name for _, name in SIZES]
    )
    named = size.astype("str").where(size.notna(), "unknown")
    made = summary(requests, named, "lines").set_index("lines")
    order = [name for _, name in SIZES if name in made.index]
    rest = [name for name in made.index if name not in order]
    return made.loc[order + rest].reset_index()


def by_area(requests: pd.DataFrame, *, most: int = 10) -> pd.DataFrame:
    """The same by top folder, the busiest ones first."""
    area = requests["area"].astype("str").replace(".", text.TOP_LEVEL).fillna("unknown")
    made = summary(requests, area, "area")
    return made.sort_values("n", ascending=False, ignore_index=True).head(most)


def summary(requests: pd.DataFrame, by: pd.Series, name: str) -> pd.DataFrame:
    """Median, P90 and n per group; unknown below the least n."""
    hours = requests["time_to_land_hours"].dropna().astype("float64")
    grouped = hours.groupby(by.reindex(hours.index))
    made = pd.DataFrame(
        {"n": grouped.size(), "median_hours": grouped.median(), "p90_hours": grouped.quantile(0.9)}
    )
    made.loc[made["n"] < estimates.MIN_N, ["median_hours", "p90_hours"]] = np.nan
    made.loc[made["n"] < estimates.MIN_N_TAIL, "p90_hours"] = np.nan
    return made.rename_axis(name).reset_index()


def phases(requests: pd.DataFrame) -> pd.DataFrame:
    """Where the time goes: to the first response, to the last push, to landing."""
    moments = ["opened_at", "first_response_at", "last_push_at", "landed_at"]
    steps: Sequence[tuple[str, str, str]] = (
        ("Opened → first response", moments[0], moments[1]),
        ("First response → last push", moments[1], moments[2]),
        ("Last push → landed", moments[2], moments[3]),
        ("First response → landed", moments[1], moments[3]),
        ("Opened → landed", moments[0], moments[3]),
    )
    rows = [_phase(requests, *step) for step in steps]
    made = pd.DataFrame(rows)
    return made[made["n"] >= estimates.MIN_N]


def _phase(requests: pd.DataFrame, name: str, begin: str, end: str) -> dict[str, object]:
    hours = ((requests[end] - requests[begin]) / _HOUR).dropna().astype("float64").clip(lower=0)
    tail = hours.quantile(0.9) if len(hours) >= estimates.MIN_N_TAIL else np.nan
    return {"phase": name, "n": len(hours), "median_hours": hours.median(), "p90_hours": tail}


def _cut(values: pd.Series, bins: Sequence[tuple[float, str]]) -> pd.DataFrame:
    names = [name for _, name in bins]
    known = values.dropna().astype("float64")
    cut = pd.cut(known, [-1, *(edge for edge, _ in bins)], labels=names)
    counted = cut.value_counts().reindex(names, fill_value=0)
    return pd.DataFrame({"bin": names, "rank": range(len(names)), "n": counted.to_numpy()})
