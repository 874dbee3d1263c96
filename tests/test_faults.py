"""What happens to the store when the disk fills up, bits flip, or a call fails: nothing is lost."""

import errno
import os

import pandas as pd
import pytest
from repository import commit
from test_store import fill, publish

from analyzers import manifest, saved, store, tables, terminal
from analyzers.cli import app
from analyzers.errors import COMPLETE, USAGE, DamagedStore, StoreError, UnwritableStore

ROWS = [
    commit("a", "2026-01-05T10:00Z", files={"a.py": "1\n"}),
    commit("b", "2026-01-13T10:00Z", files={"a.py": "1\n2\n"}),
]
N_CALLS = 9


@pytest.fixture
def failing(monkeypatch):
    """`failing(n, error)`: the n-th call from now that makes a write last raises the error."""

    def arm(n, error):
        left = [n]

        def wrap(real):
            def call(*args, **options):
                left[0] -= 1
                if left[0] == 0:
                    raise error
                return real(*args, **options)

            return call

        for name in ("fsync", "replace"):
            monkeypatch.setattr(os, name, wrap(getattr(os, name)))
        return left

    return arm


def state(root):
    shelf = store.Shelf(root / "r")
    return shelf.manifest["note"], sorted(shelf.mined().rows("commits")["sha"])


@pytest.mark.parametrize("n", range(1, N_CALLS + 1))
@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "full"), OSError(errno.EIO, "bad"), KeyboardInterrupt()]
)
def test_a_call_that_fails_leaves_the_store_before_or_after(
    tmp_path, failing, monkeypatch, n, error
):
    with store.writing(tmp_path, "r") as shelf:
        publish(shelf, [fill(shelf, "a")], note="first")
    before = state(tmp_path)
    left = failing(n, error)
    try:
        with store.writing(tmp_path, "r") as shelf:
            publish(shelf, [*shelf.parts, fill(shelf, "b")], note="second")
    except (UnwritableStore, KeyboardInterrupt):
        pass
    else:
        assert left[0] > 0, "an error was swallowed"
    monkeypatch.undo()
    assert state(tmp_path) == before or state(tmp_path)[0] == "second"
    assert store.Shelf(tmp_path / "r").is_whole()
    with store.writing(tmp_path, "r") as shelf:
        publish(shelf, shelf.parts, note="third")
        publish(shelf, shelf.parts, note="fourth")
    left = [path.name for path in (tmp_path / "r").rglob("*.new")]
    assert not left, "debris is swept"


def test_no_flipped_bit_passes_for_a_number(tmp_path):
    with store.writing(tmp_path, "r") as shelf:
        publish(shelf, [fill(shelf, *"abcdefgh")], note="x")
    shelf = store.Shelf(tmp_path / "r")
    honest = shelf.mined().rows("commits")
    path = next((tmp_path / "r" / "mined").glob("*.commits.parquet"))
    content = path.read_bytes()
    told = 0
    for place in range(4, len(content), 97):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x10]) + content[place + 1 :])
        if not shelf.is_whole():  # the footer
            told += 1
            continue
        try:
            pd.testing.assert_frame_equal(shelf.mined().rows("commits"), honest)
        except DamagedStore:
            told += 1
            assert not path.exists(), "so that the next refresh makes it anew"
    assert told > 10


@pytest.mark.parametrize("old", ["1", "999", '"x"', "2"])
def test_a_manifest_that_was_touched_counts_as_none(tmp_path, old):
    with store.writing(tmp_path, "r") as shelf:
        publish(shelf, [fill(shelf, "a")], note="x")
    file = tmp_path / "r" / "manifest.json"
    text = file.read_text().replace('"schema": 2', f'"schema": {old}').replace('"x"', '"y"')
    file.write_text(text)
    assert manifest.read(tmp_path / "r") == {}
    assert store.Shelf(tmp_path / "r").is_damaged()


def test_review_data_is_read_from_its_second_copy_when_the_first_is_damaged(tmp_path):
    with store.writing(tmp_path, "r") as shelf:
        first = shelf.take_in(b'{"a": 1}')
    first.write_bytes(b'{"a": 2}')
    [found] = store.Shelf(tmp_path / "r").imports
    assert found.read_bytes() == b'{"a": 1}'
    first.unlink()
    assert store.Shelf(tmp_path / "r").imports == []


def test_damaged_files_are_made_anew_with_a_warning(run, history, store_dir):
    repo = history(ROWS)
    code, honest, err = run("export", repo.path, "--table", "commits")
    assert (code, err) == (COMPLETE, "")
    path = next(store_dir.glob("*/tables/*/commits.parquet"))
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 0xFF  # the same size: only reading can tell
    path.write_bytes(content)
    code, out, err = run("export", repo.path, "--table", "commits")
    assert (code, out) == (COMPLETE, honest)
    assert "damaged" in err
    max(store_dir.glob("*/mined/*.commits.parquet")).write_bytes(b"short")
    code, out, err = run("export", repo.path, "--table", "commits")
    assert (code, out) == (COMPLETE, honest)
    assert "made anew from git" in err
    next(store_dir.glob("*/manifest.json")).write_text('{"schema": 0}')
    code, out, err = run("export", repo.path, "--table", "commits")
    assert (code, out) == (COMPLETE, honest)
    assert "made anew from git" in err


def test_a_full_disk_still_shows_the_result(run, history, monkeypatch):
    repo = history(ROWS)
    _, honest, _ = run("export", repo.path)
    repo.ref("refs/heads/main", "a")
    writing = store.writing

    def full(root, key, **_):
        if "reviewgap-store-" in str(root):
            return writing(root, key)
        raise UnwritableStore(f"cannot write the store {root} (no space left on device)")

    monkeypatch.setattr(store, "writing", full)
    code, out, err = run("export", repo.path)
    assert code == COMPLETE
    assert out != honest
    assert err.count("\n") == 1
    assert "no space left on device); what is read now is not kept" in err


def test_a_file_in_the_place_of_the_store_is_refused(history, tmp_path, capfdbinary):
    repo = history(ROWS)
    (tmp_path / "file").write_text("")
    words = ["mine", str(repo.path), "--store", str(tmp_path / "file")]
    assert terminal.guarded(lambda: app(words, standalone_mode=False)) == USAGE
    assert b"cannot write the store" in capfdbinary.readouterr().err


def test_a_table_that_another_run_swept_away_is_looked_for_again(tmp_path):
    with store.writing(tmp_path, "r") as shelf:
        publish(shelf, [fill(shelf, "a")], note="x")
    reader = store.Shelf(tmp_path / "r")
    for note in ("y", "z"):
        with store.writing(tmp_path, "r") as shelf:
            publish(shelf, shelf.parts, note=note)
    with pytest.raises(DamagedStore, match="cannot be read"):
        reader.table(tables.REFS)
    assert store.Shelf(tmp_path / "r").is_whole(), "nothing was put away"


def test_what_only_saves_time_may_find_no_room(tmp_path, failing):
    file = tmp_path / "kept.json"
    file.write_text("before")
    failing(1, OSError(errno.ENOSPC, "full"))
    with saved.replacing(file) as fresh:
        fresh.write_text("after")
    assert file.read_text() == "before"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
def test_a_full_or_read_only_disk_anywhere_is_one_line_and_no_bug(number, capfd):
    def full():
        raise OSError(number, os.strerror(number), "/somewhere/tmp")

    assert terminal.guarded(full) == USAGE
    told = capfd.readouterr().err
    assert told.count("\n") == 1
    assert "/somewhere/tmp" in told


def test_a_home_that_cannot_be_written_is_the_places_fault(tmp_path):
    (tmp_path / "home").write_text("a file, so that nothing can lie below")
    with (
        pytest.raises(StoreError, match="cannot write the store"),
        store.writing(tmp_path / "home" / ".cache" / "reviewgap", "r"),
    ):
        pass
