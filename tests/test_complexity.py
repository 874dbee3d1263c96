"""Complexity of changed code: PyDriller sees only the view, and nothing is measured twice."""

import zlib

import pytest
from nasty import object_file, unpacked
from repository import commit

from analyzers.mining import complexity, file_complexity
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
        rows = complexity.measured(
            view, list(grown.sha.values()), kept=tmp_path / "kept.parquet"
        ).rows
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
        monkeypatch.setattr(file_complexity, "rows", lambda *_: pytest.fail("measured twice"))
        again = complexity.measured(view, shas[:2], kept=kept)
    assert (first.n_opened, again.n_opened) == (2, 0)
    assert again.rows.equals(first.rows)
    assert (config.read_bytes() if config.exists() else b"") == before


def test_only_a_change_of_other_blobs_is_measured(history, tmp_path, monkeypatch):
    repo = history(
        [
            commit("a", "2026-01-05T10:00Z", files={"a.py": PLAIN}),
            commit("b", "2026-01-06T10:00Z", parents=["a"], files={"a.py": BRANCHED}),
            commit("again", "2026-01-07T10:00Z", parents=["a"], files={"a.py": BRANCHED}),
            commit("other", "2026-01-08T10:00Z", parents=["a"], files={"a.py": PLAIN + "\n# x"}),
            commit("text", "2026-01-09T10:00Z", parents=["a"], files={"a.js": BRANCHED}),
        ],
    )
    kept, asked = tmp_path / "kept.parquet", []
    figures = file_complexity._figures
    monkeypatch.setattr(
        file_complexity, "_figures", lambda file: asked.append(file.filename) or figures(file)
    )
    with open_view(repo.path) as view:
        complexity.measured(view, [repo.sha["a"], repo.sha["b"]], kept=kept)
        again = complexity.measured(view, [repo.sha["again"]], kept=kept)
        assert asked == ["a.py", "a.py"]
        assert again.rows["complexity"].to_list() == [3]
        complexity.measured(view, [repo.sha["other"]], kept=kept)
        assert asked == ["a.py"] * 3
        complexity.measured(view, [repo.sha["text"]], kept=kept)
    assert asked[3:] == ["a.js"]


def test_processes_side_by_side_say_what_one_says(history, tmp_path, monkeypatch):
    repo = history(
        [commit(f"c{n}", f"2026-01-{n:02}T10:00Z", files={"a.py": PLAIN * n}) for n in range(1, 5)]
    )
    shas, told = list(repo.sha.values()), []
    with open_view(repo.path) as view:
        alone = complexity.measured(view, shas, kept=tmp_path / "one").rows
        monkeypatch.setattr(file_complexity, "workers", lambda _: 2)
        beside = complexity.measured(
            view, shas, kept=tmp_path / "two", progress=lambda *at: told.append(at[:2])
        ).rows
    unordered = [frame.sort_values("sha", ignore_index=True) for frame in (alone, beside)]
    assert unordered[0].drop(columns="seconds").equals(unordered[1].drop(columns="seconds"))
    assert told == [(n, 4) for n in range(5)]


def test_what_another_version_measured_is_measured_anew(grown, tmp_path, monkeypatch):
    kept, shas = tmp_path / "kept.parquet", [grown.sha["b"]]
    with open_view(grown.path) as view:
        complexity.measured(view, shas, kept=kept)
        monkeypatch.setattr(complexity, "tool", lambda: "newer")
        assert complexity.measured(view, shas, kept=kept).rows["tool"].to_list() == ["newer"]


def test_a_damaged_file_of_kept_rows_and_an_unknown_commit_end_nothing(grown, tmp_path):
    kept = tmp_path / "kept.parquet"
    kept.write_bytes(b"no parquet")
    with open_view(grown.path) as view:
        rows = complexity.measured(view, ["f" * 40], kept=kept).rows
    assert rows["complexity"].isna().all()


def test_a_forged_size_costs_its_commit_the_figures_and_nobody_waits(
    history, tmp_path, monkeypatch
):
    repo = unpacked(
        history(
            [
                commit("a", "2026-01-05T10:00Z", files={"a.py": PLAIN}),
                commit("forged", "2026-01-06T10:00Z", files={"a.py": BRANCHED}),
                commit("huge", "2026-01-07T10:00Z", files={"b.py": "x" * 9000}),
                commit("c", "2026-01-08T10:00Z", files={"c.py": BRANCHED + "# x\n"}),
            ]
        )
    )
    content = zlib.compress(b"blob 3000\0" + BRANCHED.encode())
    object_file(repo, f"{repo.sha['forged']}:a.py").write_bytes(content)
    monkeypatch.setattr(complexity, "MOST_BYTES", 8000)
    shas = [repo.sha[name] for name in ("a", "forged", "huge", "c")]
    with open_view(repo.path) as view:
        told = complexity.measured(view, shas, kept=tmp_path / "kept").rows.set_index("sha")
    assert told.loc[[shas[0], shas[3]], "complexity"].to_list() == [1, 3]
    assert told.loc[[shas[1], shas[2]], "complexity"].isna().all()


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
        rows = complexity.measured(
            view, list(repo.sha.values()), kept=tmp_path / "kept.parquet"
        ).rows
    assert rows["sha"].to_list() == [repo.sha["a"]]
    assert rows["complexity"].isna().all()
