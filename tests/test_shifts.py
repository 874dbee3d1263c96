"""Weeks in which the level of generation or throughput changed, on counts written out."""

import numpy as np
import pytest
import queues
from hypothesis import given
from hypothesis import strategies as st

from analyzers.capacity.metric import Frames
from analyzers.capacity.shifts import LEAST, SHIFTS, shifts, split
from analyzers.capacity.weeks import WEEK, Weeks
from analyzers.errors import NotEnoughData


def test_a_new_level_begins_where_it_begins():
    assert split(np.array([4, 5, 3, 4] * 5 + [16, 15, 17, 16] * 5)) == [20]


def test_two_levels_that_hardly_differ_are_one():
    assert split(np.array([4, 5, 3, 4] * 5 + [5, 4, 4, 5] * 5)) == []


def test_a_spike_of_a_few_weeks_is_no_level():
    assert split(np.array([4, 5, 3, 4] * 5 + [30, 28] + [4, 5, 3, 4] * 5)) == []


def test_noise_alone_is_rarely_taken_for_a_shift():
    rng = np.random.default_rng(3)
    found = [bool(split(rng.poisson(12, 200))) for _ in range(100)]
    assert np.mean(found) <= 0.05


@given(st.lists(st.integers(0, 60), min_size=2 * LEAST, max_size=80))
def test_stretches_are_never_shorter_than_a_quarter(counts):
    edges = [0, *split(np.array(counts)), len(counts)]
    assert min(np.diff(edges)) >= LEAST


def history(per_week):
    """Change requests opened on Mondays, so many per week, each landed the next day."""
    opened = np.array(
        [7 * week + n / 24 for week, many in enumerate(per_week) for n in range(many)]
    )
    frames = Frames(queues.commits(), queues.at_days(opened, opened + 1), queues.events())
    return frames, Weeks.between(queues.MONDAY, queues.MONDAY + len(per_week) * WEEK)


def test_the_table_tells_both_levels_and_their_lengths():
    frames, weeks = history([3] * 15 + [9] * 14)
    found = shifts(frames, weeks=weeks)[SHIFTS].to_dict("records")
    assert [row["measure"] for row in found] == ["generation_rate", "throughput"]
    opened = found[0]
    assert (opened["before"], opened["after"]) == (3.0, 9.0)
    assert (opened["n_weeks_before"], opened["n_weeks_after"]) == (15, 14)
    assert opened["iso_week"] == "2026-W17"


def test_a_short_history_is_refused():
    frames, weeks = history([3] * 20)
    with pytest.raises(NotEnoughData, match="26 are needed"):
        shifts(frames, weeks=weeks)
