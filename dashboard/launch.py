"""Serve the dashboard: on this machine only, without telemetry, whatever the folder it starts in.

Streamlit obeys `.streamlit/` in the current directory, which may be a hostile repository. So the
process first moves to a private directory, and every option that concerns safety is passed
explicitly, which outranks all files and environment variables.
"""

from __future__ import annotations

import ipaddress
import json
import os
import socket
import tempfile
import tomllib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from analyzers.errors import StoreError, UsageError
from dashboard import opening, serving
from dashboard.guard import Guard

HERE = Path(__file__).parent
LOOPBACK = ("localhost", "127.0.0.1", "[::1]", "::1")


def serve(  # noqa: PLR0913 - one keyword per thing an operator may choose
    repositories: Sequence[Path],
    *,
    host: str = "127.0.0.1",
    port: int = 8501,
    base_path: str = "",
    allowed_hosts: Sequence[str] = (),
    browser: bool = True,
    announce: Callable[[str], None] = lambda _: None,
    terms: serving.Terms | None = None,
    login: Path | None = None,
) -> None:
    """Serve these store folders until stopped; `announce` gets the address and any warning.

    A taken port gives way to the next free one; port 0 takes any. UsageError if none is free.
    `terms` are the strictest ones unless told; `login` is the file that configures OpenID Connect.
    """
    base = base_path.strip("/")
    chosen = free_port(host, port)
    folders = [str(Path(folder).resolve()) for folder in repositories]
    os.environ["REVIEWGAP_DASHBOARD_REPOSITORIES"] = json.dumps(folders)
    serving.publish(terms or serving.Terms())
    if not is_loopback(host) and login is None:
        announce("anyone who can reach this address can read the dashboard; it has no login")
    shown = public_name(host, allowed_hosts)
    address = f"http://{_bracketed(shown)}:{chosen}/{base}"
    announce(f"dashboard on {address}  (stop with Ctrl+C)")
    stated = options(host, chosen, base, shown, allowed_hosts)
    stated["secrets.files"] = [str(login.resolve())] if login else []
    with _private_folder() as private:
        os.chdir(private)
        if browser:
            opening.when_ready(host, chosen, address)
        application(base).run(config=stated)


def _private_folder() -> AbstractContextManager[str | Path]:
    """An empty folder to stand in; our own where nothing can be written, as a read-only viewer."""
    try:
        return tempfile.TemporaryDirectory(prefix="reviewgap-dashboard-")
    except OSError:
        return nullcontext(HERE)


def application(base: str = "") -> Any:
    """The ASGI application with its own routes and headers; move to a safe directory first."""
    import streamlit as st  # noqa: PLC0415 - it reads the current directory as it is imported
    from starlette.middleware import Middleware  # noqa: PLC0415

    from dashboard.api import routes  # noqa: PLC0415

    prefix = f"/{base}" if base else ""
    return st.App(
        HERE / "streamlit_app.py",
        lifespan=_warm,
        routes=routes(prefix),
        middleware=[Middleware(Guard, base=prefix)],
    )


def options(
    host: str, port: int, base: str, shown: str, allowed_hosts: Sequence[str]
) -> dict[str, Any]:
    """Every Streamlit option that concerns safety or speed, stated."""
    return _theme() | {
        "global.developmentMode": False,
        "global.disableWidgetStateDuplicationWarning": True,  # `asked` sets what the address says
        "server.address": host,
        "server.port": port,
        "server.baseUrlPath": base,
        "server.headless": True,  # whatever the reader wants: see opening
        "server.showEmailPrompt": False,
        "server.fileWatcherType": "none",
        "server.enableCORS": True,
        "server.enableXsrfProtection": True,
        "server.enableStaticServing": False,
        "server.enableAgentApi": False,
        "server.maxUploadSize": 1,
        "server.maxMessageSize": 50,
        "server.disconnectedSessionTTL": 60,
        "server.allowedHosts": [*LOOPBACK, shown, *allowed_hosts],
        "browser.gatherUsageStats": False,
        "browser.serverAddress": shown,
        "browser.serverPort": port,
        "runner.postScriptGC": False,
        "runner.magicEnabled": False,  # no page shows a bare expression
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        "client.allowedOrigins": [],  # no page around ours; else each click checks a list of them
        "logger.level": "warning",
    }


def _theme() -> dict[str, Any]:
    """The looks, from the file beside the pages; Streamlit would look for it elsewhere."""
    looks = tomllib.loads((HERE / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    made: dict[str, Any] = {}
    for name, value in looks["theme"].items():
        if isinstance(value, dict):
            made |= {f"theme.{name}.{inner}": each for inner, each in value.items()}
        else:
            made[f"theme.{name}"] = value
    return made


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def public_name(host: str, allowed_hosts: Sequence[str]) -> str:
    """The name that browsers use; stated, because Streamlit else asks an outside service for it."""
    if allowed_hosts:
        return allowed_hosts[0]
    return "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host  # noqa: S104


def free_port(host: str, port: int, *, tries: int = 50) -> int:
    """The port, or the next free one after it; any free one for 0."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in [0] if port == 0 else range(port, min(port + tries, 65536)):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, candidate))
            except OSError as error:
                if error.errno is not None and error.errno in _TAKEN:
                    continue
                raise UsageError(f"cannot listen on {host}: {error.strerror or error}") from None
            return int(probe.getsockname()[1])
    raise UsageError(f"no free port from {port} to {port + tries - 1}; name another with --port")


_TAKEN = {48, 98, 13, 10048}  # EADDRINUSE on macOS and Linux, EACCES, and its name on Windows


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


@asynccontextmanager
async def _warm(app: Any) -> AsyncIterator[None]:
    """Make the landing page before the first visitor asks for it."""
    del app
    _make_landing_page()
    yield


def _make_landing_page() -> None:
    from dashboard import balance, data  # noqa: PLC0415 - what it reads is known only now

    with suppress(StoreError):  # the page will say so
        key = next(iter(data.labels()), None)
        if key and (repo := data.repository(key)):
            balance.prepare(repo)
