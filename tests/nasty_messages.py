"""Nasty repositories, part four: commits whose bytes no ordinary tool writes."""

from nasty import PLAIN, nasty
from odd import raw, raw_history
from repository import commit

IDENTITIES = [
    b"<> 1767607200 +0000",
    b"A B 1767607200 +0000",
    b"A <a@b",
    b"A <a@b>",
    b"",
    b">< 0 +0000",
    b"A <a@b> <c@d> 1767607200 +0000",
    b"\xe2\x80\xaeA <a\xe2\x80\x8b@b> 1767607200 +0000",
    b"\0 <\0> 1767607200 +0000",
    b"\xff\xfe <\xff> 1767607200 +0000",
    b"=cmd() <=1+1> 1 +0000",
    b"N" * 100_000 + b" <a@x> 1767607200 +0000",
    b"[bot] <bot> 1767607200 +0000",
    b"\t<\t>\t1\t+0",
    b"<script>alert(1)</script> <javascript:alert(1)> 1767607200 +0000",
    b"A <a@b> 1767607200 +00",
]
DATES = [
    b"-86400 +0000",
    b"-1 +0000",
    b"0 +0000",
    b"1 -1200",
    b"2147483647 +0000",
    b"2147483648 +0000",
    b"4294967295 +0000",
    b"4294967296 +0000",
    b"4354819200 +0000",
    b"253402300799 +0000",
    b"253402300800 +0000",
    b"9223372036854775807 +0000",
    b"18446744073709551616 +0000",
    b"99999999999999999999 +0000",
    b"1767607200 +9999",
    b"1767607200 -9999",
    b"1767607200 +1400",
    b"1767607200",
    b"1767607200.5 +0000",
    b"yesterday",
    b"",
    b"1767607200 UTC",
    b"0x10 +0000",
    b"  1767607200   +0530",
    b"1767607200 +0545\r",
]
MESSAGES = [
    b"",
    b"\n\n\n",
    b"\0",
    b"nul\0here\n",
    b"\x1e\x1f\x1b[31mred\x1b]0;title\x07\r\n",
    b"a\rb\r\nc",
    b"1\t2\tfake.py\0" + b"f" * 40 + b"\0",
    b"commit " + b"0" * 40 + b"\n",
    b"tree x\n\nparent y\n",
    b"\xef\xbb\xbfbom",
    b"\xff\xfe\0\0utf32?",
    b"\xed\xa0\x80 surrogate",
    b"\xf4\x90\x80\x80 high",
    b"x" * (1 << 20),
    b"y\n" * 200_000,
    b"Merge pull request #1 from ../../x\n",
    b"(#99999999999999999999)",
    b'=HYPERLINK("http://x")',
    b"![p](http://x/p.png)",
    b"[x](javascript:alert(1))",
    b"{{7*7}} ${x} %s %n",
    b'Revert "Revert "x""\n\nThis reverts commit ' + b"0" * 40 + b".\n",
    b"\xe2\x80\xae\xe2\x80\x8b",
]
ENCODINGS = [
    "ISO-8859-1",
    "UTF-16",
    "UTF-16LE",
    "UTF-7",
    "SHIFT-JIS",
    "EUC-JP",
    "GB18030",
    "KOI8-R",
    "no-such",
    "rot13",
    "hex",
    "zip",
    "unicode_escape",
    "idna",
    "punycode",
    "undefined",
    "string-escape",
    "base64",
    "mbcs",
    "utf-8-sig",
]


def _raw(at, *commits):
    repo = at.history([commit("a", "2026-01-05T10:00Z", files={"a.py": "1\n"})])
    raw_history(repo, *commits)
    return repo


def _of_commits(n):
    return PLAIN | {"commits": n, "lines_added": 1, "lines_deleted": 0, "renames": 0}


@nasty(counts=_of_commits(1 + len(MESSAGES)))
def messages_of_all_kinds(at):
    return _raw(at, *(raw(text) for text in MESSAGES)).path


@nasty(counts=_of_commits(1 + 2 * len(ENCODINGS)))
def encodings_of_all_kinds(at):
    made = [raw(b"caf\xe9 \x00\xd8", extra=f"encoding {name}\n".encode()) for name in ENCODINGS]
    odd = [raw("caf\u00e9".encode(), extra=f"encoding {name}\n".encode()) for name in ENCODINGS]
    return _raw(at, *made, *odd).path


@nasty(counts=_of_commits(1 + len(IDENTITIES)))
def identities_of_all_kinds(at):
    return _raw(at, *(raw(author=text) for text in IDENTITIES)).path


@nasty(counts=_of_commits(1 + len(DATES)), says="date unknown")
def dates_of_all_kinds(at):
    return _raw(at, *(raw(author=b"A <a@b.c> " + date) for date in DATES)).path


@nasty(counts=_of_commits(2), says="date unknown")
def no_known_date_at_all(at):
    repo = _raw(at)
    date = b"A <a@b.c> 99999999999999 +0000"
    root = repo.raw_commit(raw(author=date).replace(b"parent {p}\n", b"").replace(
        b"{tree}", repo.git("rev-parse", "HEAD^{tree}").encode()))  # fmt: skip
    (repo.git_dir / "refs" / "heads" / "main").write_text(f"{root}\n")
    [top] = raw_history(repo, raw(b"work (#1)\n", author=date))
    repo.ref("refs/pull/1/head", top)
    repo.ref("refs/pull/2/head", root)
    return repo.path


@nasty(counts=_of_commits(9))
def headers_of_all_kinds(at):
    extras = [
        b"gpgsig x\n y\n \n z\n",
        b"mergetag object x\n type commit\n\n",
        b"encoding\n",
        b"x-odd\n",
        b"parent " + b"0" * 40 + b"\n",
        b"tree " + b"0" * 40 + b"\n",
        b"\xff\0\n",
        b"HG:extra a\n",
    ]
    return _raw(at, *(raw(extra=extra) for extra in extras)).path


@nasty(counts=_of_commits(3))
def a_huge_message(at):
    text = b"line\n" * 4_000_000 + b"z" * 4_000_000
    return _raw(at, raw(text + b"\n\nCo-authored-by: Claude <noreply@anthropic.com>\n"), raw()).path


@nasty(counts=_of_commits(3))
def ten_thousand_trailers(at):
    lines = "".join(f"Reviewed-by: R{i} <r{i}@x.y>\n" for i in range(10_000))
    return _raw(at, raw(b"x\n\n" + lines.encode()), raw(b"y\n\n" + b"Co-authored-by:\n" * 999)).path


@nasty(counts=_of_commits(2) | {"merges": 1})
def a_parent_named_twice(at):
    line = b"parent {p}\n"
    return _raw(at, raw().replace(line, line + line)).path
