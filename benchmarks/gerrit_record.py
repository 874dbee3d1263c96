"""How much of a Gerrit repository's own review record is read, and how fast.

    python benchmarks/gerrit_record.py REPOSITORY

The repository needs refs/changes/*/meta (`git fetch origin '+refs/changes/*:refs/changes/*'`).
Prints how many change histories were read, where the changes stand, the events by kind and
actor, and the CPU seconds of each step (without git itself).
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from analyzers.mining.log import raw_commits
from analyzers.mining.view import open_view
from analyzers.reviews import gerrit


def main(repository: Path) -> None:
    """Read the record of one repository and print what was found."""
    start = time.process_time()
    with open_view(repository) as view:
        meta = view.refs[view.refs["kind"] == "change_meta"]
        tips = dict(zip(meta["number"].astype(int), meta["object_id"], strict=True))
        opened = time.process_time()
        rows = list(raw_commits(view, list(tips.values())))
    mined = time.process_time()
    record = gerrit.read(rows, tips)
    done = time.process_time()
    _print(len(tips), len(rows), record)
    seconds = f"view {opened - start:.1f}, git {mined - opened:.1f}, parse {done - mined:.1f}"
    print(f"CPU seconds of Python: {seconds}")


def _print(n_tips: int, n_rows: int, record: gerrit.Gerrit) -> None:
    status = record.changes["status"].fillna("none").value_counts()
    kinds = record.events.groupby(["kind", "actor_kind"]).size().unstack(fill_value=0)
    print(f"{n_tips} meta refs, {n_rows} meta commits; {len(record.changes)} changes read")
    print("status: " + ", ".join(f"{count} {name}" for name, count in status.items()))
    print(f"{len(record.patch_sets)} patch sets; {len(record.events)} events:\n{kinds.to_string()}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
