"""No six characters of a secret in any row, answer, log or metric, whatever providers repeat."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import ExitStack
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from prometheus_client import generate_latest
from sqlalchemy import text
from werkzeug.test import TestResponse

from adapters.channels import apprise
from adapters.channels.base import Setting
from adapters.channels.registry import CHANNELS
from models import Base
from tests.adapters.channels.sample import settings_of
from tests.discord.exchange import Answer, Request, text_answer
from tests.parts import GUILD, Web
from tests.servers.mail import PASSWORD, USER, mail_server
from tests.servers.providers.provider import Provider
from tests.services.alerts.town import Town, app_of, open_town, raid

KINDS = ("discord", "slack", "pagerduty", "webhook", "opsgenie", "jsm", "apprise")
# None of them with a word of ours in it, nor with six digits that may be anybody's.
WEBHOOK_TOKEN = "Wq7zKxLm-Pv9_TsRy4Nh.Gj2kQwZt8Vx-Mr6sLp_Ky3TnHz"
API_KEY = "QkX7zWm2-HvR9pLs4-TyN6gJu8"
APPRISE = ("Rv7mWqKt-Ys4", "Lp9nZxHj_Gu3TwCk", "Zx5QvRb8Nm")
# In the place of Apprise's child process: it says again what it is given, as Parrot does.
SAYS_AGAIN = """
import json, sys
from html import escape
from urllib.parse import quote
url = json.load(sys.stdin)["url"]
said = f"error=400 {url} {quote(url, safe='')} {escape(url)}"
print(json.dumps({"is_understood": True, "is_sent": False, "said": said}))
"""
# Of the mail server: what other providers answer meanwhile, and how the end of it is named.
STEPS = {
    "AUTH": (400, "smtp_login_451"),
    "RCPT": (500, "smtp_recipient_451"),
    "END": (404, "smtp_data_451"),
}
BASE = f"/api/v1/servers/{GUILD}"


class Parrot(Provider):
    """Says again all that it is told, plainly and in other forms."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status

    def judge(self, request: Request) -> Answer:
        query = "&".join(f"{name}={value}" for name, value in request.query.items())
        said = f"{request.path}?{query} {dict(request.headers)} {request.body.decode()}"
        return text_answer(said + quote(said, safe="") + escape(said), self.status)


@pytest.fixture(params=list(STEPS))
def step(request: pytest.FixtureRequest) -> str:
    """At which the mail server does not go on."""
    name: str = request.param
    return name


@pytest.fixture
def town(
    step: str, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Town]:
    """With a channel of each kind."""
    child = tmp_path / "child.py"
    child.write_text(SAYS_AGAIN)
    monkeypatch.setattr(apprise, "CHILD", child)
    with ExitStack() as stack:
        post = stack.enter_context(mail_server(login=True))
        post.fail(step, *[f"451 4.7.0 not with {PASSWORD}, {quote(PASSWORD, safe='')}"] * 50)
        parrot = Parrot(STEPS[step][0])
        parrot.start()
        stack.callback(parrot.stop)
        login = f"smtp://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{post.port}"
        given = {"SMTP_URL": login, "MAIL_FROM": "alerts@modwatch.example.org"}
        given["APPRISE_SCHEMES"] = "tgram"
        made = open_town(stack, sqlite_url, tmp_path, parrot.port, **given)
        for kind in KINDS:
            made.add_channel(kind, settings=settings_at(kind, parrot.url))
        made.add_channel("email", settings={"addresses": ["ada@example.org"]})
        yield made


def settings_at(kind: str, url: str) -> dict[str, Setting]:
    if kind == "discord":
        return {"url": f"{url}/api/webhooks/1300/{WEBHOOK_TOKEN}"}
    if kind == "apprise":
        return {"url": "tgram://{}:{}/{}".format(*APPRISE)}
    usual = settings_of(kind, url)
    return usual | {"api_key": API_KEY} if "api_key" in usual else usual


def pieces() -> set[str]:
    secrets = [PASSWORD, *APPRISE]
    for kind in KINDS:
        secrets += CHANNELS[kind].secrets(settings_at(kind, "http://127.0.0.1"))
    found = {one[start : start + 6].lower() for one in secrets for start in range(len(one) - 5)}
    assert not [piece for piece in found if re.fullmatch("[0-9a-f]+", piece)]  # may be anybody's
    # Words of ours that an address may hold as well: here they are no secret.
    return {piece for piece in found if piece not in "hooks/modwatch"}


def rows(town: Town) -> Iterator[str]:
    with town.parts.database.read() as connection:
        for name in sorted(Base.metadata.tables):
            for row in connection.execute(text(f"SELECT * FROM {name}")):
                yield str(tuple(row))  # a Row by itself is shown shortened


def without_sealed(town: Town, said: str) -> str:
    """A sealed text is letters by chance: once in a thousand runs six of them are a secret's."""
    with town.parts.database.read() as connection:
        for sealed in connection.scalars(text("SELECT settings FROM channels")):
            said = said.replace(sealed, "")
    return said


def answers(town: Town) -> Iterator[str]:
    """All that an admin can read of alerts and their ways, and what a test of a channel answers."""
    web = Web(app_of(town), town.parts, town.clock)
    admin = web.reader(role="admin")
    for id in town.channels.values():
        yield read(admin.post(f"{BASE}/channels/{id}/test", json={}))
        town.clock.advance(60_000)  # few of them a minute are allowed
    for name in ("channels", "deliveries", "alerts", "audit-log", "notification-preferences"):
        yield read(admin.get(f"{BASE}/{name}"))
    yield read(admin.get(f"{BASE}/notification-preferences/explain?event=mass_violations"))
    yield read(admin.get(f"{BASE}/alerts/{town.alert().id}/trail"))
    notifications = admin.get(f"{BASE}/notifications")
    yield read(notifications)
    yield from decisions(admin, notifications.json)
    yield read(admin.get("/health"))


def decisions(admin: FlaskClient, page: Any) -> Iterator[str]:
    for one in page["notifications"]:
        yield read(admin.get(f"{BASE}/notifications/{one['id']}/decisions"))


def read(answer: TestResponse) -> str:
    assert answer.status_code == 200, answer.text
    return f"{dict(answer.headers)} {answer.text}"


def test_what_providers_repeat_is_nowhere(
    town: Town,
    step: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.INFO)
    town.ingest(*raid(town.clock() - 30_000))
    town.sweep()
    town.pass_time(6 * 60_000)
    shown = "\n".join(answers(town))
    told = "\n".join(rows(town)) + caplog.text + "".join(capfd.readouterr())
    told += generate_latest().decode()
    status, ended = STEPS[step]
    assert f"http_{status}" in told
    assert "error=400" in told
    assert "content-length" in told  # the answers themselves are kept
    assert ended in shown
    everything = without_sealed(town, told + shown).lower()
    assert {piece for piece in pieces() if piece in everything} == set()
