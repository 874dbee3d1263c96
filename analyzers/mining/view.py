"""The sterile view: a private, throw-away git directory over the user's objects.

git never runs inside the user's git directory, because configuration planted there can run
programs and bend numbers. The view has a configuration of ours, a copied HEAD and shallow mark,
the references as they were at this moment, and the user's object store as an alternate.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analyzers import tables
from analyzers.errors import RefusedRepository
from analyzers.mining import forge, git, owner, ref_files, refs
from analyzers.mining.locate import Place, place, small_file
from analyzers.mining.side import side_objects, side_refs

_PREFIX = "reviewgap-view-"
_KNOWN_EXTENSIONS = {
    "objectformat",
    "refstorage",
    "partialclone",
    "worktreeconfig",
    "noop",
    "preciousobjects",
    "relativeworktrees",
}
_EMPTY_TREE = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
_OLDEST_GIT = (2, 39)
_BRANCH = re.compile(r"refs/(?!.*\.\.)[^\x00-\x20\x7f~^:?*\[\\]+")  # as git lets one be named


@dataclass(frozen=True, slots=True)
class View:
    """One repository as it may be read.

    `path` is for git, `source` (the user's git directory) for messages only. `head` is None
    where nothing is committed yet, `head_name` where HEAD is detached. `refs` is tables.REFS.
    """

    path: Path
    source: Path
    object_format: str
    is_shallow: bool
    is_partial: bool
    is_bare: bool
    head: str | None
    head_name: str | None
    refs: pd.DataFrame
    forge_url: str | None
    forge_kind: str | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Scratch:
    path: Path


@contextmanager
def open_view(
    path: Path, *, root: Path | None = None, side: Path | None = None, trust: bool = False
) -> Iterator[View]:
    """The repository at exactly `path`; with `root`, only if all of it lies below that.

    `side` is what `fetch-reviews` filled, if it ever ran: its references are added to those of
    the repository, which stand where both have one. With `trust`, another user's repository may
    lead to files that are not that user's.

    Raises RefusedRepository in one line. The view is removed when the block ends.
    """
    _sweep()
    if git.version()[:2] < _OLDEST_GIT:
        found = ".".join(map(str, git.version()))
        raise RefusedRepository(f"git {found} is too old to read repositories safely; need 2.39")
    scratch = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
    try:
        where = place(path, root=root)
        if not trust:
            owner.require_honest(where, _Scratch(scratch))
        yield _view(where, _Scratch(scratch), side)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _view(where: Place, scratch: _Scratch, side: Path | None) -> View:
    settings = _settings(where, scratch)
    object_format = _object_format(where, settings)
    shallow = _shallow(where)
    _lay_out(scratch.path, where, object_format, shallow)
    found, warnings = ref_files.read(where.common)
    if side is not None and (store := side_objects(side)):
        found = side_refs(side) | found
        _add_objects(scratch.path, store)
    head_name, head_id = _head(where, found)
    frame, n_broken = refs.frame(scratch, found, head_id)
    head = _commit_at_head(frame)
    if head_id and not head:
        raise RefusedRepository(f"{where.shown}: the commit that HEAD names is missing or damaged")
    if head is None and len(frame):
        warnings.append(f"HEAD names {head_name}, which has no commit; other references have")
    if n_broken:
        warnings.append(f"{n_broken} references lead to nothing that can be read; left out")
    if shallow:
        warnings.append(
            "the clone is shallow: older history is missing, and the commits where it ends show"
            " whole trees; git fetch --unshallow"
        )
    if is_partial := _is_partial(settings):
        warnings.append("the clone is partial: what it left out is not fetched")
    warnings += _bending(where, frame)
    frame = frame[~frame["name"].str.startswith("refs/replace/")].reset_index(drop=True)
    text = refs.packed(frame["name"].tolist(), frame["object_id"].tolist())
    (scratch.path / "packed-refs").write_text(text, encoding="utf-8")
    (scratch.path / "HEAD").write_text(f"{head or 'ref: refs/heads/none'}\n", encoding="ascii")
    address = forge.forge(settings)
    return View(
        path=scratch.path,
        source=where.git_dir,
        object_format=object_format,
        is_shallow=bool(shallow),
        is_partial=is_partial,
        is_bare=settings.get("core.bare", "").lower() in {"true", "yes", "on", "1"},
        head=head,
        head_name=head_name.removeprefix("refs/heads/") if head_name else None,
        refs=tables.REFS.conform(frame),
        forge_url=address[0] if address else None,
        forge_kind=address[1] if address else None,
        warnings=tuple(warnings),
    )


# -- reading the user's small files as data ----------------------------------------------------


def _settings(where: Place, scratch: _Scratch) -> dict[str, str]:
    """The repository's own configuration, as text; nothing of it takes effect."""
    content = small_file(where.common / "config") or b""
    try:
        listed = git.run(
            scratch, ["config", "-f", "-", "--no-includes", "--list", "-z"], stdin=content
        )
    except git.GitFailed:
        raise RefusedRepository(f"{where.common / 'config'} cannot be parsed") from None
    pairs = (item.decode("utf-8", "replace").partition("\n") for item in listed.split(b"\0"))
    return {key: value or "true" for key, _, value in pairs if key}


def _object_format(where: Place, settings: dict[str, str]) -> str:
    extensions = {
        key.removeprefix("extensions."): value.lower()
        for key, value in settings.items()
        if key.startswith("extensions.")
    }
    if unknown := sorted(set(extensions) - _KNOWN_EXTENSIONS):
        raise RefusedRepository(f"{where.shown} needs extensions.{unknown[0]}, which is unknown")
    if settings.get("core.repositoryformatversion", "0") not in {"0", "1"}:
        raise RefusedRepository(f"{where.shown} has a repository format newer than git's 1")
    if extensions.get("refstorage", "files") != "files":
        raise RefusedRepository(
            f"{where.shown} keeps its references as {extensions['refstorage']}, which reviewgap"
            " does not read yet; `git refs migrate --ref-format=files` in a copy helps"
        )
    found = extensions.get("objectformat", "sha1")
    if found not in _EMPTY_TREE:
        raise RefusedRepository(f"{where.shown} has the unknown object format {found}")
    return found


def _shallow(where: Place) -> bytes:
    content = small_file(where.common / "shallow", most_bytes=1 << 24) or b""
    lines = content.split()
    if not all(re.fullmatch(rb"[0-9a-f]{40}|[0-9a-f]{64}", line) for line in lines):
        raise RefusedRepository(f"{where.common / 'shallow'} holds something else than object ids")
    return b"".join(line + b"\n" for line in lines)


def _is_partial(settings: dict[str, str]) -> bool:
    return "extensions.partialclone" in settings or any(
        key.startswith("remote.") and key.endswith((".promisor", ".partialclonefilter"))
        for key in settings
    )


def _head(where: Place, found: dict[str, str]) -> tuple[str | None, str | None]:
    """(full name of the branch, object id); either is None where there is none."""
    file = where.git_dir / "HEAD"
    if file.is_symlink():  # how git wrote HEAD before 2006
        name = str(file.readlink())
        content = f"ref: {name}" if name.startswith("refs/") else ""
    else:
        content = (small_file(file, most_bytes=4096) or b"").decode("utf-8", "replace").strip()
    name = content.removeprefix("ref:").strip()
    if name != content and _BRANCH.fullmatch(name):
        if ref_files.is_damaged(where.common, found, name):
            raise RefusedRepository(f"{where.shown}: {name}, which HEAD names, is damaged")
        return name, ref_files.resolve(found, name)
    if re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", content):
        return None, content
    raise RefusedRepository(f"{file} names neither a branch nor a commit")


def _commit_at_head(frame: pd.DataFrame) -> str | None:
    rows = frame[(frame["name"] == "HEAD") & frame["is_commit"]]
    return str(rows["object_id"].iloc[0]) if len(rows) else None


def _bending(where: Place, frame: pd.DataFrame) -> list[str]:
    """What would show another history than the objects hold, and is not followed."""
    n_replaced = int(frame["name"].str.startswith("refs/replace/").sum())
    warnings = []
    if n_replaced:
        warnings.append(f"{n_replaced} replaced objects are read as they were committed")
    if (where.common / "info" / "grafts").exists():
        warnings.append("a grafts file is there and is not followed")
    return warnings


# -- writing the view --------------------------------------------------------------------------


def _lay_out(path: Path, where: Place, object_format: str, shallow: bytes) -> None:
    for folder in ("objects/info", "objects/pack", "refs/heads"):
        (path / folder).mkdir(parents=True)
    (path / "HEAD").write_text("ref: refs/heads/none\n", encoding="ascii")
    (path / "config").write_text(_config(object_format), encoding="ascii")
    (path / "objects/info/alternates").write_bytes(_quoted(os.fsencode(where.objects)) + b"\n")
    if shallow:
        (path / "shallow").write_bytes(shallow)


def _add_objects(path: Path, store: Path) -> None:
    with (path / "objects/info/alternates").open("ab") as file:
        file.write(_quoted(os.fsencode(store)) + b"\n")


def _config(object_format: str) -> str:
    is_new = object_format != "sha1"
    extension = f"[extensions]\n\tobjectFormat = {object_format}\n" if is_new else ""
    return (
        f"[core]\n\trepositoryformatversion = {int(is_new)}\n\tbare = true\n"
        "\tcommitGraph = false\n\tmultiPackIndex = false\n\tuseReplaceRefs = false\n"
        # 500 MB is the promise: git alone would map whole packs and keep 96 MB of deltas
        # per child.
        "\tpackedGitWindowSize = 32m\n\tpackedGitLimit = 128m\n"
        f"[attr]\n\ttree = {_EMPTY_TREE[object_format]}\n{extension}"
    )


def _quoted(path: bytes) -> bytes:
    """C-quoted, as alternates with odd names must be."""
    plain = b"".join(
        bytes([byte]) if 32 <= byte < 127 and byte not in b'"\\' else b"\\%03o" % byte
        for byte in path
    )
    return b'"' + plain + b'"'


def _sweep() -> None:
    """Remove views of processes that are gone (killed, so that they could not do it)."""
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        pid = path.name.removeprefix(_PREFIX).split("-")[0]
        with suppress(OSError):
            if pid.isdigit() and path.stat().st_uid == os.getuid() and not _is_alive(int(pid)):
                shutil.rmtree(path, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
