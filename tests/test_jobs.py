"""Mining that others can watch: told by the run itself, seen by all, one at a time."""

import json
import os
import re
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from repository import commit

from analyzers import jobs
from analyzers.errors import StoreError, UsageError
from analyzers.manifest import shelf_key
from analyzers.store import Shelf
from dashboard import mining
from dashboard.serving import Terms

BEGAN = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
NOBODY = 2**22 + 1  # above the largest process number that Linux gives


def job(**changes):
    running = jobs.Job(
        "running", os.getpid(), jobs.process_start(os.getpid()), "here", BEGAN, BEGAN
    )
    return replace(running, host=jobs.node(), **changes)


@pytest.fixture
def offered(history, store_dir):
    """Terms that let one small repository be mined, and its key."""
    repo = history([commit("a", "2026-01-05T10:00Z", "first (#1)", files={"a.py": "x\n"})])
    key = shelf_key(repo.git_dir)
    return Terms(store=str(store_dir), mineable={key: str(repo.path)}), key


def wait_for_end(terms, key):
    for _ in range(600):
        last = mining.last(terms, key)
        if last and not last.is_running:
            return last
        time.sleep(0.1)
    pytest.fail("the run did not end")


def test_time_left_is_told_by_the_pace_so_far():
    half_a_minute = BEGAN + timedelta(seconds=30)
    assert job(at=half_a_minute, done=25, total=100).time_left == timedelta(seconds=90)
    assert job(at=half_a_minute, done=0, total=100).time_left is None
    assert job(at=half_a_minute).share is None
    assert job(at=BEGAN + timedelta(seconds=2), done=25, total=100).time_left is None


def test_a_run_tells_how_far_it_is_and_that_it_is_done(tmp_path):
    file = tmp_path / "jobs" / "key.json"
    with jobs.told(file) as progress:
        assert jobs.read(file).is_running
        progress(3, 12, "commits")
        while jobs.read(file).done != 3:
            time.sleep(0.05)
    assert (jobs.read(file).state, jobs.read(file).share) == ("done", 0.25)


@pytest.mark.parametrize(
    ("raised", "state", "message"),
    [
        (UsageError("no such folder; name another"), "failed", "no such folder; name another"),
        (KeyboardInterrupt(), "cancelled", ""),
        (SystemExit(143), "cancelled", ""),
        (ZeroDivisionError("secret"), "failed", "this is a bug of ours: ZeroDivisionError"),
    ],
)
def test_a_run_that_ends_early_tells_why(tmp_path, raised, state, message):
    file = tmp_path / "key.json"
    with pytest.raises(type(raised)), jobs.told(file):
        raise raised
    assert (jobs.read(file).state, jobs.read(file).message) == (state, message)


def test_a_run_whose_process_is_gone_is_lost(tmp_path):
    jobs.write(tmp_path / "a.json", job())
    assert jobs.read(tmp_path / "a.json").is_running
    jobs.write(tmp_path / "b.json", job(pid=NOBODY))
    assert jobs.read(tmp_path / "b.json").state == "lost"
    jobs.write(tmp_path / "c.json", job(process_start="1"))  # the number was given again
    assert jobs.read(tmp_path / "c.json").state == "lost"


def test_a_run_on_another_machine_lives_as_long_as_it_tells_so(tmp_path):
    file = tmp_path / "key.json"
    jobs.write(file, replace(job(), host="elsewhere", pid=NOBODY, at=datetime.now(UTC)))
    assert jobs.read(file).is_running
    assert not jobs.read(file).is_here
    jobs.write(file, replace(job(), host="elsewhere", pid=NOBODY, at=BEGAN))
    assert jobs.read(file).state == "lost"


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"state": "running"}', '{"began": 7, "at": 7}']
)
def test_a_damaged_state_is_no_state(tmp_path, content):
    (tmp_path / "key.json").write_text(content)
    assert jobs.read(tmp_path / "key.json") is None


def test_the_state_of_a_mine_command_is_told_where_asked(history, store_dir):
    repo = history([commit("a", "2026-01-05T10:00Z", "first", files={"a.py": "x\n"})])
    file = store_dir / "jobs" / "key.json"
    words = ["mine", "--quiet", "--store", str(store_dir), "--status", str(file), "--"]
    start = [sys.executable, "-P", "-m", "analyzers", *words]
    subprocess.run([*start, str(repo.path)], check=True)
    assert json.loads(file.read_text())["state"] == "done"
    assert subprocess.run([*start, "/nowhere"], check=False, capture_output=True).returncode == 2
    assert jobs.read(file).message == "/nowhere does not exist"


def test_two_starts_at_once_make_one_run(offered, monkeypatch):
    terms, key = offered
    started, start = [], subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: started.append(a) or start(*a, **k))
    threads = [threading.Thread(target=mining.start, args=(terms, key)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(started) == 1
    assert started[0][0][:3] == [sys.executable, "-P", "-m"]
    assert wait_for_end(terms, key).state == "done"
    assert (
        Shelf(jobs.job_file(store(terms), key).parents[1] / key).manifest["counts"]["commits"] == 1
    )
    assert mining.running(terms) is None


def store(terms):
    return jobs.Path(terms.store)


def test_only_what_the_operator_allowed_is_mined(offered):
    terms, _ = offered
    for key in ("", "../elsewhere", "/etc", "--help"):
        with pytest.raises(UsageError, match="may not be mined"):
            mining.start(terms, key)
        assert mining.cancel(terms, key) is False


def test_a_store_that_cannot_be_written_starts_nothing(offered):
    terms, key = offered
    (store(terms) / "jobs").write_text("a file where the folder should be")
    with pytest.raises(StoreError, match="nothing was started"):
        mining.start(terms, key)


def test_cancelling_ends_the_process_and_says_so(offered):
    terms, key = offered
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    threading.Thread(target=child.wait, daemon=True).start()
    file = jobs.job_file(store(terms), key)
    file.parent.mkdir()
    jobs.write(file, jobs.begun(child.pid))
    assert mining.running(terms)[0] == key
    assert mining.cancel(terms, key)
    assert child.wait(5) != 0
    assert mining.last(terms, key).state == "cancelled"


STUBBORN = """
import signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
child.wait()
"""


def test_a_run_that_does_not_listen_is_ended_with_all_that_it_started(offered, monkeypatch):
    monkeypatch.setattr(mining, "PATIENCE_SECONDS", 0.5)
    terms, key = offered
    run = subprocess.Popen(
        [sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE, start_new_session=True
    )
    grandchild = int(run.stdout.readline())
    file = jobs.job_file(store(terms), key)
    file.parent.mkdir()
    jobs.write(file, jobs.begun(run.pid))
    waiting = threading.Thread(target=mining._await, args=(run, file))
    waiting.start()
    assert mining.cancel(terms, key)
    waiting.join(5)
    assert run.returncode == -9
    assert mining.last(terms, key).state == "cancelled"
    for _ in range(100):
        if jobs.process_start(grandchild) is None:
            break
        time.sleep(0.05)
    assert jobs.process_start(grandchild) is None
    run.stdout.close()


@pytest.mark.parametrize(
    ("dies", "told"),
    [("os.kill(os.getpid(), 9)", "killed from outside .signal 9."), ("os._exit(7)", "exit code 7")],
)
def test_how_a_run_died_that_could_not_tell_it(offered, dies, told):
    terms, key = offered
    file = jobs.job_file(store(terms), key)
    file.parent.mkdir()
    words = [sys.executable, "-c", f"import os; input(); {dies}"]
    run = subprocess.Popen(words, stdin=subprocess.PIPE)
    jobs.write(file, replace(jobs.begun(run.pid), done=300, total=1200))
    run.communicate(b"\n")
    mining._await(run, file)
    last = mining.last(terms, key)
    assert last.state == "lost"
    assert (last.done, last.total) == (300, 1200)
    assert re.search(told, last.message)


def test_an_error_line_shows_viewers_no_path_no_secret_and_no_odd_sign():
    terms = Terms(store="/srv/store", root="/srv", mineable={"k": "/srv/git/app"})
    told = mining.shown(terms, "k", "/srv/git/app/.git is damaged; see /srv/store/k", "app")
    assert told == "app/.git is damaged; see the store/k"
    told = mining.shown(terms, "k", "https://u:secret@example.org/x \x1b[2J\u202e", "app")
    assert told == "https://example.org/x \ufffd[2J\ufffd"
