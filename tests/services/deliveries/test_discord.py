"""An alert's one message on Discord, from the raid to its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
from requests.structures import CaseInsensitiveDict

from adapters.discord.limits import INVALID
from domain.alert_rules import CALM_AFTER_MS, EventType
from domain.delivery_life import LEASE_MS
from domain.messages import MessageKind, Priority
from domain.windows import HOUR_MS, MINUTE_MS
from models.guilds.guild import lock_guilds
from services.alerts.people import resolve_alert
from services.container import build_parts
from services.deliveries.claiming import claim_due
from services.deliveries.engine import take_over
from services.deliveries.sending import hand_over
from services.notifications.preferences import put_preferences
from services.notifications.telling import Notice, tell
from tests.discord.server import Discord
from tests.discord.state import Webhook
from tests.parts import GUILD, settings_for
from tests.servers.valkey import Valkey
from tests.services.alerts.town import Town, open_town, raid


@pytest.fixture
def town(sqlite_url: str, tmp_path: Path, discord: Discord) -> Iterator[Town]:
    with ExitStack() as stack:
        yield open_town(stack, sqlite_url, tmp_path, int(discord.url.rpartition(":")[2]))


@pytest.fixture
def webhook(town: Town, discord: Discord) -> Webhook:
    """With a channel to it, and a raid that it was told of."""
    discord.world.add_guild(GUILD, owner_id=discord.world.add_user().id)
    made = discord.world.add_webhook(GUILD)
    town.add_channel("discord", settings={"url": discord.webhook_url(made)})
    town.ingest(*raid(town.clock() - 30_000))
    town.sweep()
    assert [str(each["content"])[:8] for each in made.shown.values()] == ["Critical"]
    return made


def test_the_end_edits_the_message_and_adds_a_silent_line(town: Town, webhook: Webhook) -> None:
    town.pass_time(CALM_AFTER_MS + MINUTE_MS)
    first, line = webhook.shown.values()
    assert str(first["content"]).startswith("Resolved")
    assert line["flags"] == 4096
    assert town.states() == ["firing sent sent", "resolved sent sent"]


def test_a_worker_killed_behind_edit_and_line_leaves_one_line(town: Town, webhook: Webhook) -> None:
    resolve_alert(town.parts, town.who, town.alert().id, None)
    claim = uuid4()
    (job,) = claim_due(town.parts, claim, 10)
    assert hand_over(town.parts, job, claim) is not None  # and what came of it is never noted
    assert len(webhook.shown) == 2
    town.clock.advance(LEASE_MS)
    assert take_over(town.parts) == 1
    town.pass_time(MINUTE_MS)
    assert town.states()[1] == "resolved sent sent"
    contents = [str(each["content"])[:8] for each in webhook.shown.values()]
    assert contents == ["Resolved", "Resolved"]


def test_many_that_wait_leave_the_end_its_edit(town: Town, webhook: Webhook) -> None:
    with town.parts.database.write() as connection:
        guilds = lock_guilds(connection, [GUILD])
        notices = [_export_ready(number) for number in range(7)]
        tell(connection, town.parts.secrets, guilds, notices, town.clock())
    resolve_alert(town.parts, town.who, town.alert().id, None)
    town.sweep()
    town.pass_time(MINUTE_MS)
    contents = [str(each["content"]) for each in webhook.shown.values()]
    assert contents[0].startswith("Resolved")
    assert sum(text.startswith("Several at once") for text in contents) == 1


def _export_ready(number: int) -> Notice:
    return Notice(
        guild_id=GUILD,
        kind=MessageKind.NOTIFICATION,
        event_type=EventType.EXPORT_READY,
        priority=Priority.HIGH,
        dedup_key=f"export:{number}",
        title=f"Export {number}",
        message="",
    )


def test_during_a_mute_the_end_edits_the_message_without_a_line(
    town: Town, webhook: Webhook
) -> None:
    put_preferences(town.parts, town.who, {"muted_until": town.clock() + HOUR_MS})
    town.pass_time(CALM_AFTER_MS + MINUTE_MS)
    (only,) = webhook.shown.values()
    assert str(only["content"]).startswith("Resolved")
    assert town.states() == ["firing sent sent", "resolved sent sent"]


def test_where_the_message_was_deleted_the_end_is_posted_anew(town: Town, webhook: Webhook) -> None:
    webhook.shown.clear()
    town.pass_time(CALM_AFTER_MS + MINUTE_MS)
    (only,) = webhook.shown.values()
    assert str(only["content"]).startswith("Resolved")
    assert town.states() == ["firing sent sent", "resolved sent sent"]


def test_a_webhook_that_is_gone_breaks_the_channel(
    town: Town, discord: Discord, webhook: Webhook
) -> None:
    town.add_channel("slack")
    discord.world.remove_webhook(webhook.id)
    town.pass_time(CALM_AFTER_MS + MINUTE_MS)
    assert set(town.states("discord")) == {
        "firing sent sent",
        "resolved dead webhook_deleted",
        "notification skipped channel_broken",
    }
    assert town.said() == ["The channel discord does not work"]


def test_what_discord_refuses_is_counted_with_the_limits_of_all_processes(
    sqlite_url: str, tmp_path: Path, valkey: Valkey
) -> None:
    parts = build_parts(settings_for(sqlite_url, tmp_path, valkey.url))
    answered = parts.ways().discord_answered
    for status in (200, 401, 403, 404, 429):
        answered(status, CaseInsensitiveDict())
    answered(429, CaseInsensitiveDict({"x-ratelimit-scope": "shared"}))
    assert parts.redis.ask(lambda client: client.get(INVALID)) == b"3"
    parts.close()
