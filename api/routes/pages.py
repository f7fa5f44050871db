"""The built dashboard: one page, and its files under names that change with their content."""

from __future__ import annotations

import mimetypes
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, redirect, request, send_from_directory
from werkzeug.security import safe_join
from werkzeug.wrappers import Response as AnyResponse

from adapters.settings import ROOT
from api.http.guard import public
from api.http.security import policy_with

blueprint = Blueprint("dashboard", __name__)

DIST = ROOT / "dashboard" / "dist"
PAGE = DIST / "index.html"
A_YEAR_SECONDS = 365 * 24 * 3600
SECTIONS = (
    "overview",
    "violations",
    "people",
    "rules",
    "time",
    "moderators",
    "exports",
    "alerts",
    "settings",
    "audit",
)


@blueprint.get("/")
@public
def page() -> Response:
    if not PAGE.exists():
        return Response("The dashboard is not built; `make run` builds it.\n", 503)
    response = _compressed(DIST, "index.html", max_age=0)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Security-Policy"] = _policy(PAGE.stat().st_mtime_ns)
    return response


@lru_cache(maxsize=1)
def _policy(_built_ns: int) -> str:
    """That of the page, in which first.js stands; another one after each build."""
    _, _, behind = PAGE.read_text("utf-8").partition("<script data-again=")
    return policy_with(behind.partition(">")[2].partition("</script>")[0])


@blueprint.get("/assets/<path:name>")
@public
def asset(name: str) -> Response:
    response = _compressed(DIST / "assets", name, max_age=A_YEAR_SECONDS)
    response.headers["Cache-Control"] = f"public, max-age={A_YEAR_SECONDS}, immutable"
    return response


def _compressed(folder: Path, name: str, max_age: int) -> Response:
    """The file, or the copy the build compressed, where there is one and the reader takes it."""
    path = safe_join(str(folder), f"{name}.gz")
    packed = request.accept_encodings["gzip"] > 0 and path is not None and Path(path).is_file()
    response = send_from_directory(folder, f"{name}.gz" if packed else name, max_age=max_age)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
        response.content_type = content_type(name)
    response.vary.add("Accept-Encoding")
    return response


def content_type(name: str) -> str:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


@public
def section() -> AnyResponse:
    """`/violations` as people type it: the sections are parts of one page."""
    query = request.query_string.decode("ascii", "ignore")
    place = f"/{'?' if query else ''}{query}#{request.path.strip('/')}"
    return redirect(request.root_path.rstrip("/") + place)


for name in SECTIONS:
    blueprint.add_url_rule(f"/{name}", f"section_{name}", section)
