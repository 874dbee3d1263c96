"""One command of the command line in a forked process: what was imported is not imported again."""

import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from analyzers import line_survey, memory, pipeline, sampling, terminal
from analyzers.cli import app
from analyzers.mining import fetch
from analyzers.reports import diagnosis, effort, evaluation, explanation, export, outlook, summary

LOADED = (
    *(line_survey, pipeline, sampling, fetch),
    *(diagnosis, effort, evaluation, explanation, export, outlook, summary),
)
SHAMES = ("Traceback", "bug of ours", "Exception ignored", "Error in sys", "Fatal Python")
"""What no command may ever say."""

memory.give_back()


def run(
    words: Sequence[str],
    *,
    folder: Path = Path("/"),
    environment: Mapping[str, str] | None = None,
    stdout: str | None = None,
) -> tuple[int, str, str]:
    """(exit code, stdout, stderr) of a command started in a folder; `stdout` may name a file."""
    outputs = [tempfile.TemporaryFile(dir="/dev/shm") for _ in range(2)]  # noqa: SIM115
    child = os.fork()
    if not child:
        to = os.open(stdout, os.O_WRONLY) if stdout else outputs[0].fileno()
        os.dup2(to, 1)
        os.dup2(outputs[1].fileno(), 2)
        os.chdir(folder)
        os.environ.update(environment or {})
        tempfile.tempdir = None  # look for it in the environment again
        code = terminal.guarded(lambda: app(list(words), standalone_mode=False))
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    _, status = os.waitpid(child, 0)
    texts = []
    for file in outputs:
        file.seek(0)
        texts.append(file.read().decode("utf-8", "replace"))
        file.close()
    return os.waitstatus_to_exitcode(status), texts[0], texts[1]
