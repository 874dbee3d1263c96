"""Review effort in the terminal: does it grow faster than the number of change requests?"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict

from analyzers.capacity.effort import CONFOUNDED, Ratio
from analyzers.sampling import Effort

SCHEMA_VERSION = 1

_NAMES = {
    "effort": "effort (lines and files)",
    "lines": "reviewable lines",
    "files": "reviewable files",
    "complexity": "cyclomatic complexity touched",
    "n_methods": "methods touched",
    "maintainability_share": "delta maintainability",
}
_WIDTH = max(map(len, _NAMES.values()))


def text(found: Effort, *, form: str) -> str:
    """The comparisons as `table`, `markdown` (the same lines) or `json`."""
    if form == "json":
        told = json.loads(json.dumps(asdict(found)), parse_constant=lambda _: None)
        told = {"schema_version": SCHEMA_VERSION, "caution": CONFOUNDED, **told}
        return json.dumps(told, indent=1, ensure_ascii=False)
    return "\n".join(_lines(found))


def _lines(found: Effort) -> Iterator[str]:
    yield _sentence(found.growth[0])
    yield ""
    yield "Per landed change request, the last 52 weeks over the 52 before (or halves of less):"
    yield from map(_line, found.growth)
    yield ""
    yield "Declared AI over the rest, per change request landed in the last 52 weeks:"
    yield from map(_line, found.declared)
    yield ""
    yield "Per sampled commit, the last four quarters over the four before:"
    yield from map(_line, found.complexity)
    yield ""
    yield "Declared AI over the rest, per sampled commit of the eight quarters:"
    yield from map(_line, found.complexity_declared)
    yield ""
    yield from _cost(found)
    yield ""
    yield CONFOUNDED
    yield (
        "Effort is relative to a usual change request of the earlier period, not hours. Bands are"
        " 90 %, by bootstrap; those of the sample tell its error."
    )


def _cost(found: Effort) -> Iterator[str]:
    yield (
        f"Sample: {found.n_measured} of {found.n_sampled} commits measured, out of"
        f" {found.n_population:,} ({found.tool})."
    )
    yield (
        f"Cost: {found.n_opened} measured now, in {found.elapsed_seconds:.1f} s; the whole sample"
        f" takes {found.seconds:.0f} s of one core, once."
    )
    paths = found.complexity[0]
    if not paths.reason and not math.isnan(paths.low):
        off = (paths.high - paths.low) / 2
        yield f"Sampling error: the ratio of complexity may be off by {off:.2f} either way (90 %)."


def _sentence(effort: Ratio) -> str:
    if effort.reason:
        return f"Whether effort per change request grows is unknown: {effort.reason}."
    times = f"{effort.ratio:.2f} ({effort.low:.2f} to {effort.high:.2f}) times that of before"
    if effort.low > 1:
        return f"Review effort grows faster than the number landed: per change request {times}."
    if effort.high < 1:
        return f"Review effort grows slower than the number landed: per change request {times}."
    return f"Whether effort per change request grows cannot be told: it is {times}."


def _line(ratio: Ratio) -> str:
    name = f"  {_NAMES[ratio.name]:<{_WIDTH}}"
    unknown = f"; {ratio.n_unknown} unknown" if ratio.n_unknown else ""
    if ratio.reason:
        return f"{name}  unknown: {ratio.reason}{unknown}"
    band = "" if math.isnan(ratio.low) else f" ({ratio.low:.2f} to {ratio.high:.2f})"
    return (
        f"{name}  {ratio.ratio:5.2f} times{band}: {ratio.mean:.2f} against {ratio.other:.2f},"
        f" n {ratio.n} and {ratio.n_other}{unknown}"
    )
