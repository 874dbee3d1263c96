"""Mining: commits, line counts and notes equal what git and an independent reader say."""

import os
import random
import threading
from collections import Counter

import pandas as pd
import pytest
from dulwich.repo import Repo
from repository import commit, run_git

from analyzers import mining, tables
from analyzers.mining import git, notes, numstat, objects
from analyzers.mining.reach import Before
from analyzers.mining.view import open_view


class Heap:
    """A sink that keeps everything."""

    def __init__(self):
        self.parts = {"commits": [], "messages": [], "file_changes": []}

    def commits(self, table):
        self.parts["commits"].append(table.to_pandas())

    def messages(self, table, _committed_at):
        self.parts["messages"].append(table.to_pandas())

    def file_changes(self, table):
        self.parts["file_changes"].append(table.to_pandas())

    def frame(self, name):
        return pd.concat(self.parts[name], ignore_index=True)


def mine(path, **rest):
    heap = Heap()
    with open_view(path) as view:
        mined = mining.mine(view, sink=heap, as_of=1_800_000_000, **rest)
    return mined, heap


def sums(repo):
    """(added, deleted) of HEAD's non-merge commits as plain git has them."""
    lines = repo.git("log", "--no-merges", "--numstat", "-M", "--format=").splitlines()
    pairs = [line.split("\t")[:2] for line in lines if line and not line.startswith("-")]
    return sum(int(a) for a, _ in pairs), sum(int(d) for _, d in pairs)


def unpack(repo):
    """Make every object a loose file, so that one can be taken away."""
    for path in (repo.git_dir / "objects/pack").glob("*.pack"):
        data = path.read_bytes()
        for each in (repo.git_dir / "objects/pack").glob("*"):
            each.unlink()
        run_git(repo.path, "unpack-objects", "-q", stdin=data)


@pytest.fixture
def small(history):
    return history(
        [
            commit(
                "a", "2026-01-05T10:00Z", "first", files={"a.py": "1\n2\n3\n", "b.bin": b"\0\1"}
            ),
            commit("b", "2026-01-06T10:00+05:30", "second", renames={"a.py": "c.py"}),
            commit("side", "2026-01-06T11:00Z", parents=["a"], files={"yarn.lock": "x\ny\n"}),
            commit("m", "2026-01-07T10:00Z", "Merge", parents=["b", "side"]),
            commit("open", "2026-01-08T10:00Z", "request", files={"d.py": "1\n"}),
        ],
        refs={"refs/heads/main": "m", "refs/pull/7/head": "open", "refs/changes/01/1/meta": "open"},
        tags={"v1": "a"},
        notes={"refs/notes/ai": {"a": "agent"}},
    )


def test_counts_and_flags(small):
    mined, heap = mine(small.path)
    commits = heap.frame("commits").set_index("sha")
    assert (mined.commits, mined.all_commits, mined.merges, mined.roots) == (4, 5, 1, 1)
    assert (mined.lines_added, mined.lines_deleted) == sums(small) == (5, 0)
    assert mined.renames == 1
    assert mined.in_head == {small.sha[name] for name in ("a", "b", "side", "m")}
    assert mined.reachable == mined.in_head | {small.sha["open"]}
    assert not commits.loc[small.sha["open"], "in_head"]
    assert commits.loc[small.sha["side"], ["lines_added", "reviewable_lines"]].tolist() == [2, 0]
    assert commits["n_files"].isna().sum() == 2  # the merge, and what is outside HEAD's history
    assert commits.loc[small.sha["b"], "committed_at"].isoformat() == "2026-01-06T04:30:00+00:00"
    tables.MINED_COMMITS.conform(heap.frame("commits"))
    tables.FILE_CHANGES.conform(heap.frame("file_changes"))


def test_only_what_is_new_is_read_and_what_moved_into_head_is_read_again(small):
    _, first = mine(small.path)
    known = Before(first.frame("commits"))
    assert mine(small.path, known=known)[0].all_commits == 0
    small.ref("refs/heads/main", "open")
    mined, heap = mine(small.path, known=known)
    assert heap.frame("commits")["sha"].tolist() == [small.sha["open"]]
    assert (mined.commits, mined.lines_added) == (1, 1)
    small.ref("refs/heads/main", "m")
    left = Before(heap.frame("commits"))
    mined, heap = mine(small.path, known=left)
    row = heap.frame("commits").set_index("sha").loc[small.sha["open"]]
    assert not row["in_head"]


def test_notes_and_files_at_head(small):
    with open_view(small.path) as view:
        rows = notes.read(view)
        assert rows[["ref", "sha", "text"]].to_numpy().tolist() == [
            ["refs/notes/ai", small.sha["a"], "agent"]
        ]
        assert mining.file_at_head(view, "c.py") == "1\n2\n3\n"
        assert mining.file_at_head(view, "none.toml") is None
        names = [each.subject for each in mining.raw_commits(view, [small.sha["open"]])]
        assert sorted(names) == ["Merge", "first", "request", "second", "side"]


def test_a_missing_blob_costs_one_commit_its_line_counts(history):
    rows = [
        commit(f"c{n}", f"2026-01-{n + 1:02}T10:00Z", files={f"f{n}": f"{n}\n" * n, "all": f"{n}"})
        for n in range(1, 25)
    ]
    repo = history(rows)
    unpack(repo)
    for number in (3, 9, 10, 24, *range(12, 20)):
        blob = repo.git("rev-parse", f"{repo.sha[f'c{number}']}:f{number}")
        (repo.git_dir / "objects" / blob[:2] / blob[2:]).unlink()
    mined, heap = mine(repo.path)
    lost = {repo.sha[f"c{number}"] for number in (3, 9, 10, 24, *range(12, 20))}
    assert set(mined.incomplete) == lost
    assert mined.commits == 24
    commits = heap.frame("commits").set_index("sha")
    assert set(commits.index[commits["lines_added"].isna()]) == lost
    assert commits.loc[repo.sha["c5"], "lines_added"] == 6


def test_a_missing_commit_leaves_the_rest(history):
    repo = history(
        [commit(f"c{n}", f"2026-01-{n + 1:02}T10:00Z", files={"f": f"{n}\n"}) for n in range(1, 9)]
    )
    unpack(repo)
    lost = repo.sha["c4"]
    (repo.git_dir / "objects" / lost[:2] / lost[2:]).unlink()
    _, heap = mine(repo.path)
    assert set(heap.frame("commits")["sha"]) == {repo.sha[f"c{n}"] for n in (5, 6, 7, 8)}


def test_lean_context_changes_no_count(history):
    rng = random.Random(7)
    lines = [f"{rng.choice('abc')}\n" for _ in range(60)]
    rows = []
    for n in range(40):
        for _ in range(rng.randint(1, 12)):
            lines[rng.randrange(len(lines))] = f"{rng.choice('abcd')}\n"
        rows.append(commit(f"c{n}", f"2026-02-01T10:{n:02}Z", files={"f.txt": "".join(lines)}))
    repo = history(rows)
    with open_view(repo.path) as view:
        ids = list(repo.sha.values())
        assert numstat.count(view, ids).changes == numstat.count(view, ids, settings=()).changes
    mined, _ = mine(repo.path)
    assert (mined.lines_added, mined.lines_deleted) == sums(repo)


@pytest.mark.parametrize("seed", range(4))
def test_a_random_graph_equals_an_independent_reader(history, seed):
    rng = random.Random(seed)
    rows = []
    for n in range(40):
        earlier = [row.name for row in rows]
        count = min(len(earlier), rng.choice([0, 1, 1, 1, 1, 2, 2, 3]))
        files = {f"d{rng.randrange(3)}/f{rng.randrange(5)}": "x\n" * rng.randint(0, 9)}
        rows.append(
            commit(f"c{n}", f"2026-01-01T{n // 60:02}:{n % 60:02}Z", f"m{n}\n\nbody",
                   parents=rng.sample(earlier, count), files=files)
        )  # fmt: skip
    repo = history(rows)
    _, heap = mine(repo.path)
    commits = heap.frame("commits")
    with Repo(str(repo.path)) as other:
        theirs = {
            entry.commit.id.decode(): " ".join(p.decode() for p in entry.commit.parents)
            for entry in other.get_walker()
        }
        blobs = Counter(
            change.new.path.decode() if change.new and change.new.path else change.old.path.decode()
            for entry in other.get_walker()
            if len(entry.commit.parents) < 2
            for change in entry.changes()
        )
    assert dict(zip(commits["sha"], commits["parents"], strict=True)) == theirs
    changed = heap.frame("file_changes")
    plain = changed[changed["old_path"].isna()]
    assert set(plain["path"]) <= set(blobs)
    assert int(commits["lines_added"].sum()) == sums(repo)[0]


def test_every_odd_file_name_is_one_row(history):
    names = ["tab\there", "line\nend", "a => b", '{a => b}"', "1\t2\tx", "caf\u00e9", "0" * 40]
    repo = history([commit("a", "2026-01-05T10:00Z", files=dict.fromkeys(names, "x\n"))])
    mined, heap = mine(repo.path)
    assert sorted(heap.frame("file_changes")["path"]) == sorted(names)
    assert mined.lines_added == len(names)


def test_raw_commits_of_any_shape(small):
    tree = small.git("rev-parse", f"{small.sha['m']}^{{tree}}")
    odd = [
        b"author A <a@x> 99999999999999999999 +0000\ncommitter A <a@x> -5 +9999\n\nnul\0here",
        (
            b"author \xe9t\xe9 <E@X> 100 +0000\ncommitter C <c@x> 1767607200 +0000\n"
            b"encoding latin-1\n\n\xe9"
        ),
        b"author nobody\n\n1\t2\tfake\0\x1e\n" + b"f" * 70000 + b"\n\nSigned-off-by: Z <z@z>\n",
    ]
    parent = small.sha["m"]
    for raw in odd:
        parent = small.raw_commit(f"tree {tree}\nparent {parent}\n".encode() + raw)
    small.git("update-ref", "refs/heads/main", parent)
    mined, heap = mine(small.path)
    assert mined.commits == 7
    assert mined.absurd_dates == 4
    messages = dict(heap.frame("messages").to_numpy().tolist())
    assert "nul\u2400here" in messages.values()
    assert "\u00e9" in messages.values()
    assert messages[parent].endswith("Signed-off-by: Z <z@z>\n")
    assert len(messages[parent]) < 67_000
    names = set(heap.frame("commits")["author_name"])
    assert {"\u00e9t\u00e9", "nobody"} <= names


def test_a_shallow_clone_shows_whole_trees_where_it_ends_and_no_size(history, tmp_path):
    repo = history(
        [commit(f"c{n}", f"2026-01-{n:02}T10:00Z", files={f"f{n}": "x\n"}) for n in range(1, 6)]
    )
    run_git(tmp_path, "clone", "-q", "--depth", "2", f"file://{repo.path}", "shallow")
    mined, heap = mine(tmp_path / "shallow")
    assert (mined.commits, mined.lines_added, mined.roots) == (2, 5, 1)
    assert mined.incomplete == []
    last = heap.frame("commits").set_index("sha").loc[repo.sha["c4"]]
    assert (last["lines_added"], last["lines_deleted"], last["is_root"]) == (4, 0, True)
    assert last[["n_files", "reviewable_lines"]].isna().all(), "not what that commit changed"
    assert set(heap.frame("file_changes")["sha"]) == {repo.sha["c5"]}


def test_sha256_and_an_empty_repository(history):
    repo = history([commit("a", "2026-01-05T10:00Z", files={"x": "1\n"})], object_format="sha256")
    mined, _ = mine(repo.path)
    assert (mined.commits, mined.lines_added, len(mined.head)) == (1, 1, 64)
    empty = history([], name="empty")
    mined, _ = mine(empty.path)
    assert (mined.head, mined.commits, mined.reachable) == (None, 0, frozenset())


def test_a_silent_git_is_ended(small, monkeypatch):
    monkeypatch.setattr(git, "IDLE_SECONDS", 0.3)
    with open_view(small.path) as view:
        pipe = view.path / "pipe"
        os.mkfifo(pipe)
        with pytest.raises(git.GitSilent, match="said nothing"):
            git.run(view, ["config", "-f", str(pipe), "--list"])


def test_objects_are_cut_and_missing_ones_are_named(small):
    with open_view(small.path) as view:
        found = list(objects.read(view, ["0" * 40, f"{view.head}:c.py"], most_bytes=3))
        assert [(each.kind, each.data) for each in found] == [("", b""), ("blob", b"1\n2")]


def test_progress_tells_of_each_commit_as_its_lines_are_counted(history, monkeypatch):
    repo = history(
        [commit(f"c{n}", f"2026-01-0{n}T10:00Z", files={"f": f"{n}\n"}) for n in (1, 2, 3)]
    )
    whole, told, is_told = numstat.parse, [], threading.Event()

    def halting(blocks, id_length):
        found = whole(blocks, id_length)
        yield next(found)
        assert is_told.wait(20), "nobody told of the first commit"
        yield from found

    def progress(*state):
        told.append(state)
        if state[0] == 1:
            is_told.set()

    monkeypatch.setattr(numstat, "parse", halting)
    mine(repo.path, progress=progress)
    assert told == sorted(told)
    assert (1, 3, "commits") in told
    assert told[-1] == (3, 3, "commits")
