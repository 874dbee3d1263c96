"""Nasty repositories, part one: planted programs, bent numbers, places that lead elsewhere."""

import hashlib
import struct
from pathlib import Path

from nasty import HISTORY, configure, nasty, object_file
from repository import commit, run_git

SIGNATURE = b"gpgsig -----BEGIN PGP SIGNATURE-----\n \n aGVsbG8=\n -----END PGP SIGNATURE-----\n"

DATA = Path(__file__).parent / "data"
PROGRAMS = (DATA / "planted_programs.txt").read_text().split()
"""Every setting of git that names a program or a file."""
BENDING = (DATA / "planted_numbers.txt").read_text().split()
"""Settings that change what git counts or how it prints, with a value that does."""


def key_line(key, value):
    """One setting as git's configuration file has it."""
    section, _, rest = key.partition(".")
    inner, _, name = rest.rpartition(".")
    head = f'[{section} "{inner}"]' if inner else f"[{section}]"
    return f'{head}\n\t{name} = "{value}"\n'


def plant(at, repo, settings):
    """These settings, attributes that use them, hooks, and a commit that asks for a signature."""
    configure(repo, "".join(key_line(key, value) for key, value in settings))
    (repo.git_dir / "info").mkdir(exist_ok=True)
    (repo.git_dir / "info" / "attributes").write_text("* diff=x filter=x merge=x -text\n")
    (repo.path / ".gitattributes").write_text("* diff=x filter=x binary\n")
    (repo.git_dir / "hooks").mkdir(exist_ok=True)
    for name in ("post-index-change", "reference-transaction", "fsmonitor-watchman", "pre-auto-gc"):
        (repo.git_dir / "hooks" / name).symlink_to(at.program)


@nasty()
def every_program_at_once(at):
    repo = at.plain()
    plant(at, repo, [(key, f"{at.program} {key}") for key in PROGRAMS if "include" not in key])
    return repo.path


@nasty()
def every_bending_setting_at_once(at):
    repo = at.plain()
    plant(at, repo, [pair.split("=", 1) for pair in BENDING])
    (repo.git_dir / "info" / "grafts").write_text(f"{repo.sha['c']}\n")
    return repo.path


@nasty()
def includes_of_all_kinds(at):
    repo = at.plain()
    (repo.git_dir / "more").write_text(key_line("core.fsmonitor", at.program))
    for key in ("include.path", "includeIf.gitdir:/.path", "includeIf.onbranch:**.path"):
        configure(repo, key_line(key, repo.git_dir / "more"))
    configure(repo, key_line("include.path", "/dev/zero") + key_line("include.path", "config"))
    return repo.path


@nasty()
def worktree_config(at):
    repo = at.plain()
    configure(
        repo, "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tworktreeConfig = true\n"
    )
    (repo.git_dir / "config.worktree").write_text(key_line("core.fsmonitor", at.program))
    return repo.path


@nasty(commits=4)
def signature_programs(at):
    repo = at.plain()
    raw = run_git(repo.path, "cat-file", "commit", "HEAD")
    header, _, body = raw.partition(b"\n\n")
    lines = [line for line in header.split(b"\n") if not line.startswith(b"parent")]
    lines.insert(1, b"parent " + repo.sha["c"].encode())
    signed = repo.raw_commit(b"\n".join(lines) + b"\n" + SIGNATURE + b"\n" + body)
    repo.ref("refs/heads/main", signed)
    keys = ("gpg.program", "gpg.ssh.program", "gpg.ssh.defaultKeyCommand")
    plant(at, repo, [("log.showSignature", "true"), *((key, at.program) for key in keys)])
    return repo.path


def _promisor(at, url, *settings):
    repo = at.loose()
    object_file(repo, f"{repo.sha['b']}:a.py").unlink()
    shape = [("core.repositoryformatversion", 1), ("extensions.partialClone", "origin")]
    remote = [("remote.origin.promisor", "true"), ("remote.origin.url", url)]
    plant(at, repo, [*shape, *remote, *settings])
    return repo.path


LOST_B = {
    "code": 3,
    "incomplete": 1,
    "lines_added": 7,
    "lines_deleted": 0,
    "says": "no line counts",
}


@nasty(**LOST_B)
def promisor_ext(at):
    return _promisor(at, f"ext::{at.program} %S", ("protocol.ext.allow", "always"))


@nasty(**LOST_B)
def promisor_ssh(at):
    return _promisor(at, "ssh://nowhere.invalid/x", ("core.sshCommand", at.program))


@nasty(**LOST_B)
def promisor_git_proxy(at):
    return _promisor(at, "git://nowhere.invalid/x", ("core.gitProxy", at.program))


@nasty(**LOST_B)
def promisor_upload_pack(at):
    return _promisor(at, str(at.folder / "elsewhere"), ("remote.origin.uploadpack", at.program))


@nasty(**LOST_B)
def promisor_vcs(at):
    return _promisor(at, "x", ("remote.origin.vcs", "ext"), ("credential.helper", f"!{at.program}"))


@nasty()
def submodule_with_programs(at):
    repo = at.plain()
    inner = at.history(HISTORY[:1], name="repo/sub")
    configure(inner, key_line("core.fsmonitor", at.program))
    (repo.path / ".gitmodules").write_text(
        f'[submodule "sub"]\n\tpath = sub\n\turl = ext::{at.program}\n\tupdate = !{at.program}\n'
    )
    return repo.path


@nasty(says="replaced objects")
def replaced_and_grafted(at):
    repo = at.plain()
    repo.git("replace", "--graft", repo.sha["c"])
    (repo.git_dir / "info" / "grafts").write_text(f"{repo.sha['b']}\n")
    return repo.path


@nasty()
def forged_commit_graph(at):
    repo = at.plain()
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
    return repo.path


@nasty()
def garbage_in_every_index_file(at):
    repo = at.plain()
    repo.git("repack", "-adqb")
    for name in ("commit-graph", "packs", "commit-graphs/commit-graph-chain"):
        path = repo.git_dir / "objects" / "info" / name
        path.parent.mkdir(exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(b"\xff garbage \0" * 9)
    (repo.git_dir / "objects" / "pack" / "multi-pack-index").write_bytes(b"MIDX garbage")
    for file in (repo.git_dir / "objects" / "pack").glob("*.bitmap"):
        file.chmod(0o644)
        file.write_bytes(b"BITM garbage")
    return repo.path


@nasty(commits=4, lines_added=11)
def links_that_leak(at):
    secret = at.folder / "secret"
    secret.write_text("password\n")
    names = [".mailmap", "reviewgap.toml"]
    links = commit(
        "d",
        "2026-01-08T10:00Z",
        files=dict.fromkeys(names, str(secret)),
        modes=dict.fromkeys(names, "120000"),
    )
    repo = at.history([*HISTORY, links])
    for name in ("info/grafts", "FETCH_HEAD", "refs/heads/leak", "description"):
        (repo.git_dir / name).parent.mkdir(exist_ok=True)
        (repo.git_dir / name).unlink(missing_ok=True)
        (repo.git_dir / name).symlink_to(secret)
    return repo.path


@nasty()
def option_like_references(at):
    repo = at.plain()
    names = ["--output=x", "-rf", "--exec=touch x", "$(touch x)", "`id`", "a;b", "=cmd()", "@{-1}"]
    for name in names:
        path = repo.git_dir / "refs" / "heads" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{repo.sha['b']}\n")
    return repo.path


@nasty()
def secrets_in_addresses(at):
    repo = at.plain()
    configure(repo, key_line("remote.origin.url", "https://me:s3cr3t@github.com/o/r.git"))
    configure(repo, key_line("remote.two.url", "https://s3cr3t@gitlab.com/o/r"))
    (repo.git_dir / "FETCH_HEAD").write_text(f"{repo.sha['c']}\t\thttps://me:s3cr3t@x.y/o\n")
    return repo.path
