"""How the dashboard is served: explicit options, free ports, no surprise addresses."""

import socket

import pytest
from streamlit import config

from analyzers.errors import UsageError
from dashboard import launch, opening


def test_every_option_we_state_is_one_that_streamlit_knows():
    known = config.get_config_options(force_reparse=False)
    stated = launch.options("127.0.0.1", 8501, "", "127.0.0.1", ())
    assert set(stated) <= set(known), set(stated) - set(known)
    assert stated["runner.postScriptGC"] is False
    assert stated["browser.gatherUsageStats"] is False
    assert stated["client.showErrorDetails"] == "none"
    assert stated["server.enableAgentApi"] is False
    assert stated["server.headless"] is True  # else it offers every reader to install its files


def test_a_browser_is_opened_once_the_port_answers_and_only_on_a_screen(monkeypatch):
    opened = []
    monkeypatch.setattr(opening.webbrowser, "open", opened.append)
    monkeypatch.setattr(opening.sys, "platform", "linux")
    monkeypatch.setenv("DISPLAY", ":0")
    with socket.socket() as answering:
        answering.bind(("127.0.0.1", 0))
        answering.listen()
        waiting = opening.when_ready("127.0.0.1", answering.getsockname()[1], "http://here/")
        waiting.join(30)
    assert opened == ["http://here/"]
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert opening.when_ready("127.0.0.1", 1, "http://here/") is None


def test_a_taken_port_gives_way_to_the_next_free_one():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert launch.free_port("127.0.0.1", port) > port
        with pytest.raises(UsageError, match="no free port"):
            launch.free_port("127.0.0.1", port, tries=1)


def test_port_zero_takes_any():
    assert launch.free_port("127.0.0.1", 0) > 1024


def test_an_address_that_is_not_ours_is_refused_in_one_line():
    with pytest.raises(UsageError, match=r"cannot listen on 192\.0\.2\.1"):
        launch.free_port("192.0.2.1", 8501)


@pytest.mark.parametrize(
    ("host", "is_local"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("192.0.2.7", False),
    ],
)
def test_only_loopback_goes_without_a_warning(host, is_local):
    assert launch.is_loopback(host) is is_local


def test_the_public_name_is_stated_so_that_nobody_is_asked_for_it():
    assert launch.public_name("0.0.0.0", ()) == "127.0.0.1"
    assert launch.public_name("0.0.0.0", ("gap.example",)) == "gap.example"
    stated = launch.options("0.0.0.0", 80, "", "gap.example", ("gap.example",))
    assert stated["browser.serverAddress"] == "gap.example"
    assert "gap.example" in stated["server.allowedHosts"]
