"""The OpenAPI document, and a page of it for people (dashboard/src/docs): all our own."""

from __future__ import annotations

from functools import cached_property
from hashlib import sha256
from typing import cast
from urllib.parse import urlsplit

import orjson
from flask import Flask, Response, current_app, request
from flask_smorest import Blueprint

from adapters.settings import ROOT
from api.http.errors import Problem
from api.http.extension import parts
from api.http.guard import public
from api.openapi.declare import answers
from api.openapi.document import DocumentedApi, Json, whole_document
from api.openapi.events import DAY
from domain.clock import rfc3339
from domain.windows import DAY_MS

blueprint = Blueprint(
    "document", __name__, url_prefix="/api/v1", description="What you are reading, in two forms."
)

PAGE = ROOT / "dashboard" / "dist" / "docs.html"
NAME = "modwatch_documents"
# RapiDoc writes its styles beside its elements; scripts are our own files alone, as everywhere.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self';"
    " img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# By its routes and their place: applications that have the same share the document.
_made: dict[frozenset[str], Json] = {}


class Documents:
    """What these routes answer; made when first asked for, by when every route is there."""

    def __init__(self, app: Flask, api: DocumentedApi, public_url: str) -> None:
        self._app, self._api, self._base_path = app, api, urlsplit(public_url).path

    @cached_property
    def openapi(self) -> bytes:
        rules = (repr(rule) for rule in self._app.url_map.iter_rules())
        same = frozenset([*rules, self._base_path])
        if same not in _made:
            _made[same] = whole_document(self._app, self._api, self._base_path)
        return orjson.dumps(_made[same])


def install_documents(app: Flask, api: DocumentedApi, public_url: str) -> None:
    app.extensions[NAME] = Documents(app, api, public_url)


@blueprint.get("/openapi.json")
@public
@answers({"type": "object"}, takes=("If-None-Match",), gives=("ETag",))
def openapi_document() -> Response:
    """This description as OpenAPI 3.1. Its examples are of yesterday, so that they can be sent."""
    documents = cast(Documents, current_app.extensions[NAME])
    yesterday = rfc3339(parts().clock() - DAY_MS)[:10]
    return _kept(documents.openapi.replace(DAY.encode(), yesterday.encode()), "application/json")


@blueprint.get("/docs")
@public
@answers(None, takes=("If-None-Match",), gives=("ETag",), media_type="text/html", errors=(503,))
def docs_page() -> Response:
    """This description as a page, in which requests can be tried."""
    if not PAGE.exists():
        raise Problem(503, "the page is not built; `make run` builds it")
    base = request.root_path.rstrip("/").encode()
    answer = _kept(PAGE.read_bytes().replace(b"((base))", base), "text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


def _kept(body: bytes, content_type: str) -> Response:
    """An answer that changes with the release, or with the day."""
    answer = Response(body, content_type=content_type)
    answer.set_etag(sha256(body).hexdigest()[:32])
    answer.headers["Cache-Control"] = "no-cache"
    return cast(Response, answer.make_conditional(request))
