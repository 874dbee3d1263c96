"""Open a browser on the dashboard once it answers.

Streamlit would do it too, but takes whoever wants a browser for a developer of the page: it lays
an offer to install files for coding agents over the answer, and its button writes to our folder.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
import webbrowser

_SECONDS_TO_WAIT = 60
_SECONDS_BETWEEN_TRIES = 0.2


def when_ready(host: str, port: int, address: str) -> threading.Thread | None:
    """Open `address` when the port answers; None where there is no screen to open it on."""
    if not _has_screen():
        return None
    waiting = threading.Thread(target=_wait_and_open, args=(host, port, address), daemon=True)
    waiting.start()
    return waiting


def _has_screen() -> bool:
    is_linux = sys.platform.startswith("linux")
    return not is_linux or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def _wait_and_open(host: str, port: int, address: str) -> None:
    until = time.monotonic() + _SECONDS_TO_WAIT
    while time.monotonic() < until:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(_SECONDS_BETWEEN_TRIES)
        else:
            webbrowser.open(address)
            return
