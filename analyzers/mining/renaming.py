"""Commits that were read under another mailmap get the names that this one gives them."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from analyzers.columns import Column, Table
from analyzers.mining.people import Mailmap
from analyzers.tables import MINED_COMMITS

READ_COMMITS = Table(
    "read_commits",
    "MINED_COMMITS as the store keeps it: with the identities that the mailmap changed.",
    ("sha",),
    (
        *MINED_COMMITS.columns,
        Column("author_written", "str", "Name, line end, address in the commit.", nullable=True),
        Column("committer_written", "str", "Likewise.", nullable=True),
    ),
)


def renamed(commits: pa.Table, mailmap: Mailmap) -> pa.Table:
    """READ_COMMITS as if they had been read under this mailmap."""
    for who in ("author", "committer"):
        name, email, written = (commits[f"{who}_{part}"] for part in ("name", "email", "written"))
        shown = pc.coalesce(written, pc.binary_join_element_wise(name, email, "\n"))
        known = shown.combine_chunks().dictionary_encode()
        persons = [mailmap.person(*each.split("\n")) for each in known.dictionary.to_pylist()]
        for part in ("id", "name", "email", "written"):
            told = pa.array([getattr(person, part) for person in persons], pa.string())
            column = f"{who}_{part}"
            place = commits.schema.get_field_index(column)
            commits = commits.set_column(place, column, told.take(known.indices))
    return commits
