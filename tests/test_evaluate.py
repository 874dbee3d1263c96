"""Labels against verdicts, on the command line: scores per kind of evidence, samples, shares."""

import csv
import io

import pandas as pd
import pytest
from repository import commit

from analyzers import errors
from analyzers.authorship import evaluate

CLAUDE = "\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n"
DAY = "2026-01-{:02d}T10:00Z"


@pytest.fixture
def repo(history):
    """c0 to c7 in a row; c0 and c1 name Claude."""
    return history(
        [
            commit(
                f"c{i}",
                DAY.format(5 + i),
                f"=work {i}" + (CLAUDE if i < 2 else ""),
                parents=[f"c{i - 1}"] if i else [],
                files={"a.py": "x\n" * (i + 1)},
            )
            for i in range(8)
        ],
        refs={"refs/heads/main": "c7"},
        head="main",
    )


def labelled(tmp_path, repo, labels):
    path = tmp_path / "labels.csv"
    rows = [f"{repo.sha[name][:12]},{label}\n" for name, label in labels.items()]
    path.write_text("sha,label\n" + "".join(rows))
    return path


def test_labels_give_precision_and_recall_by_kind_of_evidence(run, repo, tmp_path):
    path = labelled(tmp_path, repo, {"c0": "ai", "c1": "human", "c2": "ai", "c3": "unmarked"})
    code, out, _ = run("evaluate", repo.path, path)
    assert code == errors.COMPLETE
    lines = out.splitlines()
    assert lines[0] == "4 of 4 labels could be compared (90 % Wilson intervals)"
    everything, trailer = (line.split() for line in lines[2:4])
    assert everything[:5] == ["all", "1", "1", "1", "0.500"]
    assert trailer[0] == "trailer"
    # Wilson 1927 with z = 1.645: (1/2 + z²/4 ± z√(1/8 + z²/16)) / (1 + z²/2)
    assert "0.500 (0.121 to 0.879)" in lines[2]


def test_a_sample_is_drawn_labelled_and_gives_a_corrected_share(run, repo, tmp_path):
    path = tmp_path / "sample.csv"
    code, out, err = run("evaluate", repo.path, "--sample", 8, "--seed", 3, "-o", path)
    assert (code, out) == (errors.COMPLETE, "")
    assert "reviewgap evaluate" in err
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    assert len(rows) == 8
    assert {row["label"] for row in rows} == {""}
    assert {row["subject"][:2] for row in rows} == {"'="}, "no formula for a spreadsheet"
    table = pd.DataFrame(rows)
    assert table.groupby("stratum")["n_stratum"].first().to_dict() == {
        "declared": "2",
        "unmarked": "6",
    }
    # Of the unmarked one in six was AI after all: 2 / 8 become 3 / 8.
    missed = table.index[table["stratum"] == "unmarked"][0]
    table["label"] = ["ai" if s == "declared" else "human" for s in table["stratum"]]
    table.loc[missed, "label"] = "ai"
    table.to_csv(path, index=False)
    code, out, _ = run("evaluate", repo.path, path)
    assert code == errors.COMPLETE
    assert "corrected AI share: 0.375 (" in out
    assert "label more" in out


def test_the_same_seed_draws_the_same_sample_to_stdout(run, repo):
    first, again = (run("evaluate", repo.path, "--sample", 4, "--seed", 9)[1] for _ in range(2))
    assert first == again
    assert len(list(csv.DictReader(io.StringIO(first)))) == 4


def test_labels_are_never_written_over(run, repo, tmp_path):
    path = labelled(tmp_path, repo, {"c0": "ai"})
    before = path.read_bytes()
    code, _, err = run("evaluate", repo.path, "--sample", 4, "-o", path)
    assert code == errors.USAGE
    assert "may hold labels" in err
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "name LABELS.csv"),
        (("nowhere.csv",), "cannot read nowhere.csv"),
        (("nowhere.csv", "--sample", "4"), "name LABELS.csv"),
    ],
)
def test_what_is_asked_wrongly_is_told_in_a_line(run, repo, words, told):
    code, out, err = run("evaluate", repo.path, *words)
    assert (code, out) == (errors.USAGE, "")
    assert told in err


def test_a_sample_with_a_broken_size_is_refused():
    text = "sha,stratum,n_stratum,label\naaaaaaaaaaaa,declared,many,ai\n"
    with pytest.raises(errors.UsageError, match="n_stratum must be a number"):
        evaluate.read_sample(text)


def test_labels_of_one_stratum_alone_tell_no_share(run, repo, tmp_path):
    path = tmp_path / "sample.csv"
    run("evaluate", repo.path, "--sample", 8, "-o", path)
    table = pd.read_csv(path)
    table["label"] = ["ai" if s == "declared" else "" for s in table["stratum"]]
    table.to_csv(path, index=False)
    assert "corrected AI share: unknown" in run("evaluate", repo.path, path)[1]
