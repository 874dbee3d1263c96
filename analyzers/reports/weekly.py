"""The weekly report as Markdown, or as one HTML file that opens anywhere and asks nobody.

weekly.html(digest.digest([shelf]))
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from functools import cache
from importlib import resources

import jinja2
import markupsafe

from analyzers.reports import drawings, week, wording
from analyzers.reports.digest import Digest, Report
from analyzers.reports.week import Figure, Row

MOST_BYTES = 900_000
"""GitHub refuses a job summary above 1 MiB; the room left is for what other steps write."""

_MARKS = re.compile(r"[\\`*_\[\]<>#!|~$]")
_ENTITIES = {"&": "&amp;", "@": "&#64;", "://": "&#58;//", "www.": "www&#46;"}


def markdown(digest: Digest, *, most_bytes: int = MOST_BYTES) -> str:
    """The digest as GitHub-flavoured Markdown; reports that would exceed `most_bytes` are named."""
    head = _text("digest.md.j2", digest=digest)
    parts = [head] if len(digest.reports) > 1 or digest.refused else []
    left = most_bytes - len("".join(parts).encode())
    cut: list[str] = []
    for report in digest.reports:
        part = _text("weekly.md.j2", report=report)
        if (size := len(part.encode())) > left:
            cut.append(report.name)
            continue
        left -= size
        parts.append(part)
    if cut:
        names = ", ".join(plain(name) for name in cut)
        parts.append(f"Left out to stay below {most_bytes:,} bytes: {names}.\n")
    return "\n".join(parts).rstrip("\n")


def html(digest: Digest) -> str:
    """The digest as one HTML file: no script, no outside request, light, dark and print."""
    style = _source("weekly.css")
    digested = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        _environment()
        .get_template("weekly.html.j2")
        .render(
            digest=digest,
            style=markupsafe.Markup(style),  # noqa: S704 - our own file
            style_hash=f"sha256-{digested}",
            charts={report.name: list(_charts(report)) for report in digest.reports},
        )
    )


def plain(text: object) -> str:
    """Text from outside as Markdown that shows it and does nothing else: no link, no mention."""
    shown = _MARKS.sub(r"\\\g<0>", " ".join(str(text).split()))
    for mark, entity in _ENTITIES.items():
        shown = shown.replace(mark, entity)
    return shown


def _charts(report: Report) -> Iterator[tuple[drawings.Drawing, markupsafe.Markup]]:
    for drawing in drawings.drawings(report.weekly, report.forecast):
        yield drawing, markupsafe.Markup(drawing.svg)  # noqa: S704 - vl-convert escapes its texts


def _text(name: str, **told: object) -> str:
    return _environment().get_template(name).render(**told)


@cache
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FunctionLoader(_source),
        autoescape=jinja2.select_autoescape(["html.j2"], default=False),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "plain": plain,
        "value": _value,
        "note": _note,
        "number": wording.number,
        "whole": wording.whole,
        "spark": lambda row: week.sparkline(row.course),
        "runs": _runs,
    }
    return made


def _source(name: str) -> str:
    return resources.files("analyzers.reports").joinpath("templates", name).read_text("utf-8")


def _value(figure: Figure, row: Row) -> str:
    return row.told(figure.value)


def _note(figure: Figure, row: Row) -> str:
    """Band and n, or why there is no value."""
    if figure.value is None:
        return figure.reason
    band = "" if figure.low is None else f"{row.told(figure.low)} to {row.told(figure.high)}"
    n = "" if figure.n is None else f"n {figure.n:,}"
    return ", ".join(part for part in (band, n) if part)


def _runs(row: Row, width: int = 96, height: int = 22) -> list[list[tuple[float, float]]]:
    """The course as points of an SVG, in runs of known weeks: a gap where unknown."""
    told = [value for value in row.course if value is not None]
    low, span = min(told), (max(told) - min(told)) or 1.0
    step = width / max(len(row.course) - 1, 1)
    runs: list[list[tuple[float, float]]] = [[]]
    for i, value in enumerate(row.course):
        if value is None:
            runs.append([])
        else:
            level = height - 3 - (value - low) / span * (height - 6)
            runs[-1].append((round(i * step + 3, 1), round(level, 1)))
    return [run for run in runs if run]
