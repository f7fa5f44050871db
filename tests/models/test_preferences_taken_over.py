"""Preferences that were one sealed text each are columns and channels now, none of them lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from alembic import command
from sqlalchemy import text

from adapters.channels.registry import CHANNELS
from adapters.database import Database
from adapters.migrations import alembic_config, upgrade
from adapters.secret_box import guild_secrets
from domain.alert_rules import EventType, Thresholds
from domain.alert_settings import USUAL_EVENTS, AlertSettings
from domain.clock import parse_rfc3339
from domain.messages import Priority
from domain.quiet_hours import QuietHours
from models.alerts.settings import settings_of
from models.channels.store import channels_of

KEY = "k" * 40
BOX = guild_secrets([KEY])
HOOK = "https://discord.com/api/webhooks/1300/a-secret-of-the-hook"
WHOLE = {
    "discord_webhook_url": HOOK,
    "slack_webhook_url": None,
    "email_addresses": ["mods@example.org", "night@example.org"],
    "notification_threshold": "high",
    "enabled_events": ["bot_offline", "new_violation"],
    "muted_until": "2026-03-18T10:12:44.120Z",
    "thresholds": {
        "health_score": 61,
        "mass_violations_count": 11,
        "mass_violations_window_s": 70,
        "bot_offline_s": 301,
        "rate_limit_pct": 12,
    },
    "quiet_hours": {"start": "22:30", "end": "07:05", "timezone": "Europe/Berlin"},
}
PART = {"notification_threshold": "low"}


@pytest.fixture
def earlier(database_url: str) -> Database:
    """As it was, with what guilds had chosen: everything, a single thing, and with a lost key."""
    command.downgrade(alembic_config(database_url, KEY), "0003")
    database = Database(database_url)
    sealed = (BOX.seal(json.dumps(WHOLE)), BOX.seal(json.dumps(PART)), "of another key")
    with database.write() as connection:
        for guild_id, preferences in enumerate(sealed, 1):
            connection.execute(
                text("INSERT INTO notification_preferences VALUES (:guild, :preferences, 5, 6)"),
                {"guild": guild_id, "preferences": preferences},
            )
    return database


def test_none_is_lost(earlier: Database) -> None:
    upgrade(earlier.url, KEY)
    with earlier.read() as connection:
        settings = settings_of(connection, [1, 2, 3])
        channels = channels_of(connection, [1, 2, 3])
    chosen = {EventType.BOT_OFFLINE, EventType.NEW_VIOLATION, EventType.CHANNEL_FAILED}
    assert settings[1] == AlertSettings(
        threshold=Priority.HIGH,
        enabled_events=frozenset(chosen),
        thresholds=Thresholds(
            health_score=61,
            mass_violations_count=11,
            mass_violations_window_s=70,
            bot_offline_s=301,
            rate_limit_pct=12,
        ),
        muted_until_ms=parse_rfc3339("2026-03-18T10:12:44.120Z"),
        quiet_hours=QuietHours(22 * 60 + 30, 7 * 60 + 5, "Europe/Berlin"),
    )
    assert settings[2] == AlertSettings(threshold=Priority.LOW, enabled_events=USUAL_EVENTS)
    assert settings[3] == AlertSettings()
    opened = {row.kind: json.loads(BOX.open(row.settings) or "{}") for row in channels}
    assert opened == {"discord": {"url": HOOK}, "email": {"addresses": WHOLE["email_addresses"]}}
    for row in channels:
        assert (row.guild_id, row.from_preferences, row.created_ms) == (1, True, 5)
        assert row.mask == CHANNELS[row.kind].masked(opened[row.kind], for_admin=False)
    earlier.close()


def test_no_address_lies_about_in_the_open(earlier: Database) -> None:
    upgrade(earlier.url, KEY)
    with earlier.read() as connection:
        rows = str(connection.execute(text("SELECT * FROM channels")).all())
    assert "secret" not in rows
    assert "mods@" not in rows
    earlier.close()


def test_and_back(earlier: Database) -> None:
    upgrade(earlier.url, KEY)
    command.downgrade(alembic_config(earlier.url, KEY), "0003")
    query = "SELECT guild_id, preferences FROM notification_preferences ORDER BY guild_id"
    with earlier.read() as connection:
        rows = connection.execute(text(query)).all()
    found: dict[int, Any] = {id: json.loads(BOX.open(sealed) or "{}") for id, sealed in rows}
    assert found[1] == {name: value for name, value in WHOLE.items() if value is not None}
    assert found[2]["notification_threshold"] == "low"
    earlier.close()


def test_without_the_key_nothing_is_touched(earlier: Database) -> None:
    with pytest.raises(RuntimeError, match="secret key"):
        upgrade(earlier.url)
    with earlier.read() as connection:
        count = connection.scalar(text("SELECT count(*) FROM notification_preferences"))
    assert count == 3
    earlier.close()
