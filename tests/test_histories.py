"""Nasty histories: counts that can be worked out on paper, what is missing is told, an oracle."""

import pandas as pd
import pytest
from dulwich.repo import Repo
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import LATE_2026, read
from repository import commit, run_git
from repository import history as write_history

from analyzers import mining, tables
from analyzers.mining import numstat
from analyzers.mining.view import open_view

ZERO = "0" * 40


def raw_history(repo, *commits):
    """Add commits of these very bytes one after another on main; {tree}, {parent} are filled."""
    tip = repo.git("rev-parse", "HEAD")
    tree = repo.git("rev-parse", "HEAD^{tree}")
    made = []
    for raw in commits:
        tip = repo.raw_commit(raw.replace(b"{tree}", tree.encode()).replace(b"{p}", tip.encode()))
        made.append(tip)
    (repo.git_dir / "refs" / "heads" / "main").write_text(tip + "\n")
    return made


def raw(message=b"m\n", author=b"A <a@b.c> 1767607200 +0000", extra=b""):
    return b"tree {tree}\nparent {p}\nauthor %s\ncommitter %s\n%s\n%s" % (
        author,
        author,
        extra,
        message,
    )


# -- rows --------------------------------------------------------------------------------------


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
    with open_view(repo.path) as view:
        counted = mining.line_counts(view, [repo.sha["p"]])
    assert counted.to_pylist()[0]["lines_added"] == 1


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


# -- messages and identities -------------------------------------------------------------------


def test_no_message_breaks_the_stream(history):
    repo = history([commit("a", "2026-01-05T10:00Z", files={"a.py": "1\n"})])
    fake = b"1\t2\tfake.py\0" + b"f" * 40 + b"\0" + b"tree " + ZERO.encode() + b"\n\n"
    texts = [
        b"nul\0here",
        fake,
        b"\x1e\x1f\x1b[31mred\r\n",
        b"",
        b"\n\n\nlate subject\n",
        b"diff --git a/x b/x\n+++ b/x\n",
        b"x" * (1 << 20) + b"\n\nCo-authored-by: Ann <ann@example.com>\n",
        b"commit " + ZERO.encode() + b" 12\n",
    ]
    made = raw_history(repo, *[raw(text) for text in texts])
    found = read(repo.path)
    assert found.totals() == (9, 0, 1, 1, 0, 0)
    assert found.messages[made[0]] == "nul\u2400here"
    assert found.messages[made[1]].startswith("1\t2\tfake.py")
    assert found.commits.loc[made[4], "subject"] == "late subject"
    assert len(found.messages[made[6]]) < 1 << 17
    assert found.messages[made[6]].endswith("Co-authored-by: Ann <ann@example.com>\n")
    assert len(found.commits.loc[made[6], "subject"]) <= 2000


@pytest.mark.parametrize(
    ("encoding", "text", "expected"),
    [
        (b"", "caf\u00e9".encode(), "caf\u00e9"),
        (b"encoding ISO-8859-1\n", b"caf\xe9", "caf\u00e9"),
        (b"encoding SHIFT-JIS\n", "\u65e5\u672c".encode("shift-jis"), "\u65e5\u672c"),
        (b"encoding no-such-thing\n", b"caf\xe9", "caf\ufffd"),
        (b"encoding rot13\n", b"caf\xe9", "caf\ufffd"),
        (b"encoding unicode_escape\n", b"\xff\\ud800", "\ufffd\\ud800"),
        (b"", b"caf\xe9", "caf\ufffd"),
        (b"", b"\xed\xa0\x80", "\ufffd\ufffd\ufffd"),
    ],
)
def test_messages_are_decoded_by_their_header_and_always_writable(
    history, encoding, text, expected
):
    repo = history([commit("a", "2026-01-05T10:00Z", files={"a.py": "1\n"})])
    made = raw_history(repo, raw(text, extra=encoding))
    assert read(repo.path).messages[made[0]] == expected


@pytest.mark.parametrize(
    ("author", "name", "email"),
    [
        (b" <> 1767607200 +0000", "", ""),
        (b"No Brackets 1767607200 +0000", "No Brackets 1767607200 +0000", ""),
        (b"Ann <ann@x> extra> 1767607200 +0000", "Ann", "ann@x"),
        (b"Ann <<ann@x>> 1767607200 +0000", "Ann", "<ann@x"),
        (b"\xe2\x80\xaeAnn <ann@x> 1767607200 +0000", "\u202eAnn", "ann@x"),
        (b"\xff\xfe <\xff@x> 1767607200 +0000", "\ufffd\ufffd", "\ufffd@x"),
        (b"N" * 100_000 + b" <a@x> 1767607200 +0000", "N" * 1000, "a@x"),
        (b"=HYPERLINK(1) <a@x> 1767607200 +0000", "=HYPERLINK(1)", "a@x"),
    ],
)
def test_odd_identities_are_data(history, author, name, email):
    repo = history([commit("a", "2026-01-05T10:00Z", files={"a.py": "1\n"})])
    made = raw_history(repo, raw(author=author))
    row = read(repo.path).commits.loc[made[0]]
    assert (row["author_name"], row["author_email"]) == (name, email)
    assert row["author_id"].startswith("p")


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (b"1767607200 +0000", "2026-01-05T10:00Z"),
        (b"1767607200 +9999", "2026-01-05T10:00Z"),
        (b"1767607200", "2026-01-05T10:00Z"),
        (b"0 +0000", "1970-01-01T00:00Z"),
        (b"-86400 +0000", None),
        (b"", None),
        (b"yesterday", None),
        (b"99999999999999999999 +0000", None),
        (b"253402300800 +0000", None),
        (b"1799000000 +0000", None),
        (b"1767607200.5 +0000", None),
    ],
)
def test_absurd_dates_are_unknown_and_counted(history, date, expected):
    repo = history([commit("a", "2026-01-05T10:00Z", files={"a.py": "1\n"})])
    made = raw_history(repo, raw(author=b"A <a@b.c> " + date))
    found = read(repo.path)
    at = found.commits.loc[made[0], "authored_at"]
    assert (at is pd.NaT) if expected is None else (at == pd.Timestamp(expected))
    assert found.mined.absurd_dates == (2 if expected is None else 0)


def test_commits_without_author_or_with_unknown_headers_are_rows(history):
    repo = history([commit("a", "2026-01-05T10:00Z", files={"a.py": "1\n"})])
    raw_history(repo, b"tree {tree}\nparent {p}\n\nnobody\n", raw(extra=b"x-odd y\n z\n"))
    found = read(repo.path)
    assert found.mined.commits == 3
    assert "nobody" in found.commits["subject"].tolist()


# -- shapes ------------------------------------------------------------------------------------


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


# -- what is missing ---------------------------------------------------------------------------


def many(number):
    return [
        commit(f"c{i}", "2026-01-05T10:00Z", files={"f": f"{i}\n", f"g{i}": f"{i} {i}\n"})
        for i in range(number)
    ]


def loose_history(history, number):
    """The same with every object in a file of its own, so that single ones can be lost."""
    repo = history(many(number))
    packs = list((repo.git_dir / "objects" / "pack").glob("*.pack"))
    contents = [pack.read_bytes() for pack in packs]
    for file in (repo.git_dir / "objects" / "pack").iterdir():
        file.unlink()
    for content in contents:
        repo.git("unpack-objects", "-q", stdin=content)
    return repo


def object_file(repo, spec):
    name = repo.git("rev-parse", spec)
    return repo.git_dir / "objects" / name[:2] / name[2:]


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


# -- notes -------------------------------------------------------------------------------------


def test_notes_are_read_by_ref_and_commit_and_are_no_commits(history):
    repo = history(
        many(3),
        notes={
            "refs/notes/ai": {"c0": "written by x", "c1": b"\xff\0"},
            "refs/notes/review": {"c0": "Reviewed-by: Bob"},
        },
    )
    repo.git("update-ref", "refs/notes/blob", f"{repo.sha['c0']}:f")
    found = read(repo.path)
    texts = found.notes.set_index(["ref", "sha"])["text"]
    assert texts["refs/notes/ai", repo.sha["c0"]] == "written by x"
    assert texts["refs/notes/review", repo.sha["c0"]] == "Reviewed-by: Bob"
    assert texts["refs/notes/ai", repo.sha["c1"]] == "\ufffd\u2400"
    assert len(found.notes) == 3
    assert found.mined.all_commits == 3


def test_notes_in_folders_are_joined_into_ids(history):
    repo = history(many(40), notes={"ai": {f"c{i}": f"note {i}" for i in range(40)}})
    for depth in (1, 2):
        lines = [
            _fanned(line, depth) for line in repo.git("ls-tree", "-r", "refs/notes/ai").splitlines()
        ]
        repo.git("read-tree", "--empty")
        repo.git("update-index", "--index-info", stdin="".join(lines).encode())
        tree = repo.git("write-tree")
        repo.git("update-ref", "refs/notes/ai", repo.git("commit-tree", "-m", "x", tree))
        assert set(read(repo.path).notes["sha"]) == set(repo.sha.values())


def _fanned(line, depth):
    head, path = line.split("\t")
    mode, _, blob = head.split()
    sha = path.replace("/", "")
    folders = [sha[2 * i : 2 * i + 2] for i in range(depth)]
    return f"{mode} {blob}\t{'/'.join([*folders, sha[2 * depth :]])}\n"


def test_a_huge_note_is_cut(history):
    repo = history(many(1), notes={"ai": {"c0": "x" * (3 << 20)}})
    assert read(repo.path).notes["text"].str.len().tolist() == [1 << 20]


# -- an oracle ---------------------------------------------------------------------------------


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
    assert ["sha", *found.commits.columns] == tables.MINED_COMMITS.names
    assert list(found.files.columns) == tables.FILE_CHANGES.names
    assert (found.commits["committed_at"] < pd.Timestamp(LATE_2026, unit="s", tz="UTC")).all()
