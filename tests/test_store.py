"""The store: what a manifest names is true, whatever happens to the process that writes it."""

import gc
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from threading import Thread

import pandas as pd
import pyarrow as pa
import pytest
from frames import mined, sha

from analyzers import parquet, store, tables, turns
from analyzers.errors import DamagedStore, StoreError, UsageError
from analyzers.history import Sieve


def fill(shelf, *names):
    part = shelf.new_part()
    rows = mined([{"name": name, "at": "2026-01-05T10:00Z"} for name in names])
    part.commits(pa.Table.from_pandas(rows, schema=tables.MINED_COMMITS.arrow_schema))
    pairs = {"sha": rows["sha"].tolist(), "message": [f"message of {name}" for name in names]}
    part.messages(pa.table(pairs), pa.chunked_array([rows["committed_at"]]))
    part.close()
    return part.name


def publish(shelf, parts, **facts):
    head = {"name": "HEAD", "object_id": "0", "kind": "head", "is_commit": True}
    refs = tables.REFS.from_rows([head])
    shelf.publish(parts, {tables.REFS: refs}, facts)


def test_a_published_part_is_read_back(tmp_path):
    with store.writing(tmp_path, "r") as shelf:
        publish(shelf, [fill(shelf, "a", "b")], note="first")
    shelf = store.Shelf(tmp_path / "r")
    assert shelf.mined().rows("commits")["sha"].tolist() == [sha("a"), sha("b")]
    assert dict(shelf.mined().messages().matching(Sieve("of b"))) == {sha("b"): "message of b"}
    assert shelf.table(tables.REFS)["name"].tolist() == ["HEAD"]
    assert shelf.manifest["note"] == "first"
    assert shelf.is_whole()


def test_a_part_that_no_manifest_names_is_debris(tmp_path):
    with store.writing(tmp_path, "r") as shelf:
        publish(shelf, [fill(shelf, "a")])
    with store.writing(tmp_path, "r") as shelf:
        fill(shelf, "lost")  # the run ends before publish
    with store.writing(tmp_path, "r") as shelf:
        assert shelf.mined().rows("commits")["sha"].tolist() == [sha("a")]
        publish(shelf, shelf.parts)
        publish(shelf, shelf.parts)
    assert len(list((tmp_path / "r" / "mined").glob("*.commits.parquet"))) == 1


def test_commits_that_left_the_history_leave_the_store_and_the_rest_stays(tmp_path):
    with store.writing(tmp_path, "r") as shelf:
        first, second = fill(shelf, "a", "b"), None
        publish(shelf, [first])
        second = fill(shelf, "c")
        publish(shelf, [first, second])
        kept = shelf.without(shelf.parts, pa.array([sha("b")]))
        assert kept[1] == second, "a part without any of them is not written again"
        publish(shelf, kept)
    commits = store.Shelf(tmp_path / "r").mined().rows("commits")
    assert sorted(commits["sha"]) == sorted([sha("a"), sha("c")])


def test_a_table_the_store_lacks_is_empty_and_typed(tmp_path):
    shelf = store.Shelf(tmp_path / "nothing")
    assert shelf.table(tables.EVIDENCE).empty
    assert shelf.table(tables.EVIDENCE).columns.tolist() == tables.EVIDENCE.names


def test_a_damaged_file_is_noticed_by_its_size(tmp_path):
    with store.writing(tmp_path, "r") as shelf:
        publish(shelf, [fill(shelf, "a")])
    victim = next((tmp_path / "r" / "tables").rglob("refs.parquet"))
    victim.write_bytes(victim.read_bytes()[:-1])
    shelf = store.Shelf(tmp_path / "r")
    assert not shelf.is_whole()
    with pytest.raises(DamagedStore, match="put away"):
        shelf.table(tables.REFS)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"schema": 999}', "\x00"])
def test_a_manifest_of_another_version_or_none_counts_as_nothing(tmp_path, text):
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "manifest.json").write_text(text)
    assert store.Shelf(tmp_path / "r").manifest == {}


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount nothing; plain users use chmod")
def test_a_store_in_the_place_of_a_file_is_refused_in_one_line(tmp_path):
    place = tmp_path / "file"
    place.write_text("")
    with (
        pytest.raises(StoreError, match=r"cannot write the store .*--store DIR"),
        store.writing(place, "r"),
    ):
        pass


def test_an_unmined_repository_is_told_the_command(tmp_path):
    with pytest.raises(UsageError, match="reviewgap mine here"):
        store.require_known(tmp_path, "r", "here")


KILLED = textwrap.dedent(
    """
    import os, sys, signal
    sys.path[:0] = {path!r}
    from pathlib import Path
    from test_store import fill, publish
    from analyzers import parquet, store
    steps = int(sys.argv[2])
    def after(count):
        global steps
        steps -= 1
        if steps == 0:
            os.kill(os.getpid(), signal.SIGKILL)
    real = parquet.sync
    parquet.sync = lambda path: (real(path), after(1))
    with store.writing(Path(sys.argv[1]), "r") as shelf:
        publish(shelf, [*shelf.parts, fill(shelf, f"more{{sys.argv[2]}}")], note="second")
    """
)


@pytest.mark.parametrize("step", range(1, 7))
def test_a_kill_at_any_step_leaves_the_store_before_or_after_never_between(tmp_path, step):
    with store.writing(tmp_path, "r") as shelf:
        publish(shelf, [fill(shelf, "a")], note="first")
    script = KILLED.format(path=[*sys.path, str(Path(__file__).parent)])
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path), str(step)], check=False)
    assert done.returncode in {0, -signal.SIGKILL}
    shelf = store.Shelf(tmp_path / "r")
    assert shelf.is_whole()
    names = shelf.mined().rows("commits")["sha"].tolist()
    expected = [sha("a")] if shelf.manifest["note"] == "first" else [sha("a"), sha(f"more{step}")]
    assert names == expected


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="only Linux has such a disk")
def test_a_full_disk_is_told_once_and_not_again_when_the_writer_is_forgotten(tmp_path, capfd):
    full = tmp_path / "full"
    full.symlink_to("/dev/full")  # a link, since whoever tidies up may be root
    rows = pa.table({"x": list(range(9000))})
    for write in (parquet.write, lambda path, rows: parquet.writer(path, rows.schema).close()):
        with pytest.raises(OSError, match="No space left"):
            write(full, rows)
        gc.collect()
    assert capfd.readouterr().err == ""


def test_a_table_is_typed_when_it_comes_back(tmp_path):
    with store.writing(tmp_path, "r") as shelf:
        publish(shelf, [fill(shelf, "a")])
    commits = store.Shelf(tmp_path / "r").mined().rows("commits")
    assert commits["committed_at"].dtype == "datetime64[us, UTC]"
    assert commits["lines_added"].dtype == "Int64"
    assert commits["authored_at"].iloc[0] == pd.Timestamp("2026-01-05T10:00Z")


def test_what_was_measured_apart_is_kept_and_outlives_a_new_generation(tmp_path):
    with store.writing(tmp_path, "r") as shelf:
        assert shelf.kept(tables.REFS).empty
        tag = {"name": "refs/tags/v1", "object_id": "1", "kind": "tag", "is_commit": True}
        shelf.keep(tables.REFS, tables.REFS.from_rows([tag]))
        publish(shelf, [fill(shelf, "a")])
    shelf = store.Shelf(tmp_path / "r")
    assert shelf.kept(tables.REFS)["name"].tolist() == ["refs/tags/v1"]
    (tmp_path / "r" / "refs.parquet").write_bytes(b"torn")
    assert shelf.kept(tables.REFS).empty


def test_whoever_must_wait_is_told_for_whom(tmp_path, monkeypatch):
    monkeypatch.setattr(turns, "_SOON_SECONDS", 0)
    monkeypatch.setattr(turns, "_PATIENCE_SECONDS", 0)
    told = []
    with store.writing(tmp_path, "r"):
        writer = Thread(target=wait_in_vain, args=(tmp_path, told))
        writer.start()
        writer.join()
    waiting, failed = told
    assert f"in use by process {os.getpid()} on " in waiting
    assert "waiting for at most ten minutes" in waiting
    assert f"by process {os.getpid()}" in failed
    with store.writing(tmp_path, "r", tell=told.append):
        assert len(told) == 2, "nobody waits for a lock that is free"
    assert not (tmp_path / "r" / "writer").exists()


def wait_in_vain(root, told):
    try:
        with store.writing(root, "r", tell=told.append):
            pass
    except StoreError as error:
        told.append(str(error))
