"""`modwatch channels list | test`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result

from tests.parts import GUILD, Web, make_web, settings_for
from tests.servers.providers.slack import SlackStandIn


@pytest.fixture
def slack() -> Iterator[SlackStandIn]:
    server = SlackStandIn()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def web(sqlite_url: str, tmp_path: Path, slack: SlackStandIn) -> Iterator[Web]:
    allowed = f"127.0.0.1:{slack.port}"
    made = make_web(settings_for(sqlite_url, tmp_path, OUTGOING_ALLOW=allowed))
    yield made
    made.parts.close()


@pytest.fixture
def channel_id(web: Web, slack: SlackStandIn) -> str:
    body = {"kind": "slack", "name": "[b]ops\n", "settings": {"url": slack.address}}
    admin = web.reader(GUILD, role="admin")
    made = admin.post(f"/api/v1/servers/{GUILD}/channels", json=body)
    id: str = made.get_json()["channel"]["id"]
    return id


def run(web: Web, *arguments: str) -> Result:
    return web.app.test_cli_runner().invoke(args=["channels", *arguments])


def test_every_channel_is_listed_without_its_secret(
    web: Web, slack: SlackStandIn, channel_id: str
) -> None:
    for narrowed in ((), ("--guild", str(GUILD))):
        listed = run(web, "list", *narrowed).stdout
        assert channel_id in listed
        assert "[b]ops\ufffd" in listed
        assert slack.path[-10:] not in listed
    assert channel_id not in run(web, "list", "--guild", "999").stdout


def test_a_test_prints_what_the_provider_said_and_exits_by_it(
    web: Web, slack: SlackStandIn, channel_id: str
) -> None:
    good = run(web, "test", "--guild", str(GUILD), channel_id)
    assert good.exit_code == 0, good.output
    assert good.stdout.startswith("sent (sent), HTTP 200, ")
    assert good.stdout.endswith("\nok\n")
    slack.path = "/elsewhere"
    bad = run(web, "test", "--guild", str(GUILD), channel_id)
    assert bad.exit_code == 1
    assert "dead (no_service), HTTP 404" in bad.stdout


def test_what_is_not_there_says_so(web: Web, channel_id: str) -> None:
    other = run(web, "test", "--guild", "999", channel_id)
    assert (other.exit_code, other.stderr) == (
        3,
        "Error: there is no channel with this id in this server\n",
    )
    assert run(web, "test", "--guild", "x", channel_id).exit_code == 2
    wrong = run(web, "test", "--guild", str(GUILD), channel_id, "--target", "a@example.org")
    assert wrong.exit_code == 2
