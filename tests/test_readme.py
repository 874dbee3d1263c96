"""What README, CONTRIBUTING, Makefile, Dockerfile and lock say is what is there."""

import re
import tomllib
from pathlib import Path

import pytest

from analyzers import errors
from analyzers.cli import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def commands():
    named = [command.name or command.callback.__name__ for command in app.registered_commands]
    return {name.replace("_", "-") for name in named}


def test_every_command_is_in_the_readme_and_every_one_there_exists():
    assert set(re.findall(r"^\| `reviewgap ([a-z-]+)", README, re.MULTILINE)) == commands()


def test_every_command_that_a_text_of_ours_names_exists():
    texts = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("analyzers/**/*.py")]
    for path in texts:
        named = set(re.findall(r"`reviewgap ([a-z][a-z-]+)", path.read_text()))
        assert named <= commands(), path.name


def test_the_exit_codes_are_the_documented_ones():
    told = set(map(int, re.findall(r"^\| (\d+) \|", README, re.MULTILINE)))
    codes = {
        errors.COMPLETE, errors.OUR_BUG, errors.USAGE, errors.PARTIAL,
        errors.THRESHOLD_EXCEEDED, errors.NOT_ENOUGH_DATA, errors.INTERRUPTED,
    }  # fmt: skip
    assert told == codes


@pytest.mark.parametrize("target", ["dashboard", "test"])
def test_the_two_make_commands_exist(target):
    assert f"make {target}" in README
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_ci_runs_the_readmes_test_command():
    assert re.search(r"make .*test$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)


def test_every_file_a_text_links_to_is_there():
    made_at_build = {ROOT / "docs" / "reference" / name for name in ("commands.md", "tables.md")}
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text()):
            linked = (path.parent / target).resolve()
            assert linked.exists() or linked in made_at_build, f"{path.name}: {target}"


def test_the_lock_pins_every_dependency_with_hashes_and_no_address():
    lock = (ROOT / "requirements.lock").read_text()
    pinned = {name.lower() for name in re.findall(r"^([A-Za-z0-9_.-]+)==", lock, re.MULTILINE)}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for wanted in project["dependencies"]:
        if "platform_system" not in wanted:
            assert re.match(r"[A-Za-z0-9_.-]+", wanted)[0].lower() in pinned
    assert len(re.findall(r"--hash=sha256:", lock)) >= len(pinned)
    assert "://" not in lock


def test_the_image_is_plain_and_runs_as_nobody_in_particular():
    image = (ROOT / "Dockerfile").read_text()
    assert "USER reviewgap" in image
    assert "HEALTHCHECK" in image
    assert "--require-hashes" in image
    assert re.search(r'ENTRYPOINT \["reviewgap"\]', image)
