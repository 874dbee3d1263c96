"""People under names that say nothing, for everything that is served to others.

The keys of people in the tables are hashes of their addresses, so whoever knows an address can
find its key. What is served hashes every key once more with a salt that lies in the store,
readable by its owner only: a pseudonym is stable within a store and says nothing outside it.
Names give way to the pseudonym and addresses to nothing. Titles, subjects and notes keep their
words, but any address in them is masked; a login in a branch name or a merge subject stays.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

import pandas as pd

from analyzers.errors import StoreError

SALT = "people.salt"
KEYS = ("author_id", "committer_id", "landed_by_id", "actor_id", "person")
LISTS = ("reviewer_ids",)
NAMES = {"author_name": "author_id", "committer_name": "committer_id"}
ADDRESSES = ("author_email", "committer_email")
TEXTS = ("subject", "title", "text", "detail")

# Bounded, so that no text of a stranger takes a regex's time.
_SIGNED = re.compile(r"(?<=-by: )[^<>\n]{0,200}<[^<>\s@]{1,64}@[^<>\s]{1,255}>")
_ADDRESS = re.compile(
    r"[^\s<>()\[\]{}\"',;:=@]{1,64}@[^\s<>()\[\]{}\"',;:=@]{1,255}\.[A-Za-z]{2,24}"
)
_WHO = re.compile(r"\AThe (author|committer) is .*<.*>\.\Z", re.DOTALL)


def salt(store: Path, *, may_write: bool = True) -> bytes:
    """The salt of a store, made at first use and never changed.

    A store that has none, and may or can not be written, gets one that lasts as long as this
    process.
    """
    path = store / SALT
    with suppress(FileNotFoundError):
        return _read(path)
    fresh = secrets.token_hex(32).encode()
    if not may_write:
        return fresh
    try:
        _write_once(path, fresh)
    except OSError:
        return fresh
    return _read(path)


def pseudonym(key: str, salt: bytes) -> str:
    """What the key of a person is called outside the store."""
    return "p" + hmac.new(salt, key.encode(), hashlib.sha256).hexdigest()[:12]


def applied(frame: pd.DataFrame, salt: bytes) -> pd.DataFrame:
    """The table with pseudonyms for its people; the frame itself where it names nobody."""
    changed: dict[str, pd.Series] = {}
    for name in frame.columns:
        if name in KEYS:
            changed[name] = _mapped(frame[name], salt)
        elif name in LISTS:
            changed[name] = _listed(frame[name], salt)
        elif name in NAMES:
            changed[name] = _mapped(frame[NAMES[name]], salt)
        elif name in ADDRESSES:
            changed[name] = pd.Series("", index=frame.index, dtype="str")
        elif name in TEXTS:
            changed[name] = _masked(frame[name])
    return frame.assign(**changed) if changed else frame


def masked(text: str) -> str:
    """The text without addresses, without the people of its `…-by:` lines, and without who."""
    without = _WHO.sub(r"The \1's name or address is one of the tool.", text)
    return _ADDRESS.sub("(address)", _SIGNED.sub("(person)", without))


def _mapped(keys: pd.Series, salt: bytes) -> pd.Series:
    known = {key: pseudonym(key, salt) for key in keys.dropna().unique() if key}
    return keys.map(known).astype("str")


def _listed(lists: pd.Series, salt: bytes) -> pd.Series:
    def renamed(keys: str) -> str:
        return " ".join(pseudonym(key, salt) for key in keys.split())

    known = {keys: renamed(keys) for keys in lists.dropna().unique()}
    return lists.map(known).astype("str")


def _masked(texts: pd.Series) -> pd.Series:
    suspect = texts.str.contains("@", regex=False) | texts.str.endswith(">.")
    suspect = suspect.fillna(False).astype(bool)
    if not suspect.any():
        return texts
    return texts.where(~suspect, texts[suspect].map(masked))


def _read(path: Path) -> bytes:
    found = path.read_bytes().strip()
    if len(found) < 32:
        raise StoreError(f"{path} is damaged; remove it, and people get new pseudonyms")
    return found


def _write_once(path: Path, content: bytes) -> None:
    """Make the file, whole and for its owner only, unless somebody else just did."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
