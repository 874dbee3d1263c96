"""How much of today's code comes from commits that declare AI: lines that survive at HEAD.

A line belongs to the commit that last changed it, so a reformat takes lines over and a squash
gives all of its lines to one commit. The declared share stays a lower bound.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

DRAWS = 1000
LEVEL = 0.9
WHOLE = "all"

COLUMNS = ["area", "n_files", "n_blamed", "n_lines", "ai_share_of_lines", "low", "high"]


def area(path: str) -> str:
    """The top folder of a path; `.` for files at the top."""
    folder, slash, _ = path.partition("/")
    return folder if slash else "."


def drawn(paths: list[str], *, size: int, seed: int) -> list[str]:
    """At most `size` paths, drawn at random by area in proportion to its files, one at least.

    The order is fixed by the seed alone; more areas than `size` give more paths than that.
    """
    if len(paths) <= size:
        return sorted(paths)
    rng = np.random.default_rng(seed)
    areas = pd.Series(sorted(paths)).groupby([area(path) for path in sorted(paths)])
    chosen: list[str] = []
    for _, ours in areas:
        n = max(1, round(size * len(ours) / len(paths)))
        chosen += rng.choice(ours.to_numpy(object), size=min(n, len(ours)), replace=False).tolist()
    return sorted(chosen)


def by_file(lines: Mapping[str, Mapping[str, int]], declared: set[str]) -> pd.DataFrame:
    """path, area, n_lines, n_declared from blamed lines per path and commit."""
    rows = [
        {
            "path": path,
            "area": area(path),
            "n_lines": sum(told.values()),
            "n_declared": sum(n for sha, n in told.items() if sha in declared),
        }
        for path, told in lines.items()
    ]
    return pd.DataFrame(rows, columns=["path", "area", "n_lines", "n_declared"])


def shares(blamed: pd.DataFrame, n_files: Mapping[str, int], *, seed: int) -> pd.DataFrame:
    """One row for `all` and one per area, largest first: the declared share of surviving lines.

    `blamed` is what `by_file` gave, `n_files` how many files each area has. Columns: area, n_files,
    n_blamed, n_lines (estimated), ai_share_of_lines, low, high. The share is a ratio estimate over
    strata (Cochran 1977, section 6.11), its 90 % interval a bootstrap of files within areas, which
    closes on the share where every file was blamed; unknown with fewer than two files of many, and
    where of many none or all lines are declared: such a sample says nothing of what it missed.
    """
    rng = np.random.default_rng(seed)
    areas, totals = [], []
    for name, ours in blamed.groupby("area"):
        draws = _totals(ours, n_files[str(name)], rng)
        areas.append(_told(str(name), ours, n_files[str(name)], draws))
        totals.append(draws)
    by_area = pd.DataFrame(areas, columns=COLUMNS)
    by_area = by_area.sort_values(["n_lines", "area"], ascending=[False, True])
    whole = pd.DataFrame([_whole(blamed, n_files, totals)], columns=COLUMNS)
    return pd.concat([whole, by_area], ignore_index=True) if areas else whole


def _whole(
    blamed: pd.DataFrame, n_files: Mapping[str, int], totals: list[np.ndarray]
) -> dict[str, object]:
    """All areas together: each blamed file stands for as many as its area has per blamed one."""
    weight = blamed["area"].map(n_files) / blamed.groupby("area")["area"].transform("size")
    n = sum(n_files[name] for name in blamed["area"].unique())
    scale = len(blamed) / n if n else 0.0
    weighted = blamed.assign(
        n_lines=blamed["n_lines"] * weight * scale,
        n_declared=blamed["n_declared"] * weight * scale,
    )
    draws = np.sum(totals, axis=0) if totals else np.zeros((2, DRAWS))
    return _told(WHOLE, weighted, n, draws)


def _told(name: str, ours: pd.DataFrame, n_files: int, draws: np.ndarray) -> dict[str, object]:
    lines, declared = float(ours["n_lines"].sum()), float(ours["n_declared"].sum())
    ratios = draws[1][draws[0] > 0] / draws[0][draws[0] > 0]
    tail = (1 - LEVEL) / 2
    is_spread = len(ours) > 1 and 0 < declared < lines
    is_told = len(ratios) > 0 and (is_spread or len(ours) == n_files)
    low, high = np.quantile(ratios, [tail, 1 - tail]) if is_told else (np.nan, np.nan)
    return {
        "area": name,
        "n_files": n_files,
        "n_blamed": len(ours),
        "n_lines": round(lines / len(ours) * n_files) if len(ours) else 0,
        "ai_share_of_lines": declared / lines if lines else np.nan,
        "low": float(low),
        "high": float(high),
    }


def _totals(ours: pd.DataFrame, n_files: int, rng: np.random.Generator) -> np.ndarray:
    """Draws of (lines, declared lines) of the whole area; one value where nothing was left out."""
    n = len(ours)
    counts = ours[["n_lines", "n_declared"]].to_numpy(float)
    if n == n_files:
        return np.repeat(counts.sum(axis=0)[:, None], DRAWS, axis=1)
    picks = rng.integers(0, n, size=(DRAWS, n))
    means = counts[picks].mean(axis=1)
    # Drawn without replacement: what was looked at does not vary (finite population correction).
    calm = np.sqrt(1 - n / n_files)
    settled = counts.mean(axis=0) + (means - counts.mean(axis=0)) * calm
    totals: np.ndarray = (settled * n_files).clip(min=0).T
    return totals
