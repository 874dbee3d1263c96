"""How far off is git alone on this very repository? Told where a record gives the truth."""

from __future__ import annotations

import pandas as pd

_HOUR = pd.Timedelta(hours=1)

COLUMNS = (
    "estimate",
    "n",
    "error_median_hours",
    "error_p90_hours",
    "within_a_day_share",
    "band_share",
)


def git_only_error(estimated: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Errors of git's own openings and landings against the recorded ones, one row each.

    `estimated` is `Study.requests`, `events` tables.REVIEW_EVENTS. Columns: estimate (opened or
    landed), n, error_median_hours, error_p90_hours (absolute), within_a_day_share, band_share
    (truth inside the band; openings only). A kind without overlap has no row.
    """
    timed = events[events["at"].notna()].sort_values("at", kind="stable")
    truths = {
        "opened": timed[timed["kind"] == "opened"].drop_duplicates("change_request"),
        "landed": timed[timed["kind"] == "landed"].drop_duplicates("change_request", keep="last"),
    }
    rows = [_row(kind, estimated, truth) for kind, truth in truths.items()]
    return pd.DataFrame([row for row in rows if row["n"]], columns=list(COLUMNS))


def _row(kind: str, estimated: pd.DataFrame, truth: pd.DataFrame) -> dict[str, object]:
    both = estimated.merge(truth[["change_request", "at"]], on="change_request")
    both = both[both[f"{kind}_at"].notna()]
    hours = (both[f"{kind}_at"] - both["at"]).abs() / _HOUR
    inside = (both["opened_low"] <= both["at"]) & (both["at"] <= both["opened_high"])
    return {
        "estimate": kind,
        "n": len(both),
        "error_median_hours": hours.median(),
        "error_p90_hours": hours.quantile(0.9),
        "within_a_day_share": (hours <= 24).mean(),
        "band_share": inside.mean() if kind == "opened" else None,
    }
