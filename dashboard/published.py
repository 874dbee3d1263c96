"""Published figures beside our own, only where they compare; never a grade."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analyzers.capacity.benchmarks import Benchmark, beside
from dashboard import data
from dashboard.filters import Filters

_COMPARES = {"direct": "Same quantity", "partly": "In part"}


def section(shown: Filters, *facts: str) -> None:
    """What was published of the same quantities, where they are known here; else nothing."""
    answer = data.answer(shown.repo, shown.span.n, shown.span.last)
    known = [fact for fact in facts if answer and answer.fact(fact).value is not None]
    rows = [_row(row) for fact in known for row in beside(fact)]
    if not rows:
        return
    with st.expander("Published elsewhere"):
        st.dataframe(
            pd.DataFrame(rows), hide_index=True, alt="Published figures of the same quantities"
        )
        st.caption("Other people, other definitions: context, no grade and no target.")


def _row(row: Benchmark) -> dict[str, str]:
    return {
        "What": row.definition,
        "Figures": row.figures,
        "Of whom": row.population,
        "Compares": _COMPARES[row.comparable],
        "Differs": row.difference,
        "Source": row.source,
    }
