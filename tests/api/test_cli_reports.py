"""`modwatch reports due | list | run`."""

from __future__ import annotations

from uuid import uuid4

from click.testing import Result
from flask.testing import FlaskClient

from tests.api.channel_parts import admin, hook, post, web
from tests.api.report_parts import body, planned, runs, work
from tests.parts import GUILD, Web

__all__ = ["admin", "hook", "post", "web"]  # fixtures
MAIL = {"kind": "email", "addresses": ["ada@example.org"]}


def run(web: Web, *arguments: str) -> Result:
    return web.app.test_cli_runner().invoke(args=["reports", *arguments])


def test_what_is_overdue_is_said_and_ends_with_1(web: Web, admin: FlaskClient) -> None:
    schedule = planned(admin, body(MAIL))
    calm = run(web, "due")
    assert (calm.exit_code, schedule["id"] in calm.stdout) == (0, False)
    assert calm.stderr == "0 overdue, 0 to be made, 0 being sent\n"
    web.clock.now_ms += 2 * 86_400_000
    late = run(web, "due")
    assert (late.exit_code, schedule["id"] in late.stdout) == (1, True)
    checks = web.client().get("/health").get_json()["checks"]
    assert checks["reports"]["status"] == "degraded"
    work(web)
    assert run(web, "due").exit_code == 0
    assert web.client().get("/health").get_json()["checks"]["reports"]["status"] == "healthy"


def test_reports_are_listed_with_their_next_and_last_run(web: Web, admin: FlaskClient) -> None:
    schedule = planned(admin, body(MAIL, name="[b]Morning\n"))
    for narrowed in ((), ("--guild", str(GUILD))):
        (line,) = [one for one in run(web, "list", *narrowed).stdout.splitlines() if "Kolk" in one]
        assert schedule["id"] in line
        assert "[b]Morning\ufffd" in line
        assert "never" in line
    assert schedule["id"] not in run(web, "list", "--guild", "999").stdout


def test_one_is_made_and_sent_now(web: Web, admin: FlaskClient) -> None:
    schedule = planned(admin, body(MAIL))
    made = run(web, "run", "--guild", str(GUILD), schedule["id"], "--test")
    assert made.exit_code == 0, made.output
    work(web)
    (shown,) = runs(admin, schedule)
    assert (shown["id"], shown["kind"], shown["status"]) == (made.stdout.strip(), "test", "sent")
    assert run(web, "run", "--guild", "999", schedule["id"]).exit_code == 3
    assert run(web, "run", "--guild", str(GUILD), str(uuid4())).exit_code == 3
    assert run(web, "run", "--guild", "x", schedule["id"]).exit_code == 2
