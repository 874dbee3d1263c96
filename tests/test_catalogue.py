"""Every nasty repository of the catalogue is read to the right figures, or refused in one line.

`benchmarks/hostile.py` runs every command of the command line on the same catalogue.
"""

import json

import pytest
from nasty import CATALOGUE, Place, everything, plain_counts
from reading import read

from analyzers import terminal
from analyzers.cli import app
from analyzers.errors import COMPLETE, PARTIAL, USAGE

READ = [case for case in CATALOGUE if case.code in {COMPLETE, PARTIAL}]
ENDED = [case for case in CATALOGUE if case.code not in {COMPLETE, PARTIAL}]
WHOLE_WAY = [
    case
    for case in READ
    if case.name in {"every_program_at_once", "promisor_ext", "commit_missing", "a_huge_message"}
]


def by_name(case):
    return case.name


def built(case, tmp_path):
    """(its place, its path, the figures that are expected); what the builder set off is cleared."""
    at = Place(tmp_path)
    path = case.build(at)
    expected = plain_counts(path) if case.counts is None else case.counts
    for made in at.ran.iterdir():
        made.unlink()
    return at, path, expected


@pytest.mark.parametrize("case", READ, ids=by_name)
def test_it_is_read_to_the_right_figures_and_nothing_runs_or_changes(case, tmp_path):
    at, path, expected = built(case, tmp_path)
    before = everything(tmp_path)
    found = read(path, root=tmp_path)
    assert found.counts() == expected
    assert everything(tmp_path) == before
    assert not list(at.ran.iterdir())
    is_partial = found.counts()["incomplete"] or found.mined.unreadable or found.view.is_shallow
    assert (PARTIAL if is_partial else COMPLETE) == case.code


@pytest.mark.parametrize("case", ENDED, ids=by_name)
def test_it_is_refused_in_one_line(case, tmp_path, capfd):
    at, path, _ = built(case, tmp_path)
    before = everything(tmp_path)
    code, _, err = mine(case, path, tmp_path, capfd)
    assert code == USAGE or (isinstance(case.code, tuple) and code in case.code)
    if code == USAGE:
        assert len(err.splitlines()) == 1
        assert case.says in err
    assert "bug of ours" not in err
    assert "s3cr3t" not in err
    assert everything(tmp_path) == before
    assert not list(at.ran.iterdir())


@pytest.mark.parametrize("case", WHOLE_WAY, ids=by_name)
def test_the_command_line_tells_the_same(case, tmp_path, capfd):
    at, path, expected = built(case, tmp_path)
    code, out, _ = mine(case, path, tmp_path, capfd)
    assert code == case.code
    told = json.loads(out)
    assert {key: told[key] for key in expected} == expected
    assert any(case.says in warning for warning in told["warnings"]) or not case.says
    assert not list(at.ran.iterdir())


def mine(case, path, tmp_path, capfd):
    """(exit code, stdout, stderr) of `mine --format json`."""
    root = [] if case.root is None else ["--root", str(tmp_path / case.root)]
    store = f"{tmp_path}-store"
    words = ["mine", str(path), "--format", "json", "--store", store, *root, *case.options]
    code = terminal.guarded(lambda: app(words, standalone_mode=False))
    return code, *capfd.readouterr()
