"""Runs the whole command line on the catalogue of nasty repositories.

    python benchmarks/hostile.py [--quick] [NAME…]

Every command of COMMANDS runs in a process of its own, started in the nasty repository's own
folder. Told at the end: what deviated (planted programs that ran, files that were touched, exit
codes and figures other than expected, tracebacks, secrets shown), or nothing.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from command import SHAMES, run
from nasty import CATALOGUE, Case, Place, everything, plain_counts

COMMANDS = (
    ("mine", "--format", "json"),
    ("mine",),
    ("summary",),
    ("summary", "--format", "json"),
    ("export",),
    ("export", "--table", "commits"),
    ("export", "--table", "evidence", "--format", "json"),
    ("export", "--table", "change_requests"),
    ("explain", "HEAD"),
    ("explain", "#1"),
    ("doctor",),
    ("fetch-reviews", "--dry-run"),
    ("lines",),
    ("effort",),
    ("forecast",),
    ("report",),
    ("report", "--format", "html"),
    ("check", "--max-weeks-of-work", "4"),
    ("expected-wait",),
    ("evaluate", "--sample", "3"),
)
Command = tuple[str, ...]
COMPLETE, USAGE, PARTIAL, EXCEEDED, NOT_ENOUGH = 0, 2, 3, 4, 5
MAY_REFUSE = {"summary", "explain", "fetch-reviews", "lines", "effort", "forecast", "report"}
MAY_REFUSE |= {"check", "expected-wait", "evaluate"}


def main() -> bool:
    """Build, run, compare; the exit code is 1 where anything deviated."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("names", nargs="*", help="Only these repositories.")
    words.add_argument("--quick", action="store_true", help="Only `mine --format json`.")
    asked = words.parse_args()
    deviations, told = [], Counter()
    for case in CATALOGUE:
        if asked.names and case.name not in asked.names:
            continue
        began = time.monotonic()
        found = tried(case, COMMANDS[:1] if asked.quick else COMMANDS, told)
        deviations += found
        seconds = time.monotonic() - began
        print(
            f"{'BAD ' if found else 'good'} {case.name} {seconds:.1f} s",
            *found,
            sep="\n     ",
            flush=True,
        )
    print(f"{told['repositories']} repositories, {told['commands']} commands,")
    print(f"exit codes {dict(sorted((k, v) for k, v in told.items() if isinstance(k, int)))},")
    print(f"{len(deviations)} deviations")
    return bool(deviations)


def tried(case: Case, commands: Sequence[Command], told: Counter[str | int]) -> list[str]:
    """What deviated on one repository, one line each."""
    folder = Path(tempfile.mkdtemp(prefix="nasty-"))
    try:
        at = Place(folder)
        path = case.build(at)
        expected = plain_counts(path) if case.counts is None else case.counts
        for made in at.ran.iterdir():
            made.unlink()  # the builder's own git may have fallen for it
        before = everything(folder)
        found = []
        root = [] if case.root is None else ["--root", str(folder / case.root)]
        store = folder.with_name(f"store-{folder.name}")
        inside = path if Path(str(path)).is_dir() else folder
        for command in commands:
            name, *rest = command
            words = [name, str(path), *rest, *root, *case.options, "--store", str(store)]
            code, out, err = run(words, folder=inside)
            told["commands"] += 1
            told[code] += 1
            found += [
                f"{' '.join(command)}: {line}" for line in judged(case, command, code, out, err)
            ]
            if command == COMMANDS[0] and code in {0, 3}:
                counts = json.loads(out.splitlines()[-1])
                found += [
                    f"{key} is {counts[key]}, not {value}"
                    for key, value in expected.items()
                    if counts[key] != value
                ]
                if case.says and not any(case.says in each for each in counts["warnings"]):
                    found.append(f"{case.says!r} is in no warning: {counts['warnings']}")
            if code == USAGE and command[0] == "mine" and case.says not in err:
                found.append(f"{case.says!r} is not in {err!r}")
            if ran := sorted(each.name for each in at.ran.iterdir()):
                found.append(f"{' '.join(command)}: planted program ran: {ran}")
        told["repositories"] += 1
        if touched := [n for n, what in everything(folder).items() if before.get(n) != what]:
            found.append(f"touched: {touched[:5]}")
        return found
    finally:
        for each in (folder, folder.with_name(f"store-{folder.name}")):
            shutil.rmtree(each, ignore_errors=True)


def judged(case: Case, command: Command, code: int, out: str, err: str) -> Iterator[str]:
    """What is wrong with how one command ended."""
    expected = case.code if isinstance(case.code, tuple) else (case.code,)
    allowed = {*expected, *((NOT_ENOUGH, USAGE) if command[0] in MAY_REFUSE else ())}
    if command[0] in {"fetch-reviews", "evaluate"} and PARTIAL in expected:
        allowed.add(COMPLETE)  # the plan is whole, whatever the history lacks
    if command[0] == "check":
        allowed.add(EXCEEDED)
    if code not in allowed:
        yield f"exit code {code}, not {case.code}: {err[-300:]}"
    for word in (*SHAMES, "s3cr3t", "password"):
        if word in out + err:
            yield f"shows {word!r}: {(out + err)[-600:]}"
    *warned, last = err.splitlines() or [""]
    if code == USAGE and ((command[0] == "mine" and warned) or not last.startswith("reviewgap: ")):
        yield f"is not told in one line: {err[-300:]}"


if __name__ == "__main__":
    sys.exit(main())
