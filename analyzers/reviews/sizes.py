"""How large a change request is and where it lies, from the commits that show it best."""

from __future__ import annotations

import pandas as pd

from analyzers import vocabulary

ROOT = "."
"""The area of files that lie in no folder."""


def sizes(
    counted: pd.DataFrame, commits: pd.DataFrame, file_changes: pd.DataFrame | None
) -> pd.DataFrame:
    """n_files (files), reviewable_lines (lines) and area by change request; unknown stays so.

    `counted` (change_request, sha) names the commits to count: the squash, the landed twins,
    or the own commits. `file_changes` (sha, path, kind, and lines or lines_added and
    lines_deleted) adds distinct files and the area.
    """
    known = counted.merge(commits[["sha", "n_files", "reviewable_lines"]], on="sha")
    grouped = known.groupby("change_request")
    sized = grouped[["n_files", "reviewable_lines"]].sum(min_count=1)
    several = grouped.size() > 1
    sized["n_files"] = sized["n_files"].mask(several)  # the same file may stand in each
    if file_changes is None or file_changes.empty:
        return sized.assign(area=pd.Series(pd.NA, index=sized.index, dtype="str"))
    files = counted.merge(_with_lines(file_changes), on="sha")
    distinct = files.groupby("change_request")["path"].nunique().astype("Int64")
    return sized.assign(
        n_files=distinct.reindex(sized.index).fillna(sized["n_files"]),
        area=_areas(files).reindex(sized.index).astype("str"),
    )


def proposed_sizes(requests: pd.DataFrame, proposed: pd.DataFrame) -> pd.DataFrame:
    """The same for change requests that did not land, from tables.PROPOSED_CHANGES."""
    heads = requests.loc[requests["landed_at"].isna(), ["change_request", "head_sha"]]
    files = heads.merge(_with_lines(proposed, key="head_sha"), on="head_sha")
    reviewed = files["lines"].where(files["kind"].isin(vocabulary.REVIEWABLE_KINDS), 0)
    grouped = files.assign(reviewable_lines=reviewed).groupby("change_request")
    sized = grouped.agg(n_files=("path", "nunique"), reviewable_lines=("reviewable_lines", "sum"))
    return sized.assign(area=_areas(files).reindex(sized.index).astype("str"))


def _with_lines(file_changes: pd.DataFrame, *, key: str = "sha") -> pd.DataFrame:
    if "lines" in file_changes:
        lines = file_changes["lines"]
    else:
        lines = file_changes["lines_added"] + file_changes["lines_deleted"]
    return file_changes[[key, "path", "kind"]].assign(lines=lines.fillna(0))


def _areas(files: pd.DataFrame) -> pd.Series:
    """The top folder with most reviewable lines; of equals the first by name."""
    reviewed = files[files["kind"].isin(vocabulary.REVIEWABLE_KINDS)]
    if reviewed.empty:
        return pd.Series(dtype="str")
    folder = reviewed["path"].str.partition("/")
    area = folder[0].where(folder[1] != "", ROOT)
    lines = reviewed.assign(area=area).groupby(["change_request", "area"], as_index=False)["lines"]
    ranked = lines.sum().sort_values(
        ["change_request", "lines", "area"], ascending=[True, False, True]
    )
    return ranked.drop_duplicates("change_request").set_index("change_request")["area"]
