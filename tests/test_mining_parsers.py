"""The two parsers take any bytes; the kinds of files; and git is started in one place only."""

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import analyzers
from analyzers import vocabulary
from analyzers.mining import commit, kinds, numstat

PATHS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)
NUMBERS = st.integers(0, 10**9)
LINES = st.one_of(st.just((None, None)), st.tuples(NUMBERS, NUMBERS))
CHANGES = st.lists(st.tuples(PATHS, st.one_of(st.none(), PATHS), LINES))


@given(st.binary())
def test_any_bytes_are_a_commit(data):
    made = commit.parse("0" * 40, data)
    for text in (made.author_name, made.author_email, made.message, made.subject):
        text.encode()
        assert "\0" not in text


@given(
    st.binary(), st.binary(), st.sampled_from(["latin-1", "utf-16", "unicode_escape", "hex", "x"])
)
def test_any_identity_message_and_encoding(who, body, encoding):
    data = b"tree x\nauthor " + who.replace(b"\n", b"") + b"\nencoding " + encoding.encode()
    made = commit.parse("0" * 40, data + b"\n\n" + body)
    (made.author_name + made.message).encode()


@given(st.lists(CHANGES, min_size=1, max_size=5), st.integers(1, 50))
def test_the_numstat_stream_reads_back_what_git_would_write(commits, block):
    raw, expected = b"", []
    for number, changes in enumerate(commits):
        sha = f"{number:040x}"
        raw += sha.encode() + b"\0" + (b"\n" if changes else b"")
        for path, old, (added, deleted) in changes:
            numbers = "-\t-" if added is None else f"{added}\t{deleted}"
            names = f"\0{old}\0{path}" if old is not None else path
            raw += f"{numbers}\t{names}\0".encode()
        expected.append((sha, [(p, o, *lines) for p, o, lines in changes]))
    blocks = (raw[start : start + block] for start in range(0, len(raw), block))
    assert list(numstat.parse(blocks, 40)) == expected


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("src/app.py", "code"),
        ("app.py", "code"),
        ("src/latest.py", "code"),
        ("src/contest/x.py", "code"),
        ("tests/app.py", "test"),
        ("pkg/app_test.go", "test"),
        ("t/t0001.sh", "test"),
        ("README.md", "doc"),
        ("docs/conf.py", "doc"),
        (".github/workflows/ci.yml", "config"),
        ("Dockerfile", "config"),
        ("sub/package-lock.json", "lock"),
        ("go.sum", "lock"),
        ("vendor/github.com/x/y.go", "vendored"),
        ("web/node_modules/a/index.js", "vendored"),
        ("api/x.pb.go", "generated"),
        ("static/app.min.js", "generated"),
        ("a\nb/vendor/x", "vendored"),
    ],
)
def test_kinds_of_files(path, kind):
    assert kinds.classifier()(path) == kind
    assert kind in vocabulary.FILE_KINDS


def test_a_users_own_pattern_is_generated():
    kind = kinds.classifier(["schema/*.sql", "fake/"])
    assert kind("schema/a.sql") == "generated"
    assert kind("x/fake/a.py") == "generated"
    assert kind("other/schema/a.sql") == "code"


def test_only_mining_starts_git():
    """git.py reads views, remote.py is what `fetch-reviews` runs on a repository of our own, and
    file_complexity.py gives PyDriller the view's path, never the user's."""
    root = Path(analyzers.__file__).parent.parent
    files = [*root.glob("analyzers/**/*.py"), *root.glob("dashboard/**/*.py")]
    assert len(files) > 20
    allowed = {root / f"analyzers/mining/{n}.py" for n in ("git", "remote", "file_complexity")}
    for path in sorted({*files} - allowed):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            tops = {name.split(".")[0] for name in names}
            assert not tops & {"git", "pydriller", "dulwich", "pygit2"}, path
            if "subprocess" in tops:
                assert '"git"' not in path.read_text(encoding="utf-8"), path


def test_pydriller_gets_the_view_and_nothing_else():
    mining = Path(analyzers.__file__).with_name("mining")
    opens = mining.joinpath("file_complexity.py").read_text()
    assert opens.count("Git(") == 1
    assert "Git(git_dir)" in opens
    asks = mining.joinpath("complexity.py").read_text()
    assert asks.count("file_complexity.read(") == 1
    assert "file_complexity.read(str(view.path), " in asks
