"""What the generic rule caught, by form, and the row that would give each a name.

The rule sees agents that no row knows, so what it caught is named as git spells it.
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass

import pandas as pd

from analyzers.authorship import message

_AUTHOR = re.compile(r"The author is (?P<name>.*) <(?P<email>.*)>\.", re.DOTALL)
_LINE = re.compile(r"The message has the line (?P<quoted>.*)\.", re.DOTALL)
_DECORATION = re.compile(r"^[\W_]+")
_SHARED = re.compile(r"^(?:\d+\+)?(?:no-?reply|agents?|bot|assistant|llm)@")  # by many agents
_UNPRINTABLE = re.compile(r"[\x7f-\x9f]")
_LONGEST = 60  # signs of a footer: what follows differs from commit to commit


@dataclass(frozen=True, slots=True)
class Caught:
    """One form an unknown agent is spelled in, its commits, and the TOML row that names it."""

    form: str
    n_commits: int
    row: str


def caught(evidence: pd.DataFrame, *, most: int = 10) -> list[Caught]:
    """The forms on most commits, out of tables.EVIDENCE; an address of its own is one form."""
    generic = evidence.loc[evidence["place"] == "generic", ["sha", "detail"]]
    told = [(_form(detail), sha) for sha, detail in generic.itertuples(index=False)]
    frame = pd.DataFrame(
        [(*form, sha) for form, sha in told if form], columns=["kind", "name", "email", "sha"]
    )
    # An address is enough to tell an agent; the name it is spelled with most stands for it.
    is_own = (frame["email"] != "") & ~frame["email"].str.contains(_SHARED)
    key = frame["email"].where(is_own, frame["kind"] + frame["name"] + frame["email"])
    found = [
        (group["sha"].nunique(), *group[["kind", "name", "email"]].value_counts().index[0])
        for _, group in frame.groupby(key)
    ]
    found.sort(key=lambda each: (-each[0], *each[1:]))
    return [
        Caught(f"{name} <{email}>" if email else name, n, _row(kind, name, email))
        for n, kind, name, email in found[:most]
    ]


def _form(detail: str) -> tuple[str, str, str] | None:
    """(kind of row, name or line, address) out of an evidence's sentence."""
    if author := _AUTHOR.fullmatch(detail):
        return "identity", author["name"].strip(), author["email"].strip().lower()
    if quoted := _LINE.fullmatch(detail):
        return _of_line(str(ast.literal_eval(quoted["quoted"])))
    return None


def _of_line(line: str) -> tuple[str, str, str]:
    parts = message.trailer_parts(line)
    if parts is None:
        return "footer", line, ""
    name, email = message.coauthor(parts[1])
    return ("identity", name.strip(), email.lower()) if email else ("trailer", line, "")


def _row(kind: str, name: str, email: str) -> str:
    """A row for reviewgap.toml; `Name it` and the degree are the user's to settle."""
    is_shared = bool(_SHARED.search(email))
    slug = _slug(name if is_shared or not email else email)
    fields = {"id": f"own.{slug}", "tool": "Name it", "kind": kind}
    if kind == "identity":
        lists, degree = {"emails": [email]}, "agent"
        fields |= {"name": f"^{_literal(name)}$"} if is_shared else {}
    elif kind == "trailer":
        key, value = message.trailer_parts(name) or ("", name)
        lists, degree = {"keys": [key]}, "coauthored"
        fields["value"] = f"^{_literal(value)}"
    else:
        lists, degree = {}, "coauthored"
        fields["regex"] = _literal(_DECORATION.sub("", name)[:_LONGEST].rstrip())
    told = {**fields, **lists, "degree": degree, "confidence": "medium"}
    return "\n".join(["[[markers]]", *(f"{key} = {_toml(value)}" for key, value in told.items())])


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40]


def _literal(text: str) -> str:
    return re.escape(text).replace("\\ ", " ")


def _toml(value: object) -> str:
    """JSON's strings and lists are TOML's, but for a few control signs that TOML wants escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
