"""Review data that people exported from a forge, recognised by content; never by file name.

`read` takes files of any of the shapes in docs/review-data.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analyzers import tables
from analyzers.errors import UsageError
from analyzers.reviews import events, github, github_timeline, gitlab, jsonl
from analyzers.reviews.exported import Exported, rows, whole
from analyzers.reviews.names import Names

REQUESTS = tables.Table(
    "imported_requests",
    "One row per change request that a file tells of.",
    ("change_request",),
    (
        tables.Column(
            "change_request", "str", "#12 (GitHub), !12 (GitLab), D12 (Phabricator), 12 (Gerrit)."
        ),
        tables.Column("number", "int", "Its number."),
        tables.Column("title", "str", "Its title.", nullable=True),
        tables.Column("author", "str", "Login of who opened it.", nullable=True),
        tables.Column("state", "str", "open, closed or landed.", nullable=True),
        tables.Column("opened_at", "timestamp", "When it was opened.", nullable=True),
        tables.Column("landed_at", "timestamp", "When it landed.", nullable=True),
        tables.Column("closed_at", "timestamp", "Closed without landing.", nullable=True),
        tables.Column("is_draft", "bool", "A draft when exported.", nullable=True),
        tables.Column("landed_sha", "str", "The commit that brought it.", nullable=True),
        tables.Column("head_sha", "str", "Its head when exported.", nullable=True),
    ),
)

Reader = Callable[[list[Any], str], Iterator[tuple[Exported | None, list[str]]]]

_SHAPES: tuple[tuple[str, Callable[[object], bool], Reader], ...] = (
    ("graphql", github_timeline.recognises, github_timeline.read),
    ("github", github.recognises, github.read),
    ("gitlab", gitlab.recognises, gitlab.read),
)
_EXPECTED = f"{github.EXPECTED}; {gitlab.EXPECTED}; or {jsonl.EXPECTED}"
_SAMPLE = 50
_SEE = "docs/review-data.md lists the commands"


@dataclass(frozen=True, slots=True)
class Imported:
    """`events` is tables.REVIEW_EVENTS, `requests` is REQUESTS; `problems` are sentences.

    `logins` leads from logins to addresses, where the files tell both.
    """

    events: pd.DataFrame
    requests: pd.DataFrame
    problems: list[str]
    logins: dict[str, str]


def read(paths: Sequence[Path]) -> Imported:
    """All files together; where two tell of one change request in one shape, the later stands.

    A bad row costs itself only, and `problems` names its file, place and field. Raises
    UsageError for a file that cannot be read or is of no known shape.
    """
    told: dict[tuple[str, str], Exported] = {}
    problems: list[str] = []
    for path in paths:
        shape, parts = _rows(path)
        for exported, faults in parts:
            problems += faults
            if exported is not None:
                told[shape, exported.change_request] = exported
    requests = [exported for _, exported in sorted(told.items(), key=lambda item: item[0])]
    logins = {login: mail for exported in requests for login, mail in exported.logins.items()}
    return Imported(
        events.with_marked_bots(events.frame(e for exported in requests for e in exported.events)),
        _requests(requests),
        problems,
        logins,
    )


def of_people(
    imported: Imported, commits: pd.DataFrame, *, bots: Iterable[str] = ()
) -> pd.DataFrame:
    """The events with logins named as the people of `commits` (tables.MINED_COMMITS).

    `bots` are logins that the user knows to be machines.
    """
    names = Names.of(commits)
    by_mail = {
        login: names.emails[mail.lower()]
        for login, mail in imported.logins.items()
        if mail.lower() in names.emails
    }
    return events.known_as(events.with_bots(imported.events, bots), names.logins | by_mail)


def _rows(path: Path) -> tuple[str, Iterator[tuple[Exported | None, list[str]]]]:
    text = _text(path)
    lines = jsonl.lines_of(text)
    if any(jsonl.recognises(line) for line in lines[:_SAMPLE]):
        return "jsonl", jsonl.read(whole(lines, text), str(path))
    documents = whole(_documents(text, path), text)
    sample = rows(documents)[:_SAMPLE]
    for shape, recognises, reader in _SHAPES:
        if any(recognises(row) for row in sample):
            return shape, reader(documents, str(path))
    if documents and not sample:
        return "github", iter(())  # an empty array: a slice in which nothing happened
    raise UsageError(f"{path}: expected {_EXPECTED}; found {_found(sample)}. {_SEE}")


def _found(sample: list[Any]) -> str:
    if not sample:
        return "an empty file"
    if isinstance(sample[0], dict):
        return "objects with the keys " + (", ".join(sorted(sample[0])[:6]) or "(none)")
    return f"JSON of another kind ({type(sample[0]).__name__})"


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: expected JSON in UTF-8; found other bytes. {_SEE}") from None


def _documents(text: str, path: Path) -> list[Any]:
    """The JSON documents of a file: one, or one after another as paging gives them."""
    decoder, documents, at = json.JSONDecoder(), [], _skip(text, 0)
    while at < len(text):
        try:
            document, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            line = text.count("\n", 0, getattr(error, "pos", at)) + 1
            raise UsageError(f"{path}: expected JSON; line {line} is none. {_SEE}") from None
        documents.append(document)
        at = _skip(text, at)
    return documents


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _requests(requests: list[Exported]) -> pd.DataFrame:
    frame = REQUESTS.from_rows(
        {name: getattr(r, name, None) for name in REQUESTS.names} | {"author": r.author_login}
        for r in requests
    )
    return frame.drop_duplicates("change_request").reset_index(drop=True)
