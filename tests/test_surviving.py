"""Surviving lines: counted by blame on a history seen at a glance, and weighed on paper."""

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from repository import commit

from analyzers import errors, line_survey, terminal
from analyzers.authorship import surviving
from analyzers.cli import app
from analyzers.mining import blame
from analyzers.mining.view import open_view

CLAUDE = "\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n"
HUNKS = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 9), st.integers(0, 9)), min_size=1)


@pytest.fixture
def repo(history):
    """src/a.py: 2 of 4 lines by Claude; b.py: 1 of 1 by hand; a lock file and a note left out."""
    return history(
        [
            commit("a", "2026-01-05T10:00Z", "start",
                   files={"src/a.py": "1\n2\n3\n", "b.py": "1\n", "poetry.lock": "x\n"}),
            commit("b", "2026-01-06T10:00Z", "more" + CLAUDE, parents=["a"],
                   files={"src/a.py": "1\nnew\n3\n4\n", "b.py": "1\n", "README.md": "x\n"}),
        ],
        refs={"refs/heads/main": "b"},
        head="main",
    )  # fmt: skip


def test_lines_that_survive_are_counted_by_area(repo, store_dir, capfdbinary):
    words = ["lines", str(repo.path), "--store", str(store_dir), "--format", "json"]
    code = terminal.guarded(lambda: app(words, standalone_mode=False))
    told = json.loads(capfdbinary.readouterr().out)
    assert code == errors.COMPLETE
    assert (told["n_files"], told["n_unreadable"]) == (2, 0)
    found = [(row["area"], row["n_lines"], row["ai_share_of_lines"]) for row in told["areas"]]
    assert found == [("all", 5, 0.4), ("src", 4, 0.5), (".", 1, 0.0)]
    assert told["areas"][0]["low"] == told["areas"][0]["high"] == 0.4, "nothing was sampled"
    (folder,) = [path.parent for path in store_dir.glob("*/lines.json")]
    survey = line_survey.last(folder)
    assert survey.head == repo.sha["b"]
    assert survey.shares["area"].tolist() == ["all", "src", "."]
    (folder / "lines.json").write_text("{")
    assert line_survey.last(folder) is None, "a damaged memory is as good as none"


def test_blame_is_remembered_by_content(repo, tmp_path, monkeypatch):
    kept = tmp_path / "blame.json"
    with open_view(repo.path) as view:
        files = [file for file in blame.files(view) if file.kind == "code"]
        first = blame.blamed(view, files, kept=kept)
        monkeypatch.setattr(blame.git, "run", None)
        assert blame.blamed(view, files, kept=kept) == first
    assert first["src/a.py"] == {repo.sha["a"]: 2, repo.sha["b"]: 2}


def test_a_damaged_memory_is_as_good_as_none(repo, tmp_path):
    kept = tmp_path / "blame.json"
    kept.write_bytes(b'{"half')
    with open_view(repo.path) as view:
        files = [file for file in blame.files(view) if file.path == "b.py"]
        assert blame.blamed(view, files, kept=kept) == {"b.py": {repo.sha["a"]: 1}}


def test_odd_names_are_names_and_links_are_no_code(history, tmp_path):
    odd = {"-f.py": "1\n", "a b.py": "1\n", ":(top)x.py": "1\n", "*.py": "1\n"}
    repo = history(
        [commit("a", "2026-01-05T10:00Z", "start", files=odd)],
        refs={"refs/heads/main": "a"},
        head="main",
    )
    with open_view(repo.path) as view:
        found = blame.blamed(view, blame.files(view), kept=tmp_path / "blame.json")
    assert found == {name: {repo.sha["a"]: 1} for name in odd}


def test_a_sample_takes_every_area_and_the_seed_decides():
    paths = [f"big/{i}" for i in range(90)] + [f"small/{i}" for i in range(9)] + ["top"]
    drawn = surviving.drawn(paths, size=10, seed=1)
    assert drawn == surviving.drawn(paths[::-1], size=10, seed=1)
    assert drawn != surviving.drawn(paths, size=10, seed=2)
    assert {surviving.area(path) for path in drawn} == {"big", "small", "."}
    assert surviving.drawn(paths, size=100, seed=1) == sorted(paths)


def test_each_area_weighs_as_many_files_as_it_has():
    blamed = pd.DataFrame(
        {
            "path": ["big/a", "big/b", "small/c"],
            "area": ["big", "big", "small"],
            "n_lines": [10, 30, 20],
            "n_declared": [5, 5, 20],
        }
    )
    found = surviving.shares(blamed, {"big": 4, "small": 1}, seed=1).set_index("area")
    # big stands for 4 files of 20 lines, 5 of them declared; small for one file of 20.
    assert found.loc["all", "n_lines"] == 100
    assert found.loc["all", "ai_share_of_lines"] == pytest.approx((4 * 5 + 20) / 100)
    assert found.loc["big", "low"] < 0.25 < found.loc["big", "high"]
    assert found.loc["small", ["low", "high"]].tolist() == [1, 1]


def test_a_sample_without_one_declared_line_has_no_band():
    blamed = surviving.by_file({"src/a": {"x": 9}, "src/b": {"x": 1}}, set())
    sampled = surviving.shares(blamed, {"src": 40}, seed=1)
    assert sampled["ai_share_of_lines"].tolist() == [0, 0]
    assert sampled["high"].isna().all(), "none of 2 of 40 files is not none of 40"
    whole = surviving.shares(blamed, {"src": 2}, seed=1)
    assert whole["high"].tolist() == [0, 0]


def test_nothing_blamed_is_unknown_not_zero():
    found = surviving.shares(surviving.by_file({}, set()), {}, seed=1)
    assert found["area"].tolist() == ["all"]
    assert found["ai_share_of_lines"].isna().all()


@settings(deadline=None, max_examples=50)
@given(HUNKS)
def test_shares_stay_within_their_interval_and_between_nought_and_one(hunks):
    lines = {f"{area}/{i}": {"x": x, "y": y} for i, (area, x, y) in enumerate(hunks)}
    blamed = surviving.by_file(lines, {"x"})
    found = surviving.shares(blamed, blamed["area"].value_counts().to_dict(), seed=1)
    known = found.dropna()
    assert (known["low"] <= known["ai_share_of_lines"] + 1e-9).all()
    assert (known["high"] >= known["ai_share_of_lines"] - 1e-9).all()
    assert known["ai_share_of_lines"].between(0, 1).all()
