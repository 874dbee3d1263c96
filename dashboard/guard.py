"""What every HTTP request passes: known hosts, reading only, short questions, strict headers.

Streamlit guards its websocket by host and origin; this does so for everything else, so that a
page that points its own name at this machine (DNS rebinding) gets nothing, not even the API.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from pathlib import Path
from typing import Any

HEALTH = "/_stcore/health"
CLOSED = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/upload_file")
LONGEST_QUERY = 4096
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


@functools.cache
def headers() -> dict[str, str]:
    """The security headers of every answer.

    Scripts: Streamlit's own files and its one inline script by hash; no eval, because Streamlit
    lets Vega interpret a chart instead. Styles are inline because emotion writes them so.
    """
    policy = {
        "default-src": "'none'",
        "script-src": f"'self' {_inline_hashes()}",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "manifest-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'self'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {told}" for name, told in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "X-Robots-Tag": "noindex",
    }


def _inline_hashes() -> str:
    import streamlit  # noqa: PLC0415 - it reads the current directory as it is imported

    page = Path(streamlit.__file__).parent / "static" / "index.html"
    scripts = _INLINE.findall(page.read_text(encoding="utf-8"))
    digests = [hashlib.sha256(script.encode()).digest() for script in scripts]
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


class Guard:
    """Refuses what no viewer needs, and puts the headers on every answer."""

    def __init__(self, app: Any, *, base: str = "") -> None:
        self._app = app
        self._base = base
        self._headers = [(name.lower().encode(), text.encode()) for name, text in headers().items()]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass an HTTP request on, or answer it with why not; leave all else to Streamlit."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), *self._headers]}
            await send(message)

        refused = refusal(scope, self._base)
        app = self._app if refused is None else _answer(*refused)
        await app(scope, receive, send_with_headers)


def refusal(scope: Any, base: str) -> tuple[int, str] | None:
    """Status and reason where the request is refused."""
    from streamlit.web.server.starlette.starlette_websocket import (  # noqa: PLC0415 - as above
        is_host_allowed,
    )

    path = scope["path"].removeprefix(base)
    if path == HEALTH:  # asked for by address, and says nothing but "ok"
        return None
    hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    if len(hosts) != 1 or not is_host_allowed(hosts[0]):
        return 421, "This name is not one of the dashboard's; see --allowed-host."
    if scope["method"] not in {"GET", "HEAD"}:
        return 405, "The dashboard only reads."
    if path.startswith(CLOSED):
        return 404, "Not here."
    if len(scope.get("query_string", b"")) > LONGEST_QUERY:
        return 414, "The address is too long."
    return None


def _answer(status: int, reason: str) -> Any:
    from starlette.responses import PlainTextResponse  # noqa: PLC0415 - as above

    return PlainTextResponse(f"{reason}\n", status_code=status)
