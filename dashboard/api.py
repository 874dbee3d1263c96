"""The weekly table for other tools: /api/v1/weekly.csv and .json.

    ?repository=NAME   as the pages' address has it; the first repository without
    &since= &until=    2026-01-31, 2026-W05, 12w or 6mo, as `reviewgap export` takes them

Answers carry an ETag, so that a tool which asks every hour gets 304 until something changed.
Errors are problems as JSON (RFC 9457). Where there is a login, the API wants it too.
"""

from __future__ import annotations

import hashlib

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from analyzers import capacity
from analyzers.errors import StoreError, UsageError
from analyzers.reports import export
from dashboard import data, login
from dashboard.once import once

_MAKERS = {
    "csv": (export.csv_text, "text/csv; charset=utf-8"),
    "json": (export.json_text, "application/json"),
}
_KNOWN = {"repository", "since", "until"}
_DATES = "since and until are dates: 2026-03-01, 2026-03, 2026-W10, or 12w, 6mo, 1y back."
_CACHE = "private, no-cache"  # may be kept, must be asked for again


class Refused(Exception):
    """Why there is no table: a status and a sentence."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


def routes(prefix: str = "") -> list[Route]:
    """The routes; Streamlit puts no base path before them, so the prefix is ours."""
    return [Route(f"{prefix}/api/v1/weekly.{{form}}", weekly, methods=["GET"])]


def weekly(request: Request) -> Response:
    """The weekly table of the repository asked for, else of the first one."""
    try:
        body, mime = _weekly(request)
    except Refused as refused:
        return _problem(refused)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    told = {"ETag": tag, "Cache-Control": _CACHE}
    if tag in [each.strip() for each in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=told)
    return Response(body, media_type=mime, headers=told)


def _weekly(request: Request) -> tuple[bytes, str]:
    if not login.admits(request):
        raise Refused(401, "Log in to the dashboard first; this takes the same cookie.")
    form = request.path_params["form"]
    if form not in _MAKERS:
        raise Refused(404, "The weekly table comes as weekly.csv and weekly.json.")
    asked = request.query_params
    if not set(asked) <= _KNOWN:
        raise Refused(400, "The parameters are repository, since and until.")
    key = _key(asked.get("repository"))
    repo = data.repository(key) if key else None
    if repo is None or not repo.has("weekly"):
        raise Refused(404, "No such repository here, or it has not been mined.")
    try:
        body = _made(repo, form, asked.get("since"), asked.get("until"))
    except (UsageError, ValueError, OverflowError):
        raise Refused(400, _DATES) from None
    except StoreError:
        raise Refused(
            503, "A file of the store is damaged; `reviewgap mine` makes it anew."
        ) from None
    return body, _MAKERS[form][1]


def _key(name: str | None) -> str | None:
    """The key of a repository by the name in its box, or by itself; nothing where unknown."""
    labels = data.labels()
    if name is None:
        return next(iter(labels), None)
    found = [key for key, label in labels.items() if name in {key, label}]
    return found[0] if found else None


@once(maxsize=32)
def _made(repo: data.Repository, form: str, since: str | None, until: str | None) -> bytes:
    rows = export.between(repo.rows("weekly"), capacity.WEEKLY, since=since, until=until)
    return _MAKERS[form][0](rows, capacity.WEEKLY).encode()


def _problem(refused: Refused) -> Response:
    told = {"status": refused.status, "title": "No table", "detail": refused.detail}
    return JSONResponse(
        told,
        status_code=refused.status,
        media_type="application/problem+json",
        headers={"Cache-Control": "no-store"},
    )
