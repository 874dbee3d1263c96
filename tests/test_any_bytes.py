"""Whatever bytes a commit is made of, it becomes a row that every stage and export can take."""

import csv
import io

import pandas as pd
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from analyzers import pipeline, tables
from analyzers.config import Config
from analyzers.history import History, Messages
from analyzers.mining import commit, kinds, people
from analyzers.mining.rows import Rows
from analyzers.reports import export, tabular

LATEST = 1_798_000_000
SOME = b"tree 1\nauthor A <a@b.c> 1767607200 +0000\ncommitter A <a@b.c> 1767607200 +0000\n\n"
LINES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from([b"Co-authored-by: ", b"\0", b"\xff", b"=1+1", b"(#1)", b"Merge ", b"\r"]),
    st.text(max_size=20).map(lambda text: text.encode("utf-8", "surrogatepass")),
)
BYTES = st.lists(LINES, max_size=6).map(b"".join)
PERSONS = st.builds(
    lambda name, email, date: b"%s <%s> %s" % (name, email, date),
    BYTES, BYTES, st.one_of(BYTES, st.integers(-(10**20), 10**20).map(lambda n: b"%d +0000" % n)),
)  # fmt: skip
COMMITS = st.one_of(
    st.binary(max_size=200),
    st.builds(
        lambda author, committer, encoding, message: b"tree 1\nauthor %s\ncommitter %s\n%s\n\n%s"
        % (author, committer, encoding, message),
        PERSONS, PERSONS, st.one_of(st.just(b"encoding utf-16"), BYTES), BYTES,
    ),
)  # fmt: skip


@settings(
    max_examples=3, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(st.lists(COMMITS, min_size=30, max_size=40))
def test_any_bytes_go_the_whole_way(objects):
    """A hundred commits in all: mined rows, all stages, every table as CSV and JSON."""
    names = [f"{i:040x}" for i in range(len(objects))]
    read = [commit.parse(name, data) for name, data in zip(names, objects, strict=True)]
    read = [commit.parse(each.sha, SOME + objects[0]) if each.parents else each for each in read]
    rows = Rows(people.Mailmap.parse(b""), kinds.classifier(), LATEST, frozenset()).of(read, None)
    commits = tables.MINED_COMMITS.conform(rows.commits.to_pandas())
    assert commits["sha"].tolist() == names
    heads = [
        {"name": f"refs/heads/{i}", "object_id": name, "kind": "branch", "is_commit": True}
        for i, name in enumerate(names)
    ]
    refs = tables.REFS.from_rows(heads)
    history = History(commits, refs, tables.NOTES.empty(), Messages(table=rows.messages), names[0])
    none = tables.FILE_CHANGES.empty()
    found = pipeline.analyse(history, none, tables.REVIEW_EVENTS.empty(), Config()).tables
    for table, frame in found.items():
        assert isinstance(frame, pd.DataFrame)
        if table in tabular.EXPORTED:
            text = export.content(frame, table, "csv").decode("utf-8")
            assert len(list(csv.reader(io.StringIO(text)))) == len(frame) + 1
            assert export.content(frame, table, "json").decode("utf-8")
