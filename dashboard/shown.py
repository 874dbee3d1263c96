"""What of a table viewers get: pseudonyms unless the operator allows names, and only plain signs.

Every page and download reads its tables through here. Signs that a terminal would obey or that
turn the direction of text (ANSI escapes, bidi controls) become visible replacement characters.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analyzers import pseudonyms, signs
from dashboard.once import once
from dashboard.serving import terms


def table(rows: pa.Table, store: Path) -> pd.DataFrame:
    """The rows as viewers may see them."""
    frame = plain(rows).to_pandas()
    return frame if terms().names else pseudonyms.applied(frame, salt(store))


def plain(rows: pa.Table) -> pa.Table:
    """The rows with every sign of their text visible."""
    for place, column in enumerate(rows.schema):
        if pa.types.is_string(column.type):
            rows = rows.set_column(place, column, _plain(rows[place]))
    return rows


def _plain(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    if not pc.any(pc.match_substring_regex(texts, signs.UNSEEN)).as_py():
        return texts
    return pc.replace_substring_regex(texts, signs.UNSEEN, signs.REPLACEMENT)


@once(maxsize=8)
def salt(store: Path) -> bytes:
    """What this process salts pseudonyms with."""
    return pseudonyms.salt(store, may_write=not terms().read_only)
