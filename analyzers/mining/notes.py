"""Git notes: every note of every notes reference, in two batches.

git-ai's first form kept no notes but one reference per commit, `refs/ai/authorship/<commit>`,
that leads to a blob: read as notes of `refs/ai/authorship`, in the same batch. Entire keeps what
it knows of a session on a branch: read as notes of `entire/checkpoints`, by the checkpoint's id.
"""

from __future__ import annotations

import json
import re

import pandas as pd

from analyzers import tables
from analyzers.mining import commit, objects
from analyzers.mining.view import View

MOST_NOTE_BYTES = 1 << 20
_MOST_READ_BYTES = 1 << 24
_LONG = 1 << 14
_TALKS = ("prompts", "sessions")
_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_BY_REF = "refs/ai/authorship"
_CHECKPOINTS = re.compile(r"refs/(?:heads/|remotes/[^/]+/)?entire/checkpoints/.+")
_SESSION = re.compile(r"([0-9a-f]{2})/([0-9a-f]{8,14})/(?:\d+/)?metadata\.json")
_OF_SESSION = ("agent", "initial_attribution")


def read(view: View) -> pd.DataFrame:
    """tables.NOTES: what refs/notes/* and refs/ai/authorship/* say, cut at 1 MiB each.

    Conversations that git-ai keeps inside long notes are left out: they are most of the bytes
    and none of the evidence, and not ours to copy.
    """
    refs = view.refs[(view.refs["kind"] == "note") & view.refs["is_commit"]]
    pairs = zip(refs["name"], refs["object_id"], strict=True)
    found = [(ref, *note) for ref, tip in pairs for note in _annotated(view, tip)]
    found += _by_ref(view.refs)
    texts = _texts(view, list(dict.fromkeys(blob for _, _, blob in found)))
    rows = {
        "ref": [ref for ref, _, blob in found if blob in texts],
        "sha": [sha for _, sha, blob in found if blob in texts],
        "text": [texts[blob] for _, _, blob in found if blob in texts],
    }
    return tables.NOTES.conform(pd.concat([pd.DataFrame(rows), _checkpoints(view)]))


def _checkpoints(view: View) -> pd.DataFrame:
    """One row per checkpoint of Entire: its sessions' agent and line counts, as a JSON list."""
    named = view.refs["name"].str.fullmatch(_CHECKPOINTS) & view.refs["is_commit"]
    blobs: dict[str, list[str]] = {}
    for tip in dict.fromkeys(view.refs.loc[named, "object_id"]):
        for entry in objects.list_tree(view, tip):
            if found := _SESSION.fullmatch(entry.path):
                blobs.setdefault("".join(found.groups()), []).append(entry.object_id)
    texts = _texts(view, list(dict.fromkeys(blob for ours in blobs.values() for blob in ours)))
    told = {
        checkpoint: [session for blob in ours if (session := _session(texts.get(blob, "")))]
        for checkpoint, ours in blobs.items()
    }
    known = {checkpoint: json.dumps(sessions) for checkpoint, sessions in told.items() if sessions}
    rows = {"ref": "entire/checkpoints", "sha": list(known), "text": list(known.values())}
    return pd.DataFrame(rows)


def _session(text: str) -> dict[str, object]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    kept = told if isinstance(told, dict) else {}
    return {name: kept[name] for name in _OF_SESSION if name in kept}


def _texts(view: View, blobs: list[str]) -> dict[str, str]:
    """One note at a time, so that memory holds only what is kept."""
    found = objects.read(view, blobs, most_bytes=_MOST_READ_BYTES)
    return {each.name: _kept(commit.text(each.data)) for each in found if each.kind == "blob"}


def _kept(note: str) -> str:
    if len(note) <= _LONG:
        return note
    head, mark, body = note.partition("\n---\n")
    try:
        told = json.loads(body if mark else note)
    except (ValueError, RecursionError):
        return note[:MOST_NOTE_BYTES]
    if not isinstance(told, dict):
        return note[:MOST_NOTE_BYTES]
    short = json.dumps(told | {key: _silent(told[key]) for key in _TALKS if key in told})
    return (f"{head}{mark}{short}" if mark else short)[:MOST_NOTE_BYTES]


def _silent(entries: object) -> object:
    """The entries without what was said in them."""
    if not isinstance(entries, dict):
        return entries
    return {
        key: {name: value for name, value in entry.items() if name != "messages"}
        if isinstance(entry, dict)
        else entry
        for key, entry in entries.items()
    }


def _by_ref(refs: pd.DataFrame) -> list[tuple[str, str, str]]:
    """(notes reference, annotated object, blob) where the commit stands in the reference's name."""
    ours = refs[refs["name"].str.startswith(f"{_BY_REF}/")]
    shas = ours["name"].str.removeprefix(f"{_BY_REF}/")
    pairs = zip(shas.to_list(), ours["object_id"].to_list(), strict=True)
    return [(_BY_REF, sha, blob) for sha, blob in pairs if _ID.fullmatch(sha)]


def _annotated(view: View, tip: str) -> list[tuple[str, str]]:
    """(annotated object, blob) per note; git fans the ids out over folders as they grow."""
    entries = objects.list_tree(view, tip)
    named = {
        entry.path.replace("/", ""): entry.object_id for entry in entries if entry.kind == "blob"
    }
    return [(sha, blob) for sha, blob in named.items() if _ID.fullmatch(sha)]
