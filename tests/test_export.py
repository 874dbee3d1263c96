"""Exported files: what a spreadsheet, a parser and a diff will make of them."""

import csv
import io
import json
import warnings

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from queues import commits, events, requests

from analyzers import capacity, tables
from analyzers.errors import UsageError
from analyzers.reports import export, periods
from analyzers.tables import Column, Table

SAMPLE = Table(
    "sample",
    "A sample.",
    ("name",),
    (
        Column("name", "str", "Who."),
        Column("n", "int", "How many.", "things", nullable=True),
        Column("part", "float", "Which part.", "share", nullable=True),
        Column("sure", "bool", "Whether.", nullable=True),
        Column("at", "timestamp", "When.", nullable=True),
        Column("note", "str", "Why.", nullable=True),
    ),
)


def sample(*rows):
    return SAMPLE.from_rows(rows)


def weekly_table():
    at = {"opened_at": "2026-01-05T10:00Z", "landed_at": "2026-01-20T10:00Z"}
    return capacity.weekly(
        commits({"landed_at": "2026-01-20T12:00Z"}), requests(*[at] * 6), events()
    )


def test_csv_on_paper():
    frame = sample(
        {
            "name": 'a "b", c',
            "n": 0,
            "part": 1 / 3,
            "sure": True,
            "at": pd.Timestamp("2026-01-05T10:00Z"),
        },
        {"name": "", "n": None, "part": None, "sure": None, "at": None, "note": "two\nlines"},
    )
    assert export.csv_text(frame, SAMPLE) == (
        "name,n,part,sure,at,note\n"
        '"a ""b"", c",0,0.333333,true,2026-01-05T10:00:00Z,\n'
        '"",,,,,"two lines"\n'
    )


@pytest.mark.parametrize("text", [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u00a0=1", "\ufeff=1", '"=1', "＝1",
    "fine\n=1", "fine\r\n  @x", "'=1", "＋1", "－1", "＠x", "\0=1",
])  # fmt: skip
def test_a_formula_gets_an_apostrophe(text):
    cell = next(csv.reader([export.csv_text(sample({"name": text}), SAMPLE).split("\n", 1)[1]]))[0]
    assert cell.startswith("'")


@pytest.mark.parametrize(
    "text", ["-1", "+2.5", "-1e-3", "a=b", "fix: -O2", "#12", "2026-W44", "x\ny"]
)
def test_numbers_and_plain_text_stay_as_they_are(text):
    cell = next(csv.reader([export.csv_text(sample({"name": text}), SAMPLE).split("\n", 1)[1]]))[0]
    assert cell == text.replace("\n", " ")


def test_raw_leaves_formulas_alone():
    assert '"=1+1"' in export.csv_text(sample({"name": "=1+1"}), SAMPLE, raw=True)


@given(st.lists(st.text(), max_size=8))
def test_any_text_survives_a_csv_reader_on_one_line_and_unarmed(texts):
    text = export.csv_text(sample(*({"name": name} for name in texts)), SAMPLE)
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len(rows) == len(texts) + 1
    assert len(text.split("\n")) == len(texts) + 2
    for row in rows[1:]:
        assert row[0].strip(" \u00a0\ufeff\"'`")[:1] not in tuple("=@") or row[0].startswith("'")


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12))
def test_decimals_have_no_exponent_and_six_places(value):
    text = export.decimal(value)
    assert "e" not in text
    assert float(text) == pytest.approx(value, abs=5.1e-7, rel=1e-12)


def test_json_says_null_for_unknown_and_lines_are_objects():
    frame = sample({"name": "=1\n", "n": 3, "sure": False})
    read = json.loads(export.json_text(frame, SAMPLE))
    assert read["schema_version"] == 1
    assert read["rows"] == [
        {"name": "=1\n", "n": 3, "part": None, "sure": False, "at": None, "note": None}
    ]
    assert json.loads(export.jsonl_text(frame, SAMPLE)) == read["rows"][0]


@pytest.mark.parametrize("form", export.FORMATS)
def test_the_same_table_gives_the_same_bytes(form):
    first = export.content(weekly_table(), capacity.WEEKLY, form)
    assert first == export.content(weekly_table(), capacity.WEEKLY, form)


def test_parquet_keeps_values_and_types(tmp_path):
    frame = sample({"name": "=1", "part": 1 / 3})
    export.write(frame, SAMPLE, tmp_path / "sample.parquet", "parquet")
    read = pq.read_table(tmp_path / "sample.parquet")
    assert read.schema.equals(SAMPLE.arrow_schema)
    assert read.to_pylist()[0]["name"] == "=1"
    assert read.to_pylist()[0]["part"] == 1 / 3


def test_frictionless_finds_the_weekly_csv_valid_and_a_wrong_share_not(tmp_path):
    path = tmp_path / "weekly.csv"
    export.write(weekly_table(), capacity.WEEKLY, path, "csv")
    assert _validated(tmp_path).valid
    package = json.loads((tmp_path / "datapackage.json").read_text())
    schema = package["resources"][0]["schema"]
    assert schema["primaryKey"] == ["iso_week"]
    assert [field["name"] for field in schema["fields"]] == capacity.WEEKLY.names
    share = capacity.WEEKLY.names.index("review_gap_ratio_high")
    assert schema["fields"][share]["description"]
    lines = path.read_text().splitlines()
    at = capacity.WEEKLY.names.index("reviewer_coverage_share")
    cells = next(csv.reader([lines[-1]]))
    cells[at] = "1.46"
    path.write_text("\n".join([*lines[:-1], ",".join(cells)]) + "\n")
    assert not _validated(tmp_path).valid


def test_every_week_is_in_the_csv_also_the_empty_ones():
    rows = list(csv.DictReader(io.StringIO(export.csv_text(weekly_table(), capacity.WEEKLY))))
    assert [row["iso_week"] for row in rows] == ["2026-W02", "2026-W03", "2026-W04"]
    assert rows[1]["week_start_utc"] == "2026-01-12"
    assert rows[1]["throughput"] == "0"
    assert rows[1]["time_to_land_median_hours"] == ""


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "sample.csv"
    path.write_text("old")
    monkeypatch.setattr("os.fdopen", _no_space)
    with pytest.raises(OSError, match="No space"):
        export.write(sample({"name": "a"}), SAMPLE, path, "csv")
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["sample.csv"]


@pytest.mark.parametrize(("since", "until", "weeks"), [
    ("2026-W03", None, ["2026-W03", "2026-W04"]),
    ("2026-01-14", None, ["2026-W03", "2026-W04"]),
    (None, "2026-W03", ["2026-W02", "2026-W03"]),
    (None, "2026-01-12", ["2026-W02", "2026-W03"]),
    ("1w", None, ["2026-W03", "2026-W04"]),
    ("6mo", None, ["2026-W02", "2026-W03", "2026-W04"]),
    ("2026-02", None, []),
])  # fmt: skip
def test_since_and_until(since, until, weeks):
    kept = periods.between(weekly_table(), capacity.WEEKLY, since=since, until=until)
    assert kept["iso_week"].to_list() == weeks


@pytest.mark.parametrize("text", ["yesterday", "2026-W60", "2026-13-01", "", "12 weeks"])
def test_an_unclear_date_is_refused_with_the_forms(text):
    with pytest.raises(UsageError, match="write 2026-03-01"):
        periods.between(weekly_table(), capacity.WEEKLY, since=text)


def test_a_table_without_dates_cannot_be_cut():
    with pytest.raises(UsageError, match="no dates"):
        periods.between(tables.REFS.empty(), tables.REFS, since="12w")


def _validated(folder):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import frictionless  # noqa: PLC0415  # its import warns

        return frictionless.validate(str(folder / "datapackage.json"))


def _no_space(*_, **__):
    raise OSError(28, "No space left on device")


def test_two_tables_in_one_folder_share_one_package(tmp_path):
    beside = tmp_path / "datapackage.json"
    for name in ("b.csv", "a.csv", "b.csv"):
        export.write(sample({"name": name}), SAMPLE, tmp_path / name, "csv")
    other = Table("other", "Another.", ("name",), SAMPLE.columns[:1])
    export.write(other.from_rows([{"name": "x"}]), other, tmp_path / "o.csv", "csv")
    package = json.loads(beside.read_text())
    assert package["name"] == "reviewgap"
    told = [(each["path"], each["name"]) for each in package["resources"]]
    assert told == [("a.csv", "a-csv"), ("b.csv", "b-csv"), ("o.csv", "o-csv")]
    (tmp_path / "a.csv").unlink()
    export.write(sample({"name": "x"}), SAMPLE, tmp_path / "b.csv", "csv")
    assert [each["path"] for each in json.loads(beside.read_text())["resources"]] == [
        "b.csv",
        "o.csv",
    ]


@pytest.mark.parametrize("there", ['{"name": "theirs", "resources": []}', "no json", "[]"])
def test_a_package_that_is_not_ours_is_replaced(tmp_path, there):
    (tmp_path / "datapackage.json").write_text(there)
    export.write(sample({"name": "x"}), SAMPLE, tmp_path / "a.csv", "csv")
    package = json.loads((tmp_path / "datapackage.json").read_text())
    assert [each["path"] for each in package["resources"]] == ["a.csv"]
    assert package["name"] == "reviewgap-sample"
