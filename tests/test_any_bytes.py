"""Whatever bytes a commit is made of, it becomes a row that every stage and export can take."""

import csv
import io
import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from dashboard_store import manifest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from analyzers import signs, stages, tables
from analyzers.config import Config
from analyzers.history import History, Messages
from analyzers.mining import commit, kinds, people
from analyzers.mining.rows import Rows
from analyzers.reports import export, tabular
from analyzers.store import Shelf
from dashboard import data, launch

UNSEEN = re.compile(signs.UNSEEN)
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


DATED = SOME + b"so that there is a week to show\n"
PLAINLY = {
    "deadline": None,
    "phases": [Phase.generate],
    "suppress_health_check": list(HealthCheck),
}
APP = launch.HERE / "streamlit_app.py"


@settings(max_examples=3, **PLAINLY)
@given(st.lists(COMMITS, min_size=30, max_size=40))
def test_any_bytes_go_the_whole_way(objects):
    """A hundred commits in all: mined rows, all stages, every table as CSV and JSON."""
    for table, frame in analysed(objects).items():
        assert isinstance(frame, pd.DataFrame)
        if table in tabular.EXPORTED:
            text = export.content(frame, table, "csv").decode("utf-8")
            assert len(list(csv.reader(io.StringIO(text)))) == len(frame) + 1
            assert export.content(frame, table, "json").decode("utf-8")


@settings(max_examples=1, **PLAINLY)
@given(st.lists(COMMITS, min_size=30, max_size=40))
def test_any_bytes_reach_the_dashboard_as_plain_text(objects):
    """What pages read, and the pages that show texts of commits, change requests and evidence."""
    with TemporaryDirectory() as root, pytest.MonkeyPatch.context() as patch:
        folder = Path(root) / "bytes-0123456789"
        (folder / "mined").mkdir(parents=True)
        found = analysed([DATED, *objects])
        counts = {"commits": len(objects), "change_requests": len(objects), "incomplete": 0}
        Shelf(folder).publish([], found, manifest() | {"counts": counts})
        patch.setenv(data.REPOSITORIES, json.dumps([str(folder)]))
        shown = data.repository(folder.name)
        assert shown is not None
        for frame in (data.commits(shown), data.requests(shown), data.weekly(shown)):
            assert len(frame)
            for texts in frame.select_dtypes(["str", "object"]).to_numpy(object).ravel():
                assert pd.isna(texts) or not UNSEEN.search(str(texts))
        for view in ("authorship", "evidence", "change_requests", "queue"):
            page = AppTest.from_file(str(APP), default_timeout=60)
            page.run()
            page.switch_page(f"views/{view}.py")
            page.run()
            assert not page.exception, (view, page.exception)


def analysed(objects):
    """All tables of a history of these objects, each at the head of a change request."""
    names = [f"{i:040x}" for i in range(len(objects))]
    read = [commit.parse(name, data) for name, data in zip(names, objects, strict=True)]
    read = [commit.parse(each.sha, SOME + objects[0]) if each.parents else each for each in read]
    rows = Rows(people.Mailmap.parse(b""), kinds.classifier(), LATEST, frozenset())
    rows = rows.read(read, in_head=False)
    commits = tables.MINED_COMMITS.conform(rows.commits.to_pandas())
    assert commits["sha"].tolist() == names
    heads = [
        {"object_id": name, "is_commit": True}
        | {"name": f"refs/pull/{i}/head", "kind": "pull_head", "number": i}
        for i, name in enumerate(names, start=1)
    ]
    refs = tables.REFS.from_rows(heads)
    history = History(commits, refs, tables.NOTES.empty(), Messages(table=rows.messages), names[0])
    none = tables.FILE_CHANGES.empty()
    return stages.analyse(history, none, tables.REVIEW_EVENTS.empty(), Config()).tables
