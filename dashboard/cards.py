"""Headline figures in one row: value, the equal period before, band or n, and a "?" for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd
import streamlit as st

from analyzers import capacity
from dashboard import parts, text
from dashboard.figures import Figure
from dashboard.text import Wording

Worse = Literal["off", "inverse", "normal"]
"""Streamlit's colours of a change: `inverse` where up is clearly bad, `off` where it is not."""

COMPARED = "Compared with the equally long period before."


@dataclass(frozen=True, slots=True)
class Card:
    """One figure as the reader sees it; `before` says what it was in the period before."""

    label: str
    value: str
    note: str
    help: str
    change: str | None = None
    before: str | None = None
    worse: Worse = "off"


def of(
    label: str, figure: Figure, wording: Wording, *, column: str, note: str, worse: Worse = "off"
) -> Card:
    """The card of a figure; `column` is the weekly column that defines it."""
    asked = f"{meaning(column)}\n\n{COMPARED}"
    if pd.isna(figure.change):
        return Card(label, wording.value(figure.value), note, asked)
    change = wording.change(figure.change)
    asked += f" Its n: {text.number(figure.before_n)}." if figure.before_n else ""
    before = f"from {wording.value(figure.before)}"
    return Card(label, wording.value(figure.value), note, asked, change, before, worse)


def row(*cards: Card) -> None:
    """The cards beside each other, stacked where the screen is narrow; they are told first."""
    grid = st.grid(len(cards), min_column_width=150, border=True)
    for card in cards:
        is_same = card.change is not None and card.change.startswith("±")
        with grid.cell():
            st.metric(
                card.label,
                card.value,
                card.change,
                delta_color="off" if is_same else card.worse,
                delta_arrow="off" if is_same else "auto",
                delta_description=card.before,
                help=card.help,
            )
            st.caption(card.note)
    parts.tell_first()


def meaning(column: str) -> str:
    """What a weekly column is, in its own words: they stand beside the metric that fills it."""
    found = capacity.WEEKLY[column]
    told = {"Unit": found.unit, "Column": f"`{column}` of the weekly table"}
    if found.ground is not None:
        told |= {
            "Counted": found.ground.counted,
            "Left out": found.ground.left_out,
            "Evidence": found.ground.evidence,
        }
    lines = [f"- **{name}**: {words}" for name, words in told.items() if words]
    return "\n".join([f"{found.meaning}\n", *lines])
