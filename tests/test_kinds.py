"""Kinds of files: sets and endings say the same as the patterns they came from, and stay fast."""

import re
import time

import pytest

from analyzers import vocabulary
from analyzers.errors import UsageError
from analyzers.mining import kinds


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("src/app.py", "code"),
        ("latest.py", "code"),
        ("contest/run.go", "code"),
        ("vendors.py", "code"),
        ("distribution/x.c", "code"),
        ("src/Vendor/x.go", "vendored"),
        ("a/GO.SUM", "lock"),
        ("requirements-dev.lock", "lock"),
        ("web/dist/app.js", "generated"),
        ("dist", "code"),
        ("x/__snapshots__/a.js", "generated"),
        ("proto/a_pb2.py", "generated"),
        ("zz_generated.deepcopy.go", "generated"),
        ("Api.Tests/Run.cs", "test"),
        ("web/button.test.tsx", "test"),
        ("testdata/a.bin", "test"),
        ("CHANGELOG-2.md", "doc"),
        ("LICENSE", "doc"),
        (".github/workflows/a.yml", "config"),
        ("deploy/Dockerfile.dev", "config"),
        (".gitignore", "config"),
        ("", "code"),
    ],
)
def test_kinds_and_near_misses(path, kind):
    assert kinds.classifier()(path) == kind


def test_every_pattern_takes_a_path_made_from_it():
    for kind, globs in kinds._patterns().items():
        assert kind in vocabulary.FILE_KINDS
        rule = kinds._rule(globs)
        for glob in globs:
            made = re.sub(r"\*+", "q", glob).replace("?", "q")
            path = f"{made.strip('/')}/file" if glob.endswith("/") else made
            path = path if "/" in glob.strip("/") or glob.startswith("/") else f"Top/{path}"
            *folders, name = path.lower().split("/")
            assert rule.takes(path, folders, name), glob
            assert rule.takes(path.upper(), folders, name), glob


def test_a_users_patterns_cannot_make_it_slow():
    kind = kinds.classifier(["**a**a**a**a**a**a**a**b", "*a*a*a*a*a*a*a*a*a*b", "odd [x] (y)/"])
    start = time.process_time()
    assert kind("a" * 4000) == "code"
    assert time.process_time() - start < 1
    assert kind("odd [x] (y)/in.py") == "generated"
    assert kind("x/aaaaaaaab") == "generated"
    assert kind("vendor/odd [x] (y)/in.py") == "vendored"


def test_too_many_patterns_of_a_user_are_one_line():
    with pytest.raises(UsageError, match="too long"):
        kinds.classifier(["*x" * 500_000])
