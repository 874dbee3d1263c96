"""Line-level notes of git-ai (refs/notes/ai): which lines of a commit a tool wrote."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import pandas as pd

from analyzers.authorship.attested import Attested, parse
from analyzers.authorship.markers import Markers
from analyzers.authorship.rows import Marker
from analyzers.authorship.traces import Evidence, among

STALE_RATIO = 1.2
"""A note that claims more than this times the added lines was made for another version."""

MOSTLY = 0.5
"""From this share of the added lines on, the tool is co-author; below, it assisted."""


def evidence(
    notes: pd.DataFrame,
    commits: pd.DataFrame,
    markers: Markers,
    file_changes: pd.DataFrame | None = None,
) -> Iterator[Evidence]:
    """Evidence of every note that attests lines to a tool and fits its commit.

    Notes on merges say nothing. A stale one (more lines than the commit adds) was made for another
    version of the commit: it is held against `file_changes` file by file, and says nothing unless
    it speaks mostly of the commit's own files.
    """
    facts = commits.set_index("sha")[["lines_added", "is_merge", "committed_at"]]
    known_shas = set(commits["sha"])
    added_to = _added_by_file(file_changes, known_shas)
    for row in markers.of_kind("note") if known_shas else ():
        theirs = notes["ref"].eq(row.ref) | notes["ref"].str.startswith(row.ref + "/")
        ours = notes[theirs & among(notes["sha"], known_shas)]
        known = facts.reindex(ours["sha"])
        for sha, text, added, is_merge, moment in zip(
            ours["sha"],
            ours["text"],
            known["lines_added"],
            known["is_merge"],
            known["committed_at"],
            strict=True,
        ):
            if not is_merge and row.counts_at(moment):
                yield from _of_one(sha, parse(text), added, added_to.get(sha, {}), row)


def _added_by_file(
    file_changes: pd.DataFrame | None, wanted: Collection[str]
) -> dict[str, dict[str, int]]:
    """Lines added per path, by commit."""
    by_commit: dict[str, dict[str, int]] = {}
    if file_changes is None or not wanted:
        return by_commit
    ours = file_changes[among(file_changes["sha"], wanted)]
    columns = (ours["sha"].to_list(), ours["path"].to_list(), ours["lines_added"].fillna(0))
    for sha, path, added in zip(*columns, strict=True):
        by_commit.setdefault(sha, {})[path] = int(added)
    return by_commit


def _of_one(
    sha: str, note: Attested, added: object, added_to: Mapping[str, int], row: Marker
) -> Iterator[Evidence]:
    if note.ai_lines == 0:
        return
    is_known = not pd.isna(added)
    if is_known and note.ai_lines > STALE_RATIO * int(added):  # type: ignore[call-overload]
        yield from _of_a_stale_one(sha, note, added_to, row)
        return
    share = note.ai_lines / max(int(added), 1) if is_known else 1.0  # type: ignore[call-overload]
    degree = row.degree if share >= MOSTLY else "assisted"
    told = "its added lines" if not is_known else f"{min(share, 1.0):.0%} of its added lines"
    for tool, lines in sorted(note.lines_by_tool.items()):
        detail = f"A git-ai note gives {lines} lines to {tool}; tools wrote {told}."
        yield Evidence(sha, tool.capitalize(), row.id, "note", degree, row.confidence, detail)


def _of_a_stale_one(
    sha: str, note: Attested, added_to: Mapping[str, int], row: Marker
) -> Iterator[Evidence]:
    claimed = note.lines_by_file
    own_files = [path for path in claimed if path in added_to]
    at_most = sum(min(claimed[path], added_to[path]) for path in own_files)
    added = sum(added_to.values())
    if not added or at_most < MOSTLY * added or len(own_files) < MOSTLY * len(claimed):
        return
    for tool, lines in sorted(note.lines_by_tool.items()):
        detail = (
            f"A git-ai note of another version of it gives {lines} lines to {tool};"
            f" at most {at_most / added:.0%} of its added lines are among them."
        )
        yield Evidence(sha, tool.capitalize(), row.id, "note", "assisted", "low", detail)


def recall(notes: pd.DataFrame, commits: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    """How many commits that notes call mostly AI-written also carry another mark.

    One row per tool and one for `all`: tool, n_commits, n_marked, recall (0…1). Counted are
    non-merge commits whose note gives AI between half and 1.2 times the added lines.
    """
    ours = notes[notes["ref"].eq("refs/notes/ai")]
    known = commits[among(commits["sha"], set(ours["sha"]))].set_index("sha")
    ours = ours[among(ours["sha"], set(known.index))]
    known = known.reindex(ours["sha"])
    counted: list[tuple[str, str]] = []
    told = zip(ours["sha"], ours["text"], known["lines_added"], known["is_merge"], strict=True)
    for sha, text, added, is_merge in told:
        if is_merge or pd.isna(added) or not added:
            continue
        note = parse(text)
        if MOSTLY * added <= note.ai_lines <= STALE_RATIO * added:
            counted.append((sha, max(note.lines_by_tool, key=note.lines_by_tool.__getitem__)))
    declared = evidence["degree"].isin(["agent", "coauthored", "assisted"])
    marked = set(evidence.loc[declared & (evidence["place"] != "note"), "sha"])
    return _recall_rows(counted, marked)


def _recall_rows(counted: list[tuple[str, str]], marked: set[str]) -> pd.DataFrame:
    frame = pd.DataFrame(counted, columns=["sha", "tool"])
    frame["is_marked"] = frame["sha"].isin(marked)
    both = pd.concat([frame, frame.assign(tool="all")])
    grouped = both.groupby("tool")["is_marked"].agg(n_commits="size", n_marked="sum").reset_index()
    return grouped.assign(recall=grouped["n_marked"] / grouped["n_commits"])
