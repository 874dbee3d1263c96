"""Nasty repositories, part two: shapes of history that ordinary git can still count.

Figures that are not given are what plain git counts on the repository (`plain_counts`).
"""

from nasty import HISTORY, nasty
from odd import raw, raw_history
from repository import commit

AS_GIT = None


@nasty(counts=AS_GIT)
def an_octopus_of_66(at):
    names = [f"s{i}" for i in range(66)]
    sides = [commit(n, "2026-01-06T10:00Z", parents=["a"], files={n: "1\n"}) for n in names]
    top = commit("m", "2026-01-07T10:00Z", parents=names)
    return at.history([HISTORY[0], *sides, top]).path


@nasty(counts=AS_GIT)
def criss_cross(at):
    rows = [commit("l0", "2026-01-05T10:00Z", files={"a": "0\n"})]
    rows.append(commit("r0", "2026-01-05T10:01Z", parents=["l0"], files={"b": "0\n"}))
    for i in range(1, 9):
        for side, other in (("l", "r"), ("r", "l")):
            parents = [f"{side}{i - 1}", f"{other}{i - 1}"]
            files = {f"{side}{i}": "1\n"}
            rows.append(
                commit(f"{side}{i}", f"2026-01-05T11:{i:02}Z", parents=parents, files=files)
            )
    rows.append(commit("m", "2026-01-06T10:00Z", parents=["l8", "r8"]))
    return at.history(rows).path


@nasty(counts=AS_GIT)
def many_roots_and_an_empty_tree(at):
    roots = [
        commit(f"r{i}", "2026-01-05T10:00Z", parents=[], files={f"f{i}": "1\n"}) for i in range(9)
    ]
    empty = commit("e", "2026-01-05T10:03Z", parents=[])
    top = commit("m", "2026-01-06T10:00Z", parents=[*(each.name for each in roots), "e"])
    return at.history([*roots, empty, top]).path


@nasty(counts=AS_GIT)
def an_evil_merge(at):
    rows = [
        *HISTORY,
        commit("s", "2026-01-06T10:00Z", parents=["a"], files={"s": "1\n"}),
        commit("m", "2026-01-08T10:00Z", parents=["c", "s"], files={"evil": "1\n2\n3\n"}),
    ]
    return at.history(rows).path


@nasty(counts=AS_GIT)
def commits_older_than_their_parents(at):
    years = ("2026", "2020", "2025", "1999")
    return at.history(
        [commit(year, f"{year}-01-05T10:00Z", files={"a": f"{year}\n"}) for year in years]
    ).path


@nasty(counts=AS_GIT)
def renames_of_all_kinds(at):
    text = "".join(f"line {i}\n" for i in range(50))
    many = {f"d/{i}.py": f"{i}\n" * (i % 7 + 2) for i in range(500)}
    rows = [
        commit(
            "a",
            "2026-01-05T10:00Z",
            files={"old.py": text, "x.py": "x\n", "y.py": "yy\n" * 9, **many},
        ),
        commit("b", "2026-01-06T10:00Z", renames={"old.py": "dir/new.py"}),
        commit("c", "2026-01-07T10:00Z", renames={"x.py": "X.py"}),
        commit("d", "2026-01-08T10:00Z", files={"dir/new.py": None, "far.py": text + "more\n"}),
        commit("e", "2026-01-09T10:00Z", renames={"d": "e"}),
        commit("f", "2026-01-10T10:00Z", files={"far.py": "yy\n" * 9, "y.py": text}),
        commit("g", "2026-01-11T10:00Z", files={"y.py": None, "z1.py": text, "z2.py": text}),
    ]
    return at.history(rows).path


ODD_NAMES = [
    "tab\there.py",
    "line\nbreak.py",
    'quo"te.py',
    "back\\slash.py",
    "a => b",
    "{a => b}.py",
    "f" * 200,
    "1\t2\tfake.py",
    " lead and trail ",
    "-dash",
    "caf\u00e9.py",
    "cafe\u0301.py",
    "\u202efdp.py",
    "=HYPERLINK(1)",
    "f" * 40,
    b"caf\xe9.py",
    b"\xff\xfe",
    "\x01\x1b[31m",
    ":(top)x",
    "*",
    "a\rb",
    "~",
    "CON",
]


@nasty(counts=AS_GIT)
def file_names_of_all_kinds(at):
    def below(name):
        return b"d/" + name if isinstance(name, bytes) else f"d/{name}"

    rows = [
        commit("a", "2026-01-05T10:00Z", files=dict.fromkeys(ODD_NAMES, "1\n2\n3\n")),
        commit("b", "2026-01-06T10:00Z", renames={name: below(name) for name in ODD_NAMES}),
    ]
    return at.history(rows).path


@nasty(counts=AS_GIT)
def modes_links_submodules_and_binaries(at):
    rows = [
        commit("a", "2026-01-05T10:00Z", files={"run": "1\n2\n", "t": "x", "p.png": b"\0\1" * 500}),
        commit("b", "2026-01-06T10:00Z", files={"run": "1\n2\n"}, modes={"run": "100755"}),
        commit(
            "c",
            "2026-01-07T10:00Z",
            files={"link": "run", "t": "run"},
            modes={"link": "120000", "t": "120000"},
        ),
        commit("d", "2026-01-08T10:00Z", files={"sub": "1" * 40}, modes={"sub": "160000"}),
        commit("e", "2026-01-09T10:00Z", files={"sub": "2" * 40}, modes={"sub": "160000"}),
        commit("f", "2026-01-09T11:00Z", files={"run": None, "run/in": "1\n2\n"}),
        commit("g", "2026-01-10T10:00Z", files={"p.png": b"\0\2" * 500, "crlf": "1\r\n2\r\n"}),
        commit("h", "2026-01-11T10:00Z", files={"crlf": "1\n2\n", "sub": None}),
    ]
    return at.history(rows).path


@nasty(counts=AS_GIT)
def a_giant_diff(at):
    rows = [
        commit("a", "2026-01-05T10:00Z", files={"a": "x\n" * 200_000, "b": "y" * 5_000_000}),
        commit("b", "2026-01-06T10:00Z", files={"a": "z\n" * 200_000, "b": "y" * 5_000_001}),
    ]
    return at.history(rows).path


@nasty(counts=AS_GIT)
def a_wide_root(at):
    files = {f"d{i % 100}/f{i}": f"{i}\n" for i in range(5_000)}
    return at.history([commit("a", "2026-01-05T10:00Z", files=files), HISTORY[1]]).path


@nasty(counts=AS_GIT)
def trees_that_no_git_writes(at):
    repo = at.history([commit("a", "2026-01-05T10:00Z", files={"a.py": "1\n"})])
    blob = bytes.fromhex(repo.git("rev-parse", "HEAD:a.py"))
    names = (b"..", b".git", b"a.py", b"a.py", b"b/../../c", b"z", b"/etc/x", b".GIT", b"k")
    rows = b"".join(b"100644 " + name + b"\0" + blob for name in names)
    tree = repo.git("hash-object", "-t", "tree", "-w", "--stdin", "--literally", stdin=rows)
    raw_history(repo, raw().replace(b"{tree}", tree.encode()), raw())
    return repo.path


@nasty(counts=AS_GIT)
def mailmaps_of_all_kinds(at):
    lines = [
        b"Ann <ann@x.example> <old@x.example>",
        b"A <a@b> A <c@d> extra",
        b"# no",
        b"<<>>",
        b"\xff <\xff>",
        b"x" * 200_000 + b" <a@b>",
        b"Bot <bot@x> <ann@example.com>",
        b"A <b@c> <a@b>",
        b"A <a@b> <b@c>",
    ]
    return at.history(
        [*HISTORY, commit("d", "2026-01-08T10:00Z", files={".mailmap": b"\n".join(lines)})]
    ).path


@nasty()
def notes_of_all_kinds(at):
    notes = {
        name: {"a": text}
        for name, text in {
            "commits": "n" * 5_000_000,
            "ai": "x\0y",
            "review": "\xff",
            "odd/deep/x": "{",
            "devtools": "[]",
        }.items()
    }
    repo = at.plain(notes=notes)
    repo.ref("refs/notes/blob", repo.git("rev-parse", "HEAD:a.py"))
    repo.ref("refs/notes/tree", repo.git("rev-parse", "HEAD^{tree}"))
    return repo.path


@nasty()
def tags_of_all_kinds(at):
    repo = at.plain(tags={"v1": "a", "v2": "c"})
    for kind, target in (
        ("blob", "HEAD:a.py"),
        ("tree", "HEAD^{tree}"),
        ("tag", "v1"),
        ("commit", "HEAD"),
    ):
        to = repo.git("rev-parse", target)
        text = f"object {to}\ntype {kind}\ntag x\n\nno tagger\n".encode()
        made = repo.git("hash-object", "-t", "tag", "-w", "--stdin", "--literally", stdin=text)
        (repo.git_dir / "refs" / "tags" / kind).write_text(f"{made}\n")
        (repo.git_dir / "refs" / "heads" / f"to-{kind}").write_text(f"{to}\n")
    return repo.path


@nasty(says="references")
def broken_references(at):
    repo = at.plain()
    heads = repo.git_dir / "refs" / "heads"
    for name, text in {
        "empty": "",
        "short": "abc\n",
        "zero": "0" * 40,
        "gone": "1" * 40,
        "word": "hello\n",
        "loop": "ref: refs/heads/loop\n",
        "dangling": "ref: refs/heads/none\n",
        "huge": "x" * 100_000,
        "bad\xff": "1" * 40,
        "main.lock": "",
        "@": "2" * 40,
    }.items():
        (heads / name).write_text(text)
    (heads / "link").symlink_to("/etc/passwd")
    (repo.git_dir / "refs" / "root").symlink_to("/")
    return repo.path


@nasty()
def many_references(at):
    repo = at.plain()
    lines = [f"{repo.sha['a']} refs/pull/{i}/head\n" for i in range(20_000)]
    lines += [f"{repo.sha['b']} refs/heads/{'d/' * 60}{i}\n" for i in range(300)]
    (repo.git_dir / "packed-refs").write_text("".join(sorted(lines, key=lambda x: x[41:])))
    return repo.path


@nasty(commits=6, lines_added=9)
def reverts_without_end(at):
    repo = at.plain()
    tip = repo.sha["c"].encode()
    raw_history(
        repo,
        raw(b'Revert "c"\n\nThis reverts commit ' + tip + b".\n"),
        raw(b'Revert "Revert "c""\n\nThis reverts commit {p}.\n'),
        raw(b"Reapply\n\nThis reverts commit " + b"f" * 40 + b".\nThis reverts commit {p}.\n"),
    )
    return repo.path
