"""Another user's repository is read, but leads nowhere that is not that user's."""

import os

import pytest
from nasty import HISTORY, Place
from nasty_places import given_away
from repository import history as write_history

from analyzers.errors import RefusedRepository
from analyzers.mining.view import open_view

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


@pytest.fixture
def stranger(tmp_path, monkeypatch):
    """A stranger's repository whose alternates name a store of ours."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    (tmp_path / "home").mkdir()
    ours = write_history(tmp_path, HISTORY, name="ours")
    theirs = write_history(tmp_path, [], name="theirs")
    (theirs.git_dir / "objects/info").mkdir(exist_ok=True)
    (theirs.git_dir / "objects/info/alternates").write_text(f"{ours.git_dir}/objects\n")
    (theirs.git_dir / "refs/heads/main").write_text(f"{ours.sha['c']}\n")
    given_away(theirs.path)
    return theirs


def head(path, **options):
    with open_view(path, **options) as view:
        return view.head


def test_a_strangers_repository_that_keeps_to_itself_is_read(tmp_path):
    repo = Place(tmp_path).plain()
    given_away(repo.path)
    assert head(repo.path) == repo.sha["c"]


def test_one_that_leads_to_what_is_ours_is_refused_with_the_way_out(stranger):
    with pytest.raises(RefusedRepository, match=r"another user.*--trust-repo") as caught:
        head(stranger.path)
    assert "\n" not in str(caught.value)
    assert head(stranger.path, trust=True)


def test_one_that_leads_to_the_same_strangers_files_is_read(stranger, tmp_path):
    given_away(tmp_path / "ours")
    assert head(stranger.path)


@pytest.mark.parametrize(
    ("listed", "is_read"),
    [
        ("{path}", True),
        ("*", True),
        ("{parent}/*", True),
        ("{parent}", False),
        ("{path}/*", False),
        ("relative", False),
        ("{path}\n\tdirectory =", False),
    ],
)
def test_the_users_own_safe_directory_counts(stranger, tmp_path, listed, is_read):
    value = listed.format(path=stranger.path, parent=tmp_path)
    (tmp_path / "home" / ".gitconfig").write_text(f"[safe]\n\tdirectory = {value}\n")
    if is_read:
        assert head(stranger.path)
    else:
        with pytest.raises(RefusedRepository):
            head(stranger.path)


def test_the_repositorys_own_safe_directory_does_not(stranger):
    with (stranger.git_dir / "config").open("a") as file:
        file.write("[safe]\n\tdirectory = *\n")
    with pytest.raises(RefusedRepository):
        head(stranger.path)


def test_a_root_is_a_limit_that_no_trust_lifts(stranger):
    with pytest.raises(RefusedRepository, match="outside the root"):
        head(stranger.path, root=stranger.path, trust=True)
