"""What a bot with the cog sends fills every panel: warnings, appeals, and how long things took."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import discord
import pytest

from modwatch_client import AppealEvent, ViolationEvent
from tests.clients.conftest import Connect
from tests.clients.gateway import MEMBER, MODERATOR, Gateway, payload
from tests.clients.modwatch import Modwatch

pytestmark = pytest.mark.anyio
AUTOMOD, AUDIT = "AUTO_MODERATION_ACTION_EXECUTION", "GUILD_AUDIT_LOG_ENTRY_CREATE"


def id_of(ago: timedelta) -> str:
    return str(discord.utils.time_snowflake(datetime.now(UTC) - ago))


def written(guild_id: int, ago: timedelta) -> dict[str, Any]:
    said: dict[str, Any] = payload("MESSAGE_CREATE", guild_id, id=id_of(ago))
    return said


async def wrote(gateway: Gateway, ago: timedelta) -> discord.Message:
    """A message of the member, of some time ago."""
    heard: list[discord.Message] = []

    async def hear(message: discord.Message) -> None:
        heard.append(message)

    gateway.bot.add_listener(hear, "on_message")
    await gateway.tell_raw("MESSAGE_CREATE", written(gateway.guild_id, ago))
    gateway.bot.remove_listener(hear, "on_message")
    (message,) = heard
    return message


async def arrived(gateway: Gateway) -> None:
    assert (await gateway.cog.client.flush()).done
    assert gateway.cog.failures == {}
    assert await gateway.cog.client.dead_letters() == []


async def test_no_panel_stays_empty(connect: Connect, modwatch: Modwatch, guild_id: int) -> None:
    async with connect(settle_seconds=0.0) as gateway:
        await wrote(gateway, timedelta(seconds=1))
        await gateway.tell(f"{AUTOMOD}.block")
        await gateway.tell(f"{AUDIT}.kick")
        assert await gateway.cog.reports.warn(guild_id, MEMBER, "spam", moderator_id=MODERATOR) == 1
        await arrived(gateway)
        (kick,) = [
            row for row in modwatch.rows("id, action", "violations", guild_id) if "kick" in row
        ]
        offence = ViolationEvent(
            id=kick[0],
            guild_id=guild_id,
            user_id=MEMBER,
            reason="x",
            severity="low",
            detection_type="manual",
            action_taken="kick",
        )
        appeal = AppealEvent(
            guild_id=guild_id, appeal_id=uuid4().hex, violation_id=offence.id, status="pending"
        )
        await gateway.cog.client.send(appeal)
        await arrived(gateway)
    with modwatch.admin(guild_id) as admin:
        metrics = admin.get("/metrics?period=hour").json()
        assert metrics["bot_response"]["count"] == 1
        assert metrics["moderator_response"]["count"] == 2
        assert metrics["avg_response_time_ms"] > 0
        assert [one["level"] for one in admin.get("/warnings").json()["warnings"]] == [1]
        assert len(admin.get("/appeals").json()["appeals"]) == 1
        (moderator,) = admin.get("/moderators?period=hour").json()["moderators"]
        assert moderator["user_id"] == str(MODERATOR)


async def test_how_long_it_took_by_discords_clock(
    connect: Connect, modwatch: Modwatch, guild_id: int
) -> None:
    async with connect(settle_seconds=0.0) as gateway:
        sent, alerted = datetime.now(UTC) - timedelta(seconds=9), datetime.now(UTC)
        ids = {
            "message_id": str(discord.utils.time_snowflake(sent)),
            "alert_system_message_id": str(discord.utils.time_snowflake(alerted)),
        }
        await gateway.tell(f"{AUTOMOD}.flagged", **ids)
        await gateway.tell(f"{AUTOMOD}.profile", f"{AUTOMOD}.block")
        await gateway.tell_raw("MESSAGE_CREATE", written(guild_id, timedelta(minutes=20)))
        await gateway.tell_raw("MESSAGE_CREATE", written(guild_id, timedelta(minutes=3)))
        await gateway.tell(f"{AUDIT}.kick")
        await arrived(gateway)
        rows = modwatch.rows("action_taken, response_time_ms", "violations", guild_id)
        times = dict(rows)
        assert times["Message blocked"] == 0, "it never appeared"
        assert times["Interactions blocked"] is None, "nobody wrote anything"
        assert 8_990 <= times["Alert sent"] <= 9_010
        assert 175_000 <= times["Kicked from server"] < 3_600_000, "since the last message"


@pytest.mark.parametrize("ago", [timedelta(hours=2), timedelta(seconds=-90)])
async def test_times_that_say_nothing_are_left_out(
    connect: Connect, modwatch: Modwatch, guild_id: int, ago: timedelta
) -> None:
    """A message of another day, and a host whose clock is behind."""
    async with connect() as gateway:
        await wrote(gateway, ago)
        await gateway.tell(f"{AUDIT}.kick")
        await arrived(gateway)
    assert modwatch.rows("response_time_ms", "violations", guild_id) == [(None,)]
    assert modwatch.messages(guild_id) == 1


async def test_times_may_be_switched_off(
    connect: Connect, modwatch: Modwatch, guild_id: int
) -> None:
    async with connect(response_times=False) as gateway:
        message = await wrote(gateway, timedelta(seconds=5))
        await gateway.tell(f"{AUDIT}.kick", f"{AUTOMOD}.block")
        await gateway.cog.reports.acted_on(message, reason="", severity="low", action_taken="none")
        await gateway.cog.reports.warn(guild_id, MEMBER, "spam")
        await arrived(gateway)
    assert set(modwatch.rows("response_time_ms", "violations", guild_id)) == {(None,)}


async def test_a_warning_goes_on_from_what_the_server_knows(
    connect: Connect, modwatch: Modwatch, guild_id: int
) -> None:
    """Also by a bot started anew, and after somebody cleared it on the page."""
    for expected in (1, 2):
        async with connect() as gateway:
            warn = gateway.cog.reports.warn
            assert await warn(guild_id, MEMBER, "spam\x00", moderator_id=77) == expected
    with modwatch.admin(guild_id) as admin:
        admin.delete(f"/warnings/{MEMBER}").raise_for_status()
    async with connect() as gateway:
        assert await gateway.cog.reports.warn(guild_id, MEMBER, "") == 1
        for _ in range(6):
            level = await gateway.cog.reports.warn(guild_id, MEMBER, "again")
        assert level == 5
        await arrived(gateway)
    assert modwatch.rows("user_id, level", "user_warnings", guild_id) == [(MEMBER, 5)]


async def test_a_warning_is_kept_while_the_server_is_away(
    connect: Connect, modwatch: Modwatch, guild_id: int
) -> None:
    async with connect() as gateway:
        http = gateway.cog.client._client._config_http
        http.base_url = "http://127.0.0.1:9"  # nobody answers what the level is
        assert await gateway.cog.reports.warn(guild_id, MEMBER, "spam", rule="No spam") is None
        await arrived(gateway)
    assert modwatch.rows("action, rule", "violations", guild_id) == [("warning", "No spam")]
    assert modwatch.rows("level", "user_warnings", guild_id) == []


async def test_what_a_bots_own_code_did_counts_once(
    connect: Connect, modwatch: Modwatch, guild_id: int
) -> None:
    async with connect() as gateway:
        message = await wrote(gateway, timedelta(seconds=30))
        for rule in ("No ads", "No ads", None):
            await gateway.cog.reports.acted_on(
                message,
                reason="invite\ud800",
                severity="low",
                action_taken="Message deleted",
                rule=rule,
            )
        await arrived(gateway)
        message.guild = None
        with pytest.raises(ValueError, match="private"):
            await gateway.cog.reports.acted_on(message, reason="x", severity="low", action_taken="")
    columns = "rule, reason, message_id, channel_id, response_time_ms BETWEEN 29000 AND 3600000"
    rows = modwatch.rows(columns, "violations", guild_id)
    place = (message.id, 399942396007890945, True)
    assert rows == [(None, "invite\ufffd", *place), ("No ads", "invite\ufffd", *place)]
    assert modwatch.rows("channel_id, name", "channel_names", guild_id) == [
        (399942396007890945, "general")
    ]


async def test_a_warning_leaves_held_back_what_may_be_told_of_better(
    connect: Connect, modwatch: Modwatch, guild_id: int
) -> None:
    """A timeout of which AutoMod tells after the audit log, and a warning between the two."""
    async with connect(settle_seconds=30.0) as gateway:
        said = payload(f"{AUDIT}.timeout", guild_id, user_id=str(MEMBER))
        await gateway.tell_raw(AUDIT, said)
        assert await gateway.cog.reports.warn(guild_id, MEMBER, "spam") == 1
        told = payload(f"{AUTOMOD}.timeout", guild_id)
        told["action"]["metadata"]["duration_seconds"] = 600
        await gateway.tell_raw(AUTOMOD, told)
        await arrived(gateway)
    deeds = [action for (action,) in modwatch.rows("action", "violations", guild_id)]
    assert sorted(deeds) == ["timeout", "warning"]
