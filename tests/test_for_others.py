"""Tables for others: all of them, in every format, described, and stable from version to version.

Run as a script, it writes down the schema as it is now: after a release, never to make a test
pass that a removed or changed column made fail.
"""

import json
import warnings
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from repository import commit

from analyzers import errors
from analyzers.reports import tabular
from analyzers.reports.datapackage import SCHEMA_VERSION

PINNED = Path(__file__).parent / "data" / f"schema-{SCHEMA_VERSION}.json"
CLAUDE = "\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n"


@pytest.fixture
def repository(history):
    """#1 merged with Claude's trailer, #2 waiting, a binary file, a formula for a subject."""
    return history(
        [
            commit("a", "2026-01-05T10:00Z", "start", files={"a.py": "1\n", "logo.png": "\0\0"}),
            commit("p", "2026-01-06T10:00Z", "=cmd|'/C calc'!A0" + CLAUDE, files={"b.py": "1\n"}),
            commit("m", "2026-01-07T10:00Z", "Merge pull request #1 from x/y", parents=["a", "p"]),
            commit("w", "2026-01-08T10:00Z", "waits", parents=["m"], files={"c.py": "1\n"}),
        ],
        refs={"refs/heads/main": "m", "refs/pull/1/head": "p", "refs/pull/2/head": "w"},
        head="main",
    )


def validated(folder):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import frictionless  # noqa: PLC0415 - its import warns

        return frictionless.validate(str(folder / "datapackage.json"))


def schema():
    """Every column that a table offers: type, unit, and whether it may be empty."""
    return {
        table.name: {
            column.name: [column.dtype, column.unit, column.nullable] for column in table.columns
        }
        for table in tabular.EXPORTED
    }


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_frictionless_finds_every_table_valid(run, repository, tmp_path, form):
    folder = tmp_path / "out"
    code, _, err = run("export", repository.path, "--table", "all", "--format", form, "-o", folder)
    assert code == errors.COMPLETE
    assert f"wrote {len(tabular.EXPORTED)} tables" in err
    report = validated(folder)
    wrong = {task.place for task in report.tasks if not task.valid}
    empty = {path.name for path in folder.glob("*.jsonl") if not path.stat().st_size}
    assert wrong == empty, "frictionless itself cannot read JSON lines without a line"
    assert {task.name for task in report.tasks} == {
        f"{table.name}-{form}" for table in tabular.EXPORTED
    }
    package = json.loads((folder / "datapackage.json").read_text())
    assert package["version"] == f"{SCHEMA_VERSION}.0.0"


def test_parquet_holds_the_same_values_typed_and_with_the_schema_version(run, repository, tmp_path):
    for form in ("parquet", "jsonl"):
        run("export", repository.path, "--table", "all", "--format", form, "-o", tmp_path / form)
    for table in tabular.EXPORTED:
        read = pq.read_table(tmp_path / "parquet" / f"{table.name}.parquet")
        assert read.schema.equals(table.arrow_schema)
        assert read.schema.metadata[b"reviewgap.schema_version"] == str(SCHEMA_VERSION).encode()
        lines = (tmp_path / "jsonl" / f"{table.name}.jsonl").read_text().splitlines()
        assert read.num_rows == len(lines)
    landed = duckdb.sql(
        f"select change_request from '{tmp_path}/parquet/change_requests.parquet'"
        " where landed_at is not null"
    )
    assert landed.fetchall() == [("#1",)]


def test_all_tables_want_a_folder_and_a_span_leaves_tables_without_dates_whole(
    run, repository, tmp_path
):
    code, _, err = run("export", repository.path, "--table", "all")
    assert (code, err) == (errors.USAGE, "reviewgap: all tables want a folder; add: -o FOLDER\n")
    run("export", repository.path, "--table", "all", "-o", tmp_path / "o", "--since", "2026-01-08")
    rows = {
        name: len((tmp_path / "o" / f"{name}.csv").read_text().splitlines()) - 1
        for name in ("change_requests", "memberships", "commits")
    }
    assert rows == {"change_requests": 1, "memberships": 3, "commits": 0}


def test_a_folder_that_cannot_be_written_is_named_in_one_line(run, repository, tmp_path):
    (tmp_path / "file").write_text("")
    code, _, err = run("export", repository.path, "--table", "all", "-o", tmp_path / "file")
    assert code == errors.USAGE
    assert (
        err
        == f"reviewgap: cannot write {tmp_path / 'file'} (file exists); choose another -o FILE\n"
    )


def test_no_column_of_the_promised_schema_left_or_changed():
    """What docs/reference/compatibility.md promises: columns come, and none goes."""
    now = schema()
    for name, columns in json.loads(PINNED.read_text()).items():
        for column, (dtype, unit, nullable) in columns.items():
            assert column in now[name], f"{name}.{column} is gone"
            assert now[name][column][:2] == [dtype, unit], f"{name}.{column} changed"
            assert nullable or not now[name][column][2], f"{name}.{column} may now be empty"


if __name__ == "__main__":
    PINNED.write_text(json.dumps(schema(), indent=1) + "\n")
