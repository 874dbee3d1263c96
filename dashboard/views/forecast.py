"""What comes next, how good such forecasts were here, and what if something changed?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analyzers.reports.wording import Wording
from dashboard import charts, data, filters, parts, text, what_if

shown = filters.current()
TARGETS = {
    "throughput": ("Landed", "change requests landed", "throughput"),
    "backlog_young": ("Waiting", "change requests waiting", "backlog"),
    "time_to_land_median": ("Median time to land", "hours", "throughput"),
}
WORDS = {
    "throughput": "change requests are forecast to land",
    "backlog_young": "change requests are forecast to wait",
    "time_to_land_median": "is the forecast median time to land",
}
TRUST = {
    "tested": "Tested: better than repeating the past, and its bands held.",
    "no_better_than_naive": "No better than repeating the past. Read the band, not the line.",
    "bands_missed": "Its bands missed too often in the past. Do not plan with it.",
    "untested": "Too few forecasts with a band lie in the past to test it.",
}


def _choose(forecast: pd.DataFrame) -> tuple[str, int]:
    present = [name for name in TARGETS if (forecast["target"] == name).any()]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        target = st.segmented_control(
            "Forecast of",
            present,
            default=present[0],
            required=True,
            format_func=lambda name: TARGETS[name][0],
            key="target",
            bind="query-params",
        )
        horizons = sorted(int(h) for h in forecast["horizon_weeks"].unique())
        horizon = st.segmented_control(
            "Weeks ahead",
            horizons,
            default=horizons[0],
            required=True,
            key="horizon",
            bind="query-params",
        )
    return str(target), int(str(horizon))


def _words(row: pd.Series) -> str:
    is_time = row["unit"] == "hours"
    wording = text.duration if is_time else text.whole
    what = WORDS[row["target"]]
    when = "by the end of" if row["target"] == "backlog_young" else "in"
    return (
        f"**{wording(row['value'])}** {what} {when} the {row['horizon_weeks']} weeks after"
        f" {row['origin_week']} ({_band(row, wording)})."
        f" {TRUST.get(row['trust'], '')}"
    )


def _band(row: pd.Series, wording: Wording) -> str:
    if pd.isna(row["low"]) or pd.isna(row["high"]):
        return "no band: too few errors are known yet"
    return text.band(row["low"], row["high"], wording)


def _its_band(row: pd.Series) -> str:
    if pd.isna(row["low"]):
        return "it has no band until more errors of past ones are known"
    return "its band comes from the errors before it"


def _dated(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows with `week_start`, the end of what they forecast, and `iso_week`, their origin."""
    starts = data.weekly(shown.repo).set_index("iso_week")["week_start"]
    ahead = pd.to_timedelta(frame["horizon_weeks"].astype("int64") * 7, unit="D")
    at = frame["origin_week"].map(starts) + ahead
    return frame.assign(week_start=at, iso_week=frame["origin_week"])


@st.fragment
def _shown(forecast: pd.DataFrame) -> None:
    target, horizon = _choose(forecast)
    label, unit, meaning = TARGETS[target]
    rows = forecast[forecast["target"] == target]
    chosen = rows[rows["horizon_weeks"] == horizon].iloc[0]
    if pd.isna(chosen["value"]):
        st.text(str(chosen["reason"]))
    else:
        st.markdown(_words(chosen))
    past = shown.repo.rows("past_forecasts")
    if len(past):
        past = past[(past["target"] == target) & (past["horizon_weeks"] == horizon)]
        columns = ["iso_week", "week_start", "value", "low", "high", "actual"]
        drawn = _dated(past)[columns].tail(104)
        ahead = _dated(rows[rows["horizon_weeks"] == horizon])[columns[:5]]
        parts.chart(
            f"{label}, {horizon} weeks ahead",
            charts.forecast(
                drawn,
                ahead,
                unit=f"{unit} in {horizon} weeks" if target == "throughput" else unit,
                meaning=meaning,
            ),
            key="forecast-past",
            alt_text=f"Past forecasts of {label.lower()} beside what came, and the next one",
            reading="Every past forecast was made with only what was known then. The last point is"
            f" the forecast; {_its_band(chosen)}.",
            frame=drawn,
        )
    _backtest(target, horizon)


def _backtest(target: str, horizon: int) -> None:
    rows = shown.repo.rows("backtest")
    if rows.empty:
        return
    rows = rows[(rows["target"] == target) & (rows["horizon_weeks"] == horizon)]
    st.header("How good it was", anchor=False)
    rows = rows.assign(
        model=rows["model"].str.replace("_", " "),
        error_kind=rows["error_kind"].replace("mase", "MASE"),
        coverage_share=rows["coverage_share"] * 100,
    )
    st.dataframe(
        rows[["model", "is_ours", "error", "error_kind", "coverage_share", "n_origins"]],
        column_config={
            "model": "Model",
            "is_ours": st.column_config.CheckboxColumn("Shown"),
            "error": st.column_config.NumberColumn("Error", format="%.2f"),
            "error_kind": "Kind of error",
            "coverage_share": st.column_config.NumberColumn("Inside the band", format="%.0f%%"),
            "n_origins": st.column_config.NumberColumn("Forecasts", format="localized"),
        },
        hide_index=True,
        placeholder=text.UNKNOWN,
        alt="Backtest of the forecast against naive models",
    )
    st.caption(
        "Smaller errors are better, and compare within this table. MASE: over what repeating the"
        " last horizon was off in all history before. Log: 0.1 is about 10%."
    )


if parts.begin(shown, "Forecast"):
    _rows = shown.repo.rows("forecast")
    if _rows.empty:
        st.text(
            "There is no forecast: it needs 78 complete weeks of history and 26 landings in the"
            " last 52. It appears by itself once there is enough."
        )
    else:
        _shown(_rows)
    what_if.section(shown)
