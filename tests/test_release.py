"""What a release consists of: one version, one licence, how to cite, how to report."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def hatchling_version(folder):
    words = [sys.executable, "-P", "-m", "hatchling", "version"]
    made = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True)
    return made.stdout.strip().splitlines()[-1]


@pytest.fixture
def project(tmp_path):
    """A repository that holds nothing but our build configuration, tagged v0.3.0."""
    text = (ROOT / "pyproject.toml").read_text()
    (tmp_path / "pyproject.toml").write_text(text)
    return tmp_path


def git(folder, *words):
    subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True)


def test_the_version_is_that_of_the_git_tag(project):
    git(project, "init", "--quiet")
    git(project, "add", ".")
    person = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
    git(project, *person, "commit", "--quiet", "--message", "first")
    git(project, "tag", "v0.3.0")
    assert hatchling_version(project) == "0.3.0"


def test_without_git_the_version_is_the_fallback(project):
    fallback = PROJECT["tool"]["hatch"]["version"]["fallback-version"]
    assert hatchling_version(project) == fallback


def test_the_command_tells_its_version(run):
    code, out, _ = run("--version")
    assert code == 0
    assert re.fullmatch(r"reviewgap \d+\.\d+(\.\d+)?\S*\n", out)


def test_one_licence_everywhere():
    assert PROJECT["project"]["license"] == "MIT"
    assert (ROOT / "LICENSE").read_text().startswith("MIT License")
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["license"] == "MIT"


def test_the_citation_has_what_the_format_requires():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(citation)


def test_the_changelog_keeps_its_form():
    text = (ROOT / "CHANGELOG.md").read_text()
    releases = re.findall(r"^## \[(.+?)\]", text, re.MULTILINE)
    assert releases[0] == "Unreleased"
    kinds = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= kinds
    assert "<<<<" not in text


@pytest.mark.parametrize("name", ["wrong-figure", "marker", "bug"])
def test_issue_forms_ask_for_what_is_needed(name):
    form = yaml.safe_load((ROOT / ".github" / "ISSUE_TEMPLATE" / f"{name}.yml").read_text())
    assert form["name"]
    assert form["description"]
    assert any(part.get("validations", {}).get("required") for part in form["body"])


def test_templates_and_data_files_go_into_the_wheel():
    """hatchling takes all files of the packages that git does not ignore; none may be ignored."""
    files = [
        *ROOT.glob("analyzers/**/*.toml"),
        *ROOT.glob("analyzers/reports/templates/*"),
        *ROOT.glob("dashboard/.streamlit/*.toml"),
    ]
    assert len(files) > 8
    words = ["git", "check-ignore", *map(str, files)]
    assert subprocess.run(words, cwd=ROOT, capture_output=True, check=False).stdout == b""
