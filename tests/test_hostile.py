"""Repositories that nobody vouches for: nothing planted runs, writes, hangs or bends a number.

Every plant has a control: an ordinary git command that does fall for it, so that a plant which
no longer works cannot pass for a defence.
"""

import hashlib
import os
import struct

import pytest
from odd import raw, raw_history
from reading import read
from repository import commit, run_git

from analyzers.errors import RefusedRepository
from analyzers.mining import file_at_head, git
from analyzers.mining.view import open_view

HISTORY = [
    commit("a", "2026-01-05T10:00Z", files={"a.py": "1\n2\n", "keep.txt": "kept\n" * 5}),
    commit("b", "2026-01-06T10:00Z", files={"a.py": "one\n2\n3\n"}),
    commit("c", "2026-01-07T10:00Z", renames={"keep.txt": "moved.txt"}),
]
TRUE = (3, 0, 1, 9, 1, 1)  # commits, merges, roots, lines added, lines deleted, renames
SIGNATURE = b"gpgsig -----BEGIN PGP SIGNATURE-----\n \n aGVsbG8=\n -----END PGP SIGNATURE-----\n"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """A git that hangs is ended after some seconds instead of minutes."""
    monkeypatch.setattr(git, "IDLE_SECONDS", 10.0)


@pytest.fixture
def marker(tmp_path):
    """(file, program): the program makes the file, whoever runs it."""
    made = tmp_path / "planted-command-ran"
    program = tmp_path / "planted"
    program.write_text(f"#!/bin/sh\n: > '{made}'\nexit 0\n")
    program.chmod(0o755)
    return made, program


def config(repo, *pairs):
    for key, value in pairs:
        repo.git("config", key, str(value))


def everything(path):
    """Path, mode, size, time and content of every file, to prove that nothing was touched."""
    return {
        str(each.relative_to(path)): (
            each.lstat().st_mode,
            each.lstat().st_size,
            each.lstat().st_mtime_ns,
            each.read_bytes() if each.is_file() and not each.is_symlink() else b"",
        )
        for each in sorted(path.rglob("*"))
    }


def ordinary_git(repo, *args):
    """What any other tool would run; whether it succeeds does not matter."""
    try:
        return run_git(repo.path, *args)
    except AssertionError:
        return b""


def blob_file(repo, spec):
    name = repo.git("rev-parse", spec)
    return repo.git_dir / "objects" / name[:2] / name[2:]


# -- programs ----------------------------------------------------------------------------------


def fsmonitor(repo, program):
    config(repo, ("core.fsmonitor", program))
    return "status"


def included(repo, program):
    (repo.git_dir / "more").write_text(f"[core]\n\tfsmonitor = {program}\n")
    config(repo, ("include.path", "more"))
    return "status"


def worktree_config(repo, program):
    config(repo, ("extensions.worktreeConfig", "true"))
    (repo.git_dir / "config.worktree").write_text(f"[core]\n\tfsmonitor = {program}\n")
    return "status"


def textconv(repo, program):
    config(repo, ("diff.x.textconv", program))
    (repo.git_dir / "info" / "attributes").write_text("* diff=x\n")
    return "log -p"


def external_diff(repo, program):
    config(repo, ("diff.external", program))
    return "diff HEAD~1 HEAD"


def hook(repo, program):
    target = repo.git_dir / "hooks" / "post-index-change"
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(program.read_bytes())
    target.chmod(0o755)
    return "read-tree HEAD"


def hooks_path(repo, program):
    hook(repo, program)
    config(repo, ("core.hooksPath", ".git/hooks"))
    return "read-tree HEAD"


def clean_filter(repo, program):
    config(repo, ("filter.x.clean", program))
    (repo.git_dir / "info" / "attributes").write_text("* filter=x\n")
    (repo.path / "a.py").write_text("changed\n")
    return "add a.py"


def alias(repo, program):
    config(repo, ("alias.mine", f"!{program}"), ("core.pager", program))
    return "mine"


@pytest.mark.parametrize(
    "plant",
    [
        fsmonitor,
        included,
        worktree_config,
        textconv,
        external_diff,
        hook,
        hooks_path,
        clean_filter,
        alias,
    ],
    ids=lambda plant: plant.__name__,
)
def test_no_planted_program_runs_and_nothing_is_written(history, marker, plant):
    made, program = marker
    repo = history(HISTORY)
    control = plant(repo, program)
    before = everything(repo.path)
    assert read(repo.path).totals() == TRUE
    assert not made.exists()
    assert everything(repo.path) == before
    ordinary_git(repo, *control.split())
    assert made.exists(), "the plant itself is dead"


def signed(repo):
    """The history with a signed commit on top."""
    raw = run_git(repo.path, "cat-file", "commit", "HEAD")
    header, _, body = raw.partition(b"\n\n")
    lines = [line for line in header.split(b"\n") if not line.startswith(b"parent")]
    lines.insert(1, b"parent " + repo.sha["c"].encode())
    name = repo.raw_commit(b"\n".join(lines) + b"\n" + SIGNATURE + b"\n" + body)
    repo.ref("refs/heads/main", name)


def test_no_signature_is_checked(history, marker):
    made, program = marker
    repo = history(HISTORY)
    signed(repo)
    config(repo, ("log.showSignature", "true"), ("gpg.program", program))
    before = everything(repo.path)
    assert read(repo.path).totals() == (4, *TRUE[1:])
    assert not made.exists()
    assert everything(repo.path) == before
    ordinary_git(repo, "log", "--numstat")
    assert made.exists(), "the plant itself is dead"


@pytest.mark.parametrize(
    ("url", "setting"),
    [
        ("ext::{program} %S x", "protocol.ext.allow=always"),
        ("ssh://nowhere.invalid/x", "core.sshCommand={program}"),
    ],
)
def test_a_missing_blob_is_never_fetched_and_costs_one_commit_its_lines(
    history, marker, url, setting
):
    made, program = marker
    repo = history(HISTORY)
    key, value = setting.format(program=program).split("=")
    config(
        repo,
        ("core.repositoryformatversion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", url.format(program=program)),
        (key, value),
    )
    blob_file(repo, "HEAD~1:a.py").unlink()
    before = everything(repo.path)
    found = read(repo.path)
    assert not made.exists()
    assert everything(repo.path) == before
    assert found.view.is_partial
    assert found.mined.commits == 3
    assert found.mined.incomplete == [repo.sha["b"]]
    assert found.lines(repo.sha["a"]) == (7, 0)
    assert found.lines(repo.sha["b"]) == (None, None)
    assert found.lines(repo.sha["c"]) == (0, 0)
    assert found.warned("1 commits lack content")
    ordinary_git(repo, "log", "--numstat")
    assert made.exists(), "the plant itself is dead"


# -- numbers -----------------------------------------------------------------------------------


def show_root(repo):
    config(repo, ("log.showRoot", "false"))


def small_big_files(repo):
    config(repo, ("core.bigFileThreshold", "1"))


def no_diff(repo):
    (repo.git_dir / "info" / "attributes").write_text("* -diff\n")


def attributes_elsewhere(repo):
    (repo.path / "elsewhere").write_text("* binary\n")
    config(repo, ("core.attributesFile", repo.path / "elsewhere"))


def output_encoding(repo):
    config(repo, ("i18n.logOutputEncoding", "UTF-16"))


def no_renames(repo):
    config(repo, ("diff.renames", "false"), ("log.mailmap", "false"), ("format.pretty", "raw"))


def grafts(repo):
    (repo.git_dir / "info" / "grafts").write_text(f"{repo.sha['c']}\n")


def replaced(repo):
    repo.git("replace", "--graft", repo.sha["c"])


def forged_commit_graph(repo):
    """The history's commit-graph with every parent column empty and a right checksum."""
    repo.git("commit-graph", "write", "--reachable")
    path = repo.git_dir / "objects" / "info" / "commit-graph"
    data = bytearray(path.read_bytes())
    rows = [data[8 + 12 * i : 20 + 12 * i] for i in range(data[6] + 1)]
    starts = {bytes(row[:4]): struct.unpack(">Q", row[4:])[0] for row in rows}
    for position in range(starts[b"CDAT"], starts[b"CDAT"] + 36 * len(repo.sha), 36):
        data[position + 20 : position + 28] = struct.pack(">II", 0x70000000, 0x70000000)
    data[-20:] = hashlib.sha1(data[:-20]).digest()
    path.chmod(0o644)
    path.write_bytes(data)


@pytest.mark.parametrize(
    "plant",
    [
        show_root,
        small_big_files,
        no_diff,
        attributes_elsewhere,
        output_encoding,
        grafts,
        replaced,
        forged_commit_graph,
    ],
    ids=lambda plant: plant.__name__,
)
def test_no_configuration_bends_a_number(history, plant):
    repo = history(HISTORY)
    honest = ordinary_git(repo, "log", "--numstat", "-M", "--format=%s")
    plant(repo)
    assert ordinary_git(repo, "log", "--numstat", "-M", "--format=%s") != honest
    before = everything(repo.path)
    assert read(repo.path).totals() == TRUE
    assert everything(repo.path) == before


def test_renames_are_found_whatever_the_configuration_says(history):
    repo = history(HISTORY)
    no_renames(repo)
    assert read(repo.path).totals() == TRUE


def test_replacements_and_grafts_are_told(history):
    repo = history(HISTORY)
    grafts(repo)
    assert read(repo.path).warned("grafts file")
    replaced(repo)
    assert read(repo.path).warned("1 replaced objects")


def test_committed_attributes_do_not_hide_lines(history):
    rows = [*HISTORY, commit("d", "2026-01-08T10:00Z", files={".gitattributes": "* binary\n"})]
    assert read(history(rows).path).totals() == (4, 0, 1, 10, 1, 1)


def test_the_callers_environment_does_not_reach_git(history, tmp_path, monkeypatch):
    other = history(HISTORY[:1], name="other")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".gitconfig").write_text("[log]\n\tshowRoot = false\n")
    for name, value in {
        "GIT_DIR": other.git_dir,
        "GIT_OBJECT_DIRECTORY": other.git_dir / "objects",
        "GIT_CONFIG_GLOBAL": tmp_path / "home" / ".gitconfig",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.bigFileThreshold",
        "GIT_CONFIG_VALUE_0": "1",
        "GIT_EXTERNAL_DIFF": "false",
        "HOME": tmp_path / "home",
    }.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.delenv("GIT_DIR")  # the builder itself would use it
    repo = history(HISTORY)
    monkeypatch.setenv("GIT_DIR", str(other.git_dir))
    assert read(repo.path).totals() == TRUE


# -- odd files ---------------------------------------------------------------------------------

REFUSED_PIPES = ["HEAD", "config", "packed-refs", "shallow", "commondir", "objects/info/alternates"]
PASSED_PIPES = [
    "info/attributes",
    "info/grafts",
    "objects/info/commit-graph",
    "refs/heads/pipe",
    "FETCH_HEAD",
    "config.worktree",
]


@pytest.mark.parametrize("name", REFUSED_PIPES)
def test_a_pipe_in_place_of_a_file_is_refused_at_once(history, name):
    repo = history(HISTORY)
    target = repo.git_dir / name
    target.unlink(missing_ok=True)
    os.mkfifo(target)
    with pytest.raises(RefusedRepository) as caught:
        read(repo.path)
    assert name.rpartition("/")[2] in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", PASSED_PIPES)
def test_a_pipe_that_nobody_needs_does_not_stop_it(history, name):
    repo = history(HISTORY)
    (repo.git_dir / name).unlink(missing_ok=True)
    os.mkfifo(repo.git_dir / name)
    assert read(repo.path).totals() == TRUE


@pytest.mark.parametrize("where", ["objects/pack/multi-pack-index", "objects/pack/x.idx"])
def test_pipes_among_objects_are_refused(history, where):
    repo = history(HISTORY)
    os.mkfifo(repo.git_dir / where)
    with pytest.raises(RefusedRepository):
        read(repo.path)


def test_a_pipe_in_place_of_an_object_is_refused(history):
    repo = history(HISTORY)
    blob_file(repo, "HEAD:a.py").unlink()
    os.mkfifo(blob_file(repo, repo.git("rev-parse", "HEAD:a.py")))
    with pytest.raises(RefusedRepository):
        read(repo.path)


def test_a_file_in_place_of_a_folder_hides_no_pipe(history):
    repo = history(HISTORY)
    for number in range(256):
        folder = repo.git_dir / "objects" / f"{number:02x}"
        if not folder.exists():
            folder.write_text("no folder")
    name = "12" * 19  # of no object, in a folder that is there
    os.mkfifo(blob_file(repo, "HEAD").parent / name)
    with pytest.raises(RefusedRepository, match="not a regular file"):
        read(repo.path)


def test_a_pipe_as_git_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / ".git")
    with pytest.raises(RefusedRepository):
        read(tmp_path)


def test_links_do_not_show_what_they_lead_to(history, tmp_path):
    (tmp_path / "secret").write_text("password\n")
    rows = [
        *HISTORY,
        commit(
            "d",
            "2026-01-08T10:00Z",
            files={".mailmap": str(tmp_path / "secret"), "reviewgap.toml": "/etc/passwd"},
            modes={".mailmap": "120000", "reviewgap.toml": "120000"},
        ),
    ]
    repo = history(rows)
    (repo.git_dir / "HEAD").unlink()
    (repo.git_dir / "HEAD").symlink_to(tmp_path / "secret")
    with pytest.raises(RefusedRepository) as caught:
        read(repo.path)
    assert "password" not in str(caught.value)
    (repo.git_dir / "HEAD").unlink()
    (repo.git_dir / "HEAD").symlink_to("refs/heads/main")  # as git wrote it before 2006
    found = read(repo.path)
    assert found.mined.commits == 4
    with open_view(repo.path) as view:
        assert file_at_head(view, "reviewgap.toml") is None
        assert file_at_head(view, "a.py") == "one\n2\n3\n"


def test_a_huge_small_file_is_refused(history):
    repo = history(HISTORY)
    with (repo.git_dir / "config").open("ab") as file:
        file.truncate(1 << 30)
    with pytest.raises(RefusedRepository) as caught:
        read(repo.path)
    assert "bytes" in str(caught.value)


def test_a_git_that_hangs_is_ended(history, monkeypatch):
    repo = history(HISTORY)
    monkeypatch.setattr(git, "IDLE_SECONDS", 0.2)
    with (
        pytest.raises(git.GitSilent),
        git.stream(_at(repo.git_dir), ["-c", "alias.wait=!sleep 60", "wait"]) as output,
    ):
        output.read()


def _at(path):
    class Here:
        pass

    here = Here()
    here.path = path
    return here


def test_a_tree_of_ten_billion_files_costs_its_commit_the_lines(history, monkeypatch):
    """Ten folders, ten levels deep, all of them the same tree: to list it would take days."""
    repo = history([*HISTORY[:2]])
    below, mode = repo.git("rev-parse", "HEAD:a.py"), b"100644"
    for _ in range(10):
        rows = b"".join(mode + b" %d\0" % i + bytes.fromhex(below) for i in range(10))
        below, mode = repo.git("hash-object", "-t", "tree", "-w", "--stdin", stdin=rows), b"40000"
    bomb, after = raw_history(repo, raw().replace(b"{tree}", below.encode()), raw())
    monkeypatch.setattr(git, "IDLE_SECONDS", 1.0)
    found = read(repo.path)
    assert found.mined.commits == 4
    assert set(found.mined.incomplete) == {bomb, after}, "and the one that takes it all away again"
    assert found.lines(repo.sha["b"]) == (2, 1)
