"""Nasty repositories, part five: forms, places that lead elsewhere, pipes, foreign owners."""

import os
from itertools import pairwise

from nasty import EMPTY, HISTORY, PLAIN, configure, nasty, pipe, refused
from nasty_plants import key_line
from repository import commit, run_git


@nasty()
def embedded_bare(at):
    repo = at.plain()
    run_git(at.folder, "clone", "-q", "--bare", str(repo.path), str(repo.path / "docs"))
    (repo.path / "docs" / "config").write_text(key_line("core.fsmonitor", at.program))
    return repo.path


@refused("inside the repository")
def folder_of_a_repository(at):
    repo = at.plain()
    (repo.path / "docs").mkdir()
    return repo.path / "docs"


@nasty()
def git_file_elsewhere(at):
    repo = at.plain()
    configure(repo, key_line("core.fsmonitor", at.program))
    (at.folder / "tree").mkdir()
    (at.folder / "tree" / ".git").write_text(f"gitdir: {repo.git_dir}\n")
    return at.folder / "tree"


@refused("outside the root", root="inside")
def git_file_out_of_the_root(at):
    repo = at.plain()
    (at.folder / "inside").mkdir()
    (at.folder / "inside" / ".git").write_text(f"gitdir: {repo.git_dir}\n")
    return at.folder / "inside"


@refused("neither a git directory nor", root=".")
def git_file_of_something_else(at):
    (at.folder / "tree").mkdir()
    (at.folder / "tree" / ".git").write_text("GITDIR /etc\n")
    return at.folder / "tree"


@refused("not there")
def git_file_to_nowhere(at):
    (at.folder / "tree").mkdir()
    (at.folder / "tree" / ".git").write_text("gitdir: /nonexistent/x\n")
    return at.folder / "tree"


@refused("cannot be read")
def git_file_to_itself(at):
    (at.folder / "tree").mkdir()
    (at.folder / "tree" / ".git").symlink_to(".git")
    return at.folder / "tree"


@refused("outside the root", root="inside")
def link_out_of_the_root(at):
    repo = at.plain()
    (at.folder / "inside").mkdir()
    (at.folder / "inside" / "link").symlink_to(repo.path)
    return at.folder / "inside" / "link"


@refused("alternates", root="inside")
def alternates_out_of_the_root(at):
    private = at.plain()
    repo = at.history([], name="inside/repo")
    (repo.git_dir / "objects" / "info").mkdir(exist_ok=True)
    (repo.git_dir / "objects" / "info" / "alternates").write_text(f"{private.git_dir}/objects\n")
    (repo.git_dir / "refs" / "heads" / "main").write_text(f"{private.sha['c']}\n")
    return repo.path


@refused("outside the root", root="inside")
def common_dir_out_of_the_root(at):
    private = at.plain()
    (at.folder / "inside" / "tree" / ".git").mkdir(parents=True)
    for name, text in {"HEAD": "ref: refs/heads/main\n", "commondir": str(private.git_dir)}.items():
        (at.folder / "inside" / "tree" / ".git" / name).write_text(text)
    return at.folder / "inside" / "tree"


@refused("outside the root", root="inside")
def objects_linked_out_of_the_root(at):
    repo = at.plain(name="inside/repo")
    (repo.git_dir / "objects").rename(at.folder / "objects")
    (repo.git_dir / "objects").symlink_to(at.folder / "objects")
    return repo.path


@refused("more than")
def alternates_without_end(at):
    repo = at.plain()
    stores = [repo.git_dir / "objects", *(at.folder / f"o{i}" for i in range(60))]
    for here, there in pairwise(stores):
        (here / "info").mkdir(parents=True, exist_ok=True)
        (here / "info" / "alternates").write_text(f"{there}\n")
    return repo.path


@nasty()
def alternates_in_a_circle(at):
    repo = at.plain()
    other = at.history([], name="other")
    for here, there in ((repo, other), (other, repo)):
        (here.git_dir / "objects" / "info").mkdir(exist_ok=True)
        (here.git_dir / "objects" / "info" / "alternates").write_text(f"{there.git_dir}/objects\n")
    return repo.path


PIPES = [
    "info/attributes",
    "info/grafts",
    "info/exclude",
    "info/sparse-checkout",
    "objects/info/commit-graph",
    "objects/info/packs",
    "objects/info/http-alternates",
    "refs/heads/pipe",
    "logs/HEAD",
    "FETCH_HEAD",
    "ORIG_HEAD",
    "MERGE_HEAD",
    "config.worktree",
    "index",
    "description",
    "gc.pid",
]


@nasty(says="no plain files")
def pipes_that_nobody_needs(at):
    repo = at.plain()
    for name in PIPES:
        pipe(repo.git_dir / name)
    for name in (".gitattributes", ".mailmap", ".gitmodules", "reviewgap.toml"):
        pipe(repo.path / name)
    return repo.path


def _pipe_in_place_of(name):
    def build(at):
        repo = at.plain()
        pipe(repo.git_dir / name)
        return repo.path

    build.__name__ = f"pipe_as_{name.rpartition('/')[2].replace('-', '_').lower()}"
    refused("")(build)


for _name in (
    *("HEAD", "config", "packed-refs", "shallow", "commondir", "objects/info/alternates"),
    *("objects/pack/multi-pack-index", "objects/pack/pack-1.idx", "objects/00/" + "1" * 38),
):
    _pipe_in_place_of(_name)


@refused("a link to elsewhere")
def refs_of_another_repository(at):
    repo = at.plain()
    (repo.git_dir / "refs").rename(at.folder / "refs")
    (repo.git_dir / "refs").symlink_to(at.folder / "refs")
    return repo.path


@refused("cannot be read")
def objects_linked_in_a_circle(at):
    repo = at.plain()
    (repo.git_dir / "objects" / "ab").symlink_to("ab")
    return repo.path


def _folder_in_place_of(name):
    def build(at):
        repo = at.plain()
        (repo.git_dir / name).unlink(missing_ok=True)
        (repo.git_dir / name).mkdir(parents=True)
        return repo.path

    build.__name__ = f"folder_as_{name.rpartition('/')[2].replace('-', '_').lower()}"
    refused("not a regular file")(build)


for _name in ("HEAD", "config", "packed-refs", "shallow", "objects/info/alternates"):
    _folder_in_place_of(_name)


@refused("not a regular file")
def device_as_object(at):
    repo = at.plain()
    (repo.git_dir / "objects" / "00").mkdir()
    (repo.git_dir / "objects" / "00" / ("1" * 38)).symlink_to("/dev/zero")
    return repo.path


def given_away(path):
    """To a user who is nobody here; only root can give."""
    if os.geteuid() == 0:
        for each in [path, *path.rglob("*")]:
            os.lchown(each, 4242, 4242)


@nasty()
def foreign_owner(at):
    repo = at.plain()
    given_away(repo.path)
    return repo.path


@nasty(counts=EMPTY, says="no commits yet")
def nothing_committed(at):
    return at.history([], bare=True).path


@nasty(counts=EMPTY, says="HEAD names")
def an_unborn_branch_beside_others(at):
    return at.plain(refs={"refs/heads/dev": "c"}).path


@nasty(counts=PLAIN)
def detached_head(at):
    return at.plain(head="c", refs={"refs/heads/main": "a"}).path


@nasty(counts=PLAIN)
def head_at_a_tag(at):
    repo = at.plain(tags={"v1": "c"})
    (repo.git_dir / "HEAD").write_text((repo.git_dir / "refs" / "tags" / "v1").read_text())
    return repo.path


def _head_of(name, text):
    def build(at):
        repo = at.plain()
        (repo.git_dir / "HEAD").write_bytes(text)
        return repo.path

    build.__name__ = f"head_of_{name}"
    refused("names neither a branch nor a commit")(build)


for _name, _text in {
    "words": b"hello\n",
    "nothing": b"",
    "garbage": b"ref: \xff\0" * 9,
    "a_path_up": b"ref: refs/heads/../../../../etc/passwd\n",
    "a_file": b"ref: /etc/passwd\n",
}.items():
    _head_of(_name, _text)


@nasty()
def head_at_a_branch_like_an_option(at):
    repo = at.plain()
    (repo.git_dir / "refs" / "heads" / "--output=x").write_text(f"{repo.sha['c']}\n")
    (repo.git_dir / "HEAD").write_text("ref: refs/heads/--output=x\n")
    return repo.path


@nasty(counts=PLAIN)
def sha256(at):
    return at.plain(object_format="sha256").path


@nasty(counts=PLAIN)
def bare(at):
    return at.plain(bare=True).path


@nasty(counts=PLAIN)
def linked_worktree(at):
    repo = at.plain()
    repo.git("worktree", "add", "-q", "--detach", str(at.folder / "tree"), repo.sha["c"])
    return at.folder / "tree"


@nasty(counts=PLAIN)
def the_git_folder_itself(at):
    return at.plain().git_dir


@nasty(counts=PLAIN)
def odd_folder_names(at):
    return at.plain(name='a "b" \\ $(x) \t\n\u202e #é').path


@refused("reftable")
def reftable(at):
    repo = at.plain()
    configure(
        repo, "[core]\n\trepositoryformatversion = 1\n[extensions]\n\trefStorage = reftable\n"
    )
    return repo.path


@refused("extensions.zebra")
def unknown_extension(at):
    repo = at.plain()
    configure(repo, "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tzebra = true\n")
    return repo.path


@refused("format")
def a_newer_format(at):
    repo = at.plain()
    configure(repo, "[core]\n\trepositoryformatversion = 9\n")
    return repo.path


@nasty(code=3, counts=None, says="whole trees")
def shallow_at_a_merge(at):
    side = commit("s", "2026-01-06T10:00Z", parents=["a"], files={"s": "1\n2\n"})
    merge = commit("m", "2026-01-08T10:00Z", parents=["c", "s"])
    repo = at.history([*HISTORY, side, merge, commit("d", "2026-01-09T10:00Z", files={"d": "1\n"})])
    run_git(at.folder, "clone", "-q", "--depth=2", f"file://{repo.path}", "thin")
    return at.folder / "thin"


@nasty(code=3, counts=None, says="whole trees")
def shallow(at):
    repo = at.history([*HISTORY, commit("d", "2026-01-08T10:00Z", files={"d": "1\n2\n"})])
    run_git(at.folder, "clone", "-q", "--depth=2", f"file://{repo.path}", "thin")
    return at.folder / "thin"


@nasty(code=3, says="is partial", incomplete=3, lines_added=0, lines_deleted=0, renames=0)
def partial(at):
    repo = at.plain()
    configure(repo, "[uploadpack]\n\tallowFilter = true\n")
    args = ["clone", "-q", "--bare", "--filter=blob:none", f"file://{repo.path}", "part.git"]
    run_git(at.folder, *args)
    configure_gone(at.folder / "part.git")
    return at.folder / "part.git"


def configure_gone(path):
    """Let the promisor lead nowhere."""
    run_git(path, "config", "remote.origin.url", "/nonexistent")
