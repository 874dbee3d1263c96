"""How sure the verdicts are, in the terminal: against labels, by a drawn sample, by line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from analyzers import tables
from analyzers.authorship import evaluate
from analyzers.errors import UsageError
from analyzers.line_survey import Survey
from analyzers.store import Shelf

_SCORE = "{:<16} {:>4} {:>4} {:>4}  {:<23} {}"
_SHARE = "{:<24} {:>7} {:>7} {:>10}  {}"
_FEW = 30


def drawn(shelf: Shelf, *, size: int, seed: int) -> str:
    """CSV to label by hand: sha, stratum, n_stratum, subject, label (empty)."""
    commits = _counted(shelf)
    sample = evaluate.sample(commits, size=size, seed=seed)
    # Strata are mixed by hash, so that nobody labels one verdict after the other.
    told = sample.merge(commits[["sha", "subject"]], on="sha").sort_values("sha")
    told["subject"] = told["subject"].map(_defused)
    return str(told[["sha", "stratum", "n_stratum", "subject", "label"]].to_csv(index=False))


def scored(shelf: Shelf, path: Path) -> str:
    """Precision and recall by kind of evidence; the corrected share where a sample was drawn."""
    content = _read(path)
    labels = evaluate.read_labels(content, origin=str(path))
    commits = shelf.table(tables.COMMITS)
    rows = evaluate.scores(labels, commits, shelf.table(tables.EVIDENCE)).to_dict("records")
    return "\n".join([*_scores(rows, len(labels)), *_corrected(content, labels)])


def lines(found: Survey, *, form: str) -> str:
    """The declared share of surviving lines by area as `table`, `markdown` or `json`."""
    if form == "json":
        rows = json.loads(found.shares.to_json(orient="records"))
        told = {"n_files": found.n_files, "n_unreadable": found.n_unreadable, "areas": rows}
        return json.dumps(told, indent=1, ensure_ascii=False)
    return "\n".join(_areas(found))


def save(content: str, path: Path) -> None:
    """Write the drawn sample; never over labels that somebody has already given."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(content)
    except FileExistsError:
        raise UsageError(f"{path} exists and may hold labels; name another -o FILE") from None
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise UsageError(f"cannot write {path} ({reason}); name another -o FILE") from error


def _counted(shelf: Shelf) -> pd.DataFrame:
    commits = shelf.table(tables.COMMITS)
    return commits[~commits["is_copy"].fillna(False).astype(bool)]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise UsageError(f"cannot read {path} ({reason}); name a CSV with sha and label") from error


def _scores(rows: list[dict[str, Any]], n_labels: int) -> Iterator[str]:
    whole = rows[0]
    yield f"{whole['n_labels']} of {n_labels} labels could be compared (90 % Wilson intervals)"
    yield _SCORE.format("evidence", "hit", "false", "miss", "precision", "recall")
    for row in rows:
        counts = [row[name] for name in ("true_positives", "false_positives", "false_negatives")]
        yield _SCORE.format(row["evidence"], *counts, _band(row, "precision"), _band(row, "recall"))


def _band(row: dict[str, Any], name: str) -> str:
    if pd.isna(row[name]):
        return "unknown"
    return f"{row[name]:.3f} ({row[f'{name}_low']:.3f} to {row[f'{name}_high']:.3f})"


def _corrected(content: str, labels: pd.DataFrame) -> Iterator[str]:
    sample = evaluate.read_sample(content)
    if sample is None:
        return
    told = evaluate.corrected_share(labels, sample)
    yield ""
    if pd.isna(told["share"]):
        yield "corrected AI share: unknown; label commits of both strata"
        return
    few = " (few labels: label more)" if told["n_labels"] < _FEW else ""
    yield (
        f"corrected AI share: {told['share']:.3f} ({told['low']:.3f} to {told['high']:.3f}, 90 %)"
        f" from {told['n_labels']:.0f} labels{few}"
    )


def _areas(found: Survey) -> Iterator[str]:
    rows = found.shares.to_dict("records")
    whole = rows[0]
    if not whole["n_blamed"]:
        yield "No code at HEAD could be blamed."
        return
    yield (
        f"{_share(whole)} of today's lines of code and tests come from commits that declare AI:"
        " a lower bound."
    )
    yield f"{whole['n_blamed']} of {found.n_files} files blamed; {found.n_unreadable} unreadable."
    yield ""
    yield _SHARE.format("area", "blamed", "files", "lines", "declared share (90 % interval)")
    for row in rows:
        cells = row["n_blamed"], row["n_files"], f"{row['n_lines']:,}"
        yield _SHARE.format(row["area"][:24], *cells, _share(row))


def _share(row: dict[str, Any]) -> str:
    if pd.isna(row["ai_share_of_lines"]):
        return "unknown"
    share = f"{row['ai_share_of_lines']:.1%}"
    known = not pd.isna(row["low"])
    return f"{share} ({row['low']:.1%} to {row['high']:.1%})" if known else f"{share} (no interval)"


def _defused(subject: str) -> str:
    """No spreadsheet formula out of a subject."""
    return f"'{subject}" if subject[:1] in "=+-@\t" else subject
