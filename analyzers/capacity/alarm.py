"""The saturation alarm: fewer change requests land within 30 days than usual, and work piles up.

Thresholds are those of science notes A.6, set before looking: cohorts of the 26 weeks that
ended 5 weeks ago against the 104 weeks before. It says "unusual against its own past", which
is not proof of saturation; so every past alarm is listed for the reader to judge. The state of
a week uses nothing that came after it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analyzers.capacity.demonstrated import FOLLOW_UP_WEEKS, REFERENCE, Flow
from analyzers.capacity.metric import Frames
from analyzers.capacity.weeks import Weeks
from analyzers.errors import NotEnoughData
from analyzers.tables import Column, Table

RECENT = 26
HISTORY_AT_LEAST = 156
Z_ABOVE = 2.6
DROP_AT_LEAST = 0.05
WORK_FACTOR = 1.4
RECENT_N = 50
REFERENCE_N = 100

ALARMS = Table(
    "alarms",
    "Every run of weeks in which completion was unusually low and work had piled up, against the"
    " repository's own past.",
    ("first_week",),
    (
        Column("first_week", "str", "ISO week at whose end the alarm came on."),
        Column("last_week", "str", "Last ISO week of the run."),
        Column("n_weeks", "int", "Length of the run.", "weeks"),
        Column("is_on", "bool", "Whether it is on in the newest complete week."),
        Column("completion_30d_share", "float", "Recent cohorts, when it came on.", "share"),
        Column("completion_30d_reference_share", "float", "The 104 weeks before.", "share"),
        Column("z", "float", "Two-proportion z, when it came on.", "standard errors"),
        Column("weeks_of_work", "float", "When it came on.", "weeks"),
        Column("weeks_of_work_reference", "float", "Median of the 104 weeks before.", "weeks"),
    ),
)


def states(frames: Frames, *, weeks: Weeks) -> pd.DataFrame:
    """The alarm of every complete week with enough past: its parts and `is_on`, by iso_week.

    Raises NotEnoughData below 156 complete weeks.
    """
    frames.require_unlanded()
    flow = Flow.of(frames, weeks=weeks)
    if flow.n < HISTORY_AT_LEAST:
        raise NotEnoughData(
            f"the alarm compares with the own past and needs {HISTORY_AT_LEAST} complete weeks;"
            f" there are {flow.n}: reference too short"
        )
    return _states(flow, weeks.keys[: flow.n]).iloc[HISTORY_AT_LEAST - 1 :]


def alarms(frames: Frames, *, weeks: Weeks) -> dict[Table, pd.DataFrame]:
    """The ALARMS table; empty where nothing was unusual. Raises NotEnoughData as `states`."""
    state = states(frames, weeks=weeks)
    on = state["is_on"].to_numpy(bool)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], on, [0]])))
    runs = (_run(state, first, after - 1) for first, after in edges.reshape(-1, 2).tolist())
    return {ALARMS: ALARMS.from_rows(runs)}


def two_proportion_z(
    hits: np.ndarray, n: np.ndarray, ref: np.ndarray, of: np.ndarray
) -> np.ndarray:
    """How many standard errors the share hits/n lies below ref/of (pooled)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = (hits + ref) / (n + of)
        error = np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / of))
        z: np.ndarray = (ref / of - hits / n) / error
    return z


def _states(flow: Flow, keys: list[str]) -> pd.DataFrame:
    end = np.arange(flow.n) - FOLLOW_UP_WEEKS + 1
    begin, before = end - RECENT, end - RECENT - REFERENCE
    n, hits = _between(flow.opened, begin, end), _between(flow.soon, begin, end)
    of, ref = _between(flow.opened, before, begin), _between(flow.soon, before, begin)
    z = two_proportion_z(hits, n, ref, of)
    with np.errstate(divide="ignore", invalid="ignore"):
        share, usual = hits / n, ref / of
    normal = _reference_work(flow.work, begin)
    is_on = (
        (n >= RECENT_N)
        & (of >= REFERENCE_N)
        & (z > Z_ABOVE)
        & (usual - share >= DROP_AT_LEAST)
        & (flow.work >= WORK_FACTOR * normal)
    )
    columns = {
        "completion_30d_share": share,
        "completion_30d_reference_share": usual,
        "z": z,
        "weeks_of_work": flow.work,
        "weeks_of_work_reference": normal,
        "is_on": is_on,
    }
    return pd.DataFrame(columns, index=pd.Index(keys, name="iso_week"))


def _run(state: pd.DataFrame, first: int, last: int) -> dict[str, object]:
    row: dict[str, object] = state.iloc[first].drop("is_on").to_dict()
    return row | {
        "first_week": state.index[first],
        "last_week": state.index[last],
        "n_weeks": last - first + 1,
        "is_on": last == len(state) - 1,
    }


def _between(values: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    total = np.concatenate([[0], np.cumsum(values)])
    known = begin >= 0
    sums = total[np.maximum(end, 0)] - total[np.maximum(begin, 0)]
    return np.where(known, sums, np.nan)


def _reference_work(work: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Median weeks of work over the reference weeks that end before each of `ends`."""
    medians = np.full(len(work), np.nan)
    if len(work) < REFERENCE:
        return medians
    windows = np.lib.stride_tricks.sliding_window_view(work, REFERENCE)
    known = np.isfinite(windows).any(axis=1)
    all_medians = np.full(len(windows), np.nan)
    all_medians[known] = np.nanmedian(windows[known], axis=1)
    usable = ends >= REFERENCE
    medians[usable] = all_medians[ends[usable] - REFERENCE]
    return medians
