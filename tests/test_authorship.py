"""Evidence and verdicts on small histories whose answers can be seen at a glance."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from frames import history, sha
from statsmodels.stats.proportion import proportion_confint

from analyzers import authorship, tables
from analyzers.authorship import evaluate, message, notes, squash, verdict
from analyzers.authorship import markers as marker_rows
from analyzers.config import Config

CLAUDE = "\n\nCo-Authored-By: Claude <noreply@anthropic.com>"
COPILOT = "copilot-swe-agent[bot] <198982749+copilot@users.noreply.github.com>"
BOT = "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>"


def bots(names, emails):
    return np.array(["dependabot" in name or "patchback" in name for name in names], dtype=bool)


def members(*rows):
    return tables.MEMBERSHIPS.from_rows(
        {"change_request": cr, "sha": sha(name), "role": role} for cr, name, role in rows
    )


def judged(past, memberships=None, **options):
    linked = members() if memberships is None else memberships
    found = authorship.evidence(past, linked, is_automation=bots, **options)
    told = verdict.commits(past.commits, found, bots)
    names = past.commits["subject"].to_list()
    return found, dict(zip(names, told["authorship"], strict=True)), told


def one(message_text, **row):
    past = history([{"name": "a", "at": "2026-03-02T10:00Z", "message": message_text} | row])
    found, told, _ = judged(past)
    return next(iter(told.values())), found


def test_every_verdict_on_one_history():
    past = history(
        [
            {"name": "a", "at": "2026-03-02T10:00Z", "message": "plain"},
            {"name": "b", "parents": "a", "at": "2026-03-02T11:00Z", "message": "paired" + CLAUDE},
            {
                "name": "c",
                "parents": "b",
                "at": "2026-03-02T12:00Z",
                "message": "agent",
                "author": COPILOT,
            },
            {
                "name": "d",
                "parents": "c",
                "at": "2026-03-02T13:00Z",
                "message": "helped\n\nAssisted-by: Claude:claude-opus-4-6",
            },
            {
                "name": "e",
                "parents": "d",
                "at": "2026-03-02T14:00Z",
                "message": "bump",
                "author": BOT,
            },
            {
                "name": "f",
                "parents": "e",
                "at": "2026-05-02T14:00Z",
                "message": "editor\n\nCo-authored-by: Copilot <copilot@github.com>",
            },
        ]
    )
    _, told, rows = judged(past)
    assert told == {
        "plain": "unmarked",
        "paired": "ai_coauthored",
        "agent": "ai_agent",
        "helped": "ai_assisted",
        "bump": "automation_bot",
        "editor": "ambiguous",
    }
    assert rows["ai_tools"].to_list() == ["", "Claude", "Copilot", "AI assistant", "", "Copilot"]
    assert rows["n_evidence"].to_list() == [0, 1, 1, 1, 0, 1]


def test_a_mark_before_its_tool_existed_is_none():
    assert one("old" + CLAUDE, at="2019-03-02T10:00Z")[0] == "unmarked"


def test_the_commit_date_decides_not_the_author_date():
    assert one("x" + CLAUDE, authored="2019-03-02T10:00Z")[0] == "ai_coauthored"


def test_the_strongest_claim_wins():
    text = "x\n\n💘 Generated with Crush\n\nAssisted-by: Crush:glm-5.2"
    assert one(text)[0] == "ai_coauthored"


def test_a_second_mark_settles_an_ambiguous_one():
    text = "x\n\nCo-authored-by: Copilot <copilot@github.com>\nAssisted-by: Claude Code"
    assert one(text)[0] == "ai_assisted"


def test_a_bot_beats_text_in_its_message_but_not_an_ai_coauthor():
    assert one("bump\n\n🤖 Generated with [Claude Code](x)", author=BOT)[0] == "automation_bot"
    assert one("bump" + CLAUDE, author=BOT)[0] == "ambiguous"


def test_a_backport_bot_carries_the_label_of_what_it_picked():
    text = "fix" + CLAUDE + f"\n(cherry picked from commit {sha('z')})"
    assert one(text, author="patchback[bot] <1+patchback[bot]@users.noreply.github.com>")[0] == (
        "ai_coauthored"
    )


def test_a_backport_is_a_copy_and_counts_once():
    same = {"authored": "2026-03-01T10:00Z", "message": "fix"}
    rows = [
        {"name": "a", "at": "2026-03-02T10:00Z"} | same,
        {"name": "b", "at": "2026-03-03T10:00Z", "in_head": False} | same,
        {"name": "c", "at": "2026-03-03T11:00Z"},
    ]
    assert verdict.is_copy(history(rows).commits).to_list() == [False, True, False]


def test_an_agent_only_as_committer_is_none():
    assert one("x", committer="Claude <noreply@anthropic.com>")[0] == "unmarked"


def test_a_denial_takes_back_what_is_not_firm():
    assert one("x\n\nAI disclosure: no AI was used.")[0] == "unmarked"
    assert one("x\n\nGenerated-by: AI\nNo AI was used here.")[0] == "unmarked"
    assert one("x\n\nNo AI was used here." + CLAUDE)[0] == "ai_coauthored"


def test_a_revert_quotes_only_the_subject_and_inherits_nothing():
    assert one('Revert "paired"\n\nThis reverts commit 1234567.')[0] == "unmarked"
    assert one('Revert "paired"' + CLAUDE)[0] == "ai_coauthored"


@pytest.mark.parametrize(
    ("text", "degree"),
    [
        ("AI disclosure: Claude wrote most of this.", "coauthored"),
        ("### AI Disclosure\nClaude implemented the fix and the unit test.", "coauthored"),
        ("**AI usage:** Test writing, validation against the spec", "coauthored"),
        ("AI disclosure: I used Codex to help inspect the code", "assisted"),
        ("AI usage: Only used to assist with tests, not used for logic.", "assisted"),
        ("AI usage: None used except to validate and judge.", "denied"),
        ("### AI Disclosure\nNo AI was used, code was written by myself.", "denied"),
        ("### AI Disclosure\nFound by Claude, I applied the changes", "none"),
        ("AI usage: I used Fable 5 in Amp to write the code", "coauthored"),
        ("AI usage: I wrote the code after Codex found the bug", "none"),
        ("AI usage: Wrote all code/comments by myself. Used AI for research.", "assisted"),
        ("## AI Disclosure\n\n## Testing\nRan it with Claude", "none"),
        ("AI usage in the docs is explained by Claude", "none"),
    ],
)
def test_disclosures_are_read_as_they_are_meant(text, degree):
    _, found = one("x\n\n" + text)
    ours = found[found["marker"].isin(["conv.disclosure"])]
    assert (ours["degree"].to_list() or ["none"]) == [degree]


def branch_history(subject, body=""):
    return history(
        [
            {"name": "a", "at": "2026-03-02T10:00Z", "message": "base"},
            {"name": "b", "parents": "a", "at": "2026-03-02T11:00Z", "message": "main work"},
            {"name": "c", "parents": "a", "at": "2026-03-02T12:00Z", "message": "branch work"},
            {"name": "m", "parents": "b c", "at": "2026-03-02T13:00Z", "message": subject + body},
        ]
    )


def test_a_tools_branch_marks_the_commits_it_brought_in_and_not_the_merge():
    subject = "Merge pull request #7 from org/codex/fix-it"
    found, told, _ = judged(branch_history(subject))
    assert told == {
        "base": "unmarked",
        "main work": "unmarked",
        "branch work": "ai_coauthored",
        subject: "unmarked",
    }
    assert found[["sha", "source_sha", "place"]].to_numpy().tolist() == [
        [sha("c"), sha("m"), "branch"]
    ]


@pytest.mark.parametrize("subject", ["Merge pull request #7 from ann/fix", "Fix it (#7)"])
def test_a_merges_disclosure_marks_what_it_brought_in(subject):
    _, told, _ = judged(branch_history(subject, "\n\n### AI Disclosure\nClaude wrote the fix."))
    assert told["branch work"] == "ai_coauthored"
    assert told["main work"] == "unmarked"


def test_a_forks_merge_says_nothing_of_commits_that_came_into_head_another_way():
    past = branch_history("Merge pull request #7 from org/codex/fix-it")
    past.commits["in_head"] = past.commits["sha"] != sha("m")
    assert judged(past)[1]["branch work"] == "unmarked"
    past.commits["in_head"] = past.commits["sha"] == sha("a")
    assert judged(past)[1]["branch work"] == "ai_coauthored"


def test_a_merge_that_repeats_what_its_commits_say_adds_nothing_to_them():
    body = "\n\n* one part\n\nCoded with Claude Sonnet 4.6.\n\n* another part\n\nby hand"
    _, told, _ = judged(branch_history("Merge the parts (#7)", body))
    assert told["branch work"] == "unmarked"


def several(disclosure, *, second="test parsing"):
    rows = [
        {"name": "a", "at": "2026-03-02T10:00Z", "message": "base"},
        {"name": "b", "parents": "a", "at": "2026-03-02T11:00Z", "message": "main work"},
        {"name": "c", "parents": "a", "at": "2026-03-02T12:00Z", "message": "parse it"},
        {"name": "d", "parents": "c", "at": "2026-03-02T12:30Z", "message": second},
        {
            "name": "m",
            "parents": "b d",
            "at": "2026-03-02T13:00Z",
            "message": f"Parse (#7)\n\n{disclosure}",
        },
    ]
    told = judged(history(rows))[1]
    return told["parse it"], told[second]


@pytest.mark.parametrize(
    ("disclosure", "verdicts"),
    [
        ("AI usage: AI wrote many tests, everything else is mine.", ("ambiguous", "ai_coauthored")),
        ("AI usage: Claude wrote most of the test cases", ("ambiguous", "ai_coauthored")),
        ("AI usage: Claude implemented the fix and the unit test.", ("ai_coauthored",) * 2),
        ("AI usage: mostly human written, Claude helped here and there.", ("ambiguous",) * 2),
        (
            "AI usage: done in concert with Codex. I read code and tests. Text is hand-written.",
            ("ai_coauthored",) * 2,
        ),
        ("AI usage: mostly written by Claude, I reviewed it.", ("ai_coauthored",) * 2),
        ("AI usage: Claude wrote most of it.", ("ai_coauthored",) * 2),
        (
            "See https://ampcode.com/threads/T-979b1743-19e7-47c9-8074-9778b4b2a61e",
            ("ambiguous",) * 2,
        ),
    ],
)
def test_a_merges_text_marks_what_it_says_it_marks(disclosure, verdicts):
    assert several(disclosure) == verdicts


def test_ai_in_tests_alone_marks_no_commit_where_none_speaks_of_tests():
    told = several("AI usage: AI was used for tests only.", second="print it")
    assert told == ("ambiguous", "ambiguous")


def test_what_a_merge_says_of_its_only_commit_needs_no_telling_apart():
    text = "\n\nAI usage: mostly human written, Claude helped here and there."
    told = judged(branch_history("Fix it (#7)", text))[1]
    assert told["branch work"] == "ai_assisted"


def test_updating_a_feature_branch_marks_nothing_of_the_default_line():
    _, told, _ = judged(branch_history("Merge branch 'main' into fix", CLAUDE))
    assert set(told.values()) == {"unmarked"}


def test_a_branch_ref_at_a_pull_head_marks_the_requests_own_commits():
    rows = [
        {"name": "a", "at": "2026-03-02T10:00Z", "message": "base"},
        {"name": "p", "parents": "a", "at": "2026-03-02T11:00Z", "message": "own"},
        {"name": "s", "parents": "a", "at": "2026-03-02T12:00Z", "message": "squash (#3)"},
    ]
    refs = {"refs/heads/codex/fix": "p", "refs/pull/3/head": "p"}
    linked = members(("#3", "p", "own"), ("#3", "s", "landed"))
    found, told, _ = judged(history(rows, refs=refs), linked)
    assert told["own"] == "ai_coauthored"
    assert told["squash (#3)"] == "ai_coauthored"
    assert set(found["place"]) == {"branch", "squashed_commit"}


def squash_history(*marks):
    """A change request #9 with one own commit per mark, squashed as commit s."""
    rows = [{"name": "base", "at": "2026-03-02T08:00Z"}]
    for i, mark in enumerate(marks):
        parent = f"p{i - 1}" if i else "base"
        at = f"2026-03-02T{9 + i:02}:00Z"
        rows.append({"name": f"p{i}", "parents": parent, "at": at, "message": f"own {i}{mark}"})
    rows.append({"name": "s", "parents": "base", "at": "2026-03-03T08:00Z", "message": "all (#9)"})
    own = [("#9", f"p{i}", "own") for i in range(len(marks))]
    return history(rows), members(*own, ("#9", "s", "landed"))


def test_a_squash_gets_back_what_its_own_commits_said():
    past, linked = squash_history(CLAUDE, CLAUDE)
    found, told, _ = judged(past, linked)
    assert told["all (#9)"] == "ai_coauthored"
    trace = found[found["place"] == "squashed_commit"].iloc[0]
    assert trace["detail"] == "2 of its 2 own commits in #9 are marked Claude."
    assert squash.squash_loss(found, linked, past.commits) == {
        "n_squashed": 1,
        "n_ai": 1,
        "n_kept": 0,
        "n_lost": 1,
        "lost_share": 1.0,
        "n_lost_all_marked": 1,
        "n_some_marked": 0,
    }


def test_a_diluted_squash_is_assisted_and_its_request_mixed():
    past, linked = squash_history(CLAUDE, "", "")
    found, told, verdicts = judged(past, linked)
    assert told["all (#9)"] == "ai_assisted"
    requests = pd.DataFrame({"change_request": ["#9"]})
    row = verdict.change_requests(requests, linked, found, verdicts).iloc[0]
    assert row["authorship"] == "mixed"
    assert row["ai_share_of_commits"] == pytest.approx(1 / 3)
    assert row["ai_tools"] == "Claude"


def test_an_accepted_suggestion_does_not_mark_the_squash():
    tip = "\n\nCo-authored-by: Copilot <175728472+Copilot@users.noreply.github.com>"
    past, linked = squash_history("", tip)
    _, told, _ = judged(past, linked)
    assert told["all (#9)"] == "unmarked"
    assert told["own 1"] == "ai_assisted"


def test_commits_pushed_after_the_squash_do_not_count():
    past, linked = squash_history("", CLAUDE)
    commits = past.commits.copy()
    commits.loc[commits["sha"] == sha("p1"), "committed_at"] = pd.Timestamp("2026-03-04", tz="UTC")
    found = authorship.evidence(past, linked)
    assert squash.squash_loss(found, linked, commits)["n_ai"] == 0


NOTE = """src/a.py
  {key} 1-{lines}
  h_0123456789 90-91
---
{{"schema_version": "authorship/3.0.0", "{where}": {{"s_1": {{"agent_id": {{"tool": "codex"}}}}}}}}
"""


@pytest.mark.parametrize("where", ["prompts", "sessions"])
def test_a_note_counts_the_lines_of_tools_and_not_of_people(where):
    note = notes.parse(NOTE.format(key="s_1::t_9", lines=8, where=where))
    assert dict(note.lines_by_tool) == {"codex": 8}
    assert note.human_lines == 2


@pytest.mark.parametrize(
    ("lines", "expected"), [(8, "ai_coauthored"), (3, "ai_assisted"), (20, "unmarked")]
)
def test_a_note_is_weighed_against_the_lines_its_commit_adds(lines, expected):
    text = NOTE.format(key="s_1", lines=lines, where="sessions")
    rows = [{"name": "a", "at": "2026-03-02T10:00Z"}]  # adds 10 lines
    past = history(rows, notes=[{"ref": "refs/notes/ai", "sha": sha("a"), "text": text}])
    assert judged(past)[1] == {"a": expected}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"src/a.py": 10}, {"a": "ai_assisted"}),
        ({"src/b.py": 10}, {"a": "unmarked"}),
        ({"src/a.py": 1, "src/b.py": 9}, {"a": "unmarked"}),
    ],
)
def test_a_stale_note_counts_where_it_speaks_of_the_files_that_the_commit_adds_to(
    changed, expected
):
    text = NOTE.format(key="s_1", lines=20, where="sessions")
    rows = [{"name": "a", "at": "2026-03-02T10:00Z"}]  # adds 10 lines
    past = history(rows, notes=[{"ref": "refs/notes/ai", "sha": sha("a"), "text": text}])
    files = pd.DataFrame(
        [{"sha": sha("a"), "path": path, "lines_added": n} for path, n in changed.items()]
    )
    assert judged(past, file_changes=files)[1] == expected


@pytest.mark.parametrize("text", ["", "---\n{}", "no json", "---\n[1]"])
def test_an_empty_or_foreign_note_says_nothing(text):
    assert notes.parse(text).ai_lines == 0


def test_recall_is_measured_where_notes_exist():
    text = NOTE.format(key="s_1", lines=9, where="sessions")
    rows = [
        {"name": "a", "at": "2026-03-02T10:00Z", "message": "a" + CLAUDE},
        {"name": "b", "parents": "a", "at": "2026-03-02T11:00Z"},
    ]
    ours = [{"ref": "refs/notes/ai", "sha": sha(name), "text": text} for name in "ab"]
    past = history(rows, notes=ours)
    found, _, _ = judged(past)
    table = notes.recall(past.notes, past.commits, found).set_index("tool")
    assert table.loc["all", ["n_commits", "n_marked", "recall"]].to_list() == [2, 1, 0.5]


def test_broken_lines_are_found_and_quotes_are_not():
    rows = marker_rows.shipped()
    kept = list(message.lines(message.readable("a\n> b\n      c\n```\nd\n```\n* e\n    f"), rows))
    assert kept == ["a", "e", "f"]


def test_a_users_row_works_from_the_configuration():
    row = {
        "id": "house",
        "tool": "House",
        "kind": "trailer",
        "keys": ["X-Robot"],
        "value": "^yes",
        "degree": "coauthored",
        "confidence": "high",
    }
    past = history([{"name": "a", "at": "2026-03-02T10:00Z", "message": "a\n\nX-Robot: yes"}])
    assert judged(past)[1] == {"a": "unmarked"}
    assert judged(past, config=Config(markers=(row,)))[1] == {"a": "ai_coauthored"}


def test_coverage_names_what_is_absent():
    past = history([{"name": "a", "at": "2026-03-02T10:00Z"}])
    told = authorship.coverage(past, members()).set_index("place")["is_present"]
    assert told["commit"]
    assert not told["change_request_heads"]
    assert not told["notes"]


def test_frames_given_are_not_changed():
    past, linked = squash_history(CLAUDE)
    before = past.commits.copy()
    judged(past, linked)
    pd.testing.assert_frame_equal(past.commits, before)


def test_nothing_in_nothing_out():
    past = history([{"name": "a", "at": "2026-03-02T10:00Z"}])
    empty = past.commits.iloc[:0]
    assert verdict.commits(empty, tables.EVIDENCE.empty(), bots).empty
    requests = pd.DataFrame({"change_request": pd.Series([], dtype="str")})
    told = verdict.commits(empty, tables.EVIDENCE.empty(), bots)
    assert verdict.change_requests(requests, members(), tables.EVIDENCE.empty(), told).empty


def test_wilson_agrees_with_the_reference():
    expected = proportion_confint(8, 10, alpha=0.1, method="wilson")
    assert evaluate.wilson(8, 10) == pytest.approx(expected)


def test_labels_give_precision_and_recall():
    past = history(
        [
            {"name": "a", "at": "2026-03-02T10:00Z", "message": "a" + CLAUDE},
            {"name": "b", "parents": "a", "at": "2026-03-02T11:00Z", "message": "b" + CLAUDE},
            {"name": "c", "parents": "b", "at": "2026-03-02T12:00Z"},
        ]
    )
    found, _, verdicts = judged(past)
    text = f"sha,label\n{sha('a')},ai\n{sha('b')[:9]},human\n{sha('c')},ai_coauthored\n"
    labels = evaluate.read_labels(text, origin="labels.csv")
    table = evaluate.scores(labels, verdicts, found).set_index("evidence")
    assert table.loc["all", ["precision", "recall"]].to_list() == [0.5, 0.5]
    assert table.loc["trailer", "true_positives"] == 1


def test_a_labelled_sample_corrects_the_share():
    verdicts = pd.DataFrame(
        {
            "sha": [sha(str(i)) for i in range(100)],
            "is_merge": False,
            "authorship": ["ai_agent"] * 20 + ["unmarked"] * 80,
        }
    )
    drawn = evaluate.sample(verdicts, size=20, seed=1)
    assert drawn["stratum"].value_counts().to_dict() == {"declared": 10, "unmarked": 10}
    pd.testing.assert_frame_equal(drawn, evaluate.sample(verdicts, size=20, seed=1))
    labels = drawn[["sha"]].assign(label=["ai"] * 15 + ["human"] * 5)
    told = evaluate.corrected_share(labels, drawn)
    assert told["share"] == pytest.approx(0.2 * 1 + 0.8 * 0.5)
    assert told["low"] < told["share"] < told["high"]


def test_a_diluted_squash_tells_the_share_of_lines_where_they_are_known():
    past, linked = squash_history(CLAUDE, "")
    sized = past.commits.assign(lines_added=pd.array([0, 30, 10, 40], dtype="Int64"))
    past = replace(past, commits=sized)
    found, _, _ = judged(past, linked)
    trace = found[found["place"] == "squashed_commit"].iloc[0]
    assert trace["detail"] == (
        "1 of its 2 own commits in #9 are marked Claude (mixed: 75% of the lines added)."
    )


CHECKPOINT = "\n\nEntire-Checkpoint: 33b1e1e1b51d"


@pytest.mark.parametrize(
    ("agent_lines", "expected"), [(32, "ai_coauthored"), (4, "ai_assisted"), (0, "ai_assisted")]
)
def test_a_checkpoint_is_weighed_by_its_record_which_names_the_agent(agent_lines, expected):
    share = f'{{"agent_lines": {agent_lines}, "total_committed": 40}}'
    record = f'[{{"agent": "Claude Code", "initial_attribution": {share}}}]'
    noted = [{"ref": "entire/checkpoints", "sha": "33b1e1e1b51d", "text": record}]
    rows = [{"name": "a", "at": "2026-03-02T10:00Z", "message": f"work{CHECKPOINT}"}]
    found, told, _ = judged(history(rows, notes=noted))
    assert told == {"work": expected}
    assert found["tool"].tolist() == ["Claude Code"]
    assert f"{agent_lines} of 40 committed lines to Claude Code" in found["detail"].iloc[0]


def test_a_checkpoint_without_a_record_counts_as_a_session():
    told, found = one(f"work{CHECKPOINT}")
    assert told == "ai_coauthored"
    assert found["tool"].tolist() == ["Entire session"]


def test_a_commit_that_adds_to_a_tools_log_was_assisted_and_one_that_removes_it_was_not():
    rows = [
        {"name": "a", "at": "2025-03-02T10:00Z", "message": "with the log"},
        {"name": "b", "parents": "a", "at": "2025-03-02T11:00Z", "message": "drop the log"},
        {"name": "c", "parents": "b", "at": "2025-03-02T12:00Z", "message": "configure"},
    ]
    changes = tables.FILE_CHANGES.from_rows(
        {
            "sha": sha(name),
            "path": path,
            "lines_added": added,
            "lines_deleted": 9 - added,
            "is_binary": False,
            "kind": "doc",
        }
        for name, path, added in [
            ("a", ".aider.chat.history.md", 9),
            ("b", ".aider.chat.history.md", 0),
            ("c", "AGENTS.md", 9),
        ]
    )
    found, told, _ = judged(history(rows), file_changes=changes)
    assert told == {
        "with the log": "ai_assisted",
        "drop the log": "unmarked",
        "configure": "unmarked",
    }
    assert found["detail"].tolist() == ["It adds to the log .aider.chat.history.md."]


def test_what_lies_behind_a_change_request_is_what_speaks_of_its_commits():
    members = pd.DataFrame(
        [("#1", "a", "own"), ("#2", "a", "own"), ("#2", "m", "merge"), ("#3", "s", "landed")],
        columns=["change_request", "sha", "role"],
    )
    traces = pd.DataFrame({"sha": ["a", "m", "s", "x"], "change_request": ["#1", "#2", None, "#3"]})
    found = {
        name: verdict.behind(name, traces, members)["sha"].tolist() for name in ("#1", "#2", "#3")
    }
    assert found == {"#1": ["a"], "#2": ["a", "m"], "#3": ["s", "x"]}
    assert verdict.behind("#4", traces, members).empty
