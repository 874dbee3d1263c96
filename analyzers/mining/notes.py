"""Git notes: every note of every notes reference, in two batches."""

from __future__ import annotations

import re

import pandas as pd

from analyzers import tables
from analyzers.mining import commit, objects
from analyzers.mining.view import View

MOST_NOTE_BYTES = 1 << 20
_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def notes(view: View) -> pd.DataFrame:
    """tables.NOTES: what refs/notes/* say, cut at 1 MiB each; notes on other objects too."""
    refs = view.refs[(view.refs["kind"] == "note") & view.refs["is_commit"]]
    pairs = zip(refs["name"], refs["object_id"], strict=True)
    found = [(ref, *note) for ref, tip in pairs for note in _annotated(view, tip)]
    texts = objects.read_blobs(view, [blob for _, _, blob in found], most_bytes=MOST_NOTE_BYTES)
    rows = {
        "ref": [ref for ref, _, blob in found if blob in texts],
        "sha": [sha for _, sha, blob in found if blob in texts],
        "text": [commit.text(texts[blob]) for _, _, blob in found if blob in texts],
    }
    return tables.NOTES.conform(pd.DataFrame(rows))


def _annotated(view: View, tip: str) -> list[tuple[str, str]]:
    """(annotated object, blob) per note; git fans the ids out over folders as they grow."""
    entries = objects.list_tree(view, tip)
    named = {entry.path.replace("/", ""): entry.object_id for entry in entries if entry.kind == "blob"}
    return [(sha, blob) for sha, blob in named.items() if _ID.fullmatch(sha)]
