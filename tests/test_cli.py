"""The command line: what is asked, what comes on stdout, and the documented exit codes."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from repository import commit

from analyzers import errors

CLAUDE = "\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n"
BOB = "Bob <bob@example.com>"
GITHUB = "GitHub <noreply@github.com>"


@pytest.fixture
def squashed(history):
    """Three weeks: #1 by hand, #2 with Claude, nothing in the second week, #3 not landed."""
    return history(
        [
            commit("a", "2026-01-05T10:00Z", "start", files={"a.py": "1\n"}),
            commit("p1", "2026-01-05T12:00Z", "one", files={"a.py": "1\n2\n"}, author=BOB),
            commit("b", "2026-01-06T12:00Z", "one (#1)", parents=["a"], committer=GITHUB,
                   files={"a.py": "1\n2\n"}, author=BOB),
            commit("p2", "2026-01-07T12:00Z", "two" + CLAUDE, files={"b.py": "1\n2\n3\n"}),
            commit("c", "2026-01-19T12:00Z", "two (#2)" + CLAUDE, parents=["b"], committer=GITHUB,
                   files={"b.py": "1\n2\n3\n"}),
            commit("p3", "2026-01-19T11:00Z", "three", parents=["c"], files={"c.py": "1\n"}),
        ],
        refs={
            "refs/heads/main": "c",
            "refs/pull/1/head": "p1",
            "refs/pull/2/head": "p2",
            "refs/pull/3/head": "p3",
        },
        head="main",
    )  # fmt: skip


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_the_weekly_csv_has_every_week_and_numbers_one_can_check(run, squashed):
    code, out, _ = run("export", squashed.path)
    assert code == errors.COMPLETE
    weeks = rows_of(out)
    assert [week["iso_week"] for week in weeks] == ["2026-W02", "2026-W03", "2026-W04"]
    assert [week["throughput"] for week in weeks] == ["1", "0", "1"]
    assert [week["generation_rate"] for week in weeks] == ["2", "0", "1"]
    assert [week["n_commits"] for week in weeks] == ["2", "0", "1"]
    assert [week["n_commits_declared_ai"] for week in weeks] == ["0", "0", "1"]
    assert [week["reviewable_lines"] for week in weeks] == ["2", "0", "3"]
    assert weeks[1]["ai_share_declared_of_commits"] == "", "no commit, no share"


def test_two_runs_into_two_stores_give_the_same_bytes(run, squashed, tmp_path):
    first = run("export", squashed.path)
    assert run("export", squashed.path, store=tmp_path / "other") == first
    assert "\r" not in first[1]


def test_mine_ends_with_one_json_line_of_counts(run, squashed):
    code, out, _ = run("mine", squashed.path, "--format", "json")
    assert code == errors.COMPLETE
    assert json.loads(out) == {
        "commits": 3, "all_commits": 6, "merges": 0, "roots": 1, "lines_added": 5,
        "lines_deleted": 0, "renames": 0, "incomplete": 0, "change_requests": 3, "warnings": [],
    }  # fmt: skip


def test_a_second_run_reads_nothing_and_a_new_commit_only_itself(run, squashed, store_dir):
    run("mine", squashed.path)
    _, _, err = run("mine", squashed.path)
    assert "nothing new" in err
    squashed.ref("refs/heads/main", "p3")
    _, out, _ = run("mine", squashed.path, "--format", "json")
    assert json.loads(out)["commits"] == 4
    manifest = json.loads(next(store_dir.glob("*/manifest.json")).read_text())
    assert len(manifest["parts"]) == 2
    assert manifest["counts"]["lines_added"] == 6, "what only a head reached has its lines now"


def test_what_a_rewrite_dropped_leaves_the_tables(run, squashed):
    run("mine", squashed.path)
    squashed.ref("refs/heads/main", "b")
    squashed.git("update-ref", "-d", "refs/pull/2/head")
    squashed.git("update-ref", "-d", "refs/pull/3/head")
    _, out, _ = run("export", squashed.path, "--table", "commits")
    assert {row["sha"] for row in rows_of(out)} == {squashed.sha["a"], squashed.sha["b"]}
    fresh = run("export", squashed.path)
    assert [row["iso_week"] for row in rows_of(fresh[1])] == ["2026-W02"]


def test_a_mailmap_that_comes_later_renames_the_commits_before_it(run, history):
    first = commit("a", "2026-01-05T10:00Z", files={"a": "1\n"}, author="bob <bob@old.example>")
    mailmap = {".mailmap": "Bob <bob@example.com> <bob@old.example>\n"}
    written = history([first, commit("b", "2026-01-06T10:00Z", files=mailmap)], head="main")
    written.ref("refs/heads/main", "a")
    _, before, _ = run("export", written.path, "--table", "commits")
    written.ref("refs/heads/main", "b")
    _, after, _ = run("export", written.path, "--table", "commits")
    assert [row["author_email"] for row in rows_of(before)] == ["bob@old.example"]
    assert "bob@old.example" not in after
    assert "bob@example.com" in after


def test_an_export_to_a_file_is_described_beside_it(run, squashed, tmp_path):
    target = tmp_path / "weekly.csv"
    code, out, _ = run("export", squashed.path, "-o", target)
    assert (code, out) == (errors.COMPLETE, "")
    package = json.loads((tmp_path / "datapackage.json").read_text())
    fields = [field["name"] for field in package["resources"][0]["schema"]["fields"]]
    assert fields == target.read_text().splitlines()[0].split(",")


def test_explain_gives_the_evidence_of_a_commit(run, squashed):
    code, out, _ = run("explain", squashed.path, squashed.sha["c"][:10])
    assert code == errors.COMPLETE
    assert "authorship: ai_coauthored" in out
    assert "noreply@anthropic.com" in out
    assert "with #2" in out


def test_explain_gives_the_whole_dating_of_a_change_request(run, squashed):
    code, out, _ = run("explain", squashed.path, "#2")
    assert code == errors.COMPLETE
    assert "2026-01-07 12:00" in out
    assert "landed" in out


def test_explain_gives_the_evidence_of_a_change_request_that_was_merged(run, history):
    repo = history(
        [
            commit("a", "2026-01-05T10:00Z", "start", files={"a.py": "1\n"}),
            commit("p", "2026-01-07T12:00Z", "two" + CLAUDE, files={"b.py": "1\n"}),
            commit("m", "2026-01-08T12:00Z", "Merge pull request #2 from bob/two",
                   parents=["a", "p"]),
        ],
        refs={"refs/heads/main": "m", "refs/pull/2/head": "p"},
        head="main",
    )  # fmt: skip
    code, out, _ = run("explain", repo.path, "#2")
    assert code == errors.COMPLETE
    assert "authorship: ai_coauthored (Claude)" in out
    assert "noreply@anthropic.com" in out
    _, out, _ = run("export", repo.path, "--table", "evidence")
    assert {row["change_request"] for row in rows_of(out)} == {"#2"}


@pytest.mark.parametrize("what", ["#99", "zzzz", "a", "0123456789"])
def test_explain_of_nothing_says_what_was_expected(run, squashed, what):
    code, out, err = run("explain", squashed.path, what)
    assert (code, out) == (errors.USAGE, "")
    assert err.startswith("reviewgap: expected ")
    assert err.count("\n") == 1


def test_a_summary_needs_a_complete_week(run, history):
    young = history([commit("a", "2026-01-05T10:00Z", "start", files={"a": "1\n"})], head="main")
    code, out, err = run("summary", young.path)
    assert (code, out) == (errors.NOT_ENOUGH_DATA, "")
    assert err.count("\n") == 1


@pytest.mark.parametrize("form", ["table", "markdown", "json"])
def test_a_summary_speaks_of_declared_shares_only(run, squashed, form):
    code, out, _ = run("summary", squashed.path, "--weeks", "4", "--format", form)
    assert code == errors.COMPLETE
    assert "eclared" in out
    for word in ("AI-written", "utilization", "productivity"):
        assert word not in out


def test_doctor_names_the_command_that_adds_what_is_missing(run, history):
    plain = history(
        [commit("a", "2026-01-05T10:00Z", "start (#1)", files={"a": "1\n"})], head="main"
    )
    code, out, _ = run("doctor", plain.path)
    assert code == errors.COMPLETE
    assert f"add: reviewgap fetch-reviews {plain.path}" in out


def test_doctor_offers_the_row_that_names_an_unknown_agent(run, history):
    agent = "Zed Coding Agent <zed@agents.example>"
    plain = history(
        [commit("a", "2026-01-05T10:00Z", "start", files={"a": "1\n"}, author=agent)], head="main"
    )
    _, out, _ = run("doctor", plain.path)
    assert f"unknown agent: {agent} (1 commit)\n" in out
    assert '  add: [[markers]]\n       id = "own.zed-agents-example"\n' in out


# -- states of a repository and a store: the documented code and one helpful line -------------


def refused(result, *words):
    code, out, err = result
    assert (code, out) == (errors.USAGE, "")
    assert err.startswith("reviewgap: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    for word in words:
        assert word in err


def test_a_missing_path(run, tmp_path):
    refused(run("mine", tmp_path / "nowhere"), "nowhere")


def test_not_a_repository(run, tmp_path):
    refused(run("mine", tmp_path), str(tmp_path))


def test_a_folder_inside_a_repository_is_no_repository(run, squashed):
    inside = squashed.path / "docs"
    inside.mkdir()
    refused(run("mine", inside), str(squashed.path))


def test_an_address_is_no_path(run):
    refused(run("mine", "https://example.com/a/b.git"))


def test_outside_the_root(run, squashed, tmp_path):
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    refused(run("mine", squashed.path, "--root", allowed), str(squashed.path))


def test_an_empty_repository_is_complete_and_says_so(run, history):
    empty = history([], head="main")
    code, out, err = run("mine", empty.path, "--format", "json")
    assert code == errors.COMPLETE
    assert json.loads(out)["commits"] == 0
    assert "no commits yet" in out + err
    assert run("export", empty.path)[0] == errors.COMPLETE
    assert run("summary", empty.path)[0] == errors.NOT_ENOUGH_DATA


def test_a_bare_repository_and_a_detached_head(run, squashed, tmp_path):
    bare = tmp_path / "bare.git"
    squashed.git("clone", "--quiet", "--bare", ".", str(bare))
    assert run("mine", bare)[0] == errors.COMPLETE
    squashed.git("update-ref", "--no-deref", "HEAD", squashed.sha["b"])
    code, out, _ = run("mine", squashed.path, "--format", "json")
    assert (code, json.loads(out)["commits"]) == (errors.COMPLETE, 2)


def test_a_shallow_clone_is_partial_and_says_how_to_mend_it(run, squashed, tmp_path):
    shallow = tmp_path / "shallow"
    squashed.git("clone", "--quiet", "--depth", "1", f"file://{squashed.path}", str(shallow))
    code, out, err = run("mine", shallow, "--format", "json")
    assert code == errors.PARTIAL
    assert json.loads(out)["commits"] == 1
    assert "shallow" in err


def test_a_store_that_cannot_be_written(run, squashed, tmp_path):
    place = tmp_path / "file"
    place.write_text("not a folder")
    refused(run("mine", squashed.path, store=place), str(place), "--store")


def test_an_unwritable_store_that_is_up_to_date_still_answers(
    run, squashed, store_dir, monkeypatch
):
    before = run("export", squashed.path)

    def unwritable(*_):
        raise errors.StoreError("nothing may be written")

    monkeypatch.setattr("analyzers.store.writing", unwritable)
    assert run("export", squashed.path) == before


def test_a_table_that_is_none_lists_the_tables(run, squashed):
    refused(run("export", squashed.path, "--table", "weekle"), "weekly", "change_requests")


def test_usage_errors_are_one_line(run, squashed):
    code, out, err = run("export", squashed.path, "--format", "xml")
    assert (code, out, err.count("\n")) == (errors.USAGE, "", 1)


# -- processes ---------------------------------------------------------------------------------

REVIEWGAP = Path(sys.executable).with_name("reviewgap")


def test_help_needs_no_frame_library():
    words = [sys.executable, "-P", "-X", "importtime", "-c"]
    script = (
        "import sys; sys.argv = ['reviewgap', '--help']; from analyzers.cli import main; main()"
    )
    done = subprocess.run([*words, script], capture_output=True, text=True, check=True)
    assert "reviewgap" in done.stdout
    for heavy in ("pandas", "pyarrow", "duckdb", "streamlit", "git"):
        assert f"| {heavy}\n" not in done.stderr


def test_a_reader_that_has_seen_enough_is_no_error(run, squashed, store_dir):
    run("mine", squashed.path)
    words = [REVIEWGAP, "export", squashed.path, "--table", "commits", "--store", store_dir, "-q"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        child.stdout.close()
        assert child.stderr.read() == b""


def test_the_command_runs_in_a_folder_that_plants_modules(squashed, store_dir):
    (squashed.path / "git.py").write_text("raise SystemExit('planted')")
    (squashed.path / "pandas.py").write_text("raise SystemExit('planted')")
    done = subprocess.run(
        [REVIEWGAP, "mine", ".", "--store", store_dir, "--format", "json"],
        cwd=squashed.path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["commits"] == 3


def test_one_bad_repository_does_not_stop_the_rest(run, squashed, tmp_path):
    code, out, err = run("mine", tmp_path / "none", squashed.path, "--format", "json")
    assert code == errors.USAGE
    failed, mined = map(json.loads, out.splitlines())
    assert (failed["state"], mined["commits"]) == ("failed", 3)
    assert f"{tmp_path / 'none'} does not exist" in err
