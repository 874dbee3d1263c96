"""Nasty repositories, part three: objects missing, cut or garbage; places that are none."""

from nasty import HISTORY, PLAIN, nasty, object_file, pipe, refused, unpacked
from repository import commit

ONE_LOST = PLAIN | {"lines_added": 7, "lines_deleted": 0, "incomplete": 1}


def _garbled(path, how):
    if how == "missing":
        path.unlink()
    else:
        path.write_bytes(
            {"empty": b"", "garbage": b"\1\2\3" * 30, "cut": path.read_bytes()[:9]}[how]
        )


def _enter(name, build, **expected):
    build.__name__ = name
    nasty(code=3, **expected)(build)


def _blob(how):
    def build(at):
        repo = at.loose()
        _garbled(object_file(repo, f"{repo.sha['b']}:a.py"), how)
        return repo.path

    return build


def _tree(how):
    def build(at):
        repo = at.loose()
        _garbled(object_file(repo, f"{repo.sha['b']}^{{tree}}"), how)
        return repo.path

    return build


def _commit(how):
    def build(at):
        repo = at.loose()
        _garbled(object_file(repo, repo.sha["b"]), how)
        return repo.path

    return build


for _how in ("missing", "empty", "garbage", "cut"):
    _enter(f"blob_{_how}", _blob(_how), counts=ONE_LOST, says="no line counts")
    _enter(
        f"tree_{_how}",
        _tree(_how),
        counts=PLAIN | {"incomplete": 2, "lines_added": 7, "lines_deleted": 0, "renames": 0},
        says="no line counts",
    )
    _enter(
        f"commit_{_how}",
        _commit(_how),
        counts=PLAIN
        | {
            "commits": 1,
            "roots": 0,
            "lines_added": 0,
            "lines_deleted": 0,
            "incomplete": 1,
            "renames": 0,
        },
        says="missing or damaged",
    )


@refused("HEAD")
def head_commit_missing(at):
    repo = at.loose()
    object_file(repo, repo.sha["c"]).unlink()
    return repo.path


def _branch_of_head(name, spoil):
    def build(at):
        repo = at.plain(refs={"refs/heads/main": "c", "refs/heads/dev": "b"})
        spoil(repo.git_dir / "refs" / "heads" / "main")
        return repo.path

    build.__name__ = f"branch_of_head_{name}"
    refused("which HEAD names, is damaged")(build)


def _link(path):
    path.unlink()
    path.symlink_to("dev")


for _name, _spoil in {
    "cut_by_a_crash": lambda path: path.write_bytes(b""),
    "of_garbage": lambda path: path.write_bytes(b"\xff\0 garbage\n"),
    "as_a_pipe": pipe,
    "as_a_link": _link,
    "in_a_circle": lambda path: path.write_text("ref: refs/heads/main\n"),
}.items():
    _branch_of_head(_name, _spoil)


@nasty()
def alternates_in_quotes(at):
    repo = at.plain()
    place = at.folder / 'odd "\t\\ \u00e9 place'
    (repo.git_dir / "objects").rename(place)
    (repo.git_dir / "objects" / "info").mkdir(parents=True)
    quoted = str(place).replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    quoted = quoted.replace("\u00e9", "\\303\\251")
    (repo.git_dir / "objects" / "info" / "alternates").write_text(f'"{quoted}"\n')
    return repo.path


@nasty(says="lead to nothing")
def heads_of_requests_damaged(at):
    rows = [*HISTORY, commit("p", "2026-01-08T10:00Z", files={"p": "1\n"})]
    repo = unpacked(at.history(rows, refs={"refs/heads/main": "c", "refs/pull/1/head": "p"}))
    object_file(repo, repo.sha["p"]).write_bytes(b"\1\2\3" * 30)
    return repo.path


@refused("")
def every_object_missing(at):
    repo = at.loose()
    for path in (repo.git_dir / "objects").glob("??/*"):
        path.unlink()
    return repo.path


@nasty(
    code=3,
    says="missing or damaged",
    commits=3,
    merges=1,
    roots=1,
    lines_added=2,
    lines_deleted=0,
    renames=0,
)
def a_side_of_a_merge_missing(at):
    rows = [
        commit("a", "2026-01-05T10:00Z", files={"a": "1\n"}),
        commit("s", "2026-01-05T11:00Z", files={"s": "1\n"}),
        commit("b", "2026-01-05T12:00Z", parents=["a"], files={"b": "1\n"}),
        commit("m", "2026-01-05T13:00Z", parents=["b", "s"]),
    ]
    repo = at.history(rows)
    object_file(repo, repo.sha["s"]).unlink()
    return repo.path


def _packed(change, offset=None):
    def build(at):
        repo = at.history(
            [
                *HISTORY,
                *(
                    commit(f"n{i}", "2026-01-08T10:00Z", files={f"f{i}": f"{i}\n" * 50})
                    for i in range(40)
                ),
            ]
        )
        repo.git("repack", "-adq")
        pack = next((repo.git_dir / "objects" / "pack").glob(f"*.{change}"))
        pack.chmod(0o644)
        data = bytearray(pack.read_bytes())
        if offset is None:
            data = data[: len(data) // 3]
        else:
            place = int(len(data) * offset)
            data[place : place + 20] = b"\xff" * 20
        pack.write_bytes(data)
        return repo.path

    return build


UNTOLD = {}  # what can be read of a damaged pack is git's affair; it ends with 2 or 3

for _name, _build in {
    "pack_cut": _packed("pack"),
    "pack_scratched_early": _packed("pack", 0.2),
    "pack_scratched_late": _packed("pack", 0.8),
    "index_cut": _packed("idx"),
    "index_scratched": _packed("idx", 0.5),
}.items():
    _build.__name__ = _name
    nasty(code=(2, 3), counts=UNTOLD)(_build)


@refused("does not exist")
def nothing_there(at):
    return at.folder / "none"


@refused("not a folder")
def a_file(at):
    (at.folder / "file").write_text("x")
    return at.folder / "file"


@refused("not a git repository")
def a_plain_folder(at):
    (at.folder / "plain").mkdir()
    return at.folder / "plain"


@refused("no local path")
def an_address(at):
    return "https://me:s3cr3t@example.com/r"


@refused("no local path")
def a_remote_helper(at):
    return f"ext::{at.program} x"


@refused("")
def a_folder_with_an_empty_git(at):
    (at.folder / "x" / ".git").mkdir(parents=True)
    return at.folder / "x"


@refused("cannot be parsed")
def garbage_configuration(at):
    repo = at.plain()
    (repo.git_dir / "config").write_bytes(b"\xff\0[[[ = \n")
    return repo.path


@refused("bytes")
def a_huge_configuration(at):
    repo = at.plain()
    with (repo.git_dir / "config").open("ab") as file:
        file.truncate(1 << 30)
    return repo.path


@refused("something else than object ids")
def a_forged_shallow_file(at):
    repo = at.plain()
    (repo.git_dir / "shallow").write_text("--upload-pack=x\n")
    return repo.path


@nasty(code=3, counts=None, says="shallow")
def a_shallow_file_that_cuts(at):
    repo = at.plain()
    (repo.git_dir / "shallow").write_text(f"{repo.sha['c']}\n")
    return repo.path
