"""The web address of a repository, from its remotes read as data; credentials never come along."""

from __future__ import annotations

import re

_KINDS = (
    ("github", r"(?:^|\.)github\."),
    ("gitlab", r"(?:^|\.)gitlab\.|^salsa\.debian\.org$|^invent\.kde\.org$"),
    ("bitbucket", r"(?:^|\.)bitbucket\."),
    ("azure", r"^(?:ssh\.)?dev\.azure\.com$|\.visualstudio\.com$"),
    ("gitea", r"(?:^|\.)(?:gitea|forgejo|codeberg)\."),
)
_URL = re.compile(
    r"(?:https?|ssh|git)://(?:[^@/]*@)?(?P<host>[A-Za-z0-9.-]+)(?::\d+)?/(?P<path>.+)"
)
_SCP = re.compile(r"(?:[^@/:]+@)?(?P<host>[A-Za-z0-9.-]+):(?!/)(?P<path>.+)")
_SAFE_PATH = re.compile(r"[A-Za-z0-9._~-]+(?:/[A-Za-z0-9._~-]+)+")


def forge(settings: dict[str, str]) -> tuple[str, str] | None:
    """(https address, kind of forge) of `origin`, or of the only remote; None if unknown.

    `settings` are `git config --list` pairs. Only hosts of a known form are named, because a
    link to a host that is no forge would lead nowhere.
    """
    remotes = {
        key[7:-4]: value
        for key, value in settings.items()
        if key.startswith("remote.") and key.endswith(".url")
    }
    url = remotes.get("origin") or (next(iter(remotes.values())) if len(remotes) == 1 else None)
    return _forge_of(url) if url else None


def _forge_of(url: str) -> tuple[str, str] | None:
    matched = _URL.fullmatch(url) or _SCP.fullmatch(url)
    if matched is None:
        return None
    host = matched["host"].lower()
    path = matched["path"].strip("/").removesuffix(".git")
    kind = next((kind for kind, pattern in _KINDS if re.search(pattern, host)), None)
    if kind is None or not _SAFE_PATH.fullmatch(path) or ".." in path.split("/"):
        return None
    return (f"https://{host}/{path}", kind) if kind != "azure" else _azure(host, path)


def _azure(host: str, path: str) -> tuple[str, str] | None:
    if host == "ssh.dev.azure.com":
        parts = path.removeprefix("v3/").split("/")
        if len(parts) != 3:
            return None
        host, path = "dev.azure.com", f"{parts[0]}/{parts[1]}/_git/{parts[2]}"
    return f"https://{host}/{path}", "azure"
