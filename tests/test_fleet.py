"""Many repositories: which are meant, each on its own, and one table of all of them."""

import json
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import fsspec
import pandas as pd
import poisoned
import pytest
from repository import commit, history

from analyzers import errors, manifest
from analyzers.errors import ClusterError, StoreError, UsageError
from analyzers.fleet import cluster, local, overview, shared, task
from analyzers.fleet.targets import targets
from analyzers.fleet.task import Outcome, Task
from dashboard import data, launch, serving


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


@pytest.fixture
def here(monkeypatch):
    """Tasks run in this process: starting others is what most of a second goes to."""
    monkeypatch.setattr(local, "outcomes", lambda tasks, n_workers: map(task.run, tasks))


def test_a_folder_stands_for_the_repositories_right_below_it(several):
    assert targets([several], listed=None, root=None) == [several / "one", several / "two"]


def test_a_list_names_paths_from_where_it_lies_and_each_repository_once(several):
    (several / "list.txt").write_text("# ours\n\none\n  two  \none\nmissing\n")
    found = targets([several / "two"], listed=several / "list.txt", root=None)
    assert found == [several / "two", several / "one", several / "missing"]


def test_a_list_may_name_many_by_a_pattern_and_leave_some_out(several):
    for name in ("archive/old", "archive/older", "team/api", "team/web"):
        shutil.copytree(several / "one", several / name)
    (several / "list.txt").write_text("t?*/*\nteam\narchive\n!archive/older\n! team/w*\n")
    found = targets([several / "two"], listed=several / "list.txt", root=None)
    assert [str(path.relative_to(several)) for path in found] == ["two", "team/api", "archive/old"]
    (several / "list.txt").write_text("*/*\n!archive\n")
    found = targets([], listed=several / "list.txt", root=None)
    assert found == [several / "team" / "api", several / "team" / "web"]


def test_a_list_that_names_none_is_said(several):
    (several / "list.txt").write_text("# nothing yet\n")
    with pytest.raises(UsageError, match="names none"):
        targets([], listed=several / "list.txt", root=None)


@pytest.mark.parametrize(
    "listing",
    [
        '[{"nameWithOwner": "team/api", "isFork": false}, {"nameWithOwner": "team/one"}]',
        '[{"full_name": "team/api"}][{"full_name": "team/one"}]',  # pages of gh api --paginate
        '[{"path_with_namespace": "team/api"}, {"path_with_namespace": "team/deep/one"}]',
    ],
)
def test_a_list_may_be_what_a_forge_prints_of_an_organisation(several, listing):
    shutil.copytree(several / "one", several / "team" / "api.git")
    (several / "org.json").write_text(listing)
    found = targets([], listed=several / "org.json", root=None)
    assert found == [several / "team" / "api.git", several / "one"]


def test_what_was_never_cloned_is_told_by_the_path_where_it_should_be(several):
    (several / "org.json").write_text('[{"nameWithOwner": "team/new"}]')
    found = targets([], listed=several / "org.json", root=None)
    assert found == [several / "team" / "new"]


@pytest.mark.parametrize(
    ("listing", "told"),
    [
        ("[]", "names none"),
        ('[{"name": "api"}]', "repository 1 has no owner/name"),
        ('[{"nameWithOwner": "a/b"}, {"nameWithOwner": "../../etc"}]', "repository 2 has no"),
        ('[{"nameWithOwner": 7}]', "no owner/name"),
        ('[{"nameWithOwner": "a/b"}', "no list of repositories in JSON"),
        ("[ab]*", "names none"),  # a pattern that nothing matches
    ],
)
def test_a_list_that_is_no_listing_is_said(several, listing, told):
    (several / "org.json").write_text(listing)
    with pytest.raises(UsageError, match=told):
        targets([], listed=several / "org.json", root=None)


def test_one_that_cannot_be_read_does_not_stop_the_others(run, several, store_dir):
    (several / "two" / ".git" / "HEAD").write_text("nonsense")
    code, out, err = run("mine", several / "one", several / "two", "--jobs", 1, "--format", "json")
    assert code == errors.USAGE
    one, two = map(json.loads, out.splitlines())
    assert (one["state"], one["commits"]) == ("mined", 1)
    assert two["state"] == "failed"
    assert "names neither a branch nor a commit" in two["message"]
    assert err.count("two: failed: ") == 1
    assert err.splitlines()[-1] == "2 repositories: 1 failed, 1 mined"
    assert overview.read(store_dir)["name"].unique().tolist() == ["one"]


def test_copies_of_one_history_are_told(run, here, several, store_dir):
    shutil.copytree(several / "one", several / "again")
    _, _, err = run("mine", several)
    *_, told, last = err.splitlines()
    assert told.endswith(f"would count twice: {several / 'again'}, {several / 'one'}")
    assert last == "3 repositories: 3 mined"


def test_what_is_unchanged_is_skipped_and_one_table_holds_all(run, here, several, store_dir):
    run("mine", several)
    kept = overview.read(store_dir)
    assert kept["period_weeks"].tolist() == [4, 12, 26, 52] * 2
    assert kept["name"].tolist() == ["one"] * 4 + ["two"] * 4
    assert set(kept["n_commits"]) == {1}
    overview.write(store_dir, kept[kept["name"] == "two"])  # as a killed run leaves it
    os.utime(store_dir / overview.FILE, (0, 0))
    code, _, err = run("mine", several)
    assert (code, err.count("nothing new: 1 commits")) == (0, 2)
    assert overview.read(store_dir).equals(kept)


def mined(store, name, n_commits=1, generation="000001"):
    """What the store has of a repository, as far as the table of all reads it."""
    folder = store / f"{name}-{name.encode().hex():0<10.10}"
    folder.mkdir(parents=True, exist_ok=True)
    facts = {
        "schema": manifest.SCHEMA,
        "repository": {"name": name, "is_shallow": False, "is_partial": False},
        "generation": generation,
        "counts": {"commits": n_commits, "change_requests": 0, "incomplete": 0},
        "n_missing": 0,
    }
    (folder / manifest.FILE).write_bytes(manifest.sealed(facts))
    return folder


def counted(store):
    return overview.read(store).set_index("name")["n_commits"].to_dict()


def test_rows_of_another_generation_are_brought_up_to_date_and_no_others(tmp_path):
    first, second = mined(tmp_path, "one"), mined(tmp_path, "two")
    overview.gather(tmp_path)
    mined(tmp_path, "one", n_commits=99, generation="000002")
    mined(tmp_path, "two", n_commits=3, generation="000002")
    overview.keep(tmp_path, {first.name: "000001", second.name: "000002"})
    assert counted(tmp_path) == {"one": 1, "two": 3}


def test_a_run_on_one_begins_the_table_and_mends_it(run, several, store_dir):
    run("mine", several / "one")
    assert list(counted(store_dir)) == ["one"]
    (store_dir / overview.FILE).write_bytes(b"damaged")
    overview.keep(store_dir, {mined(store_dir, "two").name: "000001"})
    assert list(counted(store_dir)) == ["one", "two"]


def test_no_repository_at_all_is_a_question_of_usage(run, tmp_path):
    code, _, err = run("mine")
    assert code == errors.USAGE
    assert "--from" in err


def test_a_repository_that_kills_its_process_is_told_and_the_rest_is_done(monkeypatch, tmp_path):
    monkeypatch.setattr(local, "run", poisoned.die)
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
    folder = tmp_path / "store" / KEY

    def write(generation, text):
        name = f"tables/{generation}/weekly.parquet"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
        facts = {
            "schema": manifest.SCHEMA,
            "generation": generation,
            "tables": {"weekly": name},
            "files": {name: manifest.mark(folder / name)},
        }
        (folder / manifest.FILE).write_bytes(manifest.sealed(facts))
        return folder

    return write


KEY = "r-0123456789"


@pytest.fixture
def place():
    """An address, and the object store in memory that it leads to."""
    fs = fsspec.filesystem("memory")
    fs.store.clear()
    return "memory://org/fleet", fs


def brought(address, tmp_path):
    """The text of the weekly table as somebody else gets it from there."""
    folder = tmp_path / "elsewhere" / KEY
    shared.bring(address, folder)
    return (folder / manifest.read(folder)["tables"]["weekly"]).read_text()


def test_what_is_published_can_be_brought_and_the_generation_before_stays(shelf, place, tmp_path):
    address, fs = place
    for generation, text in [("000001", "old"), ("000002", "newer"), ("000003", "newest")]:
        shared.publish(shelf(generation, text), address)
        assert brought(address, tmp_path) == text
    there = sorted(path.rpartition("/")[2] for path in fs.ls(f"/org/fleet/{KEY}/tables", False))
    here = sorted(path.name for path in (tmp_path / "elsewhere" / KEY / "tables").iterdir())
    assert there == here == ["000002", "000003"], "a reader may be in the middle of the one before"


def test_an_interrupted_publish_leaves_what_was_there(shelf, place, tmp_path, monkeypatch):
    address, fs = place
    shared.publish(shelf("000001", "whole"), address)
    folder = shelf("000002", "half")

    def broken(local, remote):
        fs.pipe_file(remote[0], b"ha")
        raise ConnectionResetError("gone")

    monkeypatch.setattr(fs, "put", broken)
    with pytest.raises(StoreError, match=r"cannot write to memory://org/fleet .*gone"):
        shared.publish(folder, address)
    assert brought(address, tmp_path) == "whole"


def test_a_table_that_is_not_as_its_manifest_says_is_not_taken(shelf, place, tmp_path):
    address, fs = place
    shared.publish(shelf("000001", "good"), address)
    assert brought(address, tmp_path) == "good"
    shared.publish(shelf("000002", "better"), address)
    fs.pipe_file(f"/org/fleet/{KEY}/tables/000002/weekly.parquet", b"bad")
    with pytest.raises(StoreError, match="not as its manifest says"):
        brought(address, tmp_path)
    kept = manifest.read(tmp_path / "elsewhere" / KEY)
    assert kept["generation"] == "000001"


def test_a_manifest_that_names_places_outside_leads_nowhere(shelf, place, tmp_path):
    address, fs = place
    folder = shelf("000001", "text")
    facts = manifest.read(folder) | {"tables": {"weekly": "../../../weekly.parquet"}}
    fs.pipe_file(f"/org/fleet/{KEY}/{manifest.FILE}", manifest.sealed(facts))
    with pytest.raises(StoreError, match="not as its manifest says"):
        brought(address, tmp_path)


def test_what_is_there_already_is_not_written_again(shelf, tmp_path):
    folder, address = shelf("000001", "text"), str(tmp_path / "shared")
    shared.publish(folder, address)
    copy = tmp_path / "shared" / KEY / "tables" / "000001" / "weekly.parquet"
    before = copy.stat().st_mtime_ns
    shared.publish(folder, address)
    assert copy.stat().st_mtime_ns == before


def test_rows_of_others_stay_in_the_shared_table_of_all(place, tmp_path):
    address, _ = place
    for store, names in [("a", ["one", "two"]), ("b", ["two", "three"])]:
        keys = [mined(tmp_path / store, name, n_commits=len(store + name)).name for name in names]
        overview.gather(tmp_path / store)
        shared.publish_rows(tmp_path / store, address, keys[-1:] if store == "b" else keys)
    shared.bring_rows(address, tmp_path / "c")
    assert list(counted(tmp_path / "c")) == ["one", "three", "two"]


def test_two_that_publish_at_once_lose_no_row(place, tmp_path, monkeypatch):
    address, fs = place

    def publish(store, *, generation="000002"):
        folder = mined(tmp_path / store, "one" if store == "a" else store, 5, generation)
        overview.gather(tmp_path / store)
        fs.pipe_file(
            f"/org/fleet/{folder.name}/manifest.json", (folder / "manifest.json").read_bytes()
        )
        shared.publish_rows(tmp_path / store, address, [folder.name])

    mined(tmp_path / "a", "one", n_commits=1)
    publish("a", generation="000001")
    real = shared._replace

    def replaced_while_another_publishes(*given):
        monkeypatch.setattr(shared, "_replace", real)
        publish("a")  # the other one has read "one" of generation 000001 by now
        real(*given)

    monkeypatch.setattr(shared, "_replace", replaced_while_another_publishes)
    publish("two")
    assert len(fs.ls("/org/fleet/repositories.parquet")) == 2
    shared.bring_rows(address, tmp_path / "c")
    assert counted(tmp_path / "c") == {"one": 5, "two": 5}
    assert set(overview.read(tmp_path / "c")["generation"]) == {"000002"}
    publish("three")
    assert len(fs.ls("/org/fleet/repositories.parquet")) == 1
    shared.bring_rows(address, tmp_path / "c")
    assert counted(tmp_path / "c") == {"one": 5, "three": 5, "two": 5}


def test_a_part_that_goes_while_it_is_read_is_looked_for_again(place, tmp_path, monkeypatch):
    address, fs = place
    key = mined(tmp_path / "a", "one").name
    overview.gather(tmp_path / "a")
    shared.publish_rows(tmp_path / "a", address, [key])
    real = fs.cat_file

    def gone(path, **options):
        monkeypatch.setattr(fs, "cat_file", real)
        raise FileNotFoundError(path)

    monkeypatch.setattr(fs, "cat_file", gone)
    shared.bring_rows(address, tmp_path / "c")
    assert list(counted(tmp_path / "c")) == ["one"]


def test_an_address_without_a_store_is_said(place, tmp_path):
    with pytest.raises(StoreError, match=r"has no repositories\.parquet; publish to it"):
        shared.bring_rows(place[0], tmp_path)


def test_an_address_that_nothing_writes_to_is_refused(shelf):
    with pytest.raises(UsageError, match="cannot be used"):
        shared.publish(shelf("000001", "text"), "nonsense://somewhere")


def test_a_dashboard_on_a_shared_store_brings_what_is_looked_at(
    run, here, tmp_path, place, monkeypatch
):
    address, copy = place[0], tmp_path / "copy"
    assert run("mine", written(tmp_path, "one").path, "--publish", address)[0] == 0
    served = []
    monkeypatch.setattr(launch, "serve", lambda folders, **_: served.extend(folders))
    assert run("dashboard", "--shared", address, store=copy)[0] == 0
    assert [folder.parent for folder in served] == [copy]
    assert not served[0].exists(), "before anybody looked at it"
    monkeypatch.setenv(data.REPOSITORIES, json.dumps([str(served[0])]))
    monkeypatch.setenv(serving.TERMS, json.dumps({"store": str(copy), "shared": address}))
    repo = data.repository(served[0].name)
    assert len(repo.rows("commits")) == 1


def test_a_shared_store_is_shown_by_itself(run, several):
    code, _, err = run("dashboard", several / "one", "--shared", "memory://org/fleet")
    assert (code, "name nothing beside it" in err) == (errors.USAGE, True)


# -- a cluster ---------------------------------------------------------------------------------


class Client:
    """What `distributed` gives, without a network: every task has ended, as its name tells.

    `behind` stands for a task that was on a worker which another one's poison killed.
    """

    status, loop, workers = "running", "the loop of the client", {"tcp://w:1": 1}

    def __init__(self, *_, timeout, set_as_default):
        self.asked = (timeout, set_as_default)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def submit(self, function, each, *, key, pure, retries):
        assert not pure
        assert retries
        return Future(each, is_alone=key.endswith("-alone"))

    def nthreads(self):
        return self.workers


class KilledWorker(Exception):
    """As Dask calls it."""


class Future:
    def __init__(self, each, *, is_alone):
        self.each = each
        name = each.repository.name
        dies = name == "poison" or (name == "behind" and not is_alone)
        states = {"lost": "cancelled", "unknown": "error"}
        self.status = "error" if dies else states.get(name, "finished")
        self.error = KilledWorker(name) if dies else ModuleNotFoundError("no reviewgap")

    def result(self):
        return Outcome(self.each.repository, "mined", 0)

    def exception(self):
        return self.error


class Ended:
    def __init__(self, futures, *, loop, raise_errors):
        assert loop == "the loop of the client"
        assert not raise_errors
        self.ready = [each for each in futures if each.each.repository.name != "waiting"]
        self.seen = []

    def has_ready(self):
        return bool(self.ready)

    def __next__(self):
        future = self.ready.pop(0)
        if future.each.repository.name == "forgotten" and future not in self.seen:
            future.status = "lost"
        return future

    def add(self, future):
        future.status = "finished"
        self.seen.append(future)
        self.ready.append(future)


@pytest.fixture
def dask(monkeypatch):
    module = SimpleNamespace(
        Client=Client,
        as_completed=Ended,
        client=SimpleNamespace(FuturesCancelledError=KeyError),
    )
    monkeypatch.setattr(cluster, "_distributed", lambda: module)
    monkeypatch.setattr(cluster, "_SECONDS_WITHOUT_WORKER", 0)


def asked(*names):
    at = pd.Timestamp("2026-03-01", tz="UTC").to_pydatetime()
    return [Task(Path(n), None, at) for n in names]


def test_what_died_with_its_worker_is_tried_alone_and_only_the_poison_fails(dask):
    found = list(cluster.outcomes(asked("a", "poison", "behind", "b"), "tcp://x:1"))
    assert [(each.repository.name, each.state) for each in found] == [
        ("a", "mined"),
        ("b", "mined"),
        ("poison", "failed"),
        ("behind", "mined"),
    ]
    assert "also when it ran alone" in found[2].message


def test_workers_that_cannot_run_a_task_are_told_why(dask):
    found = list(cluster.outcomes(asked("unknown"), "tcp://x:1"))
    assert "ModuleNotFoundError: no reviewgap" in found[0].message


def test_an_outcome_that_died_with_its_worker_is_waited_for_again(dask):
    found = list(cluster.outcomes(asked("forgotten", "b"), "tcp://x:1"))
    assert [(each.repository.name, each.state) for each in found] == [
        ("b", "mined"),
        ("forgotten", "mined"),
    ]


def test_a_cluster_without_workers_is_not_waited_for_for_ever(dask, monkeypatch):
    monkeypatch.setattr(Client, "workers", {})
    with pytest.raises(ClusterError, match="has had no worker"):
        list(cluster.outcomes(asked("waiting"), "tcp://x:1"))


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
