"""`fetch-reviews`: brings change-request heads and review notes into a side repository of ours.

The user's repository is never written: the side repository has its own references, and the
user's object store as an alternate, so that only what is new is sent. The view takes both
together (`open_view(path, side=…)`).
"""

from __future__ import annotations

import os
import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import filelock

from analyzers.errors import UsageError
from analyzers.mining import git, objects, ref_files, refs, remote
from analyzers.mining.locate import Place, place, small_file
from analyzers.mining.remote import Address, RemoteUnavailable
from analyzers.mining.side import side_refs
from analyzers.mining.view import open_view

__all__ = ["Fetched", "Plan", "RemoteUnavailable", "fetch", "plan"]

Progress = Callable[[int, int, str], None]

REFSPECS = (
    "+refs/pull/*/head:refs/pull/*/head",
    "+refs/merge-requests/*/head:refs/merge-requests/*/head",
    "+refs/changes/*:refs/changes/*",
    "+refs/notes/*:refs/notes/*",
)
_HAVE = "refs/have/"
_COUNT = re.compile(r"(?:remote: )?(?P<what>[A-Z][a-z]+ [a-z]+):\s+\d+% \((?P<n>\d+)/(?P<of>\d+)\)")


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be run: `command` is the exact git command, `shell` the same to copy."""

    repository: Path
    side: Path
    address: Address
    root: Path | None = None
    trust: bool = False

    @property
    def arguments(self) -> list[str]:
        """What git is told after its own options."""
        quiet = ["--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-gc"]
        return ["fetch", "--progress", *quiet, "--", self.address.url, *REFSPECS]

    @property
    def command(self) -> tuple[str, ...]:
        """The exact git command; it writes below `side` only."""
        return ("git", f"--git-dir={self.side}", *self.arguments)

    @property
    def shell(self) -> str:
        """The command as one line for a shell."""
        return shlex.join(self.command)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a fetch brought: references by kind, and how many of them are new or moved."""

    counts: dict[str, int]
    n_new: int
    n_moved: int

    @property
    def n_refs(self) -> int:
        """All that the side repository now holds."""
        return sum(self.counts.values())


def plan(
    repository: Path,
    side: Path,
    *,
    wanted: str | None = None,
    root: Path | None = None,
    trust: bool = False,
) -> Plan:
    """What `fetch` will do, without touching the network or writing anything.

    `wanted` is the name of a remote or an address. Raises RefusedRepository or UsageError.
    """
    with open_view(repository, root=root, trust=trust) as view:
        content = small_file(place(repository, root=root).common / "config") or b""
        args = ["config", "-f", "-", "--no-includes", "--list", "-z"]
        pairs = git.run(view, args, stdin=content).decode("utf-8", "replace").split("\0")
    return Plan(repository, side, remote.choose(_remotes(pairs), wanted), root, trust)


def fetch(planned: Plan, *, progress: Progress | None = None) -> Fetched:
    """Fetch what is new; raises RemoteUnavailable in one line, and then nothing has changed.

    A killed fetch leaves complete references only; the next one goes on from there.
    """
    address = planned.address
    repository, root, trust = planned.repository, planned.root, planned.trust
    with open_view(repository, root=root, trust=trust) as view, _alone(planned.side):
        where = place(repository, root=root)
        _lay_out(planned.side, where, view.object_format)
        tips = view.refs.loc[view.refs["is_commit"], "object_id"]
        before = _ready(planned.side, set(tips))
        try:
            for line in remote.converse(planned.side, address.protocol, planned.arguments):
                _report(line, progress)
        except RemoteUnavailable as error:
            raise RemoteUnavailable(f"{address.url}: {error}") from None
        git.run(_Side(planned.side), ["pack-refs", "--all"])
    after = side_refs(planned.side)
    if not after:
        raise RemoteUnavailable(_nothing(address))
    return Fetched(
        dict(Counter(refs.classify(name)[0] for name in after)),
        n_new=len(after.keys() - before.keys()),
        n_moved=sum(after[name] != to for name, to in before.items() if name in after),
    )


@dataclass(frozen=True, slots=True)
class _Side:
    path: Path


def _remotes(pairs: list[str]) -> dict[str, str]:
    """First address of every remote, as git would take it."""
    found: dict[str, str] = {}
    for key, _, value in (pair.partition("\n") for pair in pairs):
        if key.startswith("remote.") and key.endswith(".url") and value:
            found.setdefault(key[len("remote.") : -len(".url")], value)
    return found


@contextmanager
def _alone(side: Path) -> Iterator[None]:
    side.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = filelock.FileLock(side.with_name(f"{side.name}.lock"))
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise UsageError(
            "another fetch-reviews of this repository is running; wait for it"
        ) from None
    try:
        yield
    finally:
        lock.release()


def _lay_out(side: Path, where: Place, object_format: str) -> None:
    """The side repository's own files, written anew: no hook, no remote, no helper."""
    for folder in ("objects/info", "objects/pack", "refs"):
        (side / folder).mkdir(parents=True, exist_ok=True)
    for stale in (*side.glob("*.lock"), *side.glob("objects/pack/tmp_*")):
        stale.unlink(missing_ok=True)  # of a fetch that was killed: we hold the lock
    for stale in (side / "refs").rglob("*.lock"):
        stale.unlink(missing_ok=True)
    is_new = object_format != "sha1"
    extension = f"[extensions]\n\tobjectFormat = {object_format}\n" if is_new else ""
    (side / "config").write_text(
        f"[core]\n\trepositoryformatversion = {int(is_new)}\n\tbare = true\n"
        "\tcommitGraph = false\n\tuseReplaceRefs = false\n"
        # git would run itself in the user's git directory to learn its references.
        "\talternateRefsCommand = true\n"
        f"[gc]\n\tauto = 0\n[protocol]\n\tversion = 2\n{extension}",
        encoding="ascii",
    )
    (side / "HEAD").write_text("ref: refs/heads/none\n", encoding="ascii")
    (side / "objects/info/alternates").write_bytes(_line(where.objects))
    with suppress(FileNotFoundError):
        (side / "shallow").unlink()
    if shallow := small_file(where.common / "shallow", most_bytes=1 << 24):
        (side / "shallow").write_bytes(shallow)


def _line(objects_of_user: Path) -> bytes:
    """The alternate as a line; absolute, so it cannot begin like a comment or a quote."""
    if b"\n" in (path := os.fsencode(objects_of_user)):
        raise UsageError("the repository's path holds a line break; move it elsewhere")
    return path + b"\n"


def _ready(side: Path, tips: set[str]) -> dict[str, str]:
    """What was fetched before and is still whole; the user's tips become what we have."""
    found, _ = ref_files.read(side)
    names = list(found)
    kinds = objects.kinds(_Side(side), [found[name] for name in names])
    lost = {name for name, (_, kind) in zip(names, kinds, strict=True) if not kind}
    had = {name for name in found if name.startswith(_HAVE)}
    wanted = {f"{_HAVE}{tip}" for tip in tips}
    lines = [f"delete {name}\n" for name in sorted((had - wanted) | lost)]
    lines += [f"create {name} {name.removeprefix(_HAVE)}\n" for name in sorted(wanted - had)]
    if lines:
        git.run(_Side(side), ["update-ref", "--stdin"], "".join(lines).encode())
    return {name: to for name, to in side_refs(side).items() if name not in lost}


def _report(line: str, progress: Progress | None) -> None:
    if progress is not None and (found := _COUNT.match(line)):
        progress(int(found["n"]), int(found["of"]), found["what"].lower())


def _nothing(address: Address) -> str:
    return (
        f"{address.url} answers, but shows no refs/pull, refs/merge-requests, refs/changes or"
        " refs/notes; some forges (Bitbucket, Azure DevOps) hide them: use `reviewgap import`"
    )
