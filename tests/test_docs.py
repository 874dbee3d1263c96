"""The docs build without a complaint, ask nobody, and every block of code in them runs.

Blocks in `sh`, `console` and `python` are run in their order, page by page, in one folder with a
written repository; `text` is output, or what only makes sense on a real repository.
"""

import configparser
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from repository import commit, history

from analyzers import capacity, errors
from analyzers.reports import tabular

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ELSEWHERE = {
    "make": "CI runs both commands of the README",
    "python3": "CI sets up an environment",
    ".venv/bin/pip": "CI installs, from the source and from the wheel",
    ".venv/bin/pytest": "it is running",
    "python": "benchmarks take real repositories",
    "docker": "needs an engine",
    "gh": "asks a forge",
    "glab": "asks a forge",
    "project=GROUP%2FPROJECT": "asks a forge",
}
TOLD = {errors.COMPLETE, errors.PARTIAL, errors.THRESHOLD_EXCEEDED, errors.NOT_ENOUGH_DATA}


def blocks(page, *kinds):
    return [body for kind, body in BLOCK.findall(page.read_text()) if kind in kinds]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    pytest.importorskip("material")
    folder = tmp_path_factory.mktemp("site")
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder]
    env = os.environ | {"NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT)}
    made = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    assert "WARNING" not in made.stderr, made.stderr
    return folder


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with two repositories called REPO and REPO2 that are their own remotes."""
    for name in ("REPO", "REPO2"):
        line = [commit("a", "2026-01-05T10:00Z", "start", files={"a.py": "1\n"})]
        line += [
            commit(
                f"c{n}", f"2026-01-{5 + n:02d}T12:00Z", f"part {n} (#{n})", files={f"{n}.py": "1\n"}
            )
            for n in range(1, 12)
        ]
        heads = [commit("w", "2026-01-14T12:00Z", "waits", parents=["a"], files={"w.py": "1\n"})]
        refs = {"refs/heads/main": "c11", "refs/pull/12/head": "w"}
        written = history(tmp_path, [*line, *heads], refs=refs, name=name)
        written.git("config", "remote.origin.url", "https://forge.example/acme/app")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def commands(body):
    """The commands of a block, continued lines joined."""
    joined = body.replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]


def test_the_docs_build_strictly_and_have_every_page_of_the_reference(site):
    for table in tabular.EXPORTED:
        assert f'id="{table.name}"' in (site / "reference" / "tables.html").read_text()
    assert "--max-weeks-of-work" in (site / "reference" / "commands.html").read_text()
    assert not (site / "hooks.py").exists()


def test_the_built_pages_load_nothing_from_elsewhere(site):
    for page in site.rglob("*.html"):
        text = page.read_text()
        loaded = re.findall(r"<(?:script|img|iframe)[^>]+src=\"([^\"]+)\"", text)
        loaded += re.findall(
            r"<link[^>]+rel=\"(?:stylesheet|preload|icon)\"[^>]+href=\"([^\"]+)", text
        )
        assert not [each for each in loaded if each.startswith(("http", "//"))], page.name


def test_the_menu_leads_to_every_page(site):
    start = (site / "index.html").read_text()
    for page in (ROOT / "docs").rglob("*.md"):
        assert f'href="{page.relative_to(ROOT / "docs").with_suffix(".html")}"' in start, page.name


def test_methods_speaks_of_every_metric():
    text = (ROOT / "docs" / "methods.md").read_text()
    for metric in capacity.METRICS:
        names = [column.name for column in metric.columns]
        assert any(f"`{name}`" in text for name in names), names[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_block_is_of_a_kind_that_is_run_read_or_output(page):
    kinds = {kind for kind, _ in BLOCK.findall(page.read_text())}
    read = {"json", "jsonl", "yaml", "ini", "toml", "csv"}
    assert kinds <= {"sh", "console", "python", "r", "text"} | read, page.name


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if blocks(page, "sh", "console", "python")],
    ids=lambda p: p.name,
)
def test_the_code_of_a_page_runs(page, place, run):
    for kind, body in BLOCK.findall(page.read_text()):
        if kind == "python":
            exec(compile(body, page.name, "exec"), {})
        elif kind in {"sh", "console"}:
            first = shlex.split(commands(body)[0].partition("'")[0])[0]
            if first in ELSEWHERE:
                checked = subprocess.run(["bash", "-n"], input=body, text=True, check=False)
                assert checked.returncode == 0, body
                continue
            for line in commands(body):
                _runs(line, run)


def _runs(line, run):
    shown, _, output = line.removeprefix(".venv/bin/").partition(" > ")
    name, *words = shlex.split(shown.replace("/path/to/repo", "REPO"), comments=True)
    assert name == "reviewgap", f"neither run nor told why not: {line}"
    if words[0] == "fetch-reviews":
        words.append("--dry-run")
    if words[0] == "dashboard":
        words.append("--help")
    code, out, err = run(*words)
    assert code in TOLD, f"{line}\n{err}"
    if output:
        Path(output).write_text(out)


@pytest.mark.skipif(
    not shutil.which("Rscript"), reason="R is missing: its three lines were not run"
)
def test_the_lines_for_r_run(place, run):
    run("export", "REPO", "--table", "all", "-o", "tables")
    for body in blocks(ROOT / "docs" / "how-to" / "read-the-tables.md", "r"):
        made = subprocess.run(["Rscript", "-e", body], capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_data_in_a_block_can_be_read(page):
    for body in blocks(page, "json"):
        json.loads(body)
    for body in blocks(page, "jsonl"):
        assert all(json.loads(line) for line in body.splitlines())
    for body in blocks(page, "yaml"):
        assert "--8<--" in body or yaml.safe_load(body)
    for body in blocks(page, "ini"):
        if "--8<--" not in body:
            configparser.ConfigParser().read_string(body)
