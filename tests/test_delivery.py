"""How the report arrives by itself: every shell step that we ship is run here, on a history."""

import configparser
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from repository import commit, history, run_git

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "docs" / "examples"
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS = {step.get("name", step.get("uses", "")): step for step in ACTION["runs"]["steps"]}
WORKFLOWS = [
    *EXAMPLES.glob("github-*.yml"),
    *(ROOT / ".github" / "workflows").glob("*.yml"),
    ROOT / "action.yml",
]
PINS = {
    "actions/checkout": "3d3c42e5aac5ba805825da76410c181273ba90b1",
    "actions/setup-python": "5fda3b95a4ea91299a34e894583c3862153e4b97",
    "actions/cache": "55cc8345863c7cc4c66a329aec7e433d2d1c52a9",
    "actions/upload-artifact": "043fb46d1a93c77aae656e7c1c64a875d1fc6a0a",
}


def opened(number, day):
    return commit(f"p{number}", f"2026-{day}T10:00Z", f"part {number}", parents=["a"])


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A plain clone with 24 landed pull requests, and a remote that also holds their heads."""
    folder = tmp_path_factory.mktemp("delivery")
    days = [f"{1 + n // 8:02d}-{1 + 3 * (n % 8):02d}" for n in range(24)]
    line = [commit("a", "2026-01-01T09:00Z", files={"a.py": "1\n"})]
    heads = [opened(n + 1, day) for n, day in enumerate(days)]
    for n, day in enumerate(days):
        line.append(
            commit(f"m{n + 1}", f"2026-{day}T18:00Z", f"Merge pull request #{n + 1} from x/y",
                   parents=[line[-1].name, f"p{n + 1}"])
        )  # fmt: skip
    end = commit("end", "2026-05-20T10:00Z", "quiet", parents=["m24"])
    commits = [line[0], *heads, *line[1:], end]
    pulls = {f"refs/pull/{n + 1}/head": f"p{n + 1}" for n in range(24)}
    there = history(folder / "there", commits, refs={"refs/heads/main": "end"} | pulls, bare=True)
    run_git(folder, "clone", "--quiet", str(there.git_dir), "here")
    return folder / "here", there.git_dir


@pytest.fixture(scope="module")
def runner(tmp_path_factory, checkout):
    """What a hosted runner sets, with our own reviewgap on the path and a `gh` that only notes."""
    temp = tmp_path_factory.mktemp("runner")
    (temp / "bin").mkdir()
    gh = temp / "bin" / "gh"
    gh.write_text(f'#!/bin/sh\necho "$@" > {temp}/gh-called\n')
    gh.chmod(0o755)
    here, there = checkout
    paths = (str(temp / "bin"), str(Path(sys.executable).parent), os.environ["PATH"])
    return {
        "PATH": os.pathsep.join(paths),
        "HOME": str(temp),
        "RUNNER_TEMP": str(temp),
        "GITHUB_STEP_SUMMARY": str(temp / "summary.md"),
        "GITHUB_SERVER_URL": "https://forge.example",
        "REVIEWGAP_STORE": str(temp / "reviewgap-store"),
        "REPOSITORY": str(here),
        "REMOTE": str(there),
        "TOKEN": "secret-token",
        "NUMBER": "7",
        "LIMITS": "",
    }


def shell(script, env, *, cwd=ROOT):
    """As GitHub runs `shell: bash`."""
    words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(words, env=env, cwd=cwd, capture_output=True, text=True, check=False)


def step(name, env):
    made = shell(STEPS[name]["run"], env)
    assert made.returncode == 0, made.stderr
    return made


# -- the action -------------------------------------------------------------------------------


def test_the_steps_of_the_action_bring_summary_page_csv_and_comment(runner):
    temp = Path(runner["RUNNER_TEMP"])
    fetched = step("Fetch heads of change requests", runner)
    assert "::warning::" not in fetched.stdout
    assert not list(temp.glob("**/.netrc")), "the token does not stay"
    step("Report", runner)
    summary = (temp / "summary.md").read_text()
    assert "### Week 2026-W20" in summary
    assert "Landed with its head here" in summary
    assert (temp / "reviewgap-report" / "weekly.html").read_text().startswith("<!doctype html>")
    weeks = (temp / "reviewgap-report" / "weekly.csv").read_text().splitlines()
    assert weeks[0].startswith("iso_week,")
    step("Comment with the expected wait", runner)
    assert (temp / "gh-called").read_text().split()[:3] == ["pr", "comment", "7"]
    assert "24 change requests opened here" in (temp / "wait.md").read_text()


def test_limits_are_words_and_a_breach_fails_the_step_and_stands_in_the_summary(runner):
    limits = {"LIMITS": "--min-landed-within-30-days 0.5 --max-p90-hours-to-land 1"}
    made = shell(STEPS["Check limits"]["run"], runner | limits)
    assert made.returncode == 4
    assert "exceeded: P90 of the time to land: " in made.stdout
    assert made.stdout in Path(runner["GITHUB_STEP_SUMMARY"]).read_text()
    hostile = {"LIMITS": f"--max-weeks-of-work 1; touch {runner['RUNNER_TEMP']}/ran"}
    assert shell(STEPS["Check limits"]["run"], runner | hostile).returncode == 2
    assert not Path(runner["RUNNER_TEMP"], "ran").exists()


def test_a_remote_that_cannot_be_reached_leaves_a_warning_and_goes_on(runner, tmp_path):
    nowhere = {"REMOTE": str(tmp_path / "nowhere"), "REVIEWGAP_STORE": str(tmp_path / "store")}
    made = step("Fetch heads of change requests", runner | nowhere)
    assert "::warning::heads were not fetched" in made.stdout
    assert "secret-token" not in made.stdout + made.stderr


def test_too_little_history_is_told_and_is_no_failure(runner, tmp_path):
    young = history(tmp_path, [commit("a", "2026-01-05T10:00Z")], refs={"refs/heads/main": "a"})
    summary = tmp_path / "summary.md"
    step("Report", runner | {"REPOSITORY": str(young.path), "GITHUB_STEP_SUMMARY": str(summary)})
    assert summary.read_text() == "Not enough history yet for a weekly report.\n"


def test_the_install_step_takes_the_lock_with_its_hashes(runner, tmp_path):
    """Run with a python that only notes what it was asked for: the network is none of ours."""
    notes = tmp_path / "notes"
    fake = tmp_path / "python"
    fake.write_text(
        f'#!/bin/sh\nmkdir -p "$3/bin"\nprintf \'#!/bin/sh\\necho "$@" >> {notes}\\n\''
        ' > "$3/bin/pip"\nchmod +x "$3/bin/pip"\n'
    )
    fake.chmod(0o755)
    path = os.pathsep.join((str(tmp_path), runner["PATH"]))
    step("Install", runner | {"PATH": path, "RUNNER_TEMP": str(tmp_path), "SOURCE": "/action"})
    assert notes.read_text().splitlines() == [
        "install --quiet --require-hashes --requirement /action/requirements.lock",
        "install --quiet --no-deps /action",
    ]


def test_steps_of_the_caller_keep_their_own_path_and_environment():
    scripts = {name: one["run"] for name, one in STEPS.items() if "run" in one}
    assert not [name for name, run in scripts.items() if re.search("GITHUB_(ENV|PATH)", run)]
    ours = {name for name, run in scripts.items() if re.search(r"(^|\s)reviewgap ", run)}
    assert {name for name in ours if "REVIEWGAP_STORE" not in STEPS[name]["env"]} == set()
    assert {name for name in ours if "reviewgap-venv/bin:$PATH" not in scripts[name]} == set()
    assert len(ours) == 4


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_of_others_are_pinned_and_no_input_is_pasted_into_a_script(path):
    text = path.read_text()
    for used in re.findall(r"uses: (\S+)", text):
        name, _, digest = used.partition("@")
        assert digest == PINS[name] if name in PINS else used == "OWNER/reviewgap@COMMIT"
    told = yaml.safe_load(text)
    scripts = [one.get("run", "") for one in told.get("runs", {}).get("steps", [])]
    scripts += [one.get("run", "") for job in told.get("jobs", {}).values() for one in job["steps"]]
    assert all("${{" not in script for script in scripts)


def test_no_workflow_may_more_than_it_needs():
    allowed = {"github-comment.yml": {"contents": "read", "pull-requests": "write"}}
    for path in WORKFLOWS[:-1]:
        told = yaml.safe_load(path.read_text())
        assert told["permissions"] == allowed.get(path.name, {"contents": "read"}), path.name
        assert all("permissions" not in job for job in told["jobs"].values())


# -- elsewhere --------------------------------------------------------------------------------


def test_the_gitlab_job_brings_page_and_csv(runner, checkout, tmp_path):
    here, _ = checkout
    job = yaml.safe_load((EXAMPLES / "gitlab-ci.yml").read_text())["reviewgap"]
    env = runner | {
        "CI_PROJECT_DIR": str(here), "CI_SERVER_HOST": "forge.example", "CI_JOB_TOKEN": "secret",
        "LIMITS": "--min-landed-within-30-days 0.5",
    }  # fmt: skip
    made = shell("\n".join(job["script"]), env, cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert {path.name for path in (tmp_path / "public").iterdir()} >= {"weekly.html", "weekly.csv"}
    assert job["variables"]["GIT_DEPTH"] == "0", "a shallow clone would tell a part of the truth"
    assert not list(Path(runner["HOME"]).glob("**/.netrc"))


def test_the_crontab_line_writes_one_page_for_both_repositories(runner, checkout, tmp_path):
    here, _ = checkout
    for name in ("app", "web"):
        run_git(tmp_path, "clone", "--quiet", str(here), name)
    line = (EXAMPLES / "crontab").read_text().splitlines()[-1]
    script = line.split(maxsplit=5)[5].replace("/srv/git", str(tmp_path))
    words = ["sh", "-c", script.replace("/srv/www", str(tmp_path))]
    made = subprocess.run(words, env=runner, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    assert "2 repositories" in (tmp_path / "review.html").read_text()


def test_the_unit_runs_as_nobody_and_its_command_works(runner, tmp_path):
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(EXAMPLES / "reviewgap.service")
    service = unit["Service"]
    assert service["DynamicUser"] == "yes"
    words = shlex.split(service["ExecStart"].replace("%S", str(tmp_path)))
    (tmp_path / "reviewgap").mkdir()
    words = ["reviewgap", *(runner["REPOSITORY"] if w == "/srv/git/app" else w for w in words[1:])]
    assert shell(shlex.join(words), runner).returncode == 0
    assert (tmp_path / "reviewgap" / "review.html").exists()
    timer = configparser.ConfigParser(interpolation=None)
    timer.read(EXAMPLES / "reviewgap.timer")
    assert timer["Timer"]["OnCalendar"] == "Mon *-*-* 05:23"
