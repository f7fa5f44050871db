"""The built dashboard: one page, and its files under names that change with their content."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request, send_from_directory
from werkzeug.wrappers import Response as AnyResponse

from adapters.settings import ROOT
from api.guard import public

blueprint = Blueprint("dashboard", __name__)

DIST = ROOT / "dashboard" / "dist"
A_YEAR_SECONDS = 365 * 24 * 3600
SECTIONS = (
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
    if not (DIST / "index.html").exists():
        return Response("The dashboard is not built; `make run` builds it.\n", 503)
    response = send_from_directory(DIST, "index.html", max_age=0)
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/assets/<path:name>")
@public
def asset(name: str) -> Response:
    response = send_from_directory(DIST / "assets", name, max_age=A_YEAR_SECONDS)
    response.headers["Cache-Control"] = f"public, max-age={A_YEAR_SECONDS}, immutable"
    return response


@public
def section() -> AnyResponse:
    """`/violations` as people type it: the sections are parts of one page."""
    query = request.query_string.decode("ascii", "ignore")
    return redirect(f"/{'?' if query else ''}{query}#{request.path.strip('/')}")


for name in SECTIONS:
    blueprint.add_url_rule(f"/{name}", f"section_{name}", section)
