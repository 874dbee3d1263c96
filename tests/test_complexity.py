"""Complexity of changed code: PyDriller sees only the view, and nothing is measured twice."""

import pytest
from repository import commit

from analyzers.mining import complexity
from analyzers.mining.view import open_view

PLAIN = "def f(x):\n    return x\n"
BRANCHED = (
    "def f(x):\n    if x:\n        return 1\n    for i in x:\n        print(i)\n    return x\n"
)


@pytest.fixture
def grown(history):
    return history(
        [
            commit("a", "2026-01-05T10:00Z", "start", files={"a.py": PLAIN}),
            commit("b", "2026-01-06T10:00Z", "more", parents=["a"], files={"a.py": BRANCHED}),
            commit("c", "2026-01-07T10:00Z", "text", parents=["b"], files={"a.txt": "x\n"}),
        ],
        refs={"refs/heads/main": "c"},
        head="main",
    )


def test_a_change_costs_the_paths_through_the_methods_it_touched(grown, tmp_path):
    with open_view(grown.path) as view:
        rows = complexity.measured(view, list(grown.sha.values()), kept=tmp_path / "kept.parquet")
    told = rows.set_index("sha")
    assert told.loc[grown.sha["a"], ["n_methods", "complexity"]].to_list() == [1, 1]
    assert told.loc[grown.sha["b"], ["n_methods", "complexity"]].to_list() == [1, 3]
    assert told.loc[grown.sha["c"], ["n_files", "complexity"]].isna().to_list() == [False, True]
    assert told["maintainability_share"].iloc[0] == 1


def test_what_was_measured_is_read_and_the_repository_is_left_alone(grown, tmp_path, monkeypatch):
    config = grown.path / "config"
    before = config.read_bytes() if config.exists() else b""
    kept, shas = tmp_path / "kept.parquet", list(grown.sha.values())
    with open_view(grown.path) as view:
        first = complexity.measured(view, shas[:2], kept=kept)
        monkeypatch.setattr(complexity, "_row", lambda *_: pytest.fail("measured twice"))
        again = complexity.measured(view, shas[:2], kept=kept)
    assert again.equals(first)
    assert (config.read_bytes() if config.exists() else b"") == before


def test_what_another_version_measured_is_measured_anew(grown, tmp_path, monkeypatch):
    kept, shas = tmp_path / "kept.parquet", [grown.sha["b"]]
    with open_view(grown.path) as view:
        complexity.measured(view, shas, kept=kept)
        monkeypatch.setattr(complexity, "tool", lambda: "newer")
        assert complexity.measured(view, shas, kept=kept)["tool"].to_list() == ["newer"]


def test_a_damaged_file_of_kept_rows_and_an_unknown_commit_end_nothing(grown, tmp_path):
    kept = tmp_path / "kept.parquet"
    kept.write_bytes(b"no parquet")
    with open_view(grown.path) as view:
        rows = complexity.measured(view, ["f" * 40], kept=kept)
    assert rows["complexity"].isna().all()


def test_languages_are_known_by_names():
    assert complexity.readable(["x/a.py", "b.rs", "c.txt", "Makefile"]) == [
        True,
        True,
        False,
        False,
    ]


def test_an_object_format_that_the_tool_cannot_read_is_unknown(history, tmp_path):
    repo = history(
        [commit("a", "2026-01-05T10:00Z", files={"a.py": PLAIN})], object_format="sha256"
    )
    with open_view(repo.path) as view:
        rows = complexity.measured(view, list(repo.sha.values()), kept=tmp_path / "kept.parquet")
    assert rows["sha"].to_list() == [repo.sha["a"]]
    assert rows["complexity"].isna().all()
