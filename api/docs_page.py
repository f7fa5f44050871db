"""The OpenAPI document and a page for people, both from our own origin: no network is needed."""

from __future__ import annotations

from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import cast

import orjson
from flask import Flask, Response, current_app, request
from flask_smorest import Blueprint
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.docs_view import sections_of
from api.docs_words import breakable, with_code
from api.guard import public
from api.openapi import answers
from api.openapi_document import DocumentedApi, Json, whole_document

blueprint = Blueprint(
    "document", __name__, url_prefix="/api/v1", description="What you are reading, in two forms."
)

TEMPLATES = Path(__file__).parent / "templates"
NAME = "modwatch_documents"


class Documents:
    """What these routes answer; made when first asked for, by when every route is there."""

    def __init__(self, app: Flask, api: DocumentedApi, public_url: str) -> None:
        self._app, self._api, self._public_url = app, api, public_url

    @cached_property
    def document(self) -> Json:
        return whole_document(self._app, self._api)

    @cached_property
    def openapi(self) -> bytes:
        return orjson.dumps(self.document)

    @cached_property
    def page(self) -> bytes:
        jinja = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        jinja.filters |= {"with_code": with_code, "breakable": breakable}
        page = jinja.get_template("docs_page.html").render(
            info=self.document["info"],
            sections=sections_of(self.document),
            public_url=self._public_url,
        )
        return page.encode()

    @cached_property
    def style(self) -> bytes:
        return (TEMPLATES / "docs_page.css").read_bytes()


def install_documents(app: Flask, api: DocumentedApi, public_url: str) -> None:
    app.extensions[NAME] = Documents(app, api, public_url)


@blueprint.get("/openapi.json")
@public
@answers({"type": "object"}, takes=("If-None-Match",), gives=("ETag",))
def openapi_document() -> Response:
    """This description as OpenAPI 3.1."""
    return _kept(_documents().openapi, "application/json")


@blueprint.get("/docs")
@public
@answers(None, takes=("If-None-Match",), gives=("ETag",), media_type="text/html")
def docs_page() -> Response:
    """This description as a page."""
    return _kept(_documents().page, "text/html; charset=utf-8")


@blueprint.get("/docs.css")
@public
@answers(None, takes=("If-None-Match",), gives=("ETag",), media_type="text/css")
def docs_style() -> Response:
    """How that page looks."""
    return _kept(_documents().style, "text/css; charset=utf-8")


def _documents() -> Documents:
    return cast(Documents, current_app.extensions[NAME])


def _kept(body: bytes, content_type: str) -> Response:
    """An answer that changes with the release alone."""
    answer = Response(body, content_type=content_type)
    answer.set_etag(sha256(body).hexdigest()[:32])
    answer.headers["Cache-Control"] = "no-cache"
    return cast(Response, answer.make_conditional(request))
