import pytest

from analyzers.reviews import numbers


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("Merge pull request #12 from ann/topic", 12),
        ("Merge pull request #12", None),
        ("Merge branch 'main' (see Merge pull request #12 from ann/topic)", None),
    ],
)
def test_merge(subject, number):
    assert numbers.merge(subject) == number


@pytest.mark.parametrize(
    ("subject", "found"),
    [
        ("Auto merge of #12 - ann:topic, r=mia", [12]),
        ("auto merge of #12 : ann/project/topic, r=mia", [12]),
        ("Merge #12 #13", [12, 13]),
        ("Merge #12: speed up", [12]),
        ("Merge #12-fixes into main", []),
        ("Try #12:", []),
    ],
)
def test_bors(subject, found):
    assert numbers.bors(subject) == found


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("Auto merge of #12 - ann:topic, r=mia", "mia"),
        ("Auto merge of #12 - ann:r=no, r=mia,bob", "mia"),
        ("Auto merge of #12 - ann:topic", None),
        ("Work with r=mia", None),
    ],
)
def test_approver(subject, name):
    assert numbers.approver(subject) == name


@pytest.mark.parametrize(
    ("subject", "heads", "number"),
    [
        ("Speed up (#12)", {}, 12),
        ("Speed up (#12) (#15)", {}, 15),
        ("Speed up (#12) (#15)", {12}, 12),
        ("Speed up (#12) (#15)", {12, 15}, 15),
        ('Revert "Speed up (#12)"', {12}, None),
        ('Revert "Speed up (#12)" (#15)', {12, 15}, 15),
        ("Speed up (#12) for good", {12}, None),
        ("Speed up #12", {12}, None),
        ("Speed up (fixes #12)", {12}, None),
        ("Speed up (other/project#12)", {12}, None),
    ],
)
def test_trailing(subject, heads, number):
    assert numbers.trailing(subject, heads) == number


@pytest.mark.parametrize(
    ("message", "number"),
    [
        ("Merge branch 'x' into 'main'\n\nTitle\n\nSee merge request group/project!12", 12),
        ("Merge branch 'x'\n\nSee merge request !12", 12),
        ("Merge branch 'x'\n\nSee merge request group/project#12", None),
        ("Title\n\nsays: See merge request group/project!12", None),
    ],
)
def test_gitlab(message, number):
    assert numbers.gitlab(message) == number


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("x\n\nCloses #12\nFixes: #13", [12, 13]),
        ("x\n\nCloses https://forge.example/o/p/pull/12", [12]),
        ("x\n\nCloses other/project#12", []),
        ("x\n\nEncloses #12, see #13", []),
    ],
)
def test_closed(message, found):
    assert numbers.closed(message) == found
