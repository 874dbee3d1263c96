"""A deterministic store for dashboard tests: 160 weeks, about 4,000 change requests.

The AI share grows, openings outgrow landings, the last week is a running one. Written through
`analyzers.store` with the real weekly metrics, so that pages are tested against true tables.
"""

import hashlib

import numpy as np
import pandas as pd

from analyzers import capacity, tables
from analyzers.capacity.metric import Frames
from analyzers.store import Shelf

FIRST = pd.Timestamp("2023-10-30", tz="UTC")
N_WEEKS = 160
EDGE = FIRST + pd.Timedelta(weeks=N_WEEKS - 1, days=2, hours=15)
TOOLS = ("claude-code", "copilot", "cursor", "codex")
NASTY = (
    "![p](http://192.0.2.1/pixel.png) <img src=http://192.0.2.1/x onerror=alert(1)>",
    '=HYPERLINK("http://192.0.2.1")',
    "[a](javascript:alert(1)) $x$ :red[boo] `code`",
)


def write(root, key="sample-0123456789", *, nasty=False, n_weeks=N_WEEKS, **facts):
    """Write the store of one repository and return its folder."""
    folder = root / key
    (folder / "mined").mkdir(parents=True)
    finished = frames(n_weeks=n_weeks, nasty=nasty) if n_weeks else empty_frames()
    told = manifest(n_weeks=n_weeks, **facts)
    told["counts"] = {
        "commits": len(finished[tables.COMMITS]),
        "change_requests": len(finished[tables.CHANGE_REQUESTS]),
        "incomplete": 0,
    }
    Shelf(folder).publish([], finished, told)
    return folder


def manifest(*, n_weeks=N_WEEKS, name="sample", warnings=(), **repository):
    edge = edge_of(n_weeks).isoformat() if n_weeks else None
    return {
        "repository": {
            "name": name,
            "forge_url": "https://forge.example/acme/sample",
            "forge_kind": "github",
            "head": sha("head") if n_weeks else None,
            "head_name": "main",
            "is_shallow": False,
            "is_partial": False,
            "is_bare": False,
        }
        | repository,
        "data_edge": edge,
        "warnings": list(warnings),
        "n_missing": 0,
        "coverage": {"change_request_heads": 3900},
        "reading": {},
    }


def empty_frames():
    made = {table: table.empty() for table in (tables.COMMITS, tables.CHANGE_REQUESTS)}
    return made | {
        tables.EVIDENCE: tables.EVIDENCE.empty(),
        capacity.WEEKLY: capacity.WEEKLY.empty(),
    }


def frames(*, n_weeks=N_WEEKS, nasty=False, seed=7):
    """Tables of the sample history, keyed by their tables.Table."""
    requests = change_requests(n_weeks=n_weeks, nasty=nasty, seed=seed)
    commits, memberships = commits_of(requests, nasty=nasty, seed=seed)
    events = tables.REVIEW_EVENTS.empty()
    return {
        tables.COMMITS: commits,
        tables.CHANGE_REQUESTS: requests,
        tables.MEMBERSHIPS: memberships,
        tables.EVIDENCE: evidence_of(commits),
        tables.REVIEW_EVENTS: events,
    } | capacity.tables_of(Frames(commits, requests, events, memberships))


def sha(text):
    return hashlib.sha1(str(text).encode()).hexdigest()


def edge_of(n_weeks):
    return EDGE - pd.Timedelta(weeks=N_WEEKS - n_weeks)


def change_requests(*, n_weeks, nasty, seed):
    rng = np.random.default_rng(seed)
    edge = edge_of(n_weeks)
    rows = []
    for week in range(n_weeks):
        grown = week / N_WEEKS
        for _ in range(rng.poisson(14 + 22 * grown)):
            opened = FIRST + pd.Timedelta(weeks=week, minutes=int(rng.integers(0, 10_080)))
            rows.append(_request(len(rows) + 1, opened, grown, rng, edge))
    frame = tables.CHANGE_REQUESTS.from_rows(row for row in rows if row["opened_at"] <= edge)
    if nasty:
        frame["title"] = np.resize(np.array(NASTY, dtype=object), len(frame))
        frame["area"] = NASTY[0]
        frame = tables.CHANGE_REQUESTS.conform(frame)
    return frame


def _request(number, opened, grown, rng, edge):
    declared = rng.random() < 0.02 + 0.45 * grown**2
    automation = not declared and rng.random() < 0.08
    wait = pd.Timedelta(hours=float(rng.lognormal(3 + 1.2 * grown, 1.4)))
    landed = opened + wait if rng.random() < 0.93 - 0.12 * grown else pd.NaT
    landed = pd.NaT if landed is not pd.NaT and landed > edge else landed
    author = f"p{int(rng.integers(0, 40)):012x}"
    landed_by = f"p{min(int(rng.exponential(3)), 14):012x}"
    answered = opened + wait * float(rng.uniform(0.05, 0.6)) if rng.random() < 0.8 else pd.NaT
    n_commits = int(rng.integers(1, 5))
    return {
        "change_request": f"#{number}",
        "number": number,
        "source": "git",
        "title": f"Change the part {number % 97} of the whole",
        "state": "not_landed" if landed is pd.NaT else "landed",
        "opened_at": opened.floor("s"),
        "opened_low": opened.floor("s") - pd.Timedelta(hours=6),
        "opened_high": opened.floor("s") + pd.Timedelta(hours=2),
        "opened_low_wide": opened.floor("s") - pd.Timedelta(days=2),
        "opened_high_wide": opened.floor("s") + pd.Timedelta(hours=8),
        "opened_grade": "BBCD"[number % 4],
        "opened_method": "interpolated",
        "first_response_at": pd.NaT if answered is pd.NaT or answered > edge else answered,
        "landed_at": landed,
        "landed_sha": None if landed is pd.NaT else sha(f"merge {number}"),
        "landing_style": None if landed is pd.NaT else "merge_commit",
        "landed_on": None if landed is pd.NaT else "default",
        "author_id": author,
        "landed_by_id": None if landed is pd.NaT else landed_by,
        "n_commits": n_commits,
        "n_rounds": int(rng.integers(0, 4)),
        "n_files": int(rng.integers(1, 12)),
        "reviewable_lines": int(rng.lognormal(4, 1.3)),
        "area": ("core", "docs", "web", "tests")[number % 4],
        "authorship": _verdict(number, declared, automation),
        "ai_tools": TOOLS[number % 4] if declared else "",
        "ai_share_of_commits": 1.0 if declared else 0.0,
        "self_landed": None if landed is pd.NaT else author == landed_by,
        "is_automation": automation,
    }


def _verdict(number, declared, automation):
    if automation:
        return "automation_bot"
    return ("ai_agent", "ai_coauthored", "mixed")[number % 3] if declared else "unmarked"


def commits_of(requests, *, nasty, seed):
    """Own commits of every change request (landed ones are in HEAD) and a merge for each."""
    rows, members = [], []
    for request in requests.to_dict("records"):
        landed = request["landed_at"]
        names = [sha(f"{request['change_request']} {i}") for i in range(request["n_commits"])]
        members += [
            {"change_request": request["change_request"], "sha": name, "role": "own"}
            for name in names
        ]
        if landed is pd.NaT:
            continue
        rows += [_commit(request, name, i, nasty) for i, name in enumerate(names)]
        rows.append(_merge(request, names[-1]))
        members.append(
            {
                "change_request": request["change_request"],
                "sha": request["landed_sha"],
                "role": "merge",
            }
        )
    return tables.COMMITS.from_rows(rows), tables.MEMBERSHIPS.from_rows(members)


def _commit(request, name, i, nasty):
    ai = request["authorship"] in {"ai_agent", "ai_coauthored", "mixed"}
    verdict = "ai_coauthored" if request["authorship"] == "mixed" else request["authorship"]
    at = request["opened_at"] - pd.Timedelta(hours=3 * (i + 1))
    week = request["landed_at"].isocalendar()
    return {
        "sha": name,
        "parents": sha("before " + name),
        "author_id": request["author_id"],
        "author_name": NASTY[0] if nasty else f"Person {request['author_id'][-2:]}",
        "author_email": f"{request['author_id']}@example.com",
        "authored_at": at,
        "committer_id": request["author_id"],
        "committer_name": "Person",
        "committer_email": f"{request['author_id']}@example.com",
        "committed_at": at,
        "subject": NASTY[i % 3] if nasty else f"Step {i} of change {request['number']}",
        "is_merge": False,
        "is_root": False,
        "in_head": True,
        "n_files": 2,
        "lines_added": 10 + request["number"] % 50,
        "lines_deleted": request["number"] % 20,
        "reviewable_lines": 10 + request["number"] % 70,
        "on_default_line": False,
        "landed_at": request["landed_at"],
        "landed_in_week": f"{week.year}-W{week.week:02d}",
        "change_request": request["change_request"],
        "authorship": verdict,
        "ai_tools": request["ai_tools"],
        "n_evidence": 1 if ai else 0,
    }


def _merge(request, tip):
    row = _commit(request, request["landed_sha"], 0, nasty=False)
    return row | {
        "parents": f"{sha('line ' + tip)} {tip}",
        "is_merge": True,
        "n_files": None,
        "lines_added": None,
        "lines_deleted": None,
        "reviewable_lines": None,
        "on_default_line": True,
        "authorship": "unmarked",
        "ai_tools": "",
        "n_evidence": 0,
        "committed_at": request["landed_at"],
        "subject": f"Merge change {request['number']}",
    }


def evidence_of(commits):
    marked = commits[commits["n_evidence"] > 0]
    degree = np.where(marked["authorship"] == "ai_agent", "agent", "coauthored")
    return tables.EVIDENCE.conform(
        pd.DataFrame(
            {
                "sha": marked["sha"],
                "change_request": marked["change_request"],
                "tool": marked["ai_tools"],
                "marker": marked["ai_tools"] + "-trailer",
                "place": "trailer",
                "degree": degree,
                "confidence": "high",
                "source_sha": marked["sha"],
                "detail": "A Co-authored-by trailer names " + marked["ai_tools"] + ".",
            }
        )
    )
