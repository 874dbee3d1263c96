"""Shapes of history: counts that can be worked out on paper, odd paths and trees, an oracle."""

import pandas as pd
import pytest
from dulwich.repo import Repo
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odd import many, raw, raw_history
from reading import LATE_2026, read
from repository import commit
from repository import history as write_history

from analyzers import tables
from analyzers.mining import numstat
from analyzers.mining.renaming import READ_COMMITS
from analyzers.mining.view import open_view


def test_a_small_history_row_by_row(history):
    repo = history(
        [
            commit("a", "2026-01-05T10:00Z", files={"a.py": "1\n2\n", "uv.lock": "x\n" * 9}),
            commit(
                "b",
                "2026-01-06T10:00Z",
                "Work\n\nBody",
                authored="2026-01-05T23:00+02:00",
                author="Bob <Bob@Example.com>",
                committer="GitHub <noreply@github.com>",
                files={"a.py": "1\n", "pic.png": b"\0\1\2"},
            ),
            commit("side", "2026-01-06T11:00Z", parents=["a"], files={"s.py": "1\n"}),
            commit("m", "2026-01-07T10:00Z", "Merge", parents=["b", "side"]),
        ]
    )
    found = read(repo.path)
    row = found.commits.loc[repo.sha["b"]]
    assert row["parents"] == repo.sha["a"]
    assert (row["author_name"], row["author_email"]) == ("Bob", "bob@example.com")
    assert row["committer_email"] == "noreply@github.com"
    assert row["authored_at"] == pd.Timestamp("2026-01-05T21:00Z")
    assert row["committed_at"] == pd.Timestamp("2026-01-06T10:00Z")
    assert row["subject"] == "Work"
    assert found.messages[repo.sha["b"]] == "Work\n\nBody"
    assert row[["n_files", "lines_added", "lines_deleted"]].tolist() == [2, 0, 1]
    root = found.commits.loc[repo.sha["a"]]
    assert root[["lines_added", "reviewable_lines", "is_root"]].tolist() == [11, 2, True]
    merge = found.commits.loc[repo.sha["m"]]
    assert merge["is_merge"]
    assert merge[["n_files", "lines_added", "reviewable_lines"]].isna().all()
    assert found.totals() == (4, 1, 1, 12, 1, 0)
    kinds = found.files.set_index(["sha", "path"])["kind"]
    assert kinds[repo.sha["a"], "uv.lock"] == "lock"
    binary = found.files[found.files["path"] == "pic.png"].iloc[0]
    assert binary["is_binary"]
    assert pd.isna(binary["lines_added"])


def test_commits_outside_head_are_read_without_line_counts(history):
    repo = history(
        [
            commit("a", "2026-01-05T10:00Z", files={"a.py": "1\n"}),
            commit("p", "2026-01-06T10:00Z", files={"b.py": "1\n"}),
        ],
        refs={"refs/heads/main": "a", "refs/pull/1/head": "p", "refs/pull/1/merge": "p"},
    )
    found = read(repo.path)
    assert (found.mined.commits, found.mined.all_commits) == (1, 2)
    assert not found.commits.loc[repo.sha["p"], "in_head"]
    assert found.lines(repo.sha["p"]) == (None, None)


def test_the_mailmap_at_head_names_people(history):
    repo = history(
        [
            commit(
                "a",
                "2026-01-05T10:00Z",
                author="a <OLD@x.example>",
                files={".mailmap": "Ann <ann@x.example> <old@x.example>\n"},
            )
        ]
    )
    row = read(repo.path).commits.iloc[0]
    assert (row["author_name"], row["author_email"]) == ("Ann", "ann@x.example")


def test_an_octopus_of_66_is_one_merge(history):
    rows = [commit("a", "2026-01-05T10:00Z", files={"a.py": "1\n"})]
    names = [f"s{i}" for i in range(66)]
    rows += [
        commit(name, "2026-01-06T10:00Z", parents=["a"], files={name: "1\n"}) for name in names
    ]
    rows.append(commit("m", "2026-01-07T10:00Z", parents=names))
    assert read(history(rows).path).totals() == (68, 1, 1, 67, 0, 0)


def test_a_parent_named_twice_is_still_a_merge(history):
    repo = history([commit("a", "2026-01-05T10:00Z", files={"a.py": "1\n"})])
    line = b"parent {p}\n"
    raw_history(repo, raw().replace(line, line + line))
    assert read(repo.path).mined.merges == 1


def test_four_roots_are_counted_and_an_empty_tree_is_no_harm(history):
    rows = [
        commit("a", "2026-01-05T10:00Z", files={"a": "1\n"}),
        commit("b", "2026-01-05T10:01Z", parents=[], files={"b": "1\n2\n"}),
        commit("c", "2026-01-05T10:02Z", parents=[], files={"c": "1\n"}),
        commit("e", "2026-01-05T10:03Z", parents=[]),
        commit("m", "2026-01-06T10:00Z", parents=["a", "b", "c", "e"]),
    ]
    assert read(history(rows).path).totals() == (5, 1, 4, 4, 0, 0)


def test_commits_older_than_their_parents_are_ordered_by_topology(history):
    rows = [
        commit("a", "2026-01-07T10:00Z", files={"a": "1\n"}),
        commit("b", "2026-01-05T10:00Z", files={"a": "2\n"}),
        commit("c", "2025-01-06T10:00Z", files={"a": "3\n"}),
    ]
    repo = history(rows)
    found = read(repo.path)
    assert set(found.commits.index) == set(repo.sha.values())
    assert found.mined.roots == 1


def test_renames_keep_both_paths_and_inflate_nothing(history):
    text = "".join(f"line {i}\n" for i in range(50))
    rows = [
        commit("a", "2026-01-05T10:00Z", files={"old.py": text, "x.py": "x\n", "y.py": "yy\n" * 9}),
        commit("b", "2026-01-06T10:00Z", renames={"old.py": "dir/new.py"}),
        commit("c", "2026-01-07T10:00Z", renames={"x.py": "X.py"}),
        commit("d", "2026-01-08T10:00Z", files={"dir/new.py": None, "far.py": text + "more\n"}),
    ]
    found = read(history(rows).path)
    assert found.totals() == (4, 0, 1, 61, 0, 3)
    renamed = found.files.dropna(subset=["old_path"])
    assert sorted(zip(renamed["old_path"], renamed["path"], strict=True)) == [
        ("dir/new.py", "far.py"),
        ("old.py", "dir/new.py"),
        ("x.py", "X.py"),
    ]


ODD_NAMES = [
    "tab\there.py",
    "line\nbreak.py",
    'quo"te.py',
    "back\\slash.py",
    "a => b",
    "{a => b}.py",
    "1\t2\tfake.py",
    " lead and trail ",
    "-dash",
    "caf\u00e9.py",
    "cafe\u0301.py",
    "\u202efdp.py",
    "=HYPERLINK(1)",
    "f" * 40,
    "f" * 200,
]


def test_odd_file_names_are_kept_apart(history):
    files = dict.fromkeys(ODD_NAMES, "1\n2\n3\n")
    rows = [
        commit("a", "2026-01-05T10:00Z", files=files),
        commit("b", "2026-01-06T10:00Z", renames={name: f"d/{name}" for name in ODD_NAMES}),
    ]
    found = read(history(rows).path)
    assert found.totals() == (2, 0, 1, 45, 0, 15)
    assert set(found.files["path"]) == {*ODD_NAMES, *(f"d/{name}" for name in ODD_NAMES)}
    assert found.files["old_path"].dropna().isin(ODD_NAMES).all()


def test_a_rename_between_names_that_look_like_ids_is_not_a_commit(history):
    rows = [
        commit("a", "2026-01-05T10:00Z", files={"a" * 40: "1\n2\n3\n"}),
        commit("b", "2026-01-06T10:00Z", renames={"a" * 40: "b" * 40}),
        commit("c", "2026-01-07T10:00Z", files={"c": "1\n"}),
    ]
    assert read(history(rows).path).totals() == (3, 0, 1, 4, 0, 1)


def test_a_latin_1_path_is_a_row(history):
    rows = [commit("a", "2026-01-05T10:00Z", files={b"caf\xe9.py": "1\n"})]
    assert read(history(rows).path).files["path"].tolist() == ["caf\ufffd.py"]


def test_modes_links_and_submodules_inflate_nothing(history):
    rows = [
        commit("a", "2026-01-05T10:00Z", files={"run.sh": "1\n2\n"}),
        commit("b", "2026-01-06T10:00Z", files={"run.sh": "1\n2\n"}, modes={"run.sh": "100755"}),
        commit("c", "2026-01-07T10:00Z", files={"link": "run.sh"}, modes={"link": "120000"}),
        commit("d", "2026-01-08T10:00Z", files={"sub": "1" * 40}, modes={"sub": "160000"}),
        commit("e", "2026-01-09T10:00Z", files={"run.sh": None, "run.sh/in": "1\n2\n"}),
    ]
    repo = history(rows)
    found = read(repo.path)
    assert found.lines(repo.sha["b"]) == (0, 0)
    assert found.lines(repo.sha["c"]) == (1, 0)
    assert found.lines(repo.sha["d"]) == (1, 0)
    assert found.mined.incomplete == []


def test_line_ends_alone_count_as_git_counts_them(history):
    rows = [
        commit("a", "2026-01-05T10:00Z", files={"a": "1\n2\n", "b": "no end"}),
        commit("b", "2026-01-06T10:00Z", files={"a": "1\r\n2\r\n", "b": "no end\n"}),
    ]
    repo = history(rows)
    assert read(repo.path).lines(repo.sha["b"]) == (3, 3)


def test_a_giant_rewrite_is_counted(history):
    rows = [
        commit("a", "2026-01-05T10:00Z", files={"a": "x\n" * 100_000, "b": "y" * 5_000_000}),
        commit("b", "2026-01-06T10:00Z", files={"a": "z\n" * 100_000}),
    ]
    repo = history(rows)
    assert read(repo.path).lines(repo.sha["b"]) == (100_000, 100_000)


@pytest.mark.parametrize("context", ["0", "1", "3"])
def test_context_does_not_change_counts(history, context):
    old = "".join(f"line {i}\n" for i in range(200))
    new = "".join(f"line {i}{'!' * (i % 7 == 0)}\n" for i in range(200) if i % 11)
    rows = [
        commit("a", "2026-01-05T10:00Z", files={"a": old}),
        commit("b", "2026-01-06T10:00Z", files={"a": new}),
    ]
    repo = history(rows)
    with open_view(repo.path) as view:
        counts = numstat.count(
            view,
            [repo.sha["b"]],
            settings=("-c", f"diff.context={context}", "-c", "log.showRoot=true"),
        )
    expected = repo.git("show", "--numstat", "--format=", "HEAD").split("\t")[:2]
    assert list(counts.changes[repo.sha["b"]][0][2:]) == [int(each) for each in expected]
    assert read(repo.path).lines(repo.sha["b"]) == tuple(int(each) for each in expected)


def test_trees_with_evil_names_are_rows_and_nothing_is_written(history, tmp_path):
    repo = history([commit("a", "2026-01-05T10:00Z", files={"a": "1\n"})])
    blob = repo.git("rev-parse", "HEAD:a")
    names = [b"..", b".git", b"a", b"a", b"b/../../c", b"z", b"k"]
    rows = b"".join(b"100644 " + name + b"\0" + bytes.fromhex(blob) for name in names)
    tree = repo.git("hash-object", "-t", "tree", "-w", "--stdin", "--literally", stdin=rows)
    raw_history(repo, raw().replace(b"{tree}", tree.encode()), raw())
    before = sorted(tmp_path.rglob("*"))
    assert read(repo.path).mined.commits == 3
    assert sorted(tmp_path.rglob("*")) == before


def test_a_wide_root_is_read_in_seconds(history):
    files = {f"d{i % 100}/f{i}": f"{i}\n" for i in range(10_000)}
    repo = history([commit("a", "2026-01-05T10:00Z", files=files)])
    found = read(repo.path)
    assert found.totals() == (1, 0, 1, 10_000, 0, 0)
    assert found.commits.loc[repo.sha["a"], "n_files"] == 10_000


@st.composite
def graphs(draw):
    """A random history: parents by name, and small files that come, change and go."""
    size = draw(st.integers(1, 14))
    rows = []
    for i in range(size):
        earlier = [f"n{j}" for j in range(i)]
        parents = draw(st.lists(st.sampled_from(earlier), max_size=3, unique=True)) if i else []
        paths = st.sampled_from(["a", "b", "d/c"])
        lines = st.lists(st.sampled_from("xyz"), max_size=5)
        files = draw(st.dictionaries(paths, lines, max_size=2))
        files = {path: "".join(f"{x}\n" for x in text) for path, text in files.items()}
        rows.append(commit(f"n{i}", f"2026-01-05T10:{i:02}Z", parents=parents, files=files))
    return rows


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=graphs())
def test_random_histories_agree_with_dulwich(tmp_path_factory, rows):
    repo = write_history(tmp_path_factory.mktemp("dag"), rows)
    found = read(repo.path)
    with Repo(str(repo.path)) as other:
        walked = {entry.commit.id.decode(): entry.commit for entry in other.get_walker()}
    assert set(found.commits.index) == set(walked)
    for sha, each in walked.items():
        row = found.commits.loc[sha]
        assert row["parents"].split() == [parent.decode() for parent in each.parents]
        assert row["committed_at"] == pd.Timestamp(each.commit_time, unit="s", tz="UTC")
        assert row["is_merge"] == (len(each.parents) > 1)
    assert found.mined.roots == sum(not each.parents for each in walked.values())
    plain = repo.git("log", "--numstat", "--format=", "--no-renames", "--no-merges")
    added = sum(int(line.split("\t")[0]) for line in plain.splitlines() if line)
    deleted = sum(int(line.split("\t")[1]) for line in plain.splitlines() if line)
    assert found.mined.lines_added - found.mined.lines_deleted == added - deleted


def test_rows_have_the_columns_of_their_tables(history):
    found = read(history(many(2)).path)
    assert ["sha", *found.commits.columns] == READ_COMMITS.names
    assert list(found.files.columns) == tables.FILE_CHANGES.names
    assert (found.commits["committed_at"] < pd.Timestamp(LATE_2026, unit="s", tz="UTC")).all()
