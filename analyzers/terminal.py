"""What the command line prints, and how it ends: the only place that prints.

Data goes to stdout, everything else to stderr; the exit codes stand in `analyzers.errors`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from types import FrameType

from analyzers import errors, signs

Progress = Callable[[int, int, str], None]
TERMINATED = 143


def guarded(run: Callable[[], object]) -> int:
    """The exit code of a command; whatever goes wrong becomes one line on stderr."""
    try:
        try:
            code = run()
        except errors.DamagedStore as error:  # it is put away, and git still has what it said
            note(f"reviewgap: {error}; trying once more")
            code = run()
        return code if isinstance(code, int) else errors.COMPLETE
    except errors.ReviewgapError as error:
        note(f"reviewgap: {error}")
        return error.exit_code
    except BrokenPipeError:
        _let_go_of_stdout()  # whoever read our output has seen enough
        return errors.COMPLETE
    except KeyboardInterrupt:
        return errors.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last line of defence turns a bug into one line
        return _unexpected(error)


def _let_go_of_stdout() -> None:
    """Let Python find nothing to complain about when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _unexpected(error: Exception) -> int:
    if hasattr(error, "format_message"):  # Typer's own usage errors
        note(f"reviewgap: {error.format_message()} (see: reviewgap --help)")
        return errors.USAGE
    if isinstance(error, OSError) and error.errno in errors.OF_THE_PLACE:
        at = f" {error.filename}" if error.filename else ""
        note(
            f"reviewgap: a file{at} cannot be read or written ({os.strerror(error.errno).lower()});"
            " see to the disks of the store, of the output and of TMPDIR"
        )
        return errors.USAGE
    if os.environ.get("REVIEWGAP_DEBUG"):
        traceback.print_exc()
    note(
        f"reviewgap: this is a bug of ours: {type(error).__name__}: {error}"
        " (REVIEWGAP_DEBUG=1 shows where)"
    )
    return errors.OUR_BUG


def leave_tidily_when_terminated() -> None:
    """Let SIGTERM unwind the stack, so that what is private to this run is removed."""
    signal.signal(signal.SIGTERM, _terminated)


def _terminated(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(TERMINATED)


@contextlib.contextmanager
def progress(*, quiet: bool) -> Iterator[Progress | None]:
    """Counts and time left on stderr, only where a person watches."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def report(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=total or None, description=what)

        yield report


def show(text: str) -> None:
    """Data, to stdout, as UTF-8 with LF whatever the locale says; no sign a terminal obeys."""
    write(f"{signs.visible(text)}\n".encode())


def write(data: bytes) -> None:
    """Data as it is, to stdout."""
    if sys.stdout is None:  # the caller has closed it
        return
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _let_go_of_stdout()
        reason = (error.strerror or "error").lower()
        raise errors.UsageError(f"the output cannot be written ({reason})") from error


def note(text: str, *, quiet: bool = False) -> None:
    """One line for the person at the terminal, to stderr."""
    if not quiet:
        with contextlib.suppress(OSError, ValueError):  # nobody may be reading it any more
            print(signs.visible(text), file=sys.stderr)  # noqa: T201 - the only place that prints
