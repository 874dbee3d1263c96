"""Gives every reader thousands of broken inputs: each must be read, or refused in a few lines.

    python benchmarks/mutations.py [--times 1.0] [--seed 1] [KIND…]

Inputs are made from good ones by flipping, cutting, repeating and swapping bytes, by putting in
bytes that parsers trip over, and by changing values in JSON for values of other types. What is
given away: configuration, events, exports of forges, labels, lists, scenarios, dates, addresses of
pages and of the API; files of the store, and of git directories.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, quote_from_bytes

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))


import pandas as pd
from command import SHAMES, run
from nasty import HISTORY
from repository import Repository, commit, history
from starlette.requests import Request
from streamlit.testing.v1 import AppTest

from analyzers import config, errors, store, tables, user_events
from analyzers.authorship import markers
from analyzers.capacity import scenario
from analyzers.fleet.targets import targets
from analyzers.mining import kinds
from analyzers.reports import evaluation, explanation, periods
from analyzers.reviews import imports
from dashboard import api, data, launch, serving

TESTS = Path(__file__).parent.parent / "tests"
MOST_SECONDS, MOST_LINES = 20, 4
TRIPPERS = (
    *(b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\r", b"\n\n", b'"', b"'", b"\\"),
    *(b"\\ud800", b"9" * 5000, b"1e999", b"-1", b"NaN", b"null", b"[]", b"{}", b"[" * 5000),
    *(b"{" * 900, b",", b"=1+1", b"\x1b[2J", b"../../../etc/passwd", b"a" * 70_000, b"\t"),
    *("\u202e".encode(), b"<script>", b"2026-13-45T99:99:99Z", b"0001-01-01T00:00:00Z", b"'''"),
)
VALUES = (None, True, -1, 0, 10**400, 1e308, "", "x" * 9999, "\ud800", [], {}, [None], {"a": {}})
TOML = b"""bots = ["renovate", "a@b.c"]
generated = ["dist/", "*.min.js", "a/**/b"]
[[markers]]
id = "our.tool"
tool = "Our tool"
kind = "footer"
degree = "assisted"
regex = "made with our tool"
examples = ["made with our tool"]
since = 2025-01-01
[[events]]
date = 2026-02-01
label = "A tool comes"
"""
EVENTS = b"date,label\n2026-02-01,x\n2026-03-01,y\n"
LOGIN = b"""[auth]
redirect_uri = "x"
cookie_secret = "y"
[reviewgap]
viewers = ["a"]
"""
JSONL = b"""{"change_request": "#1", "kind": "opened", "at": "2026-01-05T10:00:00Z", "actor": "a"}
{"change_request": "#1", "kind": "approved", "at": "2026-01-06T10:00:00Z", "actor": "b"}
"""
PAGE = (
    b"repository=repo&period=Custom&dates=2026-01-05%2C2026-01-28&authorship=unmarked"
    b"&automation=true&marks=false&week=2026-W02&behind=Opened"
)
Reader = Callable[[bytes], object]


@dataclass(frozen=True)
class Kind:
    """One kind of input: good ones, how many broken ones to make, and who reads them."""

    name: str
    good: tuple[bytes, ...]
    times: int
    read: Reader


def main() -> bool:
    """Break, read, tell; the exit code is 1 where anything fell."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("kinds", nargs="*", help="Only these kinds.")
    words.add_argument("--times", type=float, default=1.0)
    words.add_argument("--seed", type=int, default=1)
    asked = words.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="mutations-"))
    chance, total, fallen = random.Random(asked.seed), 0, []
    for kind in every(folder, chance):
        if asked.kinds and kind.name not in asked.kinds:
            continue
        began, ends = time.monotonic(), Counter()
        for _ in range(round(kind.times * asked.times)):
            broken = mutated(chance.choice(kind.good), chance)
            end = tried(kind.read, broken)
            ends[end.partition(":")[0]] += 1
            if end not in {"read", "refused"}:
                fallen.append(f"{kind.name}: {end} by {broken[:80]!r}")
        total += sum(ends.values())
        print(f"{kind.name}: {dict(ends)}, {time.monotonic() - began:.0f} s", flush=True)
    print(f"{total} inputs, {len(fallen)} fell", *dict.fromkeys(fallen), sep="\n  ")
    shutil.rmtree(folder, ignore_errors=True)
    return bool(fallen)


def every(folder: Path, chance: random.Random) -> Iterator[Kind]:
    """The kinds, cheap ones first."""
    repo = history(
        folder,
        [*HISTORY, commit("d", "2026-01-28T10:00Z", "work (#1)", files={"a.py": "x\n"})],
        refs={"refs/heads/main": "d", "refs/pull/1/head": "d"},
    )
    root, file = folder / "store", folder / "input"
    run(("mine", str(repo.path), "--store", str(root)))
    [home] = [path.parent for path in root.glob("*/manifest.json")]
    shelf = store.Shelf(home)
    os.environ[data.REPOSITORIES] = json.dumps([str(home)])

    def by_file(read: Callable[[Path], object]) -> Reader:
        return lambda broken: (file.write_bytes(broken), read(file))

    exports = [path.read_bytes() for path in TESTS.glob("data/git*/*.json")]
    labels = f"sha,label\n{repo.sha['a']},ai\n{repo.sha['b'][:12]},human\n".encode()
    inputs = scenario.Inputs(human=9, ai=3, capacity=10).to_json().encode()
    yield Kind("configuration", (TOML,), 1500, configured)
    yield Kind("events", (EVENTS,), 400, by_file(user_events.from_csv))
    yield Kind("exports", (*exports, JSONL), 1500, by_file(lambda path: imported(path, shelf)))
    yield Kind("labels", (labels,), 300, by_file(lambda path: evaluation.scored(shelf, path)))
    yield Kind("lists", (b"# mine\nrepo\n../x\n",), 300, by_file(listed))
    yield Kind("login", (LOGIN,), 300, by_file(serving.viewers))
    yield Kind("scenario", (inputs,), 300, what_if)
    yield Kind("dates", (b"2026-01-31", b"2026-W05", b"12w", b"6mo"), 400, dated)
    names = (b"#1", repo.sha["a"].encode(), b"HEAD", b"!1")
    yield Kind("explain", names, 200, lambda broken: explanation.text(shelf, text(broken)))
    yield Kind("api", (b"repository=repo&since=2026-01-01&until=12w",), 400, asked_of_the_api)
    yield Kind("pages", (PAGE,), 200, asked_of_a_page)
    kept = contents(home)
    yield Kind("store", (*kept.values(),), 160, lambda it: stored(it, kept, repo, root, chance))
    held = contents(repo.git_dir)
    at = folder / "other"
    yield Kind(
        "git directory", (*held.values(),), 240, lambda it: stored(it, held, repo, at, chance)
    )


def contents(folder: Path) -> dict[Path, bytes]:
    """Every file below, apart from samples of hooks."""
    files = [path for path in folder.rglob("*") if path.is_file() and "hooks" not in path.parts]
    return {path: path.read_bytes() for path in files}


# -- readers -----------------------------------------------------------------------------------


def text(broken: bytes) -> str:
    """As a shell would hand it on, without what no argument can hold."""
    return broken.replace(b"\0", b"")[:4000].decode("utf-8", "surrogateescape")


def configured(broken: bytes) -> None:
    """reviewgap.toml, with its marker rows and path patterns."""
    found = config.read(broken.decode("utf-8", "replace"), origin="reviewgap.toml")
    markers.load(found.markers)
    kinds.classifier(found.generated)("a/b/c.py")


def imported(path: Path, shelf: store.Shelf) -> None:
    """An export of a forge, up to the events of known people."""
    told = imports.of_people(imports.read([path]), shelf.mined().rows("commits"))
    tables.REVIEW_EVENTS.conform(told)


def listed(path: Path) -> None:
    """Lists of repositories, of `mine --from` and of `dashboard --allow`."""
    targets([], listed=path, root=None)
    serving.listed(path)


def dated(broken: bytes) -> None:
    """What stands behind --since and --until."""
    edge = pd.Timestamp("2026-06-01", tz="UTC")
    periods.moment(text(broken), edge=edge, end=True)


def asked_of_the_api(broken: bytes) -> None:
    """The query behind the address of the weekly table."""
    query = quote_from_bytes(broken, safe="=&%;+").encode()
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": query}
    answer = api.weekly(Request(scope | {"path_params": {"form": "csv"}}))
    if answer.status_code not in {200, 400, 404}:
        raise AssertionError(answer.status_code)


def asked_of_a_page(broken: bytes) -> None:
    """The query behind the address of a page."""
    app = AppTest.from_file(str(launch.HERE / "streamlit_app.py"), default_timeout=MOST_SECONDS)
    for name, value in parse_qsl(broken.decode("utf-8", "replace"), keep_blank_values=True):
        app.query_params[name] = value
    app.run()
    if app.exception:
        raise AssertionError(app.exception[0].message)


def what_if(broken: bytes) -> None:
    """A scenario from a file."""
    scenario.months_until_exceeded(scenario.Inputs.from_json(text(broken)))


def stored(
    broken: bytes, good: dict[Path, bytes], repo: Repository, root: Path, chance: random.Random
) -> None:
    """A broken file of the store or of git, as some command meets it; then it is put back."""
    path = chance.choice(list(good))
    path.chmod(0o644)
    path.write_bytes(broken)
    words = chance.choice((("summary",), ("export", "--table", "commits"), ("doctor",), ("lines",)))
    try:
        code, out, err = run((words[0], str(repo.path), *words[1:], "--store", str(root)))
    finally:
        for each, content in good.items():
            each.parent.mkdir(parents=True, exist_ok=True)
            each.write_bytes(content)
    shames = [shame for shame in SHAMES if shame in out + err]
    if code not in {0, 2, 3, 5} or shames or len(err.splitlines()) > MOST_LINES:
        raise AssertionError(f"{path.name}: {' '.join(words)} ended with {code}: {err[-300:]}")


# -- breaking ----------------------------------------------------------------------------------


def tried(read: Reader, broken: bytes) -> str:
    """read, refused, or what went wrong."""
    try:
        with at_most(MOST_SECONDS):
            read(broken)
    except errors.ReviewgapError as error:
        many = len(str(error).splitlines()) > MOST_LINES
        return "refused" if not many else f"{len(str(error).splitlines())} lines"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told
        return f"{type(error).__name__}: {str(error)[:300]}"
    return "read"


def mutated(good: bytes, chance: random.Random) -> bytes:
    """The input after one to four changes."""
    if good[:1] in b"{[" and chance.random() < 0.5:
        with suppress(ValueError):
            good = json.dumps(other_value(json.loads(good), chance)).encode()
    for _ in range(chance.choice((1, 1, 2, 4))):
        here, there = sorted(chance.choices(range(len(good) + 1), k=2))
        good = chance.choice(
            (
                good[:here],
                good[:here] + good[there:],
                good[:here] + chance.choice(TRIPPERS) + good[here:],
                good[:here] + chance.choice(TRIPPERS) + good[there:],
                good[:there] + good[here:there] * chance.choice((1, 3)) + good[there:],
                good[there:] + good[:here],
                good[:here] + bytes([chance.randrange(256)]) + good[here + 1 :],
                good[:here] + bytes(chance.randrange(256) for _ in range(9)) + good[here:],
            )
        )[:400_000]
    return good


def other_value(node: object, chance: random.Random) -> object:
    """The document with one value, somewhere, replaced by one of another type."""
    if isinstance(node, dict) and node and chance.random() < 0.9:
        key = chance.choice(list(node))
        return node | {key: other_value(node[key], chance)}
    if isinstance(node, list) and node and chance.random() < 0.9:
        at = chance.randrange(len(node))
        return [*node[:at], other_value(node[at], chance), *node[at + 1 :]]
    return chance.choice(VALUES)


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """TimeoutError where the block takes longer."""

    def ring(*_: object) -> None:
        raise TimeoutError(f"more than {seconds} s")

    signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


if __name__ == "__main__":
    sys.exit(main())
