"""Git notes: read by reference and commit, from folders too, and cut."""

import json

from odd import many
from reading import read
from repository import commit


def test_notes_are_read_by_ref_and_commit_and_are_no_commits(history):
    repo = history(
        many(3),
        notes={
            "refs/notes/ai": {"c0": "written by x", "c1": b"\xff\0"},
            "refs/notes/review": {"c0": "Reviewed-by: Bob"},
        },
    )
    repo.git("update-ref", "refs/notes/blob", f"{repo.sha['c0']}:f")
    found = read(repo.path)
    texts = found.notes.set_index(["ref", "sha"])["text"]
    assert texts["refs/notes/ai", repo.sha["c0"]] == "written by x"
    assert texts["refs/notes/review", repo.sha["c0"]] == "Reviewed-by: Bob"
    assert texts["refs/notes/ai", repo.sha["c1"]] == "\ufffd\u2400"
    assert len(found.notes) == 3
    assert found.mined.all_commits == 3


def test_notes_in_folders_are_joined_into_ids(history):
    repo = history(many(40), notes={"ai": {f"c{i}": f"note {i}" for i in range(40)}})
    for depth in (1, 2):
        lines = [
            _fanned(line, depth) for line in repo.git("ls-tree", "-r", "refs/notes/ai").splitlines()
        ]
        repo.git("read-tree", "--empty")
        repo.git("update-index", "--index-info", stdin="".join(lines).encode())
        tree = repo.git("write-tree")
        repo.git("update-ref", "refs/notes/ai", repo.git("commit-tree", "-m", "x", tree))
        assert set(read(repo.path).notes["sha"]) == set(repo.sha.values())


def _fanned(line, depth):
    head, path = line.split("\t")
    mode, _, blob = head.split()
    sha = path.replace("/", "")
    folders = [sha[2 * i : 2 * i + 2] for i in range(depth)]
    return f"{mode} {blob}\t{'/'.join([*folders, sha[2 * depth :]])}\n"


def test_a_blob_named_after_its_commit_is_a_note_too(history):
    repo = history(many(2))
    blob = repo.git("hash-object", "-w", "--stdin", stdin=b'{"files": {}}').strip()
    repo.git("update-ref", f"refs/ai/authorship/{repo.sha['c0']}", blob)
    repo.git("update-ref", "refs/ai/authorship/draft", blob)
    repo.git("update-ref", f"refs/ai/authorship/{repo.sha['c1']}", repo.sha["c0"])
    found = read(repo.path).notes
    assert found.to_dict("records") == [
        {"ref": "refs/ai/authorship", "sha": repo.sha["c0"], "text": '{"files": {}}'}
    ]


def test_a_huge_note_is_cut(history):
    repo = history(many(1), notes={"ai": {"c0": "x" * (3 << 20)}})
    assert read(repo.path).notes["text"].str.len().tolist() == [1 << 20]


def test_checkpoints_of_entire_are_read_by_their_id_with_agent_and_lines(history):
    share = {"agent_lines": 32, "total_committed": 33}
    session = {"agent": "Claude Code", "initial_attribution": share, "session_id": "s"}
    files = {
        "33/b1e1e1b51d/metadata.json": '{"checkpoint_id": "33b1e1e1b51d"}',
        "33/b1e1e1b51d/0/metadata.json": json.dumps(session),
        "33/b1e1e1b51d/0/full.jsonl": "what was said",
        "44/b1e1e1b51d/0/metadata.json": "no json",
    }
    repo = history(
        [
            commit("work", "2026-02-03T10:00Z", files={"a.py": "1\n"}),
            commit("log", "2026-02-03T11:00Z", files=files, parents=[]),
        ],
        refs={"refs/heads/main": "work", "refs/heads/entire/checkpoints/v1": "log"},
    )
    found = read(repo.path).notes.to_dict("records")
    kept = json.dumps([{"agent": "Claude Code", "initial_attribution": share}])
    assert found == [{"ref": "entire/checkpoints", "sha": "33b1e1e1b51d", "text": kept}]
