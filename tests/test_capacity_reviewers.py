"""How review is spread: refused where it is not known, and never a ranking."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from queues import at_days, commits, events

from analyzers import capacity, tables
from analyzers.capacity.concentration import (
    REVIEWERS,
    busiest_away,
    concentration,
    gini,
    reviewers_table,
)
from analyzers.capacity.metric import Frames
from analyzers.capacity.practice import PRACTICES, last_year, practices
from analyzers.capacity.weeks import Weeks
from analyzers.errors import NotEnoughData
from analyzers.reports import practice


def project(landers, *, weeks=60, known=1.0):
    """Ten landed per week by `landers` in turn, all written by pa."""
    n = weeks * 10
    opened = np.arange(n) * 0.7
    by = np.array(landers, dtype=object)[np.arange(n) % len(landers)]
    by[np.arange(n) % 100 >= known * 100] = None
    made = at_days(opened, opened + 0.5, author_id="pa", landed_by_id=by)
    built = Frames(commits(), made, events())
    return built, Weeks.spanning(built.commits, made)


def test_spread_on_paper():
    # Of every ten, pb lands six, pc three and pd one.
    built, weeks = project(["pb"] * 6 + ["pc"] * 3 + ["pd"])
    found = concentration(built, weeks=weeks)
    assert found.n_reviewers == 3
    assert found.bus_factor == 1
    assert found.gini == pytest.approx(1 / 3, abs=0.01)  # (2*0.6 + 0*0.3 - 2*0.1) / 3
    assert found.coverage == 1


def test_the_busiest_away_for_four_weeks_holds_up_their_landings():
    built, weeks = project(["pb"] * 6 + ["pc"] * 3 + ["pd"])
    away = busiest_away(built, weeks=weeks)
    assert away.load_share == pytest.approx(0.6, abs=0.01)
    assert away.held_up_median == pytest.approx(24, abs=1)
    assert away.throughput_median_share == pytest.approx(0.4, abs=0.02)


def test_the_table_is_in_the_order_of_pseudonyms():
    built, weeks = project(["pz"] * 1 + ["pm"] * 7 + ["pb"] * 2)
    rows = reviewers_table(built, weeks=weeks)[REVIEWERS]
    assert rows["person"].to_list() == ["pb", "pm", "pz"]
    assert rows["load_share"].sum() == pytest.approx(1)


def test_below_four_fifths_coverage_everything_is_refused():
    built, weeks = project(["pb", "pc"], known=0.7)
    for question in (concentration, busiest_away, reviewers_table):
        with pytest.raises(NotEnoughData, match="80% are needed"):
            question(built, weeks=weeks)
    table = capacity.tables_of(built)
    assert table[REVIEWERS].empty


def test_landing_ones_own_work_is_not_reviewing_it():
    built, weeks = project(["pa"])
    with pytest.raises(NotEnoughData, match="somebody else"):
        concentration(built, weeks=weeks)


@given(st.lists(st.integers(1, 100), min_size=1, max_size=30))
def test_gini_lies_between_even_and_all_on_one(counts):
    assert 0 <= gini(np.sort(np.array(counts, dtype=float))) + 1e-12 <= 1
    assert gini(np.full(5, 3.0)) == pytest.approx(0)


def alone(*, known=1.0):
    """Of every ten landed, of 300 lines each: two by their author, five within half an hour."""
    opened = np.arange(600) * 0.7
    self_landed = np.where(np.arange(600) % 10 < 2, True, False).astype(object)
    self_landed[np.arange(600) % 100 >= known * 100] = None
    landed = opened + np.where(np.arange(600) % 10 < 5, 0.02, 3.0)
    made = at_days(opened, landed, self_landed=self_landed, reviewable_lines=300)
    direct = [{"landed_at": stamp} for stamp in made["landed_at"].iloc[-20:]]
    through = [{"landed_at": row["landed_at"], "change_request": "#1"} for row in direct]
    built = Frames(commits(*direct, *through * 3), made, events())
    return built, Weeks.spanning(built.commits, made)


def test_ways_around_review_are_shares_with_bands():
    built, weeks = alone()
    told = {share.name: share for share in last_year(built, weeks=weeks)}
    assert told["self_landed_share"].value == pytest.approx(0.2, abs=0.01)
    assert told["fast_large_share"].value == pytest.approx(0.5, abs=0.01)
    assert told["no_change_request_share"].value == pytest.approx(0.25, abs=0.01)
    assert told["self_landed_share"].low < 0.2 < told["self_landed_share"].high


def test_self_landing_is_refused_where_it_is_known_for_too_few():
    built, weeks = alone(known=0.6)
    share = last_year(built, weeks=weeks)[0]
    assert share.value is None
    assert share.reason.endswith("of 520; 80% are needed")
    rows = practices(built, weeks=weeks)[PRACTICES].set_index("practice")
    assert pd.isna(rows["value"]["self_landed_share"])
    assert rows["reason"]["self_landed_share"] == share.reason
    assert rows["value"]["fast_large_share"] == pytest.approx(0.5, abs=0.01)


class Shelf:
    """The part of a store's shelf that reports read."""

    def __init__(self, built):
        self._tables = {
            tables.COMMITS.name: built.commits,
            tables.CHANGE_REQUESTS.name: built.change_requests,
            tables.REVIEW_EVENTS.name: built.review_events,
        }

    def table(self, table):
        return self._tables[table.name]


def test_the_summary_tells_the_spread_of_five_people_and_names_none():
    people = ["pbbb"] * 4 + ["pccc"] * 2 + ["pddd"] * 2 + ["peee", "pfff"]
    lines = list(practice.lines(Shelf(project(people)[0])))
    assert lines[1].startswith("  how review is spread: 2 of 5 people did half of")
    assert "landings held up" in lines[2]
    assert not any(person in "".join(lines) for person in set(people))


def test_the_summary_spreads_nothing_over_fewer_than_five_people():
    lines = list(practice.lines(Shelf(project(["pb", "pc", "pd"])[0])))
    assert "3 people reviewed; 5 are needed" in lines[1]
    assert "3 people reviewed; 5 are needed" in lines[2]
