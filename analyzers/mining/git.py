"""The one way reviewgap runs git: on a sterile view, in an empty environment, with a time limit.

Nothing else in the code base starts git. Every child gets object ids on standard input, never
text of the repository on its command line; it has a session of its own, may map so much memory
and no more, and is killed with everything it started when it says nothing for `IDLE_SECONDS`.
"""

from __future__ import annotations

import io
import os
import re
import resource
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import git as gitpython

from analyzers import surroundings
from analyzers.errors import RefusedRepository

IDLE_SECONDS = 120.0
MOST_BYTES = 1 << 30  # of output that is taken whole: 25 million ids
_MOST_MEMORY = 4 << 30  # of address space per child; git needs some 500 MB of it
_BLOCK = 1 << 17
_STDERR_KEPT = 4096

# glibc gives freed blob buffers back to the kernel at once and faults them in again for the
# next diff; keeping them is worth a quarter of the time.
_KEEP_FREED_MEMORY = (
    "glibc.malloc.mmap_threshold=33554432:glibc.malloc.trim_threshold=67108864"
    ":glibc.malloc.top_pad=1048576"
)
ENVIRONMENT = {
    "LC_ALL": "C",
    "TZ": "UTC",
    "HOME": "/nonexistent",
    "XDG_CONFIG_HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "false",
    "SSH_ASKPASS": "false",
    "GIT_SSH_COMMAND": "false",
    "GIT_PROXY_COMMAND": "false",
    "GIT_PAGER": "cat",
    "GIT_EDITOR": "false",
    "GIT_CEILING_DIRECTORIES": "/",
    "GIT_ADVICE": "0",
    "GLIBC_TUNABLES": _KEEP_FREED_MEMORY,
}


class GitFailed(RefusedRepository):
    """A git child ended badly or went silent; `stderr` is the end of what it said.

    Where that costs more than a commit its lines, the repository cannot be read.
    """

    def __init__(self, what: str, stderr: str = "") -> None:
        said = stderr.strip().rpartition("\n")[2]  # the last line is what git died of
        super().__init__(f"{what}: {said}" if said else what)
        self.stderr = stderr


class GitSilent(GitFailed):
    """A git child said nothing for too long and was killed."""


class Output(Protocol):
    """The part of a buffered binary stream that readers of git's output use."""

    def read(self, size: int = -1, /) -> bytes:
        """That many bytes, or all of them."""

    def read1(self, size: int = -1, /) -> bytes:
        """What is there, at most so many bytes; waits for the first."""

    def readline(self, size: int | None = -1, /) -> bytes:
        """The next line with its end."""


class GitDir(Protocol):
    """Whatever has the path of a git directory that is ours."""

    @property
    def path(self) -> Path:
        """The private git directory."""


def run(
    view: GitDir, args: list[str], stdin: bytes = b"", *, most_bytes: int = MOST_BYTES
) -> bytes:
    """Everything one git command prints; GitFailed where it ends badly, or prints without end."""
    with stream(view, args, stdin) as output:
        blocks, size = [], 0
        while block := output.read1(_BLOCK):
            blocks.append(block)
            size += len(block)
            if size > most_bytes:
                raise GitFailed(f"git {args[0]} printed more than {most_bytes} bytes; ended it")
        return b"".join(blocks)


@contextmanager
def stream(view: GitDir, args: list[str], stdin: bytes = b"") -> Iterator[Output]:
    """The output of a long git command, while it comes.

    Leaving the block early ends the child; leaving it after the last byte raises GitFailed
    if git did not end with exit status 0.
    """
    with _running(view, args) as (child, pipe, errors):
        feeder = threading.Thread(target=_feed, args=(child.stdin, stdin), daemon=True)
        feeder.start()
        yield io.BufferedReader(pipe, _BLOCK)
        if pipe.at_end:
            _require_success(child, args[0], errors)
        end(child.proc)
        feeder.join(5)


@contextmanager
def dialogue(view: GitDir, args: list[str]) -> Iterator[tuple[Callable[[bytes], None], Output]]:
    """(a function that asks, where the answers come) of a git command that answers at once.

    A question must fit into a pipe, and be answered in full before the next one.
    """
    with _running(view, args) as (child, pipe, _):

        def say(question: bytes) -> None:
            try:
                child.stdin.write(question)
                child.stdin.flush()
            except OSError:
                raise GitFailed(f"git {args[0]} ended before the last question") from None

        yield say, io.BufferedReader(pipe, _BLOCK)


@contextmanager
def _running(view: GitDir, args: list[str]) -> Iterator[tuple[Any, _Pipe, _Stderr]]:
    """(child, its output, its complaints); the child does not outlive the block."""
    child = _start(view, args)
    errors = _drain(child.stderr)
    try:
        yield child, _Pipe(child.stdout.fileno(), args[0]), errors
    finally:
        end(child.proc)
        errors.join(5)
        with suppress(OSError, ValueError):  # what it was not told any more
            child.stdin.close()
        for side in (child.stdout, child.stderr):
            side.close()


@cache
def version() -> tuple[int, ...]:
    """The version of the git that is used, such as (2, 39, 5)."""
    command = [surroundings.program("git"), "version"]
    text = str(gitpython.Git().execute(command, env={"HOME": "/nonexistent"}))
    found = re.search(r"\d+(?:\.\d+)+", text)
    return tuple(map(int, found.group().split("."))) if found else ()


def _start(view: GitDir, args: list[str]) -> Any:
    environment = {**ENVIRONMENT, "GIT_DIR": str(view.path), "PATH": surroundings.search_path()}
    child = spawn(view.path, environment, args, istream=subprocess.PIPE)
    if hasattr(resource, "prlimit"):  # Linux has it
        with suppress(ProcessLookupError, PermissionError, ValueError):
            resource.prlimit(child.proc.pid, resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    return child


def spawn(folder: Path, environment: Mapping[str, str], args: list[str], *, istream: int) -> Any:
    """Start git in a folder of ours and a session of its own, with this environment and no more."""
    pairs = [f"{name}={value}" for name, value in environment.items()]
    clean = [surroundings.program("env"), "-i", *pairs, surroundings.program("git")]
    return gitpython.Git(str(folder)).execute(
        [*clean, "--no-pager", *args], as_process=True, istream=istream, start_new_session=True
    )


def _feed(target: Any, data: bytes) -> None:
    # A child that ends early, or is killed, closes its side; its exit status tells why.
    with suppress(OSError, ValueError):
        target.write(data)
    with suppress(OSError, ValueError):
        target.close()


class _Stderr(threading.Thread):
    """Reads what a child complains about, so that a full pipe never stops it; keeps the end."""

    def __init__(self, source: Any) -> None:
        super().__init__(daemon=True)
        self._source = source
        self._kept = b""

    def run(self) -> None:
        with suppress(OSError, ValueError):
            while block := self._source.read1(_BLOCK):
                self._kept = (self._kept + block)[-_STDERR_KEPT:]

    def text(self) -> str:
        self.join(5)
        return self._kept.decode("utf-8", "replace")


def _drain(source: Any) -> _Stderr:
    thread = _Stderr(source)
    thread.start()
    return thread


class _Pipe(io.RawIOBase):
    """The read end of a pipe with a limit on silence."""

    def __init__(self, descriptor: int, what: str) -> None:
        self._descriptor = descriptor
        self._what = what
        self.at_end = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        deadline = time.monotonic() + IDLE_SECONDS
        while not select.select([self._descriptor], [], [], max(0, deadline - time.monotonic()))[0]:
            if time.monotonic() >= deadline:
                raise GitSilent(f"git {self._what} said nothing for {IDLE_SECONDS:g} s; ended it")
        count = os.readv(self._descriptor, [buffer])
        self.at_end = count == 0
        return count


def _require_success(child: Any, what: str, errors: _Stderr) -> None:
    try:
        status = child.proc.wait(IDLE_SECONDS)
    except subprocess.TimeoutExpired:
        raise GitSilent(f"git {what} closed its output but did not end; ended it") from None
    if status:
        raise GitFailed(f"git {what} ended with status {status}", errors.text())


def end(process: Any) -> None:
    """Kill whatever is left of a child's session (ssh, remote helpers), and collect the child."""
    if process.poll() is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
