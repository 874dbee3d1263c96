"""Small frames and simulated queues for the tests of capacity."""

import numpy as np
import pandas as pd

from analyzers import tables
from analyzers.capacity.metric import Frames
from analyzers.capacity.weeks import DAY, Weeks

MONDAY = 1_767_571_200_000_000  # 2026-01-05T00:00Z, the Monday of 2026-W02


def requests(*rows):
    """CHANGE_REQUESTS from rows such as dict(opened_at="2026-01-05T10:00Z", landed_at=...)."""
    return tables.CHANGE_REQUESTS.from_rows(_request(n, row) for n, row in enumerate(rows, 1))


def commits(*rows):
    """COMMITS from rows such as dict(landed_at="2026-01-05T10:00Z", authorship="ai_agent")."""
    return tables.COMMITS.from_rows(_commit(n, row) for n, row in enumerate(rows, 1))


def events(*rows):
    """REVIEW_EVENTS; kind defaults to commented, by a human."""
    common = {"kind": "commented", "actor_kind": "human", "source": "github"}
    return tables.REVIEW_EVENTS.from_rows(
        common | row | {"at": pd.Timestamp(row["at"])} for row in rows
    )


def frames(*rows, made=(), said=()):
    """Frames of change requests, commits and review events, and the weeks they span."""
    built = Frames(commits(*made), requests(*rows), events(*said))
    return built, Weeks.spanning(built.commits, built.change_requests)


def at_days(opened, landed, *, start=MONDAY, **columns):
    """CHANGE_REQUESTS from arrays of days after `start`; NaN in `landed` for never."""
    n = len(opened)
    frame = pd.DataFrame(
        {
            "change_request": [f"#{number}" for number in range(1, n + 1)],
            "number": np.arange(1, n + 1),
            "source": "git",
            "state": np.where(np.isnan(landed), "not_landed", "landed"),
            "opened_at": stamps(opened, start),
            "opened_grade": "A",
            "opened_method": "own",
            "head_sha": "0" * 40,
            "landed_at": stamps(landed, start),
            "authorship": "unmarked",
            "ai_tools": "",
            "is_automation": False,
        }
        | columns
    )
    return tables.CHANGE_REQUESTS.conform(frame)


def stamps(days, start=MONDAY):
    known = ~np.isnan(days)
    moments = start + (np.where(known, days, 0) * DAY).astype(np.int64)
    return pd.Series(moments.astype("datetime64[us]")).dt.tz_localize("UTC").where(known)


def simulated(load, *, weeks=156, capacity=30, seed=0):
    """A day-level review queue with a known fixed capacity (science notes A.4).

    Over-dispersed arrivals and service, half newest-first, 15 % rejected, log-normal rework
    outside the queue. Returns CHANGE_REQUESTS; reviews done per week approach `capacity` once
    load exceeds 1, of which 85 % land.
    """
    rng = np.random.default_rng(seed)
    waiting, opened, landed = [], [], []
    for day in range(weeks * 7):
        for _ in range(_overdispersed(rng, load * capacity / 7)):
            waiting.append(len(opened))
            opened.append(day + rng.random())
            landed.append(np.nan)
        for _ in range(min(_overdispersed(rng, capacity / 7), len(waiting))):
            chosen = waiting.pop(-1 if rng.random() < 0.5 else 0)
            if rng.random() >= 0.15:
                landed[chosen] = max(day + 1, opened[chosen]) + rng.lognormal(-0.5, 1.0)
    opened, landed = np.array(opened), np.array(landed)
    landed[landed >= weeks * 7] = np.nan
    return at_days(opened, landed)


def _overdispersed(rng, mean):
    return rng.poisson(rng.gamma(2.0, mean / 2.0))


def _request(number, row):
    made = {
        "change_request": f"#{number}",
        "number": number,
        "source": "git",
        "state": "landed" if row.get("landed_at") else "not_landed",
        "opened_grade": "A",
        "opened_method": "own",
        "head_sha": "0" * 40,
        "landed_on": "default" if row.get("landed_at") else None,
        "authorship": "unmarked",
        "ai_tools": "",
        "is_automation": False,
    }
    return made | {key: _value(key, value) for key, value in row.items()}


def _commit(number, row):
    made = {name: "" for name in tables.COMMITS.names if tables.COMMITS[name].dtype == "str"}
    made |= {
        "sha": f"{number:040x}",
        "is_merge": False,
        "is_root": False,
        "in_head": True,
        "on_default_line": True,
        "authorship": "unmarked",
        "n_evidence": 0,
        "reviewable_lines": 10,
        "landed_in_week": None,
        "change_request": None,
    }
    return made | {key: _value(key, value) for key, value in row.items()}


def _value(key, value):
    is_moment = key.endswith("_at") or key.startswith(("opened_low", "opened_high"))
    return pd.Timestamp(value) if is_moment and value is not None else value
