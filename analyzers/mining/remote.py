"""The one way reviewgap talks to a remote: a git child that may use one protocol, and no more.

It runs in a git directory of ours. The address comes from the user, or from the repository's
configuration read as data; of that configuration nothing takes effect: no credential helper,
no `insteadOf`, no ssh command, no hook. What may identify the user is their own ssh agent and
keys, and their `.netrc`.
"""

from __future__ import annotations

import os
import re
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analyzers import surroundings
from analyzers.errors import UsageError
from analyzers.mining import git

IDLE_SECONDS = 300.0
_STDERR_KEPT = 1 << 14
_PASSED_ON = (
    *("HOME", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO"),
    *("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"),
    *("no_proxy", "NO_PROXY"),
)
_ENVIRONMENT = {
    "LC_ALL": "C",
    "TZ": "UTC",
    "XDG_CONFIG_HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "false",
    "SSH_ASKPASS": "false",
    "SSH_ASKPASS_REQUIRE": "never",
    "GIT_SSH_COMMAND": "ssh -o BatchMode=yes -o ConnectTimeout=30",
    "GIT_PAGER": "cat",
    "GIT_EDITOR": "false",
    "GIT_CEILING_DIRECTORIES": "/",
    "GIT_ADVICE": "0",
}
_URL = re.compile(
    r"(?P<scheme>https?|ssh|git)://(?:(?P<user>[^@/]*)@)?(?P<rest>[A-Za-z0-9\[][^\s@\x00-\x1f]*)"
)
_SCP = re.compile(
    r"(?:(?P<user>[\w.-]+)@)?(?P<host>[A-Za-z0-9][\w.-]*):(?P<path>[^-\s:/]\S*|/[^/\s]\S*)"
)

# What git says, and what it means to the user.
_UNKNOWN_HOST = "could not resolve host|name or service not known|in name resolution|unable to look"
_UNREACHABLE = (
    "connection refused|timed out|failed to connect|couldn't connect|unable to connect"
    "|network is unreachable|no route to host|connection reset|early EOF|hung up unexpectedly"
)
_UNIDENTIFIED = (
    "authentication failed|could not read (?:username|password)|permission denied|publickey"
    "|error: 40[13]|host key verification failed"
)
_ABSENT = "not found|does not appear to be|does not exist|not exported|error: 404|no such file"
_HOW_TO_IDENTIFY = (
    "it asks who you are, and no answer was accepted; name an ssh address with --remote, or"
    " keep a token in ~/.netrc (credential helpers are not run)"
)
_MEANINGS = (
    (
        "pack-objects died|repository corruption|bad object|missing blob",
        "its own copy is damaged or incomplete; try another remote with --remote",
    ),
    (_UNKNOWN_HOST, "its host name is not known here; check the network or the address"),
    (_UNIDENTIFIED, _HOW_TO_IDENTIFY),
    (_UNREACHABLE, "it cannot be reached; check the network, then run the same command again"),
    (_ABSENT, "no such repository is there, or it is hidden from you; check the address"),
    ("ssl|certificate", "its certificate is not accepted here"),
)


class RemoteUnavailable(UsageError):
    """The remote cannot be read, told in one line; what was fetched before still stands."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to fetch from: `url` as git gets it, without any password; `protocol` as allowed."""

    url: str
    protocol: str


def choose(remotes: dict[str, str], wanted: str | None) -> Address:
    """The address of `wanted` (a remote's name, or an address), else origin's, else the only one.

    Raises UsageError with the choices where there is none to take. A folder of this machine is
    taken only when the user names it: a repository must not send us to one.
    """
    if wanted is not None:
        return _address(remotes[wanted]) if wanted in remotes else _address(wanted, local=True)
    if not remotes:
        raise UsageError("the repository names no remote; name one with --remote ADDRESS")
    name = "origin" if "origin" in remotes else next(iter(remotes))
    if name != "origin" and len(remotes) > 1:
        choices = ", ".join(sorted(remotes))
        raise UsageError(f"several remotes and none named origin ({choices}); use --remote NAME")
    return _address(remotes[name])


def environment(git_dir: Path, protocol: str) -> dict[str, str]:
    """All that the child knows: nothing of GIT_* is inherited, one protocol is allowed."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {
        **passed_on,
        **_ENVIRONMENT,
        "PATH": surroundings.search_path(),
        "GIT_DIR": str(git_dir),
        "GIT_ALLOW_PROTOCOL": protocol,
    }


def converse(git_dir: Path, protocol: str, args: list[str]) -> Iterator[str]:
    """What git says of its progress, line by line; RemoteUnavailable where it ends badly."""
    known = environment(git_dir, protocol)
    child: Any = git.spawn(git_dir, known, args, istream=subprocess.DEVNULL)
    said: list[str] = []
    try:
        for line in _lines(child.stderr):
            said = [*said[-40:], line]
            yield line
        status = child.proc.wait(IDLE_SECONDS)
    finally:
        git.end(child.proc)
        for stream in (child.stdout, child.stderr):
            with suppress(OSError):
                stream.close()
    if status:
        raise RemoteUnavailable(meaning(said))


def meaning(said: list[str]) -> str:
    """What git's complaint means, in one line; in its own words where that is not known."""
    text = "\n".join(said)
    for pattern, told in _MEANINGS:
        if re.search(pattern, text, re.IGNORECASE):
            return told
    fatal = [line for line in said if line.startswith(("fatal:", "error:"))] or said[-1:]
    own = fatal[-1] if fatal else "git ended without a word"
    return "".join(char if char.isprintable() else " " for char in own)[:300]


def _lines(source: Any) -> Iterator[str]:
    """Lines of standard error, ended as progress is, with a limit on silence."""
    rest = b""
    while block := _block(source.fileno()):
        *lines, rest = re.split(rb"[\r\n]+", rest + block)
        yield from (line.decode("utf-8", "replace") for line in lines if line)
        rest = rest[-_STDERR_KEPT:]
    if rest:
        yield rest.decode("utf-8", "replace")


def _block(descriptor: int) -> bytes:
    deadline = time.monotonic() + IDLE_SECONDS
    while not select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))[0]:
        if time.monotonic() >= deadline:
            raise RemoteUnavailable(f"it said nothing for {IDLE_SECONDS:g} s; ended it")
    return os.read(descriptor, 1 << 16)


def _address(text: str, *, local: bool = False) -> Address:
    if matched := _URL.fullmatch(text):
        scheme, user = matched["scheme"], (matched["user"] or "").partition(":")[0]
        # A name is part of an ssh address; before https it may be a token, and stays here.
        who = f"{user}@" if scheme == "ssh" and re.fullmatch(r"[\w.]+", user) else ""
        return Address(f"{scheme}://{who}{matched['rest']}", scheme)
    if local and (text.startswith("file://") or Path(text).is_dir()):
        where = Path(text.removeprefix("file://")).absolute()
        return Address(f"file://{where}", "file")
    if _SCP.fullmatch(text):
        return Address(text, "ssh")
    if text.startswith(("/", ".", "file:")):
        raise UsageError(
            "the remote is a folder of this machine; if that is meant, name it: --remote FOLDER"
        )
    raise UsageError(f"{_shown(text)} is no address that can be fetched from (https, ssh or git)")


def _shown(text: str) -> str:
    plain = "".join(char if char.isprintable() else "?" for char in text)[:80]
    return plain.rpartition("@")[2]
