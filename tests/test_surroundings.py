"""What the caller's environment and the current directory may not decide."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from reading import read
from repository import commit

from analyzers import surroundings
from analyzers.errors import UsageError
from analyzers.mining import git

ONE = [commit("a", "2026-01-05T10:00Z", files={"a.py": "1\n"})]


@pytest.fixture
def trap(tmp_path, monkeypatch):
    """A current directory full of programs and modules that leave a file behind when used."""
    folder, ran = tmp_path / "trap", tmp_path / "ran"
    folder.mkdir()
    for name in ("git", "env", "ssh", "sh", "python", "less"):
        (folder / name).write_text(f"#!/bin/sh\n: > {ran}\nexit 1\n")
        (folder / name).chmod(0o755)
    for name in ("git", "typer", "pandas", "analyzers", "json", "sitecustomize", "usercustomize"):
        (folder / f"{name}.py").write_text(f"open({str(ran)!r}, 'w')\nraise SystemExit(99)\n")
    monkeypatch.chdir(folder)
    return ran


@pytest.mark.parametrize("entry", ["", ".", "./", "../trap"])
def test_no_program_is_taken_from_where_we_stand(history, trap, monkeypatch, entry):
    repo = history(ONE)
    monkeypatch.setenv("PATH", os.pathsep.join([entry, os.environ["PATH"]]))
    surroundings.program.cache_clear()
    git.version.cache_clear()
    assert read(repo.path).mined.commits == 1
    assert not trap.exists()


def test_the_command_imports_and_runs_nothing_from_where_we_stand(history, trap, tmp_path):
    repo = history(ONE)
    command = Path(sys.executable).with_name("reviewgap")
    done = subprocess.run(
        [command, "mine", repo.path, "--store", tmp_path / "store"],
        env={**os.environ, "PATH": f":.:{os.environ['PATH']}", "GIT_TRACE": str(trap)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not trap.exists()


def test_variables_that_steer_git_are_left_behind(monkeypatch):
    monkeypatch.setenv("GIT_DIR", "/x")
    monkeypatch.setenv("GIT_EXEC_PATH", "/x")
    monkeypatch.setenv("GIT_SSL_CAINFO", "/y")
    monkeypatch.setenv("PATH", f".::rel:{os.environ['PATH']}")
    surroundings.leave_behind()
    assert {name for name in os.environ if name.startswith("GIT_")} == {"GIT_SSL_CAINFO"}
    assert all(Path(entry).is_absolute() for entry in os.environ["PATH"].split(os.pathsep))


def test_a_machine_without_git_is_told_what_to_install(monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    surroundings.program.cache_clear()
    with pytest.raises(UsageError, match="install git"):
        surroundings.program("git")
    surroundings.program.cache_clear()


def test_a_child_may_not_take_all_memory(history, monkeypatch):
    repo = history([commit("a", "2026-01-05T10:00Z", files={"big": "x" * 70_000_000})])
    monkeypatch.setattr(git, "_MOST_MEMORY", 1 << 26)
    found = read(repo.path)
    assert found.mined.incomplete == [repo.sha["a"]]


def test_a_child_may_not_print_without_end(history):
    repo = history([commit("a", "2026-01-05T10:00Z", files={"a": "x" * 1_000_000})])

    class Here:
        path = repo.git_dir

    with pytest.raises(git.GitFailed, match="printed more than 1000 bytes"):
        git.run(Here(), ["cat-file", "blob", "HEAD:a"], most_bytes=1000)


def test_an_output_that_is_full_is_told_in_one_line():
    command = Path(sys.executable).with_name("reviewgap")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [command, "--version"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 2
    assert done.stderr == b"reviewgap: the output cannot be written (no space left on device)\n"
