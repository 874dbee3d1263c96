"""Mining on a viewer's behalf: one child process at a time, known to every server on the store.

A viewer chooses among keys that the operator allowed; nothing a viewer sends becomes an argument
or a path. The child tells its own state (analyzers.jobs), so it outlives this server.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import filelock

from analyzers import jobs, signs
from analyzers.errors import StoreError, UsageError
from dashboard.serving import Terms

PATIENCE_SECONDS = 5.0
_NICENESS = 10  # pages come first
_CREDENTIALS = re.compile(r"://[^/\s@]*@")


def running(terms: Terms) -> tuple[str, jobs.Job] | None:
    """The repository that is being mined now, and how far it is; it may be one of no concern."""
    for file in sorted(_folder(terms).glob("*.json")):
        job = jobs.read(file)
        if job and job.is_running:
            return file.stem, job
    return None


def last(terms: Terms, key: str) -> jobs.Job | None:
    """The last run on a repository, if one was ever started from a dashboard."""
    return jobs.read(_file(terms, key))


def start(terms: Terms, key: str) -> str:
    """Mine this repository unless one is being mined; the key of what is being mined now.

    UsageError for a key that the operator did not allow, StoreError where nothing can be written.
    """
    if key not in terms.mineable:
        raise UsageError("this repository may not be mined from here")
    folder, file = _folder(terms), _file(terms, key)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with jobs.lock(file):
            if found := running(terms):
                return found[0]
            child = subprocess.Popen(
                _command(terms, key),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            jobs.write(file, jobs.begun(child.pid))
    except (OSError, filelock.Timeout) as error:
        raise StoreError("the store cannot be written, so nothing was started") from error
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, child.pid, _NICENESS)
    threading.Thread(target=_await, args=(child, file), daemon=True).start()
    return key


def cancel(terms: Terms, key: str) -> bool:
    """End the run on this repository; whether it has ended. The store stays as it was.

    It is asked to end, and ended with all that it started where it does not listen.
    """
    file = _file(terms, key)
    job = jobs.read(file) if key in terms.mineable else None
    if job is None or not job.is_running or not job.is_here:
        return job is not None and not job.is_running
    for end in (_ask_to_end, _end):
        end(job.pid)
        if _has_ended(file):
            with suppress(OSError, filelock.Timeout), jobs.lock(file):
                after = jobs.read(file)
                if after is None or after.state == "lost":  # it could not tell so itself
                    jobs.write(file, jobs.ended(job, "cancelled"))
            return True
    return False


def _ask_to_end(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGTERM)


def _end(pid: int) -> None:
    """With its children, where it leads a group of its own, as every run started here does."""
    with suppress(ProcessLookupError, PermissionError):
        if os.getpgid(pid) == pid:
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGKILL)


def _has_ended(file: Path) -> bool:
    """Whether it ends while we have the patience to wait."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        after = jobs.read(file)
        if after is None or not after.is_running:
            return True
        time.sleep(0.05)
    return False


def _await(child: subprocess.Popen[bytes], file: Path) -> None:
    """Wait for its end, so that it leaves no zombie, and tell how it ended where it did not."""
    code = child.wait()
    with suppress(OSError, filelock.Timeout), jobs.lock(file):
        job = jobs.read(file)
        if job and job.pid == child.pid and job.state == "lost":
            jobs.write(file, replace(jobs.ended(job, "lost"), message=jobs.lost(code)))


def shown(terms: Terms, key: str, message: str, name: str) -> str:
    """A run's error line as viewers may see it: without paths of ours, secrets or odd signs."""
    hidden = {terms.mineable.get(key, ""): name, terms.store: "the store", terms.root or "": "root"}
    for path in sorted(filter(None, hidden), key=len, reverse=True):
        message = message.replace(path, hidden[path])
    return signs.visible(_CREDENTIALS.sub("://", message))


def _command(terms: Terms, key: str) -> list[str]:
    root = ["--root", terms.root] if terms.root else []
    trust = ["--trust-repo"] if terms.trust else []
    words = [
        "mine",
        "--quiet",
        "--store",
        terms.store,
        *root,
        *trust,
        "--status",
        str(_file(terms, key)),
    ]
    return [sys.executable, "-P", "-m", "analyzers", *words, "--", terms.mineable[key]]


def _folder(terms: Terms) -> Path:
    return _file(terms, "").parent


def _file(terms: Terms, key: str) -> Path:
    return jobs.job_file(Path(terms.store), key)
