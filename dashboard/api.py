"""The weekly table for other tools: /api/v1/weekly.csv and .json, ?repository=KEY."""

from __future__ import annotations

import pyarrow.parquet as pq
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from analyzers import capacity
from analyzers.reports import export
from dashboard import data

_MAKERS = {
    "csv": (export.csv_text, "text/csv; charset=utf-8"),
    "json": (export.json_text, "application/json"),
}


def routes(prefix: str = "") -> list[Route]:
    """The routes; Streamlit puts no base path before them, so the prefix is ours."""
    return [Route(f"{prefix}/api/v1/weekly.{{form}}", weekly, methods=["GET"])]


def weekly(request: Request) -> Response:
    """The weekly table of the repository asked for, else of the first one."""
    made = _MAKERS.get(request.path_params["form"])
    keys = list(data.offered())
    key = request.query_params.get("repository", keys[0] if keys else "")
    repo = data.repository(key) if key else None
    if made is None or repo is None or not repo.has("weekly"):
        return PlainTextResponse("No such table here.\n", status_code=404)
    write, mime = made
    path = repo.folder / repo.manifest["tables"]["weekly"]
    frame = pq.read_table(path, partitioning=None).to_pandas()
    return Response(write(frame, capacity.WEEKLY), media_type=mime)
