"""The answer in the terminal: the sentence, the figures behind it, and how sure they are."""

from __future__ import annotations

import json
from collections.abc import Callable

import pandas as pd

from analyzers import capacity, tables
from analyzers.capacity import disclosing
from analyzers.capacity.disclosing import Jump, WithRecall
from analyzers.capacity.facts import Fact
from analyzers.capacity.reading import LABELS, Reading, reading
from analyzers.reports import disclosed, practice
from analyzers.reports.periods import monday
from analyzers.store import Shelf

SCHEMA_VERSION = 1

_NAMES = {
    "generation_rate": "opened per week",
    "throughput": "landed per week",
    "backlog_young": "young backlog",
    "ai_share_declared_of_commits": "declared AI share of commits",
    "ai_share_declared_of_change_requests": "declared AI share of change requests",
    "time_to_land_median_hours": "time to land, median",
    "time_to_land_p90_hours": "time to land, P90",
    "completion_30d_share": "landed within 30 days",
    "backlog_slope": "its growth per week",
    "weeks_of_work": "weeks of work",
    "review_efficiency_index": "review efficiency index",
    "demonstrated_capacity": "demonstrated capacity",
    "review_gap_ratio": "review gap",
    "reviewer_coverage_share": "reviewer known for",
    "n_active_reviewers": "active reviewers",
}


def text(shelf: Shelf, *, weeks: int, form: str) -> str:
    """The summary of the last complete weeks as `table`, `markdown` or `json`.

    Raises NotEnoughData where there is no complete week of history.
    """
    answer = reading(
        shelf.table(capacity.WEEKLY),
        shelf.table(tables.CHANGE_REQUESTS),
        shelf.table(tables.COMMITS),
        weeks=weeks,
    )
    writers: dict[str, Callable[[Shelf, Reading], str]] = {
        "table": _plain,
        "markdown": _markdown,
        "json": _json,
    }
    return writers[form](shelf, answer)


def _json(shelf: Shelf, answer: Reading) -> str:
    facts = shelf.manifest
    told = {
        "schema_version": SCHEMA_VERSION,
        "repository": facts["repository"],
        "data_edge": facts["data_edge"],
        "counts": facts["counts"],
        "warnings": facts["warnings"],
        **answer.as_json(),
        **practice.as_json(shelf, answer),
        **disclosing.as_json(*_trust(shelf, answer)),
    }
    return json.dumps(told, indent=1, ensure_ascii=False)


def _plain(shelf: Shelf, answer: Reading) -> str:
    rows = [_cells(fact) for fact in answer.facts]
    widths = [max(len(row[i]) for row in (_HEAD, *rows)) for i in range(len(_HEAD))]
    lines = [
        "  ".join(
            cell.ljust(width) if i in {0, 5} else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (_HEAD, *rows)
    ]
    return "\n".join([answer.sentence, "", *lines, "", *_below(shelf, answer, also_partly=False)])


def _markdown(shelf: Shelf, answer: Reading) -> str:
    rows = [_cells(fact) for fact in answer.facts]
    table = [_HEAD, ("---", "--:", "--:", "--:", "--:", "---"), *rows]
    lines = ["| " + " | ".join(row) + " |" for row in table]
    below = [
        f"- {line.strip()}" if line.startswith("  ") else line
        for line in _below(shelf, answer, also_partly=True)
    ]
    return "\n".join([f"**{answer.sentence}**", "", *lines, "", *below])


_HEAD = ("figure", "value", "90 % band", "before", "n", "note")


def _cells(fact: Fact) -> tuple[str, str, str, str, str, str]:
    is_known = fact.value is not None
    band = (
        f"{_number(fact, fact.low)} to {_number(fact, fact.high)}" if fact.low is not None else ""
    )
    return (
        _NAMES.get(fact.name, fact.name),
        _number(fact, fact.value) if is_known else "unknown",
        band,
        _number(fact, fact.previous) if fact.previous is not None else "",
        f"{fact.n:,}" if fact.n is not None else "",
        fact.reason,
    )


def _number(fact: Fact, value: float | None) -> str:
    if value is None:
        return "unknown"
    if fact.unit == "share":
        return f"{value:.1%}".replace("%", " %")
    if fact.unit == "hours":
        return f"{value:.1f} h" if value < 48 else f"{value / 24:.1f} d"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def _below(shelf: Shelf, answer: Reading, *, also_partly: bool) -> list[str]:
    compared = list(practice.comparisons(answer, also_partly=also_partly))
    around = [*practice.lines(shelf), "", *compared, *([""] if compared else [])]
    return [*around, *_notes(shelf, answer)]


def _notes(shelf: Shelf, answer: Reading) -> list[str]:
    facts, counts = shelf.manifest, shelf.manifest["counts"]
    lines = [
        f"Weeks {answer.first_week} to {answer.last_week}; `before` is the equal period before.",
        _capacity(answer),
        "Declared AI share is a lower bound: commits without a trace are unmarked, not human.",
        *disclosed.lines(*_trust(shelf, answer)),
        (
            f"{facts['repository']['name']}: {counts['commits']:,} commits,"
            f" {counts['change_requests']:,} change requests, data to {facts['data_edge'][:10]}."
        ),
    ]
    if counts["incomplete"]:
        lines.append(f"{counts['incomplete']:,} commits lack line counts: their files are missing.")
    return lines


def _trust(shelf: Shelf, answer: Reading) -> tuple[WithRecall | None, list[Jump]]:
    """How far the share can be trusted; only jumps within the period and the one before."""
    raised, moved = disclosed.of_shelf(shelf)
    first, last = monday(answer.first_week), monday(answer.last_week)
    return raised, disclosed.within(moved, first - (last - first) - pd.Timedelta(weeks=1))


def _capacity(answer: Reading) -> str:
    shown = answer.fact("demonstrated_capacity")
    if shown.value is None:
        return f"Demonstrated capacity: unknown ({shown.reason})."
    return f"Demonstrated capacity: {LABELS[answer.capacity_label]} ({answer.capacity_reason})."
