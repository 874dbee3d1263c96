"""The reference pages: every command with its options, every table with its columns.

Made from the command line and the tables themselves, so that no page can say otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analyzers import errors
from analyzers.columns import Column, Table

_EXIT_CODES = (
    (errors.COMPLETE, "complete"),
    (errors.OUR_BUG, "a bug of ours"),
    (errors.USAGE, "usage, or a repository or store that cannot be used; one line says which"),
    (errors.PARTIAL, "partial: something history holds could not be read; the result says what"),
    (errors.THRESHOLD_EXCEEDED, "a limit of `check` was exceeded"),
    (errors.NOT_ENOUGH_DATA, "not enough data for an answer without guessing"),
    (errors.INTERRUPTED, "interrupted"),
)


def commands() -> str:
    """Markdown: every command, its question, its arguments and options, then the exit codes."""
    import typer  # noqa: PLC0415 - the command line imports the reports

    from analyzers.cli import app  # noqa: PLC0415

    root: Any = typer.main.get_command(app)
    parts = ["# Commands", "Data goes to stdout, all else to stderr."]
    for name in sorted(root.commands):
        parts += _command(name, root.commands[name])
    codes = [f"| {code} | {meaning} |" for code, meaning in _EXIT_CODES]
    parts += ["## Exit codes", "\n".join(["| code | meaning |", "|--:|---|", *codes])]
    return "\n\n".join(parts) + "\n"


def tables() -> str:
    """Markdown: every table that `export` gives, its key, and what each column says."""
    from analyzers.reports.tabular import EXPORTED  # noqa: PLC0415 - brings pandas

    about = (
        "What `reviewgap export REPO --table NAME` gives. Empty is unknown, never zero. Times are"
        " UTC; weeks are ISO weeks, Monday to Sunday. `share` is 0 to 1; a `ratio` may exceed 1."
        " What stays from version to version: [compatibility](compatibility.md)."
    )
    parts = ["# Tables", about]
    for table in EXPORTED:
        parts += [f"## {table.name}", table.meaning, _key(table), _columns(table)]
    return "\n\n".join(parts) + "\n"


def _command(name: str, command: Any) -> Iterator[str]:
    shown = [param for param in command.params if not getattr(param, "hidden", False)]
    arguments = [param for param in shown if param.param_type_name == "argument"]
    options = [param for param in shown if param.param_type_name == "option"]
    words = " ".join(param.metavar or param.name.upper() for param in arguments)
    yield f"## reviewgap {name}"
    yield f"`reviewgap {name} {words}`".replace(" `", "`")
    yield " ".join(str(command.help).split())
    rows = [
        f"| {_names(param)} | {_default(param)} | {_cell(param.help or '')} |" for param in options
    ]
    if rows:
        yield "\n".join(["| option | default | |", "|---|---|---|", *rows])


def _names(param: Any) -> str:
    return ", ".join(f"`{name}`" for name in (*param.opts, *param.secondary_opts))


def _default(param: Any) -> str:
    if param.default is None or param.default is False:
        return ""
    return "on" if param.default is True else f"`{getattr(param.default, 'value', param.default)}`"


def _key(table: Table) -> str:
    return "One row per " + ", ".join(f"`{name}`" for name in table.key) + "."


def _columns(table: Table) -> str:
    head = ["| column | type | unit | may be | meaning |", "|---|---|---|---|---|"]
    return "\n".join([*head, *(_column(column) for column in table.columns)])


def _column(column: Column) -> str:
    told = column.meaning
    if column.values:
        told += " One of " + ", ".join(f"`{value}`" for value in column.values) + "."
    empty = "unknown" if column.nullable else ""
    return f"| `{column.name}` | {column.dtype} | {column.unit} | {empty} | {_cell(told)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
