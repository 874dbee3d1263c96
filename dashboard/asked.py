"""What the address of a page asked for, kept where Streamlit would forget it.

Where a page is left before its first run has reached the filters, the browser asks for the next
page without them, and a link sent by a colleague would show other weeks than the colleague saw.
What is in the session before anything is drawn survives that, and Streamlit puts it back into the
address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

Understood = Mapping[str, Callable[[Sequence[str]], object | None]]
"""For each filter, the value that its words in an address stand for; None where they say none."""

_NOTED = "_asked"


def note(filters: Understood) -> None:
    """Take the filters from the address, as the first thing that a session does."""
    if _NOTED in st.session_state:
        return
    st.session_state[_NOTED] = True
    for name, understand in filters.items():
        words = st.query_params.get_all(name)
        value = understand(words) if words else None
        if value is not None:
            st.session_state[name] = value
