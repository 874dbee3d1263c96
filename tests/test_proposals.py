"""How large a change request is that did not land: what lies between its base and its head."""

from datetime import UTC, datetime

import pytest
from repository import commit
from repository import history as write_history

from analyzers import mining, pipeline, tables
from analyzers.mining.view import open_view

LINES = "".join(f"{n}\n" for n in range(20))


def proposing(folder):
    """#1 landed; #2 waits, with two commits on one file and a merge of the base between them."""
    return write_history(
        folder,
        [
            commit("root", "2026-01-01T10:00Z", files={"a.py": "1\n", "docs/b.md": "1\n"}),
            commit("work1", "2026-01-02T10:00Z", files={"a.py": "2\n"}),
            commit("m1", "2026-01-02T18:00Z", "Merge pull request #1 from ann/x",
                   parents=["root", "work1"], files={"a.py": "2\n"}),
            commit("main", "2026-01-03T10:00Z", files={"c.py": LINES}),
            commit("one", "2026-01-02T11:00Z", parents=["m1"], files={"src/d.py": "1\n2\n3\n"}),
            commit("sync", "2026-01-03T11:00Z", "Merge main", parents=["one", "main"],
                   files={"src/d.py": "1\n2\n3\n", "c.py": LINES}),
            commit("two", "2026-01-03T12:00Z", parents=["sync"],
                   files={"src/d.py": "1\n2\nIII\n", "uv.lock": LINES}),
        ],
        refs={"refs/heads/main": "main", "refs/pull/1/head": "work1", "refs/pull/2/head": "two"},
        bare=True,
    )  # fmt: skip


@pytest.fixture
def refreshed(tmp_path):
    repo = proposing(tmp_path)
    as_of = datetime(2026, 2, 1, tzinfo=UTC)
    return (
        repo,
        lambda: (
            pipeline.refresh(pipeline.Request(repo.path, tmp_path / "store", as_of=as_of)).shelf
        ),
    )


def test_it_is_measured_from_the_base_that_it_has_merged(refreshed):
    """Neither what main brought in counts, nor a line that came and went, nor a lock file."""
    repo, refresh = refreshed
    shelf = refresh()
    found = shelf.table(tables.CHANGE_REQUESTS).set_index("change_request")
    told = found.loc["#2", ["state", "n_files", "reviewable_lines", "area"]].tolist()
    assert told == ["not_landed", 2, 3, "src"]
    assert found.loc["#1", "reviewable_lines"] == 2
    rows = shelf.table(tables.PROPOSED_CHANGES)
    assert set(rows["head_sha"]) == {repo.sha["two"]}
    assert set(rows["base_sha"]) == {repo.sha["main"]}
    assert rows.set_index("path")["kind"].to_dict() == {"src/d.py": "code", "uv.lock": "lock"}


def test_what_was_compared_once_is_not_compared_again(refreshed, monkeypatch):
    repo, refresh = refreshed
    first = refresh().table(tables.PROPOSED_CHANGES)
    asked, compare = [], mining.proposed

    def counted(view, pairs, **rest):
        asked.append(len(pairs))
        return compare(view, pairs, **rest)

    monkeypatch.setattr(mining, "proposed", counted, raising=False)
    repo.ref("refs/pull/3/head", "one")
    again = refresh().table(tables.PROPOSED_CHANGES)
    assert asked == [1]
    assert set(again["head_sha"]) == {repo.sha["one"], repo.sha["two"]}
    assert len(again) == len(first) + 1


def test_missing_content_costs_its_own_pair_only(tmp_path):
    repo = proposing(tmp_path)
    blob = repo.git("rev-parse", f"{repo.sha['one']}:src/d.py")
    (repo.git_dir / "objects" / blob[:2] / blob[2:]).unlink(missing_ok=True)
    _unpacked_without(repo, blob)
    pairs = [("one", "m1"), ("two", "main"), ("work1", "root")]
    with open_view(repo.path) as view:
        asked = tables.PROPOSED_CHANGES.from_rows(
            {"head_sha": repo.sha[a], "base_sha": repo.sha[b], "path": "", "kind": "code"}
            for a, b in pairs
        )
        found = mining.proposed(view, asked[["head_sha", "base_sha"]])
    assert set(found["head_sha"]) == {repo.sha["two"], repo.sha["work1"]}


def _unpacked_without(repo, blob):
    """fast-import writes a pack: take it apart, and lose one object."""
    for pack in (repo.git_dir / "objects" / "pack").glob("*.pack"):
        content = pack.read_bytes()
        for part in pack.parent.glob(f"{pack.stem}.*"):
            part.unlink()
        repo.git("unpack-objects", "-q", stdin=content)
    (repo.git_dir / "objects" / blob[:2] / blob[2:]).unlink(missing_ok=True)
