"""Small frames for tests: name what matters, the rest is filled in."""

import hashlib

import pandas as pd

from analyzers import tables
from analyzers.history import History, Messages


def sha(name):
    """A full object id that starts from a readable name, so that tests can say `sha("a")`."""
    return hashlib.sha1(name.encode()).hexdigest()


def person(email):
    return "p" + hashlib.sha256(email.lower().encode()).hexdigest()[:12]


def mined(rows):
    """tables.MINED_COMMITS from rows such as dict(name="a", parents="", at="2026-01-05T10:00Z").

    Keys: name, parents (names, space-separated), at (commit date), authored (author date,
    default at), author and committer ("Ann <ann@example.com>"), message, in_head, and any
    column of the table by its own name.
    """
    return tables.MINED_COMMITS.from_rows(_row(row) for row in rows)


def history(rows, *, refs=None, notes=(), head=None):
    """A History from the rows of `mined`; head defaults to the last row, refs maps name -> row."""
    head = head or rows[-1]["name"]
    named = {"HEAD": head} | (refs or {})
    ref_rows = [_ref(name, target) for name, target in named.items()]
    return History(
        commits=mined(rows),
        refs=tables.REFS.from_rows(ref_rows),
        notes=tables.NOTES.from_rows(notes),
        messages=Messages.of({sha(row["name"]): row.get("message", row["name"]) for row in rows}),
        head=sha(head),
    )


def _row(row):
    author_name, author_email = _identity(row.get("author", "Ann <ann@example.com>"))
    committer_name, committer_email = _identity(
        row.get("committer", row.get("author", "Ann <ann@example.com>"))
    )
    parents = row.get("parents", "").split()
    message = row.get("message", row["name"])
    made = {
        "sha": sha(row["name"]),
        "parents": " ".join(map(sha, parents)),
        "author_id": person(author_email),
        "author_name": author_name,
        "author_email": author_email,
        "authored_at": pd.Timestamp(row.get("authored", row["at"])),
        "committer_id": person(committer_email),
        "committer_name": committer_name,
        "committer_email": committer_email,
        "committed_at": pd.Timestamp(row["at"]),
        "subject": message.split("\n", 1)[0],
        "is_merge": len(parents) > 1,
        "is_root": not parents,
        "in_head": row.get("in_head", True),
    }
    if len(parents) < 2:
        made |= {"n_files": 1, "lines_added": 10, "lines_deleted": 0, "reviewable_lines": 10}
    own = {key: row[key] for key in tables.MINED_COMMITS.names if key in row and key != "parents"}
    return made | own


def _identity(text):
    name, _, email = text.rstrip(">").partition(" <")
    return name, email.lower()


def _ref(name, target):
    parts = name.split("/")
    kind, number = "other", None
    if name == "HEAD":
        kind = "head"
    elif name.startswith("refs/heads/"):
        kind = "branch"
    elif name.startswith("refs/tags/"):
        kind = "tag"
    elif name.startswith("refs/pull/"):
        kind, number = f"pull_{parts[3]}", int(parts[2])
    elif name.startswith("refs/merge-requests/"):
        kind, number = f"merge_request_{parts[3]}", int(parts[2])
    return {
        "name": name,
        "object_id": sha(target),
        "kind": kind,
        "number": number,
        "is_commit": True,
    }
