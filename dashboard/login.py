"""Whether the visitor may look: everybody where there is no login, else who the operator named.

The login is Streamlit's own (OpenID Connect); the same signed cookie admits to pages and to the
API. Streamlit has no public way to read that cookie in a route of one's own, so the one use of
its private functions is here.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from starlette.requests import Request

from dashboard.serving import terms


def is_admitted() -> bool:
    """Whether this session may see anything; False after offering the login or the way out."""
    allowed = terms()
    if not allowed.viewers:
        return True
    if not st.user.is_logged_in:
        st.title("reviewgap", anchor=False)
        st.text("This dashboard is for people its operator named.")
        st.button("Log in", on_click=st.login, type="primary", icon=":material/login:")
        return False
    if not allowed.admits(st.user.get("email"), is_verified=st.user.get("email_verified", True)):
        st.title("No access", anchor=False)
        st.text("You are logged in, but the operator has not named your address.")
        st.button("Log out", on_click=st.logout, icon=":material/logout:")
        return False
    return True


def admits(request: Request) -> bool:
    """Whether a request to a route of ours comes from somebody who may look."""
    allowed = terms()
    if not allowed.viewers:
        return True
    user = _user(request)
    verified = user.get("email_verified", True)
    return bool(user.get("is_logged_in")) and allowed.admits(
        user.get("email"), is_verified=verified
    )


def _user(request: Request) -> dict[str, Any]:
    """Who Streamlit's cookie says the visitor is; nobody where it is missing, forged or foreign."""
    from streamlit.auth_util import get_secrets_auth_section  # noqa: PLC0415 - see the module
    from streamlit.web.server.starlette import (  # noqa: PLC0415
        starlette_server_config,
        starlette_websocket,
    )

    signed = starlette_websocket._get_signed_cookie_with_chunks(  # noqa: SLF001
        dict(request.cookies), starlette_server_config.USER_COOKIE_NAME
    )
    try:
        user = json.loads(signed or b"{}")
    except ValueError:
        return {}
    ours = urlsplit(str(get_secrets_auth_section().get("redirect_uri", "")))
    return user if user.get("origin") == f"{ours.scheme}://{ours.netloc}" else {}
