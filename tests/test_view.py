"""The view: planted configuration has no effect, nothing is written, and odd places are refused."""

import os
from pathlib import Path

import pytest
from repository import commit, run_git

from analyzers import mining
from analyzers.errors import RefusedRepository
from analyzers.mining import forge, notes, refs
from analyzers.mining.view import open_view


class Nothing:
    def commits(self, *_):
        pass

    messages = file_changes = commits


@pytest.fixture
def repo(history):
    rows = [
        commit("a", "2026-01-05T10:00Z", files={"a.py": "1\n", "b.txt": "1\n"}),
        commit("b", "2026-01-06T10:00Z", files={"a.py": "1\n2\n"}),
    ]
    return history(rows, refs={"refs/heads/main": "b", "refs/pull/3/head": "a"})


def plant(repo, text):
    with (repo.git_dir / "config").open("a") as file:
        file.write(text)


def test_what_a_view_tells(repo):
    plant(repo, '[remote "origin"]\n\turl = https://me:secret@github.com/o/r.git\n')
    with open_view(repo.path) as view:
        assert (view.head, view.head_name) == (repo.sha["b"], "main")
        assert (view.is_bare, view.is_shallow, view.is_partial) == (False, False, False)
        assert view.forge_url == "https://github.com/o/r"
        rows = view.refs.set_index("name")
        assert rows.loc["refs/pull/3/head", ["kind", "number"]].tolist() == ["pull_head", 3]
        assert rows.loc["HEAD", "kind"] == "head"
        assert view.path.stat().st_mode & 0o777 == 0o700
        assert "secret" not in repr(view)
    assert not view.path.exists()


HOSTILE = {
    "fsmonitor": "[core]\n\tfsmonitor = {run}\n",
    "hooks": "[core]\n\thooksPath = {hooks}\n",
    "config hook": '[hook "x"]\n\tcommand = {run}\n\tevent = post-index-change\n',
    "signatures": "[log]\n\tshowSignature = true\n[gpg]\n\tprogram = {run}\n",
    "textconv": '[diff "x"]\n\ttextconv = {run}\n\tcommand = {run}\n[diff]\n\texternal = {run}\n',
    "filter": '[filter "x"]\n\tclean = {run}\n\tsmudge = {run}\n\tprocess = {run}\n',
    "pager": "[core]\n\tpager = {run}\n[pager]\n\tlog = {run}\n",
    "promisor": (
        '[extensions]\n\tpartialClone = o\n[remote "o"]\n\tpromisor = true\n'
        "\turl = ext::{run}\n\tuploadpack = {run}\n[core]\n\tsshCommand = {run}\n"
    ),
    "include": "[include]\n\tpath = planted\n",
    "numbers": (
        "[log]\n\tshowRoot = false\n[core]\n\tbigFileThreshold = 1\n[diff]\n\trenames = no\n"
    ),
    "encoding": "[i18n]\n\tlogOutputEncoding = UTF-16\n[format]\n\tpretty = %G?\n",
}


@pytest.mark.parametrize("attack", HOSTILE)
def test_planted_configuration_runs_nothing_and_bends_nothing(repo, tmp_path, attack):
    marker, script = tmp_path / "marker", tmp_path / "run"
    script.write_text(f"#!/bin/sh\ntouch {marker}\n")
    script.chmod(0o755)
    (tmp_path / "hooks").mkdir()
    for name in ("post-index-change", "reference-transaction"):
        (tmp_path / "hooks" / name).symlink_to(script)
    (repo.git_dir / "planted").write_text(f"[core]\n\tfsmonitor = {script}\n")
    (repo.git_dir / "info").mkdir(exist_ok=True)
    (repo.git_dir / "info/attributes").write_text("* diff=x filter=x -diff\n")
    (repo.git_dir / "info/grafts").write_text(f"{repo.sha['b']}\n")
    plant(repo, HOSTILE[attack].format(run=script, hooks=tmp_path / "hooks"))
    before = repo.fingerprint()
    with open_view(repo.path) as view:
        mined = mining.mine(view, sink=Nothing())
        notes.read(view)
    assert (mined.commits, mined.lines_added, mined.lines_deleted) == (2, 3, 0)
    assert not marker.exists()
    assert repo.fingerprint() == before


def test_a_missing_blob_of_a_promisor_is_never_fetched(repo, tmp_path):
    marker = tmp_path / "marker"
    plant(repo, HOSTILE["promisor"].format(run=f"touch%20{marker}"))
    blob = repo.git("rev-parse", f"{repo.sha['b']}:a.py")
    (repo.git_dir / "objects" / blob[:2] / blob[2:]).unlink()
    with open_view(repo.path) as view:
        assert view.is_partial
        assert mining.mine(view, sink=Nothing()).incomplete == [repo.sha["b"]]
    assert not marker.exists()


def test_git_variables_of_the_caller_do_not_matter(repo, monkeypatch):
    for name in ("GIT_DIR", "GIT_OBJECT_DIRECTORY", "GIT_CONFIG_GLOBAL", "GIT_EXTERNAL_DIFF"):
        monkeypatch.setenv(name, "/nonexistent")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "bad")
    with open_view(repo.path) as view:
        assert mining.mine(view, sink=Nothing()).commits == 2


@pytest.mark.parametrize(
    "name", ["HEAD", "config", "packed-refs", "shallow", "objects/info/alternates"]
)
def test_a_pipe_in_place_of_a_file_is_refused(repo, name):
    path = repo.git_dir / name
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    with pytest.raises(RefusedRepository, match="not a regular file"), open_view(repo.path):
        pass


def test_odd_references_are_left_out_with_a_warning(repo):
    os.mkfifo(repo.git_dir / "refs/heads/pipe")
    (repo.git_dir / "refs/heads/link").symlink_to("/etc/passwd")
    (repo.git_dir / "refs/heads/broken").write_text("no id\n")
    (repo.git_dir / "refs/heads/gone").write_text("0" * 39 + "1\n")
    with open_view(repo.path) as view:
        names = set(view.refs["name"])
        assert names == {"HEAD", "refs/heads/main", "refs/pull/3/head"}
        assert len(view.warnings) == 2


def test_what_leads_out_of_the_root_is_refused(repo, history, tmp_path):
    other = history([commit("z", "2026-01-05T10:00Z")], name="private")
    inside = tmp_path / "inside"
    inside.mkdir()
    repo.path.rename(inside / "repo")
    path = inside / "repo"
    with open_view(path, root=inside) as view:
        assert view.head
    (path / ".git/objects/info").mkdir(exist_ok=True)
    (path / ".git/objects/info/alternates").write_text(f"{other.git_dir}/objects\n")
    with pytest.raises(RefusedRepository, match="alternates"), open_view(path, root=inside):
        pass
    with (
        pytest.raises(RefusedRepository, match="outside the root"),
        open_view(other.path, root=inside),
    ):
        pass
    (inside / "redirect").mkdir()
    (inside / "redirect/.git").write_text(f"gitdir: {other.git_dir}\n")
    with (
        pytest.raises(RefusedRepository, match="leads outside"),
        open_view(inside / "redirect", root=inside),
    ):
        pass
    with open_view(inside / "redirect") as view:
        assert view.head == other.sha["z"]


def test_places_that_are_no_repository_are_told_apart(repo, tmp_path):
    (repo.path / "sub").mkdir()
    (tmp_path / "file").write_text("x")
    (tmp_path / "plain").mkdir()
    for path, told in [
        (repo.path / "sub", f"inside the repository {repo.path.resolve()}"),
        (tmp_path / "plain", "is not a git repository"),
        (tmp_path / "file", "is not a folder"),
        (tmp_path / "none", "does not exist"),
        (Path("https://u:p@example.com/r"), "no local path"),
    ]:
        with pytest.raises(RefusedRepository) as refused, open_view(path):
            pass
        assert told in str(refused.value)
        assert "u:p" not in str(refused.value)
        assert "\n" not in str(refused.value)


def test_unknown_extensions_are_refused_by_name(repo):
    plant(repo, "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tzebra = true\n")
    with pytest.raises(RefusedRepository, match=r"extensions\.zebra"), open_view(repo.path):
        pass


def test_bare_worktree_and_detached(repo, tmp_path):
    run_git(tmp_path, "clone", "-q", "--bare", str(repo.path), "bare.git")
    with open_view(tmp_path / "bare.git") as view:
        assert (view.is_bare, view.head_name) == (True, "main")
    repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "tree"), repo.sha["a"])
    with open_view(tmp_path / "tree") as view:
        assert (view.head, view.head_name) == (repo.sha["a"], None)
        assert "refs/heads/main" in set(view.refs["name"])


def test_the_view_goes_on_every_exit_and_a_dead_process_is_swept(repo, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "reviewgap-view-4194999-x").mkdir()
    with pytest.raises(KeyboardInterrupt), open_view(repo.path) as view:
        raise KeyboardInterrupt
    assert not view.path.exists()
    assert not list(tmp_path.glob("reviewgap-view-*"))


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://github.com/o/r.git", ("https://github.com/o/r", "github")),
        ("git@github.com:o/r.git", ("https://github.com/o/r", "github")),
        ("ssh://git@gitlab.example.org:2222/g/s/r", ("https://gitlab.example.org/g/s/r", "gitlab")),
        ("https://tok:x@codeberg.org/o/r/", ("https://codeberg.org/o/r", "gitea")),
        ("git@bitbucket.org:o/r.git", ("https://bitbucket.org/o/r", "bitbucket")),
        (
            "git@ssh.dev.azure.com:v3/o/p/r",
            ("https://dev.azure.com/o/p/_git/r", "azure"),
        ),
        ("https://example.com/o/r", None),
        ("/srv/r.git", None),
        ("https://github.com/o/../../x", None),
        ("javascript:github.com/o/r", None),
    ],
)
def test_the_web_address_of_a_remote(url, address):
    assert forge.forge({"remote.origin.url": url}) == address


def test_references_by_name():
    assert refs.classify("refs/pull/12/merge") == ("pull_merge", 12, None)
    assert refs.classify("refs/merge-requests/4/head") == ("merge_request_head", 4, None)
    assert refs.classify("refs/changes/34/1234/5") == ("patch_set", 1234, 5)
    assert refs.classify("refs/changes/34/1234/meta") == ("change_meta", 1234, None)
    assert refs.classify("refs/remotes/origin/pr/9") == ("pull_head", 9, None)
    assert refs.classify("refs/remotes/origin/main") == ("other", None, None)
