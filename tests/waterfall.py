"""A steady project for tests of change requests: pull request #n opens on day n and lands by merge.

`steady(10)` gives rows for tests.frames.history: one first-parent merge a day at 18:00, each
bringing one commit of 10:00 of the same day. Tests add the odd one out.
"""

import pandas as pd
from frames import sha

from analyzers import reviews, tables
from analyzers.graph import Graph
from analyzers.history import History

START = pd.Timestamp("2026-01-01T00:00Z")


def day(number, hour=10):
    """The time on day `number` (1 is 2026-01-02), as tests write it."""
    return (START + pd.Timedelta(days=number, hours=hour)).isoformat()


def steady(last, *, first=1, without=(), base="root"):
    """Rows and refs of the pull requests first…last, and the name of the newest commit."""
    rows, refs, tip = [{"name": "root", "at": day(0)}] if base == "root" else [], {}, base
    for number in range(first, last + 1):
        if number in without:
            continue
        work, merge = f"work{number}", f"merge{number}"
        rows.append({"name": work, "parents": tip, "at": day(number)})
        rows.append(
            {
                "name": merge,
                "parents": f"{tip} {work}",
                "at": day(number, 18),
                "author": "Mia <mia@example.com>",
                "message": f"Merge pull request #{number} from ann/topic{number}\n\nTitle {number}",
            }
        )
        refs[f"refs/pull/{number}/head"] = work
        tip = merge
    return rows, refs, tip


def requests(history, events=None, **options):
    """The change requests by name, and their memberships."""
    events = tables.REVIEW_EVENTS.empty() if events is None else events
    found, members = reviews.change_requests(history, Graph.of(history.commits), events, **options)
    return found.set_index("change_request"), members


def told(*rows):
    """REVIEW_EVENTS from rows such as dict(change_request="#1", kind="opened", at=…)."""
    common = {"actor_kind": "human", "source": "github"}
    times = ({"at": pd.Timestamp(row["at"]) if row.get("at") else None} for row in rows)
    return tables.REVIEW_EVENTS.from_rows(
        common | row | time for row, time in zip(rows, times, strict=True)
    )


def gerrit(made, **changes):
    """The history with refs/changes: gerrit(made, c12=["first", "second"]) has two patch sets."""
    rows = [
        {
            "name": f"refs/changes/{name[1:].zfill(2)[-2:]}/{name[1:]}/{at}",
            "object_id": sha(commit),
            "kind": "patch_set",
            "number": int(name[1:]),
            "patch_set": at,
            "is_commit": True,
        }
        for name, sets in changes.items()
        for at, commit in enumerate(sets, 1)
    ]
    refs = pd.concat([made.refs, tables.REFS.from_rows(rows)], ignore_index=True)
    return History(made.commits, refs, made.notes, made.messages, made.head)
