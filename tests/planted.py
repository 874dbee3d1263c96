"""A repository with something nasty in every text that git lets a stranger choose.

Whatever becomes of it in a browser or in a file shows: a script sets `window.__ran`, a picture or
link asks for 192.0.2.1, a formula opens with =, an escape or a turn of direction stays a sign.
"""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from repository import commit, history

OUTSIDE = "192.0.2.1"
SECRET = "hunter2token"
TAG = f"<img src=http://{OUTSIDE}/t.png onerror=window.__ran=1><script>window.__ran=1</script>"
MARKDOWN = f"![p](http://{OUTSIDE}/p.png) [a](javascript:window.__ran=1) :red[boo] $x^2$"
FORMULA = f'=HYPERLINK("http://{OUTSIDE}/f","x")'
ESCAPE = "\x1b[2J\x1b]0;owned\x07 \u202eevil\u2066"
ALL = (TAG, MARKDOWN, FORMULA, ESCAPE)
ADDRESS = "grace.hopper@navy.example"
PERSON = "Grace Hopper"
AGENT = "Co-authored-by: Claude <noreply@anthropic.com>"
FOLDER = "a<b>_[x](javascript:1)\u202e\x1b[31m"
WEEKS = 16


def write(folder):
    """Write it below the folder; a change request lands in each of 16 weeks, others wait."""
    commits, refs, previous = [_settings()], {}, "start"
    for number in range(1, 2 * WEEKS + 1):
        commits += _request(number, previous)
        refs[f"refs/pull/{number}/head"] = f"work{number}"
        if number % 3:
            commits.append(_landing(number, previous))
            previous = f"land{number}"
    refs |= {"refs/heads/main": previous, f"refs/heads/{_ref(TAG)}": "work1"}
    repo = history(
        folder,
        commits,
        refs=refs,
        tags={"v1.0": "land1", f"v2-{_ref(FORMULA)}": "land2"},
        notes={"ai": {"work1": TAG, "work2": f'{{"tool": "{FORMULA}"}}'}},
        name=FOLDER,
    )
    repo.git("config", "remote.origin.url", f"https://me:{SECRET}@github.com/acme/app.git")
    return repo


def _settings():
    toml = f"""
bots = ['{TAG}']
generated = ['{MARKDOWN.replace("'", "")}']
[[events]]
date = 2026-02-02
label = '{TAG[:56]}'
"""
    mailmap = f"{TAG} <mapped@evil.example> <{ADDRESS}>\n{PERSON} <{ADDRESS}>\n"
    files = {"reviewgap.toml": toml, ".mailmap": mailmap, "a.py": "a\n"}
    return commit("start", "2026-01-05T08:00Z", FORMULA, files=files, parents=[])


def _request(number, previous):
    text = ALL[number % 4]
    body = f"{text}\n\n{text}\n\n{ALL[(number + 1) % 4]}: {text}\n"
    body += f"{AGENT}\n" if number % 2 else f"Reviewed-by: {text.replace('<', '(')} <{ADDRESS}>\n"
    path = f"{quote(text, safe=' =<>()[]!:')}/{number}.py".lstrip("/")
    return [
        commit(
            f"work{number}",
            _at(number),
            body,
            files={path: f"{number}\n" * number},
            parents=[previous],
            author=f"{_name(text)} <{ADDRESS}>" if number % 5 else f"{PERSON} <{ADDRESS}>",
        )
    ]


def _landing(number, previous):
    subject = f"Merge pull request #{number} from {_ref(ALL[number % 4])}/x\n\n{ALL[number % 4]}"
    return commit(
        f"land{number}",
        _at(number, hours=30),
        subject,
        parents=[previous, f"work{number}"],
        author=f"Lander{number % 3} <lander{number % 3}@navy.example>",
    )


def _at(number, hours=0):
    moment = datetime(2026, 1, 5, 9, tzinfo=UTC) + timedelta(days=3.5 * number, hours=hours)
    return moment.strftime("%Y-%m-%dT%H:%MZ")


def _name(text):
    return "".join(sign for sign in text if sign not in "<>\n\0")


def _ref(text):
    """The text as far as a name of a reference may hold it."""
    return "".join(sign for sign in text if sign not in " ~^:?*[\\/\x7f" and sign >= " ").strip(".")
