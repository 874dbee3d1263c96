"""What stands out in the queue, against what landed here: signs worked out on paper."""

import pandas as pd

from dashboard import waiting

N = 20


def rows(**columns):
    """Change requests that wait; named columns differ, the rest are usual."""
    usual = {"waiting_days": 1.0, "reviewable_lines": 10, "n_commits": 1, "n_rounds": 1}
    n = len(next(iter(columns.values())))
    frame = pd.DataFrame({name: [value] * n for name, value in usual.items()})
    return frame.assign(group="unmarked").assign(**columns)


LANDED = pd.DataFrame(
    {
        "time_to_land_hours": [24.0 * day for day in range(1, N + 1)],
        "reviewable_lines": range(10, 10 * N + 1, 10),
        "n_commits": [1] * N,
        "n_rounds": [1] * N,
    }
)


def test_what_waits_longer_than_nine_in_ten_that_landed_carries_the_sign():
    found = waiting._signed(rows(waiting_days=[18.0, 18.2]), LANDED, 0)
    assert list(found.rows["signs"]) == ["", "waits long"]
    sign = next(sign for sign in found.signs if sign.word == "waits long")
    assert sign.n == 1
    assert "18 days" in sign.meaning


def test_signs_are_counted_not_weighed():
    told = rows(waiting_days=[90.0], reviewable_lines=[9_000], group=["declared_ai"])
    found = waiting._signed(told, LANDED, 0)
    assert found.rows["signs"].iloc[0] == "waits long · many lines · AI declared"
    assert found.rows["n_signs"].iloc[0] == 3


def test_sizes_that_are_mostly_unknown_are_no_sign():
    told = rows(reviewable_lines=pd.array([None, None, 9_000], dtype="Int64"))
    assert "many lines" not in [sign.word for sign in waiting._signed(told, LANDED, 0).signs]


def test_too_few_landings_to_compare_with_give_no_sign():
    found = waiting._signed(rows(waiting_days=[90.0]), LANDED.head(3), 0)
    assert [sign.word for sign in found.signs] == ["AI declared"]
