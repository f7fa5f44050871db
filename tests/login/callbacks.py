"""Going to Discord, and coming back with something altered."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.routes.auth import HANDSHAKE_COOKIE
from tests.login.site import (
    FAILED,
    logins_in,
    status,
)
from tests.parts import Web


def begin(client: FlaskClient, place: str | None = None) -> str:
    """Discord's address to go to."""
    answer = client.get("/api/auth/login", query_string={"next": place} if place else {})
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def altered(address: str, **query: str) -> str:
    parts = urlsplit(address)
    given = {name: values[0] for name, values in parse_qs(parts.query).items()}
    kept = {name: text for name, text in (given | query).items() if text}
    return parts._replace(query=urlencode(kept)).geturl()


def assert_failed(
    answer: TestResponse, client: FlaskClient, web: Web, waiting: bool = False
) -> None:
    """`waiting`: another login that this browser began can still be finished."""
    assert (answer.status_code, answer.headers["Location"]) == (302, FAILED)
    assert (client.get_cookie(HANDSHAKE_COOKIE) is not None) == waiting
    assert status(client) == 401
    assert logins_in(web) == 0
