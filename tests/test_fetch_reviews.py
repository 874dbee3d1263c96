"""fetch-reviews against real remotes: git daemon and git http-backend on loopback."""

import http.server
import os
import socket
import subprocess
import threading
import time
from contextlib import closing, contextmanager

import pytest
from repository import commit, history, run_git

from analyzers.errors import UsageError
from analyzers.mining import fetch as fetching
from analyzers.mining import remote
from analyzers.mining.fetch import RemoteUnavailable, fetch, plan
from analyzers.mining.log import raw_commits
from analyzers.mining.side import side_refs
from analyzers.mining.view import open_view

MAIN = [
    commit("a", "2026-01-05T10:00Z", "first", files={"a.py": "x\n"}),
    commit("b", "2026-01-06T10:00Z", "second", files={"a.py": "y\n"}),
]
HEADS = [
    commit("p1", "2026-01-06T11:00Z", "one", parents=["a"], files={"p.py": "1\n"}),
    commit("p2", "2026-01-06T12:00Z", "two", parents=["b"], files={"p.py": "2\n"}),
]
REFS = {
    "refs/heads/main": "b",
    "refs/pull/1/head": "p1",
    "refs/pull/2/head": "p2",
    "refs/pull/2/merge": "p2",
    "refs/changes/07/7/1": "p1",
    "refs/changes/07/7/meta": "a",
}


def free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def git_daemon(folder):
    """git:// address under which the repositories below `folder` are served."""
    port = free_port()
    daemon = subprocess.Popen(
        [
            *("git", "daemon", "--reuseaddr", "--export-all", f"--base-path={folder}"),
            *(f"--port={port}", "--listen=127.0.0.1", str(folder)),
        ],
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(100):
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"git://127.0.0.1:{port}"
    finally:
        os.killpg(daemon.pid, 15)
        daemon.wait()


@pytest.fixture
def served(tmp_path):
    """A remote repository with change-request heads, served by git daemon; and a plain clone."""
    there = history(tmp_path / "there", [*MAIN, *HEADS], refs=REFS, bare=True, name="repo.git")
    here = history(tmp_path / "here", MAIN, refs={"refs/heads/main": "b"})
    with git_daemon(tmp_path / "there") as address:
        here.git("config", "remote.origin.url", f"{address}/repo.git")
        yield there, here


def test_heads_come_into_the_side_repository_and_nothing_is_written_in_the_users(served, tmp_path):
    there, here = served
    before = here.fingerprint()

    fetched = fetch(plan(here.path, tmp_path / "side"))

    assert side_refs(tmp_path / "side") == {
        "refs/pull/1/head": there.sha["p1"],
        "refs/pull/2/head": there.sha["p2"],
        "refs/changes/07/7/1": there.sha["p1"],
        "refs/changes/07/7/meta": there.sha["a"],
    }
    assert fetched.counts == {"pull_head": 2, "patch_set": 1, "change_meta": 1}
    assert (fetched.n_new, fetched.n_moved, fetched.n_refs) == (4, 0, 4)
    assert here.fingerprint() == before


def test_a_view_takes_what_was_fetched_as_further_references(served, tmp_path):
    there, here = served
    here.ref("refs/pull/2/head", "b")  # what the user's own repository says stands
    fetch(plan(here.path, tmp_path / "side"))
    with open_view(here.path, side=tmp_path / "side") as view:
        heads = view.refs[view.refs["kind"] == "pull_head"].set_index("number")["object_id"]
        assert heads.to_dict() == {1: there.sha["p1"], 2: there.sha["b"]}
        assert [each.subject for each in raw_commits(view, [heads[1]])] == ["one", "first"]
    with open_view(here.path, side=tmp_path / "never") as view:
        assert view.refs["name"].tolist() == ["HEAD", "refs/heads/main", "refs/pull/2/head"]


def test_only_objects_that_the_user_lacks_are_sent(served, tmp_path):
    _, here = served
    side = tmp_path / "side"
    fetch(plan(here.path, side))
    (side / "objects/info/alternates").unlink()
    own = run_git(side, "cat-file", "--batch-check", "--batch-all-objects").decode().splitlines()
    # Two commits, their trees and blobs; nothing of main.
    assert sorted(line.split()[1] for line in own) == ["blob"] * 2 + ["commit"] * 2 + ["tree"] * 2


def test_a_second_fetch_brings_what_is_new_or_moved(served, tmp_path):
    there, here = served
    side = tmp_path / "side"
    fetch(plan(here.path, side))
    assert (again := fetch(plan(here.path, side))).n_new == again.n_moved == 0
    there.ref("refs/pull/1/head", "p2")
    there.ref("refs/pull/3/head", "p1")
    there.git("update-ref", "-d", "refs/pull/2/head")

    fetched = fetch(plan(here.path, side))

    assert (fetched.n_new, fetched.n_moved) == (1, 1)
    assert side_refs(side)["refs/pull/1/head"] == there.sha["p2"]
    assert "refs/pull/2/head" in side_refs(side)  # what was seen once stays evidence


def test_a_fetch_goes_on_where_a_killed_one_left_locks(served, tmp_path):
    _, here = served
    side = tmp_path / "side"
    fetch(plan(here.path, side))
    (side / "packed-refs.lock").touch()
    (side / "objects/pack/tmp_pack_x").write_bytes(b"half")
    assert fetch(plan(here.path, side)).n_refs == 4
    assert not (side / "objects/pack/tmp_pack_x").exists()


def test_the_dry_run_is_the_command_that_runs(served, tmp_path):
    there, here = served
    side = tmp_path / "a side"
    planned = plan(here.path, side)
    assert not side.exists()
    assert planned.command[:3] == ("git", f"--git-dir={side}", "fetch")
    fetch(planned)
    there.ref("refs/pull/9/head", "p1")
    subprocess.run(planned.shell, shell=True, check=True, capture_output=True)
    assert side_refs(side)["refs/pull/9/head"] == there.sha["p1"]


def test_thousands_of_heads_come_with_progress(tmp_path):
    n = 3000
    heads = [
        commit(f"p{k}", "2026-01-06T11:00Z", f"work {k}", parents=["a"], files={"p": f"{k}\n"})
        for k in range(n)
    ]
    refs = {"refs/heads/main": "b"} | {f"refs/pull/{k + 1}/head": f"p{k}" for k in range(n)}
    history(tmp_path / "there", [*MAIN, *heads], refs=refs, bare=True, name="repo.git")
    here = history(tmp_path / "here", MAIN, refs={"refs/heads/main": "b"})
    seen = []
    with git_daemon(tmp_path / "there") as address:
        planned = plan(here.path, tmp_path / "side", wanted=f"{address}/repo.git")
        fetched = fetch(planned, progress=lambda *step: seen.append(step))
    assert fetched.counts == {"pull_head": n}
    assert ("receiving objects", 3 * n) in {(what, of) for _, of, what in seen}
    assert not list((tmp_path / "side/refs").rglob("head"))  # packed, not 3,000 small files


def test_smart_http_serves_as_well(tmp_path):
    history(tmp_path / "there", [*MAIN, *HEADS], refs=REFS, bare=True, name="repo.git")
    here = history(tmp_path / "here", MAIN, refs={"refs/heads/main": "b"})
    with http_backend(tmp_path / "there") as address:
        fetched = fetch(plan(here.path, tmp_path / "side", wanted=f"{address}/repo.git"))
        assert fetched.counts["pull_head"] == 2
        with pytest.raises(RemoteUnavailable, match="no such repository is there, or it is hidden"):
            fetch(plan(here.path, tmp_path / "other", wanted=f"{address}/gone.git"))
        with pytest.raises(RemoteUnavailable, match=r"asks who you are.*--remote.*netrc"):
            fetch(plan(here.path, tmp_path / "third", wanted=f"{address}/secret.git"))


def test_an_unreachable_remote_is_one_line(tmp_path):
    here = history(tmp_path, MAIN)
    address = f"git://127.0.0.1:{free_port()}/repo.git"
    with pytest.raises(RemoteUnavailable) as caught:
        fetch(plan(here.path, tmp_path / "side", wanted=address))
    assert str(caught.value) == (
        f"{address}: it cannot be reached; check the network, then run the same command again"
    )


def test_a_remote_that_hides_change_requests_says_so(served, tmp_path):
    there, here = served
    there.git("config", "transfer.hideRefs", "refs/pull")
    there.git("config", "--add", "transfer.hideRefs", "refs/changes")
    with pytest.raises(RemoteUnavailable, match=r"hide them: use `reviewgap import`"):
        fetch(plan(here.path, tmp_path / "side"))


def test_configuration_of_the_repository_runs_nothing(served, tmp_path):
    _, here = served
    trap = tmp_path / "trap"
    for key in ("core.sshCommand", "core.gitProxy", "credential.helper", "core.fsmonitor"):
        here.git("config", key, f"!touch {trap}")
    here.git("config", "core.alternateRefsCommand", f"touch {trap}")
    here.git("config", "remote.origin.uploadpack", f"touch {trap};git-upload-pack")
    (here.git_dir / "hooks/reference-transaction").write_text(f"#!/bin/sh\ntouch {trap}\n")
    (here.git_dir / "hooks/reference-transaction").chmod(0o755)
    assert fetch(plan(here.path, tmp_path / "side")).n_refs == 4
    assert not trap.exists()


def test_a_shallow_clone_gets_heads_too(served, tmp_path):
    _, here = served
    url = here.git("config", "remote.origin.url")
    run_git(tmp_path, "clone", "-q", "--depth=1", url, "shallow")
    assert fetch(plan(tmp_path / "shallow", tmp_path / "side")).n_refs == 4


@pytest.mark.parametrize(
    ("text", "url", "protocol"),
    [
        ("https://github.com/o/n.git", "https://github.com/o/n.git", "https"),
        ("https://me:token@github.com/o/n", "https://github.com/o/n", "https"),
        ("https://token@github.com/o/n", "https://github.com/o/n", "https"),
        ("git@github.com:o/n.git", "git@github.com:o/n.git", "ssh"),
        ("ssh://git@host:29418/o/n", "ssh://git@host:29418/o/n", "ssh"),
        ("ssh://git:secret@host/o/n", "ssh://git@host/o/n", "ssh"),
    ],
)
def test_addresses_lose_their_secrets(text, url, protocol):
    assert remote.choose({"origin": text}, None) == remote.Address(url, protocol)


@pytest.mark.parametrize(
    "text",
    [
        "ext::sh -c touch",
        "--upload-pack=touch",
        "ssh://-oProxyCommand=x/y",
        "-x:y",
        "fd::7",
        "a\nb:c",
    ],
)
def test_addresses_that_could_run_something_are_refused(text):
    with pytest.raises(UsageError, match="no address that can be fetched from"):
        remote.choose({"origin": text}, None)


def test_a_folder_is_fetched_from_only_when_the_user_names_it(tmp_path):
    with pytest.raises(UsageError, match="name it: --remote FOLDER"):
        remote.choose({"origin": str(tmp_path)}, None)
    assert remote.choose({}, str(tmp_path)).protocol == "file"


def test_the_remote_is_origin_or_the_only_one_or_named():
    pair = {"up": "https://h/o/n", "fork": "https://h/me/n"}
    with pytest.raises(UsageError, match=r"fork, up.*--remote NAME"):
        remote.choose(pair, None)
    assert remote.choose(pair, "up").url == "https://h/o/n"
    assert remote.choose({"up": "https://h/o/n"}, None).url == "https://h/o/n"
    with pytest.raises(UsageError, match="names no remote"):
        remote.choose({}, None)


def test_two_fetches_at_once_do_not_mix(served, tmp_path):
    _, here = served
    side = tmp_path / "side"
    with (
        fetching._alone(side),
        pytest.raises(UsageError, match="another fetch-reviews of this repository is running"),
    ):
        fetch(plan(here.path, side))


def test_nothing_fetched_is_nothing(tmp_path):
    assert side_refs(tmp_path / "never") == {}


@contextmanager
def http_backend(folder):
    """http:// address that answers through git http-backend; `secret.git` asks for a password."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path.startswith("/secret.git"):
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="x"')
                self.end_headers()
                return
            path, _, query = self.path.partition("?")
            size = int(self.headers.get("Content-Length") or 0)
            env = {
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": str(folder),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                "GIT_CONFIG_GLOBAL": os.devnull,
            }
            body = self.rfile.read(size)
            run = ["git", "http-backend"]
            done = subprocess.run(run, input=body, env=env, capture_output=True, check=False)
            head, _, content = done.stdout.partition(b"\r\n\r\n")
            pairs = [line.split(": ", 1) for line in head.decode().split("\r\n") if line]
            status = next((value for key, value in pairs if key == "Status"), "200")
            self.send_response(int(status.split()[0]))
            for key, value in pairs:
                if key != "Status":
                    self.send_header(key, value)
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
