"""The answer in words: the verdict, since when, how fast the backlog moves, what is forecast.

Nothing here computes; every figure comes from the reading, the shifts and the tested forecast.
"""

from __future__ import annotations

import pandas as pd

from analyzers.capacity.backlog import YOUNG_DAYS
from analyzers.capacity.reading import LABELS, Reading
from analyzers.reports.wording import headline, number, rate, ratio, whole
from dashboard.text import band

__all__ = ["headline", "sentences"]

AHEAD = 12  # weeks, the farthest horizon that is backtested
_UNUSABLE = ("bands_missed", "untested")
_YOUNG = f"the backlog of the last {YOUNG_DAYS} days"


def sentences(answer: Reading | None, shifts: pd.DataFrame, forecast: pd.DataFrame) -> str:
    """The verdict's figures, each with its band or the period before."""
    if answer is None:
        return "No complete week of change requests lies in this period."
    opened, landed = answer.fact("generation_rate"), answer.fact("throughput")
    if opened.value is None:
        return (
            f"From {answer.first_week} to {answer.last_week}, **{rate(landed.value)}** change"
            " requests landed per week. How many were opened, how many wait and how large the gap"
            f" is stays unknown: {answer.reason}."
        )
    clause, found, compared = answer.reason.partition(": ")
    told = [
        (
            f"From {answer.first_week} to {answer.last_week}, **{rate(opened.value)}** change"
            f" requests opened per week and **{rate(landed.value)}** landed"
            f"{_growth(answer)}."
        ),
        f"{compared if found else clause.capitalize()}.",
        _since(shifts, answer),
        _ahead(forecast, answer),
        _gap(answer),
    ]
    return " ".join(part for part in told if part)


def _growth(answer: Reading) -> str:
    slope = answer.fact("backlog_slope").value
    if slope is None:
        return ""
    if abs(slope) < 0.05:
        return f"; {_YOUNG} stands still"
    grows = "grows" if slope > 0 else "shrinks"
    return f"; {_YOUNG} {grows} by **{number(abs(slope))}** a week"


def _since(shifts: pd.DataFrame, answer: Reading) -> str:
    """Since when the level of openings is what it is, where that began in the period."""
    if shifts.empty:
        return ""
    inside = shifts["iso_week"].between(answer.first_week, answer.last_week)
    found = shifts[inside & (shifts["measure"] == "generation_rate")]
    if found.empty:
        return ""
    last = found.iloc[-1]
    return (
        f"Since **{last['iso_week']}** {rate(last['after'])} open per week"
        f" ({rate(last['before'])} before)."
    )


def _ahead(forecast: pd.DataFrame, answer: Reading) -> str:
    """How many will wait, told only where such forecasts held their bands here."""
    if forecast.empty:
        return ""
    asked = (forecast["target"] == "backlog_young") & (forecast["horizon_weeks"] == AHEAD)
    found = forecast[asked & (forecast["origin_week"] == answer.last_week)].dropna(subset=["value"])
    found = found[~found["trust"].isin(_UNUSABLE)]
    if found.empty:
        return ""
    row, now = found.iloc[0], answer.fact("backlog_young").value
    limits = band(row["low"], row["high"], whole)
    return (
        f"In {AHEAD} weeks **{whole(row['value'])}** are forecast to wait, {whole(now)} now"
        f" ({limits})."
    )


def _gap(answer: Reading) -> str:
    gap = answer.fact("review_gap_ratio")
    if gap.value is None:
        return ""
    return (
        f"Demand, what opens and usually lands, is **{ratio(gap.value)}** times what review has"
        " shown it can land"
        f" ({band(gap.low, gap.high)}); {LABELS[answer.capacity_label]}."
    )
