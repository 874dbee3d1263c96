"""A refresh reads only what is new, and gives the same tables as mining everything anew."""

import json
import subprocess
import sys
from datetime import UTC, datetime

import pandas as pd
import pytest
from odd import loose_history, object_file
from repository import commit, run_git

from analyzers import errors, pipeline, rules, tables
from analyzers.mining import stream

AS_OF = datetime(2026, 3, 1, tzinfo=UTC)
GITHUB = "GitHub <noreply@github.com>"
MAILMAP = "Hub <hub@forge.example> <noreply@github.com>\n"


@pytest.fixture
def repo(history):
    """Two change requests landed by squashing, a third waiting; `other` is a line apart."""
    return history(
        [
            commit("a", "2026-01-05T10:00Z", "start", files={"a.py": "1\n"}),
            commit("p1", "2026-01-05T12:00Z", "one", files={"a.py": "1\n2\n"}),
            commit("b", "2026-01-06T12:00Z", "one (#1)", parents=["a"], committer=GITHUB,
                   files={"a.py": "1\n2\n"}),
            commit("p2", "2026-01-07T12:00Z", "two", files={"b.py": "1\n2\n3\n"}),
            commit("c", "2026-01-19T12:00Z", "two (#2)", parents=["b"], committer=GITHUB,
                   files={"b.py": "1\n2\n3\n"}),
            commit("p3", "2026-01-19T11:00Z", "three", parents=["c"], files={"c.py": "1\n"}),
            commit("d", "2026-01-26T11:00Z", "three (#3)", parents=["c"], files={"c.py": "1\n"}),
            commit("x", "2026-01-20T11:00Z", "apart", parents=["a"], files={"x.py": "1\n"}),
            commit("m", "2026-01-27T12:00Z", parents=["c"], files={".mailmap": MAILMAP}),
        ],
        refs={
            "refs/heads/main": "c",
            "refs/heads/other": "x",
            "refs/pull/1/head": "p1",
            "refs/pull/2/head": "p2",
            "refs/pull/3/head": "p3",
        },
        head="main",
    )  # fmt: skip


def refreshed(repo, store):
    return pipeline.refresh(pipeline.Request(repo.path, store, AS_OF))


@pytest.fixture
def counted(monkeypatch):
    """Ids of the commits whose objects were read, in every run so far."""
    read, real = [], stream.log.commits

    def remembering(view, ids):
        read.extend(ids)
        return real(view, ids)

    monkeypatch.setattr(stream.log, "commits", remembering)
    return read


def same_tables(one, other):
    """The same rows in the same order; commits and files lie in the order they were mined in."""
    for table in (each for each in tables.TABLES if each.name in one.manifest["tables"]):
        frames = [each.shelf.table(table) for each in (one, other)]
        if table in {tables.COMMITS, tables.FILE_CHANGES}:
            frames = [frame.sort_values(list(table.key), ignore_index=True) for frame in frames]
        pd.testing.assert_frame_equal(*frames, obj=table.name)
    assert one.manifest["counts"] == other.manifest["counts"]


def name_people(repo):
    repo.ref("refs/heads/main", "m")


def land_third(repo):
    repo.ref("refs/heads/main", "d")


def move_back(repo):
    repo.ref("refs/heads/main", "b")


def force_push(repo):
    repo.ref("refs/heads/main", "x")


def delete(repo):
    repo.git("update-ref", "-d", "refs/heads/other")


def rename(repo):
    repo.git("branch", "-m", "other", "another")


def rename_default(repo):
    repo.git("branch", "-m", "main", "trunk")


def push_to_request(repo):
    repo.ref("refs/pull/3/head", "d")


def forget_request(repo):
    repo.git("update-ref", "-d", "refs/pull/3/head")


def lose_what_left(repo):
    repo.ref("refs/heads/main", "b")
    repo.git("update-ref", "-d", "refs/pull/3/head")
    run_git(repo.path, "-c", "gc.reflogExpire=now", "gc", "-q", "--prune=now")


CHANGES = [
    name_people,
    land_third,
    move_back,
    force_push,
    delete,
    rename,
    rename_default,
    push_to_request,
    forget_request,
    lose_what_left,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_after_any_change_the_tables_are_those_of_mining_anew(repo, tmp_path, change):
    refreshed(repo, tmp_path / "store")
    change(repo)
    again = refreshed(repo, tmp_path / "store")
    assert again.is_new
    same_tables(again, refreshed(repo, tmp_path / "anew"))


def test_only_what_is_new_is_read(repo, tmp_path, counted):
    refreshed(repo, tmp_path)
    assert len(counted) == 7, "d is reached by no reference yet"
    counted.clear()
    land_third(repo)
    refreshed(repo, tmp_path)
    assert counted == [repo.sha["d"]]
    counted.clear()
    rename(repo)
    delete_pull = ("update-ref", "-d", "refs/pull/1/head")
    repo.git(*delete_pull)
    refreshed(repo, tmp_path)
    assert counted == [], "references went away, and no commit came"


def test_another_mailmap_reads_no_old_commit_again(repo, tmp_path, counted):
    refreshed(repo, tmp_path)
    counted.clear()
    name_people(repo)
    commits = refreshed(repo, tmp_path).shelf.table(tables.COMMITS)
    assert counted == [repo.sha["m"]]
    assert set(commits.loc[commits["subject"].str.contains("#"), "committer_name"]) == {"Hub"}


def test_a_head_that_lands_is_counted_then(repo, tmp_path, counted):
    refreshed(repo, tmp_path)
    counted.clear()
    repo.ref("refs/heads/main", "p3")
    files = refreshed(repo, tmp_path).shelf.table(tables.FILE_CHANGES)
    assert counted == [repo.sha["p3"]], "it was known, but its lines were not counted"
    assert "c.py" in set(files["path"])


def test_other_rules_of_authorship_run_again_without_mining(repo, tmp_path, counted, monkeypatch):
    first = refreshed(repo, tmp_path)
    counted.clear()
    real = rules.version
    monkeypatch.setattr(
        rules, "version", lambda step="": real(step) if step == "mining" else f"next {step}"
    )
    again = refreshed(repo, tmp_path)
    assert again.is_new
    assert counted == []
    assert again.manifest["made_by"]["mining"] == first.manifest["made_by"]["mining"]
    assert again.manifest["made_by"]["authorship"] == "next authorship"
    same_tables(first, again)


def test_other_rules_of_mining_mine_anew(repo, tmp_path, counted, monkeypatch):
    refreshed(repo, tmp_path)
    counted.clear()
    monkeypatch.setattr(rules, "version", lambda step="": f"next {step}")
    refreshed(repo, tmp_path)
    assert len(counted) == 7


def test_nothing_new_is_told_without_git_or_a_frame(run, repo, store_dir):
    assert "mined: 3 commits" in run("mine", repo.path)[2]
    script = """
import sys
from analyzers import terminal
from analyzers.cli import app
code = terminal.guarded(lambda: app(sys.argv[1:], standalone_mode=False))
print(code, sorted({"git", "numpy", "pandas", "pyarrow", "scipy"} & set(sys.modules)))
"""
    words = ["mine", str(repo.path), "--store", str(store_dir)]
    done = subprocess.run(
        [sys.executable, "-P", "-c", script, *words], capture_output=True, text=True, check=True
    )
    assert done.stdout == "0 []\n"
    assert "nothing new: 3 commits" in done.stderr


def test_a_table_that_was_lost_is_made_again(run, repo, store_dir):
    run("mine", repo.path)
    next(store_dir.glob("*/tables/*/weekly.parquet")).unlink()
    assert "mined: 3 commits" in run("mine", repo.path)[2]
    assert "nothing new" in run("mine", repo.path)[2]


def test_objects_that_were_missing_are_read_once_they_are_there(run, history):
    repo = loose_history(history, 5)
    blob = object_file(repo, "HEAD:g2")
    content = blob.read_bytes()
    blob.unlink()
    code, out, _ = run("mine", repo.path, "--format", "json")
    assert (code, json.loads(out)["incomplete"]) == (errors.PARTIAL, 1)
    blob.write_bytes(content)
    run_git(repo.path, "repack", "-a", "-d", "-q")
    code, out, _ = run("mine", repo.path, "--format", "json")
    assert (code, json.loads(out)["incomplete"]) == (errors.COMPLETE, 0)
