import subprocess

import pandas as pd
from frames import mined, sha
from hypothesis import given, settings
from hypothesis import strategies as st
from repository import commit

from analyzers.graph import UNREACHED, Graph, Lines

DAY = "2026-01-05T10:00Z"


def graph(**parents):
    """Graph of named commits: graph(a="", b="a", c="a b"); and name -> position."""
    rows = [{"name": name, "parents": of, "at": DAY} for name, of in parents.items()]
    made = Graph.of(mined(rows))
    return made, {name: made.index[sha(name)] for name in parents}


def names(positions, at):
    back = {position: name for name, position in at.items()}
    return [back[position] for position in positions]


def test_first_parent_line_leaves_merged_branches_out():
    made, at = graph(a="", side="a", b="a", merge="b side")
    assert names(made.first_parent_line(at["merge"]), at) == ["merge", "b", "a"]


def test_every_commit_arrives_with_the_first_event_that_made_it_reachable():
    made, at = graph(a="", side="a", merge="a side", again="merge side", loose="a")
    arrival = made.arrivals([at["again"]])
    assert arrival[at["side"]] == at["merge"]
    assert arrival[at["again"]] == at["again"]
    assert arrival[at["loose"]] == UNREACHED


def test_the_default_line_comes_first_and_a_release_line_takes_the_rest():
    made, at = graph(a="", fix="a", stable="a fix", up="a stable", late="stable")
    lines = Lines.of(made, default=[at["up"]], release=[at["late"]])
    assert lines.arrival[at["fix"]] == at["up"]
    assert lines.release_arrival[at["fix"]] == at["stable"]
    assert lines.arrival[at["late"]] == at["late"]
    assert names(lines.default, at) == ["a", "up"]
    assert names(lines.release, at) == ["stable", "late"]


def test_own_commits_stop_at_the_line_and_skip_merges_from_it():
    made, at = graph(a="", one="a", b="a", update="one b", two="update")
    arrival = made.arrivals([at["b"]])
    assert names(made.own_commits(at["two"], arrival), at) == ["two", "one"]


def test_own_commits_are_capped():
    made, at = graph(**{f"c{n}": f"c{n - 1}" if n else "" for n in range(30)})
    assert len(made.own_commits(at["c29"], [UNREACHED] * 30, cap=7)) == 7


def test_a_missing_parent_ends_the_line():
    commits = mined([{"name": "a", "parents": "gone", "at": DAY}])
    made = Graph.of(commits)
    assert made.parents == [()]
    assert made.first_parent_line(0) == [0]


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), max_size=3), min_size=1, max_size=30))
def test_what_arrived_is_what_the_tips_reach(choices):
    rows = {
        f"n{i}": " ".join(dict.fromkeys(f"n{choice % i}" for choice in picks)) if i else ""
        for i, picks in enumerate(choices)
    }
    made, at = graph(**rows)
    tips = [at[f"n{len(rows) - 1}"], at[f"n{len(rows) // 2}"]]
    arrival = made.arrivals(tips)
    assert [event != UNREACHED for event in arrival] == made.reachable(tips)
    lines = {position for tip in tips for position in made.first_parent_line(tip)}
    assert {event for event in arrival if event != UNREACHED} <= lines


def test_positions_agree_with_git(history):
    made = history(
        [
            commit("a", DAY, "first", files={"a": "1\n"}),
            commit("side", DAY, "side", parents=["a"], files={"b": "1\n"}),
            commit("b", DAY, "second", parents=["a"], files={"c": "1\n"}),
            commit("merge", DAY, "merge", parents=["b", "side"], files={}),
        ],
        refs={"refs/heads/main": "merge"},
        head="main",
    )
    listed = subprocess.run(
        ["git", "-C", made.path, "rev-list", "--first-parent", "HEAD"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    rows = [
        (made.sha[n], p) for n, p in (("a", ""), ("side", "a"), ("b", "a"), ("merge", "b side"))
    ]
    frame = pd.DataFrame(
        [(own, " ".join(made.sha[p] for p in of.split())) for own, of in rows],
        columns=["sha", "parents"],
    )
    graph_of = Graph.of(frame)
    line = graph_of.first_parent_line(graph_of.index[made.sha["merge"]])
    assert [graph_of.shas[i] for i in line] == listed
