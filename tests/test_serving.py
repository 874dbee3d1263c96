"""What a visitor of a served dashboard may ask for, and what nobody gets."""

import http.client
import json
import sys
from pathlib import Path

import planted
import pytest
from browsing import served
from dashboard_store import write

from analyzers import pseudonyms
from analyzers.errors import RefusedRepository, UsageError
from dashboard import guard, serving
from dashboard.serving import Terms


def asked(url, path, method="GET", **headers):
    """Status, headers and body of one request with exactly these headers."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
    connection.request(method, path, headers=headers)
    with connection.getresponse() as answer:
        found = answer.status, answer.headers, answer.read().decode()
    connection.close()
    return found


# -- what the operator allows ------------------------------------------------------------------


def test_the_strictest_terms_hold_where_none_were_left(monkeypatch):
    monkeypatch.delenv(serving.TERMS, raising=False)
    assert serving.terms() == Terms()
    assert (serving.terms().names, serving.terms().mineable) == (False, {})


def test_terms_come_back_as_they_were_left(monkeypatch):
    monkeypatch.setenv(serving.TERMS, "{}")
    terms = Terms("/store", None, {"k": "/git/app"}, names=True, viewers=("*@example.org",))
    serving.publish(terms)
    assert serving.terms() == terms


@pytest.mark.parametrize(
    ("email", "is_verified", "admitted"),
    [
        ("ada@example.org", True, True),
        ("ADA@Example.org ", True, True),
        ("eve@evil.example", True, False),
        ("ada@example.org.evil.example", True, False),
        ("ada@example.org", False, False),
        (None, True, False),
        ("ada@sub.example.org", True, False),
    ],
)
def test_only_named_and_verified_addresses_are_admitted(email, is_verified, admitted):
    assert Terms(viewers=("*@example.org",)).admits(email, is_verified=is_verified) is admitted


def test_an_allow_list_has_one_path_a_line(tmp_path):
    file = tmp_path / "repositories"
    file.write_text("# ours\n\napp\n/srv/git/web.git\n")
    assert [str(path) for path in serving.listed(file)] == [f"{tmp_path}/app", "/srv/git/web.git"]
    file.write_text("# nothing\n")
    with pytest.raises(UsageError, match="names none"):
        serving.listed(file)
    with pytest.raises(UsageError, match="cannot be read"):
        serving.listed(tmp_path / "missing")


def test_repositories_right_below_a_root_are_offered_and_nothing_else(history, tmp_path):
    root = tmp_path / "root"
    (root / "empty").mkdir(parents=True)
    history([], name="root/app")
    history([], name="root/group/deeper")
    outside = history([], name="outside").path
    (root / "link").symlink_to(outside)
    assert [Path(path).name for path in serving.below(root).values()] == ["app"]
    with pytest.raises(RefusedRepository, match="outside the root"):
        serving.mineable([outside], root)
    with pytest.raises(UsageError, match="no git repository right below"):
        serving.below(root / "empty")


def test_a_login_file_must_say_who_may_look(tmp_path):
    file = tmp_path / "secrets.toml"
    auth = "[auth]\nredirect_uri = 'https://gap.example/oauth2callback'\ncookie_secret = 'x'\n"
    file.write_text(auth + "[reviewgap]\nviewers = ['*@example.org']\n")
    assert serving.viewers(file) == ("*@example.org",)
    file.write_text(auth)
    with pytest.raises(UsageError, match="must say who may look"):
        serving.viewers(file)
    file.write_text("[auth]\n")
    with pytest.raises(UsageError, match="lacks redirect_uri and cookie_secret"):
        serving.viewers(file)


# -- over HTTP ---------------------------------------------------------------------------------


def test_every_answer_carries_the_headers_even_a_refusal(url):
    for path in ("/", "/nowhere", "/api/v1/weekly.csv", "/_stcore/metrics"):
        _, headers, _ = asked(url, path)
        assert {name: headers[name] for name in guard.headers()} == guard.headers(), path
    policy = guard.headers()["Content-Security-Policy"]
    assert "script-src 'self' 'sha256-" in policy
    assert "eval" not in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]


@pytest.mark.parametrize(
    ("path", "method", "headers", "status"),
    [
        ("/", "GET", {"Host": "attacker.example"}, 421),
        ("/api/v1/weekly.json", "GET", {"Host": "attacker.example"}, 421),
        ("/api/v1/weekly.json", "GET", {"Host": "127.0.0.1@attacker.example"}, 421),
        ("/_stcore/health", "GET", {"Host": "10.0.0.7"}, 200),
        ("/", "POST", {}, 405),
        ("/_stcore/upload_file/a/b", "PUT", {}, 405),
        ("/_stcore/upload_file/a/b", "GET", {}, 404),
        ("/_stcore/metrics", "GET", {}, 404),
        ("/_stcore/agent/openapi.json", "GET", {}, 404),
        ("/?" + "a" * 5000, "GET", {}, 414),
        ("/api/v1/weekly.json?" + "a" * 5000, "GET", {}, 414),
        ("/api/v1/weekly.csv", "HEAD", {}, 200),
    ],
)
def test_what_no_viewer_needs_is_refused(url, path, method, headers, status):
    assert asked(url, path, method, **headers)[0] == status


def test_the_api_says_by_its_tag_that_nothing_changed(url):
    status, headers, body = asked(url, "/api/v1/weekly.json?since=12w")
    assert status == 200
    assert headers["Cache-Control"] == "private, no-cache"
    assert 12 <= len(json.loads(body)["rows"]) <= 13
    again = asked(url, "/api/v1/weekly.json?since=12w", **{"If-None-Match": headers["ETag"]})
    assert (again[0], again[2]) == (304, "")
    assert asked(url, "/api/v1/weekly.csv", **{"If-None-Match": headers["ETag"]})[0] == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("weekly.parquet", 404),
        ("weekly.csv?repository=..%2F..%2Fetc", 404),
        ("weekly.csv?repository=small", 404),
        ("weekly.csv?since=yesterday", 400),
        ("weekly.csv?since=9999y", 400),
        ("weekly.csv?until=9999-12", 400),
        ("weekly.csv?sql=select", 400),
    ],
)
def test_the_api_says_what_is_wrong_and_repeats_nothing(url, served_store, path, status):
    found, headers, body = asked(url, f"/api/v1/{path}")
    assert found == status
    assert headers["Content-Type"] == "application/problem+json"
    assert json.loads(body)["status"] == status
    assert str(served_store.folder) not in body
    assert "etc" not in body


def test_what_is_served_names_nobody_and_tells_no_secret(served_store):
    salt = served_store.folder / pseudonyms.SALT
    assert not salt.exists() or oct(salt.stat().st_mode & 0o777) == "0o600"
    for file in served_store.folder.rglob("*"):
        if file.is_file():
            assert planted.SECRET.encode() not in file.read_bytes(), file


def test_a_read_only_viewer_serves_a_store_it_cannot_write(tmp_path):
    store = tmp_path / "store"
    store.mkdir()
    write(store)
    before = sorted(path for path in store.rglob("*"))
    words = ["dashboard", "--read-only", "--no-browser", "--base-path", "/team/gap"]
    command = [sys.executable, "-P", "-m", "analyzers", *words, "--port", "{port}"]
    environment = {"REVIEWGAP_STORE": str(store), "TMPDIR": "/proc/nowhere"}
    with served(command, tmp_path, base="/team/gap", **environment) as url:
        assert asked(url, "/team/gap/api/v1/weekly.csv")[2].count("\n") == 161
        assert asked(url, "/api/v1/weekly.csv")[0] == 404
        assert asked(url, "/team/gap/")[0] == 200
    assert sorted(path for path in store.rglob("*")) == before
