"""Another secret key: what was sealed before is unreadable, never empty, and can be sealed anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from adapters.secret_box import UnreadableSecretError, guild_secrets
from services.operations.secrets import Resealed, reseal
from tests.command_line import CommandHere
from tests.parts import GUILD, Web, make_web, settings_for

FIRST, SECOND = "1" * 40, "2" * 40
PREFERENCES = f"/api/v1/servers/{GUILD}/notification-preferences"
CHANNELS = f"/api/v1/servers/{GUILD}/channels"
WEBHOOK = "https://discord.com/api/webhooks/123/" + "t" * 68
ADDRESSES = ["ops@example.org"]


@pytest.fixture
def web_of(database_url: str, tmp_path: Path) -> Iterator[Any]:
    made: list[Web] = []

    def start(key: str, *old: str) -> Web:
        settings = settings_for(
            database_url, tmp_path, SECRET_KEY=key, SECRET_KEY_OLD=",".join(old)
        )
        made.append(make_web(settings))
        return made[-1]

    yield start
    for web in made:
        web.parts.close()


def save(web: Web) -> None:
    body = {"discord_webhook_url": WEBHOOK, "email_addresses": ADDRESSES}
    assert web.reader(role="admin").put(PREFERENCES, json=body).status_code == 200


def stored(web: Web) -> list[Any]:
    with web.parts.database.read() as connection:
        return list(connection.execute(text("SELECT * FROM channels ORDER BY id")))


def test_unreadable_is_not_empty_and_is_not_overwritten(web_of: Any) -> None:
    save(web_of(FIRST))
    web = web_of(SECOND)
    admin, before = web.reader(role="admin"), stored(web)
    for body in ({"email_addresses": ["new@example.org"]}, {"discord_webhook_url": WEBHOOK}):
        refused = admin.put(PREFERENCES, json=body)
        assert refused.status_code == 503
        assert "MODWATCH_SECRET_KEY_OLD" in (refused.json or {})["detail"]
    assert admin.get(PREFERENCES).status_code == 503
    assert stored(web) == before
    shown = (admin.get(CHANNELS).json or {})["channels"]
    assert {channel["state"] for channel in shown} == {"broken"}
    assert {channel["last_failure"] for channel in shown} == {"settings_unreadable"}
    check = (web.client().get("/health").json or {})["checks"]["secrets"]
    assert check["status"] == "degraded"


def test_the_key_before_opens_it_and_resealing_makes_it_needless(web_of: Any) -> None:
    save(web_of(FIRST))
    both = web_of(SECOND, FIRST)
    assert (both.reader(role="admin").get(PREFERENCES).json or {})["email_addresses"] == ADDRESSES
    parts = both.parts
    assert reseal(parts.database, parts.boxes) == Resealed(seen=2, changed=2, unreadable=0)
    assert reseal(parts.database, parts.boxes) == Resealed(seen=2, changed=0, unreadable=0)
    alone = web_of(SECOND)
    assert (alone.reader(role="admin").get(PREFERENCES).json or {})["email_addresses"] == ADDRESSES
    assert (alone.client().get("/health").json or {})["checks"]["secrets"]["status"] == "healthy"


def test_a_key_that_is_missing_is_said_and_nothing_is_changed(
    web_of: Any, database_url: str, tmp_path: Path
) -> None:
    save(web_of(FIRST))
    web = web_of(SECOND)
    before = stored(web)
    assert reseal(web.parts.database, web.parts.boxes) == Resealed(2, 0, 2)
    assert stored(web) == before


def test_a_box_opens_what_any_of_its_keys_sealed() -> None:
    sealed = guild_secrets([FIRST]).seal("x")
    both = guild_secrets([SECOND, FIRST])
    assert both.unseal(sealed) == "x"
    again = both.resealed(sealed)
    assert guild_secrets([SECOND]).unseal(again) == "x"
    assert both.resealed(again) == again
    with pytest.raises(UnreadableSecretError):
        guild_secrets([SECOND]).unseal(sealed)


def test_who_has_the_settings_of_before_the_change_seals_nothing(
    sqlite_url: str, tmp_path: Path
) -> None:
    """Exit 0 says that the old key may go: a shell or pod that knows no other must not say it."""
    line = CommandHere(sqlite_url, tmp_path)
    line.environment["MODWATCH_SECRET_KEY"] = FIRST
    told = line.run("secrets", "reseal")
    assert (told.returncode, "MODWATCH_SECRET_KEY_OLD" in told.stderr) == (3, True)
    line.environment |= {"MODWATCH_SECRET_KEY": SECOND, "MODWATCH_SECRET_KEY_OLD": FIRST}
    assert line.run("secrets", "reseal").returncode == 0
