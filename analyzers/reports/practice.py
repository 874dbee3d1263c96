"""Who carries review, and ways around it: each named as what it is, refused where unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict

from analyzers import tables
from analyzers.capacity import concentration, practice
from analyzers.capacity.benchmarks import Benchmark, beside
from analyzers.capacity.concentration import Absence, Concentration
from analyzers.capacity.metric import Frames
from analyzers.capacity.practice import Share
from analyzers.capacity.reading import Reading
from analyzers.capacity.weeks import Weeks
from analyzers.errors import NotEnoughData
from analyzers.store import Shelf

FEWEST = 5  # people

_MEANINGS = {
    "self_landed_share": (
        "landed by their author, no sign of another human",
        "not proof that nobody looked",
    ),
    "no_change_request_share": (
        "commits that came with no change request known to git",
        "pushed directly, or the evidence is missing",
    ),
    "fast_large_share": (
        "of those with 200 lines or more, landed faster than 500 lines per hour can be read",
        "a flag to look at, not a finding",
    ),
}


def lines(shelf: Shelf) -> Iterator[str]:
    """Load, absence and practices of the last 52 complete weeks, one line each."""
    frames, weeks = _frames(shelf)
    yield "Review in the last 52 weeks:"
    yield f"  {_or_refusal('how review is spread', lambda: _spread(frames, weeks))}"
    yield f"  {_or_refusal('the busiest reviewer away', lambda: _away(frames, weeks))}"
    yield from (f"  {_practice(share)}" for share in practice.last_year(frames, weeks=weeks))


def comparisons(answer: Reading, *, also_partly: bool) -> Iterator[str]:
    """Published figures beside those facts that they compare with; never a grade.

    Those that measure something a little different only where asked for.
    """
    known = [fact.name for fact in answer.facts if fact.value is not None]
    found = [row for name in known for row in beside(name)]
    found = [row for row in found if also_partly or row.comparable == "direct"]
    if found:
        yield "Published elsewhere, with other definitions and people; no grade:"
        yield from (f"  {_benchmark(row)}" for row in found)


def as_json(shelf: Shelf, answer: Reading) -> dict[str, object]:
    """The same as plain values: refusals are objects with their reason."""
    frames, weeks = _frames(shelf)
    return {
        "concentration": _asked(lambda: _of_enough_people(frames, weeks)),
        "busiest_away": _asked(lambda: _absence(frames, weeks)),
        "practices": [asdict(share) for share in practice.last_year(frames, weeks=weeks)],
        "benchmarks": [asdict(row) for fact in answer.facts for row in beside(fact.name)],
    }


def _frames(shelf: Shelf) -> tuple[Frames, Weeks]:
    commits, requests = shelf.table(tables.COMMITS), shelf.table(tables.CHANGE_REQUESTS)
    frames = Frames(commits, requests, shelf.table(tables.REVIEW_EVENTS))
    return frames, Weeks.spanning(commits, requests)


def _asked(question: Callable[[], Concentration | Absence]) -> dict[str, object]:
    try:
        return asdict(question())
    except NotEnoughData as error:
        return {"reason": str(error)}


def _or_refusal(what: str, told: Callable[[], str]) -> str:
    try:
        return told()
    except NotEnoughData as error:
        return f"{what}: unknown, {error}"


def _of_enough_people(frames: Frames, weeks: Weeks) -> Concentration:
    found = concentration.concentration(frames, weeks=weeks)
    if found.n_reviewers < FEWEST:
        raise NotEnoughData(
            f"{_people(found.n_reviewers)} reviewed; {FEWEST} are needed, so nobody is told apart"
        )
    return found


def _people(n: int) -> str:
    return "1 person" if n == 1 else f"{n} people"


def _absence(frames: Frames, weeks: Weeks) -> Absence:
    _of_enough_people(frames, weeks)
    return concentration.busiest_away(frames, weeks=weeks)


def _spread(frames: Frames, weeks: Weeks) -> str:
    found = _of_enough_people(frames, weeks)
    return (
        f"how review is spread: {found.bus_factor} of {found.n_reviewers} people did half of"
        f" {found.n_reviews:,} reviews of others' work, Gini {found.gini:.2f} (0 even, 1 all on"
        f" one); somebody is known for {_percent(found.coverage)} of landings"
    )


def _away(frames: Frames, weeks: Weeks) -> str:
    found = _absence(frames, weeks)
    return (
        f"the busiest reviewer away for any four of those weeks, nobody stepping in:"
        f" {found.held_up_median:.0f} landings held up (median; {found.held_up_worst} at worst),"
        f" {_percent(found.throughput_median_share)} of throughput kept"
    )


def _practice(share: Share) -> str:
    meaning, limit = _MEANINGS[share.name]
    if share.value is None:
        return f"{meaning}: unknown, {share.reason}"
    assert share.low is not None  # noqa: S101  # for the type checker
    assert share.high is not None  # noqa: S101
    band = f"{_percent(share.low)} to {_percent(share.high)}"
    return f"{meaning}: {_percent(share.value)} ({band}) of {share.n:,}; {limit}"


def _benchmark(row: Benchmark) -> str:
    differs = f"; differs: {row.difference}" if row.difference else ""
    return f"{row.definition} ({row.source}; {row.population}): {row.figures}{differs}"


def _percent(value: float) -> str:
    return f"{value:.0%}".replace("%", " %")
