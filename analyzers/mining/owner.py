"""Whose repository is it? git's question behind `safe.directory`, asked where it matters to us.

git will not run in a stranger's repository, because its configuration and hooks would take
effect. In the sterile view nothing of it does, so it may be read. What is left: it can name
files that its owner may not read and we may (a `.git` file, a worktree or alternates that lead
elsewhere). That is refused, unless the user's own safe.directory lists the repository.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from analyzers.errors import RefusedRepository
from analyzers.mining import git
from analyzers.mining.git import GitDir
from analyzers.mining.locate import Place, object_stores, small_file


def require_honest(where: Place, scratch: GitDir) -> None:
    """Refuse a stranger's repository that leads to files which are not that stranger's."""
    home = where.shown.resolve()
    owner = home.stat().st_uid
    if owner in _ours():
        return
    for part in (where.git_dir, where.common, *object_stores(where.objects, where.shown)):
        leads_out = not part.is_relative_to(home) and part.exists()
        if leads_out and part.stat().st_uid != owner and not _is_listed(home, scratch):
            raise RefusedRepository(
                f"{where.shown} belongs to another user (uid {owner}) and leads to {part}, which"
                " does not; if that is meant: --trust-repo, or git's safe.directory"
            )


def _ours() -> set[int]:
    """Who we are, as git sees it: under sudo also the user who called."""
    ids = {os.geteuid()}
    sudo = os.environ.get("SUDO_UID", "")
    return ids | {int(sudo)} if os.geteuid() == 0 and sudo.isdigit() else ids


def _is_listed(home: Path, scratch: GitDir) -> bool:
    """Whether safe.directory in the user's or the machine's configuration takes it in."""
    listed: list[str] = []
    for value in _values(scratch):
        listed = [*listed, value] if value else []  # an empty value clears the list, as in git
    known = {home, home.parent} if home.name == ".git" else {home}
    return "*" in listed or any(_takes(value, path) for value in listed for path in known)


def _takes(value: str, path: Path) -> bool:
    named = Path(value.removesuffix("/*")).expanduser()
    if not named.is_absolute():
        return False
    inside = path != named.resolve() and path.is_relative_to(named.resolve())
    return inside if value.endswith("/*") else path == named.resolve()


def _values(scratch: GitDir) -> Iterator[str]:
    """Every safe.directory, in git's order: the machine's, then the user's."""
    home = Path(os.environ.get("HOME", "/nonexistent"))
    xdg = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    for file in (Path("/etc/gitconfig"), xdg / "git" / "config", home / ".gitconfig"):
        content = small_file(file.resolve()) or b""
        asked = ["config", "-f", "-", "--no-includes", "-z", "--get-all", "safe.directory"]
        try:
            found = git.run(scratch, asked, stdin=content)
        except git.GitFailed:  # none in there, or not a configuration
            continue
        yield from found.decode("utf-8", "replace").split("\0")[:-1]
