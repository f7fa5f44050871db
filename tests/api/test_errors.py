"""Every error is one JSON shape with a request id; nothing of the inside shows."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from api.http.errors import Problem, install_errors
from api.http.guard import public
from tests.parts import GUILD, Web, make_web, settings_for

OWN = f"/api/v1/servers/{GUILD}"


def ask(web: Web, status: int) -> TestResponse:
    """A request that is answered with `status`."""
    reader, bot = web.reader(), web.bot()
    asked = {
        400: lambda: reader.get("/api/v1/servers/x/metrics"),
        401: lambda: web.client().get(f"{OWN}/metrics"),
        403: lambda: reader.get("/api/v1/servers/999/metrics"),
        404: lambda: reader.get("/api/v1/nothing"),
        405: lambda: reader.post(f"{OWN}/metrics"),
        413: lambda: bot.post(
            "/api/v1/ingest", data=b" " * 6_000_000, content_type="application/json"
        ),
        415: lambda: bot.post("/api/v1/ingest", data=b"x"),
        422: lambda: reader.get(f"{OWN}/metrics?period=year"),
    }
    return asked[status]()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413, 415, 422])
def test_every_error_has_one_shape(web_on_sqlite: Web, status: int) -> None:
    answer = ask(web_on_sqlite, status)
    body: Any = answer.json
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert (body["status"], body["type"]) == (status, "about:blank")
    assert body["title"]
    assert body["detail"] == body["error"] != ""
    assert body["request_id"] == answer.headers["X-Request-Id"]
    assert ("errors" in body) == (status == 422)


def test_405_says_what_would_do(web_on_sqlite: Web) -> None:
    allowed = ask(web_on_sqlite, 405).headers["Allow"]
    assert set(allowed.split(", ")) >= {"GET", "HEAD"}


@pytest.mark.parametrize("path", ["/health/live", "/", "/metrics", "/api/v1/config", "/nothing"])
def test_every_answer_has_a_request_id(web_on_sqlite: Web, path: str) -> None:
    client = web_on_sqlite.client()
    ids = {client.get(path).headers["X-Request-Id"] for _ in range(3)}
    assert len(ids) == 3


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("abc-DEF_1.2", True),
        ("x" * 100, True),
        ("x" * 101, False),
        ("", False),
        ("a b", False),
        ("<script>", False),
        ("a\tb", False),
        ("ü", False),
    ],
)
def test_a_sane_request_id_is_kept(web_on_sqlite: Web, given: str, kept: bool) -> None:
    for path in ("/api/v1/nothing", f"{OWN}/metrics", f"{OWN}/metrics"):
        answer = web_on_sqlite.reader().get(path, headers={"X-Request-Id": given})
        assert (answer.headers["X-Request-Id"] == given) is kept


@pytest.mark.parametrize("path", ["/api/v1/config", "/nothing", "/health/live", "/"])
def test_security_headers(web_on_sqlite: Web, path: str) -> None:
    headers = web_on_sqlite.client().get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_of_scripts_in_the_page_its_own_alone_may_run(web_on_sqlite: Web) -> None:
    answer = web_on_sqlite.client().get("/")
    [script] = re.findall(r"<script data-again=[^>]*>(.+?)</script>", answer.text, re.DOTALL)
    digest = b64encode(sha256(script.encode()).digest()).decode()
    policy = answer.headers["Content-Security-Policy"]
    assert f"; script-src 'self' 'sha256-{digest}'; style-src 'self'; " in policy
    elsewhere = web_on_sqlite.client().get("/nothing").headers["Content-Security-Policy"]
    assert "; script-src 'self'; style-src 'self'; " in elsewhere


def test_what_breaks_inside_does_not_show() -> None:
    """A route of our own that fails as no route should."""
    app = Flask("failing")
    install_errors(app)

    @app.get("/secret")
    @public
    def fail() -> str:
        raise RuntimeError("SELECT password FROM /etc/passwd")

    @app.get("/problem")
    @public
    def problem() -> str:
        raise Problem(409, "it is so already", headers={"X-Why": "because"})

    answer = app.test_client().get("/secret")
    assert (answer.status_code, answer.content_type) == (500, "application/problem+json")
    assert b"passw" not in answer.data
    assert b"RuntimeError" not in answer.data
    answer = app.test_client().get("/problem")
    assert (answer.status_code, answer.headers["X-Why"]) == (409, "because")


def test_methods_do_not_grow_the_metrics(web_on_sqlite: Web) -> None:
    """Whatever a client makes up must not become a label of its own."""
    client = web_on_sqlite.client()
    for number in range(20):
        client.open(f"/made/up/{number}", method=f"MADEUP{number}")
    shown = client.get("/metrics").text
    assert "MADEUP" not in shown
    assert "/made/up" not in shown


def test_an_address_cannot_write_its_own_log_line(
    sqlite_url: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    for log_format in ("console", "json"):
        settings = settings_for(sqlite_url, tmp_path, LOG_LEVEL="info", LOG_FORMAT=log_format)
        web = make_web(settings)
        web.client().get("/x%0aGET /fine 200 1 ms%1b[2J")
        web.parts.close()
        lines = [line for line in capfdbinary.readouterr().err.splitlines() if b"fine" in line]
        assert len(lines) == 1
        assert not lines[0].startswith(b"GET /fine")
        assert b"\x1b" not in lines[0]
