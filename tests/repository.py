"""Writes a git history from a readable list, by fast-import, with fixed dates: same hashes always.

repo = history(tmp_path, [
    commit("a", "2026-01-05T10:00Z", "first", files={"a.py": "x\n"}),
    commit("b", "2026-01-06T10:00Z", "work (#1)", files={"a.py": None, "b.py": "y\n"}),
    commit("m", "2026-01-07T10:00Z", "Merge", parents=["a", "b"]),
], refs={"refs/heads/main": "m", "refs/pull/1/head": "b"}, tags={"v1": "a"})
repo.path, repo.git_dir, repo.sha["a"]
"""

import os
import subprocess
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

ANN = "Ann <ann@example.com>"


@dataclass(frozen=True)
class Commit:
    """One commit to write; see `commit`."""

    name: str
    at: str
    message: str | bytes
    files: dict = field(default_factory=dict)
    parents: list | None = None
    author: str = ANN
    committer: str | None = None
    authored: str | None = None
    renames: dict = field(default_factory=dict)
    modes: dict = field(default_factory=dict)


def commit(name, at, message=None, **rest):
    """A commit: `parents` default to the commit before it in the list, `[]` makes a root.

    `files` maps a path to its content (str, bytes or None to delete), `renames` old to new,
    `modes` a path to "100755", "120000" or "160000" (the content is then a commit id).
    `author`, `committer` are "Name <address>", `authored` the author date if it is another.
    """
    return Commit(name, at, name if message is None else message, **rest)


@dataclass(frozen=True)
class Repository:
    """A written repository: `sha` maps the names in the list to object ids."""

    path: Path
    git_dir: Path
    sha: dict

    def git(self, *args, stdin=b""):
        """Output of a git command on it, without line end; fails loudly."""
        return run_git(self.path, *args, stdin=stdin).decode(errors="replace").rstrip("\n")

    def raw_commit(self, raw):
        """Id of a commit made of these very bytes, however odd."""
        return self.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=raw)

    def ref(self, name, target):
        """Point a reference at a named commit or an object id."""
        self.git("update-ref", name, self.sha.get(target, target))

    def fingerprint(self):
        """Every file below it with its bytes and mode, to prove that nothing was written."""
        return {
            str(path.relative_to(self.path)): (
                path.lstat().st_mode,
                path.read_bytes() if path.is_file() and not path.is_symlink() else b"",
            )
            for path in sorted(self.path.rglob("*"))
        }


def history(
    folder,
    commits,
    *,
    refs=None,
    head="main",
    tags=None,
    notes=None,
    bare=False,
    object_format="sha1",
    name="repo",
):
    """Write the repository `folder/name`; `refs` default to main at the last commit.

    `tags` are annotated ones, `notes` maps refs/notes/ai (or ai) to {commit name: text};
    `head` is a branch, or the name of a commit for a detached HEAD.
    """
    path = Path(folder) / name
    path.mkdir(parents=True)
    shape = ["--bare"] if bare else []
    run_git(path, "init", "-q", *shape, f"--object-format={object_format}", "-b", "main")
    git_dir = path if bare else path / ".git"
    sha = _import(path, git_dir, commits)
    if refs is None:
        refs = {"refs/heads/main": commits[-1].name} if commits else {}
    updates = [f"create {ref} {sha.get(to, to)}\n" for ref, to in refs.items()]
    updates += ["delete refs/heads/import--\n"] if commits else []
    if updates:
        run_git(path, "update-ref", "--stdin", stdin="".join(updates).encode())
    _import_extras(path, sha, tags or {}, notes or {})
    if head in sha:
        (git_dir / "HEAD").write_text(f"{sha[head]}\n")
    elif head != "main":
        run_git(path, "symbolic-ref", "HEAD", f"refs/heads/{head}")
    return Repository(path, git_dir, sha)


def run_git(cwd, *args, stdin=b""):
    """Output of git in a sterile environment: no configuration but the repository's own."""
    env = {
        "PATH": os.environ["PATH"],
        "HOME": os.devnull,
        "LC_ALL": "C",
        "TZ": "UTC",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "Ann",
        "GIT_AUTHOR_EMAIL": "ann@example.com",
        "GIT_AUTHOR_DATE": "1767607200 +0000",
        "GIT_COMMITTER_NAME": "Ann",
        "GIT_COMMITTER_EMAIL": "ann@example.com",
        "GIT_COMMITTER_DATE": "1767607200 +0000",
    }
    done = subprocess.run(
        ["git", "-c", "protocol.file.allow=always", *args],
        cwd=cwd,
        env=env,
        input=stdin,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, (args, done.stderr.decode(errors="replace"))
    return done.stdout


def _import(path, git_dir, commits):
    if not commits:
        return {}
    marks = {each.name: number for number, each in enumerate(commits, start=1)}
    stream, previous = [], None
    for each in commits:
        stream.append(_commit(each, marks, previous))
        previous = each.name
    stream.append(b"done\n")
    file = git_dir / "import-marks"
    args = ["fast-import", "--quiet", "--done", "--force", f"--export-marks={file.resolve()}"]
    run_git(path, *args, stdin=b"".join(stream))
    ids = dict(line.split() for line in file.read_text().splitlines())
    file.unlink()
    return {name: ids[f":{mark}"] for name, mark in marks.items()}


def _commit(each, marks, previous):
    parents = each.parents
    if parents is None:
        parents = [previous] if previous else []
    author = f"author {each.author} {_stamp(each.authored or each.at)}\n"
    committer = f"committer {each.committer or each.author} {_stamp(each.at)}\n"
    lines = [b"reset refs/heads/import--\n", b"commit refs/heads/import--\n"]
    lines += [f"mark :{marks[each.name]}\n".encode(), author.encode(), committer.encode()]
    lines.append(_data(each.message))
    for number, parent in enumerate(parents):
        source = f":{marks[parent]}" if parent in marks else parent
        lines.append(f"{'merge' if number else 'from'} {source}\n".encode())
    for old, new in each.renames.items():
        lines.append(b"R " + _path(old) + b" " + _path(new) + b"\n")
    for name, content in each.files.items():
        lines.append(_file(name, content, each.modes.get(name, "100644")))
    return b"".join([*lines, b"\n"])


def _file(name, content, mode):
    if content is None:
        return b"D " + _path(name) + b"\n"
    if mode == "160000":
        return b"M 160000 " + content.encode() + b" " + _path(name) + b"\n"
    return b"M " + mode.encode() + b" inline " + _path(name) + b"\n" + _data(content)


def _import_extras(path, sha, tags, notes):
    stream = []
    for name, target in tags.items():
        tagger = f"tagger {ANN} {_stamp('2026-01-05T10:00Z')}\n"
        stream.append(f"tag {name}\nfrom {sha[target]}\n{tagger}".encode() + _data(name))
    for ref, texts in notes.items():
        committer = f"committer {ANN} {_stamp('2026-01-05T10:00Z')}\n"
        name = f"refs/notes/{ref.removeprefix('refs/notes/')}"
        stream.append(f"commit {name}\n{committer}".encode() + _data("Notes"))
        stream += [
            f"N inline {sha.get(to, to)}\n".encode() + _data(text) for to, text in texts.items()
        ]
    if stream:
        run_git(path, "fast-import", "--quiet", "--done", stdin=b"".join([*stream, b"done\n"]))


def _data(content):
    raw = content if isinstance(content, bytes) else content.encode()
    return b"data %d\n" % len(raw) + raw + b"\n"


def _path(name):
    raw = name if isinstance(name, bytes) else name.encode()
    plain = all(byte > 32 and byte not in b'"\\' for byte in raw)
    return raw if plain else b'"' + b"".join(b"\\%03o" % byte for byte in raw) + b'"'


def _stamp(at):
    moment = datetime.fromisoformat(at)
    offset = moment.utcoffset() or timedelta()
    minutes = int(offset.total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return f"{int(moment.timestamp())} {sign}{hours:02}{rest:02}"
