"""Which commits there are: all of them, or what came since last time where nothing went away."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analyzers.mining import log, objects, refs
from analyzers.mining.view import View


@dataclass(frozen=True, slots=True)
class Before:
    """What mining found last time, and the tips it started from.

    `commits` has `sha, in_head, is_merge, lines_added` of tables.MINED_COMMITS. `is_whole` says
    that nothing those tips reach was missing.
    """

    commits: pd.DataFrame
    head: str | None = None
    tips: frozenset[str] = frozenset()
    is_whole: bool = False

    def is_kept_by(self, view: View) -> bool:
        """Whether all of it is still there: no line moved back, was rewritten or was deleted.

        HEAD's history must have grown from what it was, and every old tip be reached by a new
        one. Then only what is new needs to be listed.
        """
        if not self.is_whole or self.head is None or view.head is None:
            return False
        now = frozenset(refs.mined_tips(view.refs))
        left = sorted(self.tips - now)
        if any(kind != "commit" for _, kind in objects.kinds(view, [self.head, *left])):
            return False
        heads = () if view.head == self.head else (self.head,)
        is_grown = not log.reachable(view, heads, but_not=[view.head])
        return is_grown and not log.reachable(view, left, but_not=sorted(now))


def ours(view: View) -> list[str]:
    """Every commit that HEAD reaches, children first."""
    return log.reachable(view, [view.head]) if view.head else []


def others(view: View) -> list[str]:
    """Every commit that only other references reach, children first."""
    hidden = [view.head] if view.head else []
    return log.reachable(view, refs.mined_tips(view.refs), but_not=hidden)


def ours_since(view: View, before: Before) -> list[str]:
    """What came into HEAD's history, and what of it could not be counted last time."""
    hidden = [before.head] if before.head else []
    fresh = log.reachable(view, [view.head] if view.head else [], but_not=hidden)
    known = before.commits
    uncounted = known["in_head"] & ~known["is_merge"] & known["lines_added"].isna()
    return [*fresh, *known.loc[uncounted.astype(bool), "sha"]]


def others_since(view: View, before: Before) -> list[str]:
    """What came since last time that only other references reach."""
    new = [tip for tip in refs.mined_tips(view.refs) if tip not in before.tips]
    hidden = [view.head] if view.head else []
    return log.reachable(view, new, but_not=[*hidden, *sorted(before.tips)])
