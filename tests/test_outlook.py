"""What-if in the terminal: shared as JSON, run again to the same bytes, refused with a reason."""

import json

import numpy as np
import pytest
from queues import at_days, commits, events

from analyzers import capacity, tables
from analyzers.capacity.metric import Frames
from analyzers.errors import NotEnoughData, UsageError
from analyzers.reports import outlook
from analyzers.reports.outlook import Asked


class Shelf:
    """The part of a store's shelf that reports read."""

    def __init__(self, *, weeks=130, marked=4):
        """Eight opened and landed a week; every `marked`-th of the last year declares AI."""
        n = weeks * 8
        opened = np.arange(n) * 7 / 8
        landed = opened + 1
        landed[-1] = opened[-1] + 0.1
        declared = (np.arange(n) % marked == 0) & (np.arange(n) > n - 52 * 8) & (marked > 0)
        requests = at_days(opened, landed, authorship=np.where(declared, "ai_agent", "unmarked"))
        self.tables = {tables.COMMITS.name: commits(), tables.REVIEW_EVENTS.name: events()}
        self.tables[tables.CHANGE_REQUESTS.name] = requests
        made = capacity.tables_of(Frames(commits(), requests, events()))
        self.tables |= {table.name: frame for table, frame in made.items()}

    def table(self, table):
        return self.tables[table.name]


@pytest.fixture(scope="module")
def shelf():
    return Shelf()


def told(shelf, **asked):
    return json.loads(outlook.text(shelf, Asked(asked.pop("changes", {}), **asked), form="json"))


def test_a_shared_scenario_runs_again_to_the_same_bytes(shelf, tmp_path):
    file = tmp_path / "scenario.json"
    file.write_text(outlook.text(shelf, Asked({"reviewers": 2.0}), form="json"))
    again = outlook.text(shelf, Asked({}, file), form="json")
    first = json.loads(file.read_text())
    assert json.loads(again)["scenario"] == first["scenario"]
    assert json.dumps(json.loads(again)["outcome"]) == json.dumps(first["outcome"])
    file.write_text(again)
    assert outlook.text(shelf, Asked({}, file), form="json") == again


def test_when_demand_exceeds_is_told_with_a_joint_band(shelf):
    found = told(shelf, changes={"ai_doubling_months": 4.0})["exceeded"]
    # Inputs are rounded to six decimals, so that they can be read; draws are not.
    assert found["low"] <= found["months"] <= found["high"] + 1e-5
    later = told(shelf, changes={"ai_doubling_months": 8.0})["exceeded"]
    assert later["months"] == pytest.approx(2 * found["months"])
    text = outlook.text(shelf, Asked({"ai_doubling_months": 4.0}), form="table")
    assert "joint bootstrap draws" in text
    assert "no prediction of collapse" in text


def test_more_reviewers_are_told_with_a_cautious_return_too(shelf):
    growth = {"ai_doubling_months": 4.0}
    found = told(shelf, changes=growth | {"reviewers": 3.0})
    assert found["exceeded_at_beta_0.5"]["months"] < found["exceeded"]["months"]
    assert told(shelf, changes=growth)["exceeded_at_beta_0.5"] is None
    text = outlook.text(shelf, Asked(growth | {"reviewers": 3.0}), form="table")
    assert "if twice the reviewers did only 1.4 times the work" in text


def test_smaller_change_requests_cost_less_review(shelf):
    growth = {"ai_doubling_months": 4.0}
    usual, smaller = (told(shelf, changes=growth | {"batch": b}) for b in (1.0, 0.5))
    assert smaller["scenario"]["effort"] == 1.3
    assert smaller["exceeded"]["months"] > usual["exceeded"]["months"]


def test_without_declared_ai_it_is_refused_and_the_rest_is_told():
    shelf = Shelf(marked=10_000)
    found = told(shelf)
    assert found["exceeded"]["months"] is None
    assert "1 is needed" in found["exceeded"]["reason"]
    assert "6 are needed" in found["growth_reason"]
    assert "is not told: 0.0 declared-AI" in outlook.text(shelf, Asked({}), form="table")


def test_presets_say_where_they_come_from(shelf):
    listed = outlook.text(shelf, Asked({}, preset="list"), form="table")
    assert "METR" in listed
    found = told(shelf, preset="ai_doubles_every_4_months")
    assert found["scenario"]["ai_doubling_months"] == 4
    assert found["source"].startswith("ai_doubles_every_4_months: Published scenario")
    with pytest.raises(UsageError, match="as_measured"):
        told(shelf, preset="no_such")


def test_a_file_has_no_history_and_so_no_band(shelf, tmp_path):
    file = tmp_path / "scenario.json"
    file.write_text('{"schema_version": 1, "human": 10, "ai": 5, "capacity": 25}')
    found = told(shelf, scenario=file)
    assert found["exceeded"]["is_never"]
    assert "no history" in found["exceeded"]["band_reason"]
    with pytest.raises(UsageError, match="exclude"):
        told(shelf, scenario=file, preset="as_measured")


def test_a_short_history_refuses_both():
    with pytest.raises(NotEnoughData, match="20 complete weeks of history; 52 are needed"):
        told(Shelf(weeks=20))
