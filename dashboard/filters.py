"""The filters that every page shares: what is looked at, and over which weeks.

Their whole state is in the address of the page, so that any view can be sent to somebody else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Literal, cast

import pandas as pd
import streamlit as st

from analyzers.capacity import estimates
from dashboard import asked, data, figures, text
from dashboard.once import once

Authorship = Literal["all", "declared_ai", "unmarked"]
PRESETS: dict[str, int | None] = {
    "4 weeks": 4,
    "12 weeks": 12,
    "26 weeks": 26,
    "52 weeks": 52,
    "All": None,
}
CUSTOM = "Custom"
DEFAULT = "52 weeks"
_AUTHORSHIP = {"all": "All", "declared_ai": "AI declared", "unmarked": "Unmarked"}
_STATE = "_filters"
NAMES = ("period", "authorship", "automation", "marks")
"""What a page may let its readers choose, besides the repository."""


@dataclass(frozen=True, eq=False)
class Filters:
    """The choice that a page shows; equal choices are one key of what is kept."""

    repo: data.Repository
    span: figures.Period
    authorship: Authorship
    automation: bool
    marks: bool = False

    @cached_property
    def key(self) -> tuple[object, ...]:
        """Names everything that a figure under these filters depends on."""
        span = self.span
        chosen = (self.authorship, self.automation, self.marks)
        state = (str(self.repo.folder), self.repo.generation)
        return (*state, span.first, span.last, len(span.running), *chosen)

    def __eq__(self, other: object) -> bool:
        """Whether every figure would be the same."""
        return isinstance(other, Filters) and self.key == other.key

    def __hash__(self) -> int:
        """As `key`."""
        return hash(self.key)

    @property
    def suffix(self) -> str:
        """What a weekly column's name ends with under this authorship."""
        return "" if self.authorship == "all" else f"_{self.authorship}"

    @property
    def groups(self) -> list[str]:
        """Groups of change requests and commits that are shown."""
        people: list[str] = ["declared_ai", "unmarked"]
        people = people if self.authorship == "all" else [self.authorship]
        return [*people, "automation"] if self.automation else people

    @property
    def step(self) -> int:
        """Weeks per point of a chart."""
        return figures.step_of(self.span.n)

    def step_for(self, n: str, *, typical: int = estimates.MIN_N) -> int:
        """Weeks per point of a chart made of the counts in column `n`: `typical` ones a point."""
        return _step_for(self, n, typical) if self.span.n else 1

    def per_point(self, step: int) -> str:
        """What a point stands for where it is not one week, or what the hatch is where it is."""
        if step == 1 and len(self.span.running):
            return " Hatched: the running week so far."
        return text.per_point(step)

    def weeks_in(self, step: int) -> pd.DataFrame:
        """The period in blocks of `step` weeks; single weeks come with the running one."""
        return _weeks_in(self, step)

    @property
    def chart_weeks(self) -> pd.DataFrame:
        """The period at the step of counts."""
        return self.weeks_in(self.step)


kept = once(maxsize=128)
"""Decorator: keep what is made of the filters, for all viewers. Nobody may change it."""


@kept
def _weeks_in(chosen: Filters, step: int) -> pd.DataFrame:
    if step > 1:
        return figures.blocks(chosen.span.weeks, step)
    return pd.concat([chosen.span.weeks, chosen.span.running], ignore_index=True)


@kept
def _step_for(chosen: Filters, n: str, typical: int) -> int:
    return figures.step_with_enough(chosen.span, n, typical)


def current() -> Filters:
    """The filters of this run; set by `choose` before any page runs."""
    return cast("Filters", st.session_state[_STATE])


def untouched(repo: data.Repository) -> Filters:
    """What is shown to who has chosen nothing."""
    span = data.period(repo, PRESETS[DEFAULT], "", "")
    return Filters(repo, span, "all", automation=False, marks=True)


def preset() -> int | None:
    """Weeks of the period chosen, where it is one of the presets that have a length."""
    return PRESETS.get(str(st.session_state.get("period")))


def hiding(applies: Collection[str]) -> str:
    """Style that leaves out what does not apply to a page.

    It is drawn all the same, because the address and the next page keep only what is drawn.
    """
    hidden = [name for name in NAMES if name not in applies]
    hidden += ["dates"] if "period" in hidden else []
    hidden += ["switches"] if {"automation", "marks"} <= set(hidden) else []
    return "".join(f".st-key-{name} {{display: none}}" for name in hidden)


def choose(applies: Collection[str] = NAMES) -> bool:
    """Draw the filters; False where the repository chosen has nothing to filter yet.

    One that does not apply to the page is as if it had not been chosen.
    """
    with st.container(key="filters", horizontal=True, vertical_alignment="top", gap="medium"):
        repo = _repository()
        if repo is None:
            return False
        weekly = data.weekly(repo)
        if weekly.empty:
            st.session_state[_STATE] = Filters(
                repo, figures.Period(weekly, weekly, weekly), "all", automation=False
            )
            return True
        span = _period(repo, weekly)
        authorship = st.segmented_control(
            "Authorship",
            list(_AUTHORSHIP),
            default="all",
            required=True,
            wrap=True,
            format_func=_AUTHORSHIP.__getitem__,
            key="authorship",
            bind="query-params",
            help="AI declared: at least one trace of an AI tool. Unmarked: none found.",
        )
        automation, marks = _switches()
    st.session_state[_STATE] = Filters(
        repo,
        span if "period" in applies else data.period(repo, None, "", ""),
        cast("Authorship", authorship) if "authorship" in applies else "all",
        automation and "automation" in applies,
        marks and "marks" in applies,
    )
    return True


def _one_of(values: dict[str, object]) -> Callable[[Sequence[str]], object]:
    return lambda words: values.get(words[-1])


def _labelled(words: Sequence[str]) -> str | None:
    return next((key for key, name in data.labels().items() if name == words[-1]), None)


def _days(words: Sequence[str]) -> tuple[date, ...] | None:
    try:
        return tuple(date.fromisoformat(word) for word in words)
    except ValueError:
        return None


UNDERSTOOD: asked.Understood = {
    "repository": _labelled,
    "period": _one_of({name: name for name in (*PRESETS, CUSTOM)}),
    "dates": _days,
    "authorship": _one_of({words: name for name, words in _AUTHORSHIP.items()}),
    "automation": _one_of({"true": True}),
    "marks": _one_of({"false": False}),
}


def _switches() -> tuple[bool, bool]:
    """Whether automation counts, and whether marks are drawn."""
    with st.container(key="switches", width="content", gap="xxsmall"):
        automation = st.toggle(
            "Automation",
            key="automation",
            bind="query-params",
            help="Count change requests of automation accounts such as dependency updaters. "
            "They are left out otherwise.",
        )
        marks = st.toggle(
            "Marks",
            value=True,
            key="marks",
            bind="query-params",
            help="Mark on charts over time: releases (tags named like a version), your own events"
            " (`--events`, or `[[events]]` in reviewgap.toml), and weeks in which the level of"
            " opened or landed change requests shifted.",
        )
    return automation, marks


def _repository() -> data.Repository | None:
    names = data.labels()
    if not names:
        return None
    key = st.selectbox(
        "Repository",
        list(names),
        format_func=names.__getitem__,
        key="repository",
        bind="query-params",
        width=252,  # as wide as one line of 1,280 pixels lets it be
    )
    return data.repository(str(key))


def _period(repo: data.Repository, weekly: pd.DataFrame) -> figures.Period:
    preset = st.segmented_control(
        "Period",
        [*PRESETS, CUSTOM],
        default=DEFAULT,
        required=True,
        wrap=True,
        key="period",
        bind="query-params",
        help=f"Complete weeks up to the newest data. {text.WEEKS}",
    )
    if preset != CUSTOM:
        return data.period(repo, PRESETS[str(preset)], "", "")
    begin, end = _custom(weekly)
    return data.period(repo, None, begin, end)


def _custom(weekly: pd.DataFrame) -> tuple[str, str]:
    first = weekly["week_start"].iloc[0].date()
    last = weekly["week_start"].iloc[-1].date() + timedelta(days=6)
    chosen = st.date_input(
        "From and to",
        (max(first, last - timedelta(weeks=52)), last),
        min_value=first,
        max_value=last,
        format="YYYY-MM-DD",
        key="dates",
        bind="query-params",
        width=240,
        help="Whole ISO weeks: the weeks that the two days lie in.",
    )
    days = [pd.Timestamp(day) for day in chosen] if isinstance(chosen, tuple) else []
    begin, end = days if len(days) == 2 else (pd.Timestamp(first), pd.Timestamp(last))
    return begin.strftime("%G-W%V"), end.strftime("%G-W%V")
