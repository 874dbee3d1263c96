"""What is missing or damaged costs what needs it, is told, and is never a silent smaller number."""

import pandas as pd
import pytest
from odd import loose_history, many, object_file
from reading import read
from repository import commit, run_git

from analyzers.errors import ReviewgapError
from analyzers.mining import git


@pytest.mark.parametrize("lost", [[7], [0], [29], list(range(3, 27, 2))])
def test_missing_blobs_cost_their_commits_the_lines_and_nothing_else(history, lost):
    repo = loose_history(history, 30)
    for i in lost:
        object_file(repo, f"{repo.sha[f'c{i}']}:g{i}").unlink()
    found = read(repo.path)
    assert found.mined.commits == 30
    assert set(found.mined.incomplete) == {repo.sha[f"c{i}"] for i in lost}
    for i in set(range(1, 30)) - set(lost):
        assert found.lines(repo.sha[f"c{i}"]) == (2, 1)


def test_a_damaged_blob_costs_one_commit_its_lines(history):
    repo = loose_history(history, 5)
    path = object_file(repo, "HEAD:g2")
    path.chmod(0o644)
    path.write_bytes(b"")
    found = read(repo.path)
    assert found.mined.commits == 5
    assert found.mined.incomplete == [repo.sha["c2"]]


@pytest.mark.parametrize("how", ["missing", "empty", "garbage"])
def test_a_lost_commit_is_told_and_never_a_smaller_number_in_silence(history, how):
    repo = loose_history(history, 5)
    path = object_file(repo, repo.sha["c2"])
    path.chmod(0o644)
    if how == "missing":
        path.unlink()
    else:
        path.write_bytes(b"" if how == "empty" else b"\1\2\3" * 30)
    found = read(repo.path)
    assert set(found.commits.index) == {repo.sha["c3"], repo.sha["c4"]}
    assert found.mined.unreadable == 1
    assert found.warned("1 commits are damaged")


def test_a_lost_side_of_a_merge_is_told(history):
    rows = [
        commit("a", "2026-01-05T10:00Z", files={"a": "1\n"}),
        commit("s", "2026-01-05T11:00Z", files={"s": "1\n"}),
        commit("b", "2026-01-05T12:00Z", parents=["a"], files={"b": "1\n"}),
        commit("m", "2026-01-05T13:00Z", parents=["b", "s"]),
    ]
    repo = history(rows)
    object_file(repo, repo.sha["s"]).unlink()
    found = read(repo.path)
    assert found.mined.commits == 3
    assert found.mined.unreadable == 1


def test_what_a_shallow_clone_left_out_is_not_lost(history, tmp_path):
    repo = history(many(6))
    run_git(tmp_path, "clone", "-q", "--depth=3", f"file://{repo.path}", "thin")
    thin = tmp_path / "thin"
    run_git(thin, "update-ref", "refs/heads/old", "HEAD~2")
    pack = next((thin / ".git" / "objects" / "pack").glob("*.pack"), None)
    if pack:
        content = pack.read_bytes()
        for file in list(pack.parent.iterdir()):
            file.unlink()
        run_git(thin, "unpack-objects", "-q", stdin=content)
    name = repo.sha["c4"]
    (thin / ".git" / "objects" / name[:2] / name[2:]).unlink()
    found = read(thin)
    assert found.warned("the clone is shallow")
    assert set(found.commits.index) == {repo.sha["c5"], repo.sha["c3"]}
    assert found.mined.unreadable == 1


def test_a_partial_clone_whose_remote_is_gone_knows_its_commits(history, tmp_path):
    repo = history(many(6))
    repo.git("config", "uploadpack.allowFilter", "true")
    args = ["clone", "-q", "--bare", "--filter=blob:none", f"file://{repo.path}", "part.git"]
    run_git(tmp_path, *args)
    found = read(tmp_path / "part.git")
    assert found.view.is_partial
    assert found.mined.commits == 6
    assert set(found.mined.incomplete) == set(repo.sha.values())


def test_a_read_only_repository_can_be_mined(history):
    repo = history(many(3))
    folders = [repo.path, *(path for path in repo.path.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    try:
        assert read(repo.path).mined.commits == 3
    finally:
        for folder in folders:
            folder.chmod(0o755)


def test_packed_and_loose_histories_are_the_same(history):
    repo = history(many(30))
    loose = read(repo.path)
    repo.git("gc", "-q", "--prune=now")
    packed = read(repo.path)
    assert packed.totals() == loose.totals()
    pd.testing.assert_frame_equal(packed.commits, loose.commits)


def test_a_missing_tree_costs_the_commits_that_need_it_their_lines(history):
    repo = loose_history(history, 5)
    object_file(repo, f"{repo.sha['c2']}^{{tree}}").unlink()
    found = read(repo.path)
    assert found.mined.commits == 5
    assert set(found.mined.incomplete) == {repo.sha["c2"], repo.sha["c3"]}
    assert found.lines(repo.sha["c4"]) == (2, 1)


@pytest.mark.parametrize("keep", [0, 40, 2000])
def test_a_truncated_pack_is_told(history, keep):
    repo = history(many(60))
    repo.git("repack", "-adq")
    pack = next((repo.git_dir / "objects" / "pack").glob("*.pack"))
    pack.chmod(0o644)
    pack.write_bytes(pack.read_bytes()[:keep])
    with pytest.raises(ReviewgapError) as caught:
        read(repo.path)
    assert "\n" not in str(caught.value)


def test_a_hole_in_a_long_history_costs_no_git_per_generation(history, monkeypatch):
    rows = [commit(f"c{i}", "2026-01-05T10:00Z") for i in range(600)]
    repo = history(rows)
    repo.git("repack", "-adq")
    hole = repo.sha["c100"]
    keep_loose(repo, hole)
    started = []
    spawn = git.spawn
    monkeypatch.setattr(git, "spawn", lambda *a, **k: started.append(a[2][0]) or spawn(*a, **k))
    found = read(repo.path)
    assert set(found.commits.index) == {repo.sha[f"c{i}"] for i in range(101, 600)}
    assert found.mined.unreadable == 1
    assert len(started) < 25


def keep_loose(repo, lost):
    """Unpack everything, and lose one object."""
    folder = repo.git_dir / "objects" / "pack"
    content = next(folder.glob("*.pack")).read_bytes()
    for file in folder.iterdir():
        file.unlink()
    repo.git("unpack-objects", "-q", stdin=content)
    object_file(repo, lost).unlink()


def test_holes_and_damage_at_once_are_told_apart_from_what_is_left(history):
    rows = [commit("a", "2026-01-05T10:00Z")]
    rows += [commit(f"s{i}", "2026-01-06T10:00Z", parents=["a"]) for i in range(9)]
    rows.append(commit("m", "2026-01-07T10:00Z", parents=[f"s{i}" for i in range(9)]))
    repo = history(rows)
    for i, content in {1: None, 3: b"", 5: b"garbage", 7: b"\x78\x9c\x03\x00"}.items():
        path = object_file(repo, repo.sha[f"s{i}"])
        path.chmod(0o644)
        path.unlink() if content is None else path.write_bytes(content)
    found = read(repo.path)
    assert set(found.commits.index) == {
        repo.sha[n] for n in ("a", "m", "s0", "s2", "s4", "s6", "s8")
    }
    assert found.mined.unreadable == 4
