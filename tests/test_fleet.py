"""Many repositories: which are meant, each on its own, and one table of all of them."""

import json
import os
import shutil
from pathlib import Path

import fsspec
import pandas as pd
import pytest
from repository import commit, history

from analyzers import errors, manifest
from analyzers.errors import ClusterError, UsageError
from analyzers.fleet import cluster, local, overview, shared, task
from analyzers.fleet.targets import targets
from analyzers.fleet.task import Outcome, Task


def written(folder, name, day=5):
    return history(folder / name, [commit(name, f"2026-01-{day:02}T10:00Z", files={"a": "1\n"})])


@pytest.fixture
def several(tmp_path):
    """Two repositories below one folder, beside a folder that is none."""
    below = tmp_path / "below"
    shutil.move(written(tmp_path, "x").path, below / "one")
    shutil.move(written(tmp_path, "y", 6).path, below / "two")
    (below / "docs").mkdir()
    return below


def test_a_folder_stands_for_the_repositories_right_below_it(several):
    assert targets([several], listed=None, root=None) == [several / "one", several / "two"]


def test_a_list_names_paths_from_where_it_lies_and_each_repository_once(several):
    (several / "list.txt").write_text("# ours\n\none\n  two  \none\nmissing\n")
    found = targets([several / "two"], listed=several / "list.txt", root=None)
    assert found == [several / "two", several / "one", several / "missing"]


def test_a_list_that_names_none_is_said(several):
    (several / "list.txt").write_text("# nothing yet\n")
    with pytest.raises(UsageError, match="names none"):
        targets([], listed=several / "list.txt", root=None)


def test_one_that_cannot_be_read_does_not_stop_the_others(run, several, store_dir):
    (several / "two" / ".git" / "HEAD").write_text("nonsense")
    code, out, err = run("mine", several / "one", several / "two", "--jobs", 1, "--format", "json")
    assert code == errors.USAGE
    one, two = map(json.loads, out.splitlines())
    assert (one["state"], one["commits"]) == ("mined", 1)
    assert two["state"] == "failed"
    assert "names neither a branch nor a commit" in two["message"]
    assert err.count("two: failed: ") == 1
    assert len(overview.read(store_dir)) == 1


def test_what_is_unchanged_is_skipped_and_one_table_holds_all(run, several, store_dir):
    run("mine", several)
    kept = overview.read(store_dir)
    assert kept["n_commits"].tolist() == [1, 1]
    assert kept["name"].tolist() == ["one", "two"]
    code, _, err = run("mine", several)
    assert (code, err.count("nothing new: 1 commits")) == (0, 2)


def test_a_run_on_one_brings_its_row_up_to_date_and_leaves_the_others(run, several, store_dir):
    run("mine", several)
    rows = overview.read(store_dir)
    overview._write(store_dir, rows.assign(n_commits=99))
    shutil.rmtree(store_dir / rows.set_index("name").loc["two", "key"])
    run("mine", several / "two")
    after = overview.read(store_dir).set_index("name")
    assert after["n_commits"].to_dict() == {"one": 99, "two": 1}


def test_a_run_on_one_begins_the_table_and_mends_it(run, several, store_dir):
    run("mine", several / "one")
    assert overview.read(store_dir)["name"].tolist() == ["one"]
    (store_dir / overview.FILE).write_bytes(b"damaged")
    run("mine", several / "two")
    assert overview.read(store_dir)["name"].tolist() == ["one", "two"]


def test_no_repository_at_all_is_a_question_of_usage(run, tmp_path):
    code, _, err = run("mine")
    assert code == errors.USAGE
    assert "--from" in err


def die(each):
    """A task that takes its process with it, if its repository is the poisoned one."""
    if "poison" in str(each.repository):
        os._exit(9)
    return Outcome(each.repository, "mined", 0)


def test_a_repository_that_kills_its_process_is_told_and_the_rest_is_done(monkeypatch, tmp_path):
    monkeypatch.setattr(local, "run", die)
    names = ["a", "poison", "b", "c", "d"]
    tasks = [Task(tmp_path / name, tmp_path, None) for name in names]
    found = {each.repository.name: each for each in local.outcomes(tasks, 2)}
    assert sorted(found) == sorted(names)
    assert found.pop("poison").message.startswith("its process was killed")
    assert {each.state for each in found.values()} == {"mined"}


def test_no_more_processes_than_tasks():
    assert local.workers(1) == 1
    assert 1 <= local.workers(500) <= len(os.sched_getaffinity(0))


# -- a shared store ----------------------------------------------------------------------------


@pytest.fixture
def shelf(tmp_path):
    """A repository's folder as the store leaves it: one table, and the manifest that names it."""
    folder = tmp_path / "store" / "r-1"

    def write(generation, text):
        name = f"tables/{generation}/weekly.parquet"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
        facts = {"schema": manifest.SCHEMA, "generation": generation, "tables": {"weekly": name}}
        (folder / manifest.FILE).write_text(json.dumps(facts))
        return folder

    return write


def test_tables_are_published_to_any_address_that_fsspec_knows(shelf):
    fs = fsspec.filesystem("memory")
    shared.publish(shelf("000001", "old"), "memory://org/fleet")
    shared.publish(shelf("000002", "newer"), "memory://org/fleet")
    shared.publish(shelf("000003", "newest"), "memory://org/fleet")
    facts = json.loads(fs.cat_file("/org/fleet/r-1/manifest.json"))
    assert fs.cat_file(f"/org/fleet/r-1/{facts['tables']['weekly']}") == b"newest"
    left = sorted(path.rpartition("/")[2] for path in fs.ls("/org/fleet/r-1/tables", detail=False))
    assert left == ["000002", "000003"], "a reader may be in the middle of the one before"


def test_what_is_there_already_is_not_written_again(shelf, tmp_path):
    folder, address = shelf("000001", "text"), str(tmp_path / "shared")
    shared.publish(folder, address)
    copy = tmp_path / "shared" / "r-1" / "tables" / "000001" / "weekly.parquet"
    before = copy.stat().st_mtime_ns
    shared.publish(folder, address)
    assert copy.stat().st_mtime_ns == before


def test_an_address_that_nothing_writes_to_is_refused(shelf):
    with pytest.raises(UsageError, match="cannot be written to"):
        shared.publish(shelf("000001", "text"), "nonsense://somewhere")


# -- a cluster ---------------------------------------------------------------------------------


class Futures:
    """What `distributed` gives, without a network: every task is done at once, or never."""

    status, loop = "running", "the loop of the client"

    def __init__(self, *_, timeout, set_as_default):
        self.asked = (timeout, set_as_default)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def submit(self, function, each, *, key, pure, retries):
        assert not pure
        assert retries
        return Future(each, key)


class Future:
    def __init__(self, each, key):
        self.each, self.key = each, key
        name = each.repository.name
        self.status = {"lost": "cancelled", "poison": "error"}.get(name, "finished")

    def result(self):
        return Outcome(self.each.repository, "mined", 0)

    def exception(self):
        return MemoryError("killed three workers")


@pytest.fixture
def dask(monkeypatch):
    class Module:
        Client = Futures

        class client:  # noqa: N801 - as the module is called
            FuturesCancelledError = KeyError

        @staticmethod
        def as_completed(futures, *, loop, raise_errors):
            assert loop == "the loop of the client"
            assert not raise_errors
            return iter(futures)

    monkeypatch.setattr(cluster, "_distributed", lambda: Module)


def asked(*names):
    at = pd.Timestamp("2026-03-01", tz="UTC").to_pydatetime()
    return [Task(Path(n), None, at) for n in names]


def test_a_task_that_no_worker_survives_is_an_outcome(dask):
    found = list(cluster.outcomes(asked("a", "poison", "b"), "tcp://x:1"))
    assert [each.state for each in found] == ["mined", "failed", "mined"]
    assert "MemoryError" in found[1].message


def test_a_scheduler_that_goes_away_says_how_far_it_came_and_what_to_do(dask):
    with pytest.raises(ClusterError, match=r"after 1 of 3 repositories; .* run the same command"):
        list(cluster.outcomes(asked("a", "lost", "b"), "tcp://x:1"))
    assert ClusterError("").exit_code == errors.PARTIAL


def test_a_task_never_raises(monkeypatch, tmp_path):
    def broken(_):
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(task, "_refreshed", broken)
    found = task.run(Task(tmp_path, tmp_path, None))
    assert (found.state, found.exit_code) == ("failed", errors.OUR_BUG)
    assert "RuntimeError: unforeseen" in found.message
