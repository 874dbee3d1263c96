"""A mining run that others can watch: its state in one small file of the store.

    STORE/jobs/<repository key>.json     replaced in one step, once a second while it runs

The run tells itself (`reviewgap mine --status FILE`), so it outlives whoever started it and is
seen by every server on the store. A run that ended without a word is known by its process:
nothing with that number and that start is there any more.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from platform import node
from typing import Literal

import filelock

from analyzers.errors import ReviewgapError

State = Literal["running", "done", "failed", "cancelled", "lost"]
Progress = Callable[[int, int, str], None]

BEAT_SECONDS = 1.0
LOCK_SECONDS = 10.0
SILENT = timedelta(seconds=60)
LOST = "it ended without a word: killed, or out of memory"


@dataclass(frozen=True, slots=True)
class Job:
    """One mining run; `process_start` tells its process from a later one of the same number."""

    state: State
    pid: int
    process_start: str
    host: str
    began: datetime
    at: datetime
    done: int = 0
    total: int = 0
    what: str = ""
    message: str = ""

    @property
    def is_running(self) -> bool:
        """Whether it is still at work."""
        return self.state == "running"

    @property
    def is_here(self) -> bool:
        """Whether it runs on this machine, where it can be cancelled."""
        return self.host == node()

    @property
    def share(self) -> float | None:
        """How much of what can be counted is done, 0 to 1; nothing while that is unknown."""
        return min(self.done / self.total, 1.0) if self.total else None

    @property
    def time_left(self) -> timedelta | None:
        """At the pace so far; nothing in the first three seconds and where nothing is counted."""
        passed, share = self.at - self.began, self.share
        if not share or share >= 1 or passed < timedelta(seconds=3):
            return None
        return passed * ((1 - share) / share)


def job_file(store: Path, key: str) -> Path:
    """Where the state of a repository's run lies."""
    return store / "jobs" / f"{key}.json"


def lock(file: Path) -> filelock.BaseFileLock:
    """Whoever holds it may start a run, or tell of one that begins."""
    return filelock.FileLock(file.parent / "lock", timeout=LOCK_SECONDS)


def read(file: Path) -> Job | None:
    """The last run told in the file, `lost` if it died; nothing where none is told."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        moments = {name: datetime.fromisoformat(told[name]) for name in ("began", "at")}
        job = Job(**{**told, **moments})
    except (OSError, ValueError, TypeError, KeyError):
        return None
    if job.is_running and not _is_alive(job):
        return replace(job, state="lost", message=LOST)
    return job


def write(file: Path, job: Job) -> None:
    """Tell this state, all of it or none."""
    told = asdict(job) | {"began": job.began.isoformat(), "at": job.at.isoformat()}
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        fresh.write_text(json.dumps(told), encoding="utf-8")
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)


def begun(pid: int) -> Job:
    """The state of a run that has just started as this process."""
    now = datetime.now(UTC)
    return Job("running", pid, process_start(pid) or "", node(), now, now)


def ended(job: Job, state: State) -> Job:
    """The state of a run that was ended from outside."""
    return replace(job, state=state, at=datetime.now(UTC))


def lost(code: int) -> str:
    """What is known of a run that told nothing before its process ended with this code."""
    if code >= 0:
        return f"it ended without a word, with exit code {code}"
    if -code == signal.SIGKILL:
        return "it was killed from outside (signal 9), most often because memory ran out"
    return f"it was ended from outside by signal {-code}"


def process_start(pid: int) -> str | None:
    """When that process started, in ticks since boot; nothing where it has ended."""
    try:
        state, *rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return "" if not Path("/proc/self").exists() and _answers(pid) else None
    except (OSError, ValueError):
        return None
    return None if state in "ZX" else rest[18]


def _answers(pid: int) -> bool:
    with suppress(OSError):
        os.kill(pid, 0)
        return True
    return False


def _is_alive(job: Job) -> bool:
    if not job.is_here:
        return datetime.now(UTC) - job.at < SILENT
    return process_start(job.pid) == job.process_start


@contextmanager
def told(file: Path) -> Iterator[Progress]:
    """Tell in the file how this process gets on, while the block runs and as it ends."""
    teller = _Teller(file)
    try:
        yield teller.progress
    except ReviewgapError as error:
        teller.end("failed", str(error))
        raise
    except (KeyboardInterrupt, SystemExit):
        teller.end("cancelled")
        raise
    except BaseException as error:
        teller.end("failed", f"this is a bug of ours: {type(error).__name__}")
        raise
    teller.end("done")


class _Teller(threading.Thread):
    """Writes the state at every beat, so that reporting progress costs the run nothing."""

    def __init__(self, file: Path) -> None:
        super().__init__(daemon=True)
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file = file
        self._job = begun(os.getpid())
        self._ended = threading.Event()
        with lock(file):  # so that whoever started this process has told of it before
            self._tell()
        self.start()

    def progress(self, done: int, total: int, what: str) -> None:
        """Note how far the run is."""
        self._job = replace(self._job, done=done, total=total, what=what)

    def run(self) -> None:
        while not self._ended.wait(BEAT_SECONDS):
            self._tell()

    def end(self, state: State, message: str = "") -> None:
        """Tell how the run ended, as the last thing told."""
        self._ended.set()
        self.join()
        self._job = replace(self._job, state=state, message=message)
        self._tell()

    def _tell(self) -> None:
        # A full disk must not end a run that may still free some, nor hide how it ended.
        with suppress(OSError):
            write(self._file, replace(self._job, at=datetime.now(UTC)))
