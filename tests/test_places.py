"""Places: which paths are repositories, what is refused in one line, which refs are read."""

import os
from pathlib import Path

import pytest
from reading import read
from repository import commit, run_git

from analyzers.errors import RefusedRepository
from analyzers.mining.view import open_view

THREE = [
    commit("a", "2026-01-05T10:00Z", files={"a.py": "1\n2\n"}),
    commit("b", "2026-01-06T10:00Z", files={"a.py": "1\n"}),
    commit("c", "2026-01-07T10:00Z", files={"b.py": "1\n"}),
]


def refused(path, **options):
    """The one line with which a path is refused."""
    with pytest.raises(RefusedRepository) as caught, open_view(path, **options):
        pass
    line = str(caught.value)
    assert "\n" not in line
    return line


def test_a_work_tree_its_git_folder_and_a_bare_clone_are_the_same_history(history, tmp_path):
    repo = history(THREE)
    run_git(tmp_path, "clone", "-q", "--bare", str(repo.path), "bare.git")
    for path, is_bare in [(repo.path, False), (repo.git_dir, False), (tmp_path / "bare.git", True)]:
        with open_view(path) as view:
            assert view.head == repo.sha["c"]
            assert view.head_name == "main"
            assert view.is_bare is is_bare
            assert view.warnings == ()


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_nothing_committed_yet_is_no_error(history, object_format):
    found = read(history([], object_format=object_format).path)
    assert found.view.head is None
    assert found.view.head_name == "main"
    assert found.totals() == (0, 0, 0, 0, 0, 0)
    assert found.commits.empty


def test_an_unborn_branch_beside_a_born_one_says_so(history):
    found = read(history(THREE, refs={"refs/heads/dev": "c"}, head="main").path)
    assert found.view.head is None
    assert found.warned("HEAD names")
    assert found.mined.commits == 0
    assert found.mined.all_commits == 3


def test_a_folder_inside_a_repository_is_refused_with_the_name_of_that_one(history):
    repo = history(THREE)
    (repo.path / "docs").mkdir()
    line = refused(repo.path / "docs")
    assert str(repo.path) in line
    assert "inside" in line


@pytest.mark.parametrize(
    "text",
    ["https://user:secret@forge.example/a/b", "ext::sh -c x", "git@forge.example:a/b", "a\0b"],
)
def test_only_local_paths_are_taken_and_no_password_is_shown(text):
    assert "secret" not in refused(Path(text))


def test_an_embedded_bare_repository_is_not_taken_for_the_one_around_it(history, tmp_path):
    outer = history(THREE)
    history(THREE[:1], name="repo/docs/inner.git", bare=True)
    assert read(outer.path).mined.commits == 3
    assert read(outer.path / "docs" / "inner.git").mined.commits == 1


def test_a_worktree_has_its_own_head_and_the_common_refs(history, tmp_path):
    repo = history(THREE, refs={"refs/heads/main": "c", "refs/heads/old": "a"})
    run_git(repo.path, "worktree", "add", "-q", str(tmp_path / "tree"), "old")
    found = read(tmp_path / "tree")
    assert found.view.head == repo.sha["a"]
    assert found.view.head_name == "old"
    assert found.mined.commits == 1
    assert found.mined.all_commits == 3


def test_a_gitdir_file_is_followed_but_not_out_of_the_root(history, tmp_path):
    repo = history(THREE)
    (tmp_path / "served" / "tree").mkdir(parents=True)
    (tmp_path / "served" / "tree" / ".git").write_text(f"gitdir: {repo.git_dir}\n")
    assert read(tmp_path / "served" / "tree").mined.commits == 3
    line = refused(tmp_path / "served" / "tree", root=tmp_path / "served")
    assert "outside the root" in line
    assert read(repo.path, root=tmp_path).mined.commits == 3
    assert "outside the root" in refused(repo.path, root=tmp_path / "served")


def test_a_gitdir_file_that_leads_nowhere_is_refused(tmp_path):
    (tmp_path / ".git").write_text("gitdir: /nonexistent\n")
    refused(tmp_path)
    (tmp_path / ".git").write_text("something else\n")
    refused(tmp_path)


def test_alternates_are_followed_but_not_out_of_the_root(history, tmp_path):
    secret = history(THREE, name="secret")
    (tmp_path / "served").mkdir()
    run_git(tmp_path, "clone", "-q", "--bare", "--shared", str(secret.path), "served/thin.git")
    assert read(tmp_path / "served" / "thin.git").mined.commits == 3
    line = refused(tmp_path / "served" / "thin.git", root=tmp_path / "served")
    assert "outside the root" in line


def test_a_linked_object_store_does_not_lead_out_of_the_root(history, tmp_path):
    repo = history(THREE)
    repo.git("repack", "-adq")
    (tmp_path / "served").mkdir()
    fake = history([], name="served/fake", bare=True).path
    (fake / "objects" / "pack").rmdir()
    (fake / "objects" / "pack").symlink_to(repo.git_dir / "objects" / "pack")
    (fake / "packed-refs").write_text(f"{repo.sha['c']} refs/heads/main\n")
    assert read(fake).mined.commits == 3
    assert "outside the root" in refused(fake, root=tmp_path / "served")


@pytest.mark.parametrize(
    "line",
    [
        "[extensions]\n\tfutureThing = 1\n",
        "[core]\n\trepositoryformatversion = 7\n",
        "[extensions]\n\trefStorage = reftable\n",
        "[extensions]\n\tobjectFormat = md5\n",
        "[broken",
    ],
)
def test_a_format_that_is_not_known_is_refused_by_name(history, line):
    repo = history(THREE)
    with (repo.git_dir / "config").open("a") as config:
        config.write(line)
    assert str(repo.path) in refused(repo.path)


def test_config_values_without_effect_do_not_stop_it(history):
    repo = history(THREE)
    with (repo.git_dir / "config").open("a") as config:
        config.write("[alias]\n\tlog = !false\n[core]\n\tworktree = /nonexistent\n[x]\n\ty\n")
    assert read(repo.path).mined.commits == 3


def test_refs_are_one_table_with_what_their_names_mean(history):
    refs = {
        "refs/heads/main": "c",
        "refs/pull/7/head": "b",
        "refs/pull/7/merge": "c",
        "refs/merge-requests/8/head": "b",
        "refs/changes/09/9/2": "a",
        "refs/changes/09/9/meta": "a",
        "refs/heads/--output=X": "a",
        "refs/heads/caf\u00e9": "a",
    }
    repo = history(THREE, refs=refs, tags={"v1": "a"}, notes={"refs/notes/ai": {"b": "note"}})
    with open_view(repo.path) as view:
        rows = view.refs.set_index("name")
    assert rows.loc["refs/tags/v1", "object_id"] == repo.sha["a"]
    assert rows["kind"].to_dict() == {
        "HEAD": "head",
        "refs/heads/main": "branch",
        "refs/heads/--output=X": "branch",
        "refs/heads/caf\u00e9": "branch",
        "refs/pull/7/head": "pull_head",
        "refs/pull/7/merge": "pull_merge",
        "refs/merge-requests/8/head": "merge_request_head",
        "refs/changes/09/9/2": "patch_set",
        "refs/changes/09/9/meta": "change_meta",
        "refs/tags/v1": "tag",
        "refs/notes/ai": "note",
    }
    assert rows.loc["refs/changes/09/9/2", ["number", "patch_set"]].tolist() == [9, 2]
    assert rows.loc["refs/pull/7/head", "number"] == 7


def test_tags_of_tags_trees_and_blobs_are_peeled_or_stay_outside_history(history):
    repo = history(THREE, tags={"v1": "a"})
    repo.git("tag", "-a", "-m", "x", "twice", "v1")
    repo.git("tag", "-a", "-m", "x", "tree", f"{repo.sha['a']}^{{tree}}")
    repo.git("tag", "blob", f"{repo.sha['a']}:a.py")
    found = read(repo.path)
    rows = found.view.refs.set_index("name")
    assert rows.loc["refs/tags/twice", "object_id"] == repo.sha["a"]
    assert not rows.loc[["refs/tags/tree", "refs/tags/blob"], "is_commit"].any()
    assert found.mined.all_commits == 3


def test_broken_refs_are_counted_and_the_rest_is_read(history, tmp_path):
    repo = history(THREE)
    heads = repo.git_dir / "refs" / "heads"
    (heads / "empty").write_text("")
    (heads / "garbage").write_bytes(b"\0\xff" * 30)
    (heads / "missing").write_text("1" * 40 + "\n")
    (heads / "loop").write_text("ref: refs/heads/loop\n")
    (heads / "leak").symlink_to("/etc/hostname")
    (heads / "up").symlink_to("/")
    os.mkfifo(heads / "pipe")
    found = read(repo.path)
    assert found.mined.commits == 3
    assert found.warned("5 references are no plain files or hold no id")
    assert found.warned("2 references lead to nothing")
    assert set(found.view.refs["name"]) == {"HEAD", "refs/heads/main"}


def test_twenty_thousand_refs_are_read_at_once(history):
    repo = history(THREE)
    names = sorted(f"refs/pull/{number}/head" for number in range(20_000))
    lines = "".join(f"{repo.sha['b']} {name}\n" for name in names)
    (repo.git_dir / "packed-refs").write_text(f"# pack-refs with: peeled sorted \n{lines}")
    with open_view(repo.path) as view:
        assert (view.refs["kind"] == "pull_head").sum() == 20_000
