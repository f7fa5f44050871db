"""The OpenAPI document and a page for people, both from our own origin: no network is needed."""

from __future__ import annotations

from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import cast

from flask import Flask, Response, current_app, request
from flask_smorest import Blueprint
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.docs_view import sections_of, with_code
from api.extension import parts
from api.guard import public
from api.openapi import answers
from api.openapi_document import DocumentedApi, document_of

blueprint = Blueprint(
    "document", __name__, url_prefix="/api/v1", description="This description, in two forms."
)

TEMPLATES = Path(__file__).parent / "templates"
NAME = "modwatch_documents"


class Documents:
    """What these routes answer; made when first asked for, by when every route is there."""

    def __init__(self, app: Flask, api: DocumentedApi, public_url: str) -> None:
        self._app, self._api, self._public_url = app, api, public_url

    @cached_property
    def openapi(self) -> bytes:
        return self._app.json.dumps(document_of(self._app, self._api)).encode()

    @cached_property
    def page(self) -> bytes:
        document = document_of(self._app, self._api)
        loader = FileSystemLoader(TEMPLATES)
        jinja = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
        jinja.filters["with_code"] = with_code
        template = jinja.get_template("docs_page.html")
        sections = sections_of(document)
        return template.render(
            document=document, sections=sections, public_url=self._public_url
        ).encode()

    @cached_property
    def style(self) -> bytes:
        return (TEMPLATES / "docs_page.css").read_bytes()


def install_documents(app: Flask, api: DocumentedApi) -> None:
    """Before the first request, after the parts."""
    with app.app_context():
        app.extensions[NAME] = Documents(app, api, parts().settings.public_url)
