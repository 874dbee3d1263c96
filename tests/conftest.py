"""Makes tests/*.py helpers importable by name, and hands out written repositories."""

import sys
from functools import partial
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from browsing import browser, served_store, url, visit
from repository import history as write_history

from analyzers import terminal
from analyzers.cli import app

__all__ = ["browser", "served_store", "url", "visit"]


@pytest.fixture(autouse=True)
def main_module():
    """Streamlit runs a page as `__main__` and leaves it there; spawned processes would run it."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before


@pytest.fixture
def history(tmp_path):
    """`history(commits, refs=…, head=…)` writes a repository below tmp_path; see repository.py."""
    return partial(write_history, tmp_path)


@pytest.fixture
def store_dir(tmp_path):
    """An empty folder for stores, beside the repositories of the test."""
    folder = tmp_path / "store"
    folder.mkdir()
    return folder


@pytest.fixture
def run(store_dir, capfdbinary):
    """`run("export", path)` gives (exit code, stdout, stderr) of the command."""

    def call(*words, store=store_dir):
        options = [] if {"--help", "--version"} & {*words} else ["--store", str(store)]
        arguments = [*map(str, words), *options]
        code = terminal.guarded(lambda: app(arguments, standalone_mode=False))
        out, err = capfdbinary.readouterr()
        return code, out.decode(), err.decode()

    return call
