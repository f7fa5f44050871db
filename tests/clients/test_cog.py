"""What Discord says becomes events on the real server, each once; nothing of it hurts the bot."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import pytest
from discord.ext import commands

from modwatch_client import AsyncClient, SpoolError
from modwatch_cog import CogSettings, RateLimitWatch
from tests.clients.conftest import QUICK
from tests.clients.gateway import (
    MEMBER,
    MODERATOR,
    OTHER_BOT,
    OWN,
    Gateway,
    connected,
    payload,
)
from tests.clients.modwatch import Modwatch

pytestmark = pytest.mark.anyio
AUTOMOD = "AUTO_MODERATION_ACTION_EXECUTION"
AUDIT = "GUILD_AUDIT_LOG_ENTRY_CREATE"
Connect = Callable[..., AbstractAsyncContextManager[Gateway]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def connect(modwatch: Modwatch, guild_id: int, tmp_path: Path) -> Connect:
    @asynccontextmanager
    async def connect(
        settings: CogSettings | None = None, spool: str = "spool.db", **more: Any
    ) -> AsyncIterator[Gateway]:
        client = AsyncClient(
            modwatch.url, modwatch.token(), spool=tmp_path / spool, retry=QUICK, linger_seconds=0.01
        )
        async with client, connected(client, guild_id, settings, **more) as gateway:
            yield gateway

    return connect


async def stored(gateway: Gateway, modwatch: Modwatch, columns: str) -> list[Any]:
    """Columns of the guild's violations, once everything has arrived."""
    assert (await gateway.cog.client.flush()).done
    assert gateway.cog.failures == {}
    assert await gateway.cog.client.dead_letters() == []
    return modwatch.rows(columns, "violations", gateway.guild_id)


async def test_the_actions_of_one_offence_are_one_violation(
    connect: Connect, modwatch: Modwatch
) -> None:
    columns = "action_taken, action, severity, detection_type, user_id, rule, reason"
    async with connect() as gateway:
        await gateway.tell(f"{AUTOMOD}.block", f"{AUTOMOD}.alert", f"{AUTOMOD}.timeout")
        assert await stored(gateway, modwatch, columns) == [
            (
                "Alert sent, Message blocked, 1-minute timeout",
                "timeout",
                "medium",
                "automod",
                MEMBER,
                "AutoMod rule 969707018069872670",
                "Blocked word: b*dword",
            )
        ]


async def test_a_rule_is_asked_for_its_name_once(connect: Connect, modwatch: Modwatch) -> None:
    async with connect() as gateway:
        gateway.rest.rules["969707018069872670"] = "Bad <words>\x00"
        for n in range(3):
            await gateway.tell(f"{AUTOMOD}.block", content=f"another {n}")
            await gateway.tell(f"{AUTOMOD}.flagged")  # of a rule that is not shown to us
        assert await stored(gateway, modwatch, "rule") == [
            ("AutoMod rule 969707018069872671",),
            ("AutoMod rule 969707018069872671",),
            ("AutoMod rule 969707018069872671",),
            ("Bad <words>\ufffd",),
            ("Bad <words>\ufffd",),
            ("Bad <words>\ufffd",),
        ]
        assert sorted(gateway.rest.asked) == ["969707018069872670", "969707018069872671"]


async def test_what_a_member_wrote_is_not_sent(connect: Connect, modwatch: Modwatch) -> None:
    async with connect() as gateway:
        await gateway.tell(f"{AUTOMOD}.block")
        [row] = await stored(gateway, modwatch, "reason, rule, action_taken, content_hash")
        assert "b4dword" not in str(row)


async def test_the_same_words_again_are_another_offence(
    connect: Connect, modwatch: Modwatch
) -> None:
    async with connect() as gateway:
        for _ in range(3):
            await gateway.tell(f"{AUTOMOD}.block", f"{AUTOMOD}.timeout")
        assert len(await stored(gateway, modwatch, "id")) == 3


async def test_a_flagged_message_and_a_profile(connect: Connect, modwatch: Modwatch) -> None:
    async with connect() as gateway:
        await gateway.tell("AUTO_MODERATION_RULE_CREATE")
        await gateway.tell(f"{AUTOMOD}.flagged", f"{AUTOMOD}.profile")
        columns = "reason, rule, action_taken, severity, channel_id IS NULL"
        assert await stored(gateway, modwatch, columns) == [
            (
                "Blocked word in the profile: b*dword",
                "Names, <i>kept</i> clean",
                "Interactions blocked",
                "medium",
                True,
            ),
            ("Too many mentions", "AutoMod rule 969707018069872671", "Alert sent", "low", False),
        ]


async def test_deeds_of_moderators(connect: Connect, modwatch: Modwatch) -> None:
    async with connect() as gateway:
        deeds = ("timeout", "kick", "ban", "unban", "timeout_lifted", "nick")
        await gateway.tell(*(f"{AUDIT}.{deed}" for deed in deeds))
        columns = "action_taken, action, severity, detection_type, moderator_id, user_id, reason"
        by_hand = "manual", MODERATOR
        assert await stored(gateway, modwatch, columns) == [
            ("10-minute timeout", "timeout", "medium", *by_hand, MEMBER, "flooding\nthe channel"),
            ("Banned from server", "ban", "high", *by_hand, 1124000000000000009, "raid"),
            ("Kicked from server", "kick", "high", *by_hand, MEMBER, "No reason given"),
        ]


async def test_what_was_lifted_is_reported_if_asked_for(
    connect: Connect, modwatch: Modwatch
) -> None:
    async with connect(CogSettings(lifted=True)) as gateway:
        await gateway.tell(f"{AUDIT}.unban", f"{AUDIT}.timeout_lifted")
        assert await stored(gateway, modwatch, "action_taken, action") == [
            ("Allowed to speak again", "other"),
            ("Removed from the list of those kept out", "other"),
        ]


async def test_deeds_of_bots(connect: Connect, modwatch: Modwatch) -> None:
    async with connect() as gateway:
        await gateway.tell(f"{AUDIT}.kick", user_id=str(OTHER_BOT))
        await gateway.tell(f"{AUDIT}.ban", user_id=str(OWN))
        columns = "action, detection_type, moderator_id"
        expected = [("ban", "automod", None), ("kick", "automod", None)]
        assert await stored(gateway, modwatch, columns) == expected


async def test_a_bot_that_reports_its_own_deeds(connect: Connect, modwatch: Modwatch) -> None:
    async with connect(CogSettings(own_actions=False)) as gateway:
        await gateway.tell(f"{AUDIT}.ban", user_id=str(OWN))
        await gateway.tell(f"{AUDIT}.kick")
        assert await stored(gateway, modwatch, "action") == [("kick",)]


@pytest.mark.parametrize(
    "told",
    [
        (f"{AUTOMOD}.block", f"{AUTOMOD}.timeout", f"{AUDIT}.automod_timeout"),
        (f"{AUTOMOD}.timeout", f"{AUDIT}.timeout"),
        (f"{AUDIT}.timeout", f"{AUTOMOD}.timeout", f"{AUTOMOD}.block"),
    ],
)
async def test_a_timeout_told_of_twice(
    connect: Connect, modwatch: Modwatch, guild_id: int, told: tuple[str, ...]
) -> None:
    """By AutoMod and by the audit log, in either order: AutoMod's report stays."""
    async with connect() as gateway:
        for name in told:
            said = payload(name, guild_id)
            if name == f"{AUDIT}.timeout":
                said["user_id"] = str(MEMBER)
            if name == f"{AUTOMOD}.timeout":
                said["action"]["metadata"]["duration_seconds"] = 600
            await gateway.tell_raw(name, said)
        columns = "action, detection_type"
        assert await stored(gateway, modwatch, columns) == [("timeout", "automod")]


async def test_a_moderator_may_do_what_automod_did(connect: Connect, modwatch: Modwatch) -> None:
    """At the same time and for as long: two deeds, for a person is known to be behind one."""
    async with connect() as gateway:
        said = payload(f"{AUTOMOD}.timeout", gateway.guild_id)
        said["action"]["metadata"]["duration_seconds"] = 600
        await gateway.tell_raw(f"{AUTOMOD}.timeout", said)
        await gateway.tell(f"{AUDIT}.timeout")
        columns = "detection_type, action"
        expected = [("automod", "timeout"), ("manual", "timeout")]
        assert await stored(gateway, modwatch, columns) == expected


async def test_timeouts_of_moderators_all_count(connect: Connect, modwatch: Modwatch) -> None:
    """Two at once, or one that is made longer: none takes another's place while it is held."""
    async with connect() as gateway:
        for number, minutes in enumerate((10, 10, 60, 10)):
            # The last two by a bot that is not known: those are held back.
            said = payload(f"{AUDIT}.timeout", gateway.guild_id)
            if number >= 2:
                said["user_id"] = "1124000000000000010"
            said["id"] = str(int(said["id"]) + number)
            until = datetime.now(UTC) + timedelta(minutes=minutes)
            said["changes"][0]["new_value"] = until.isoformat()
            await gateway.tell_raw(f"{AUDIT}.timeout", said)
        assert len(await stored(gateway, modwatch, "id")) == 4


async def test_told_again_it_counts_once(connect: Connect, modwatch: Modwatch) -> None:
    """A bot started anew, and a second process with the same token, hear the same."""
    entry = {"id": str(discord.utils.time_snowflake(discord.utils.utcnow()))}
    message = {"message_id": entry["id"]}
    for spool in ("one.db", "one.db", "two.db"):
        async with connect(spool=spool) as gateway:
            await gateway.tell(f"{AUDIT}.kick", **entry)
            await gateway.tell(f"{AUTOMOD}.flagged", **message)
            assert await stored(gateway, modwatch, "action") == [("kick",), ("other",)]


async def test_messages_of_people_in_the_guild_count(
    connect: Connect, modwatch: Modwatch, guild_id: int
) -> None:
    async with connect() as gateway:
        for _ in range(3):
            await gateway.tell("MESSAGE_CREATE")
        others = ("direct", "bot", "webhook", "joined")
        await gateway.tell(*(f"MESSAGE_CREATE.{kind}" for kind in others))
        assert await stored(gateway, modwatch, "id") == []
    assert modwatch.messages(guild_id) == 3


async def test_guild_and_names(connect: Connect, modwatch: Modwatch, guild_id: int) -> None:
    async with connect() as gateway:
        await gateway.tell(f"{AUDIT}.kick", f"{AUDIT}.kick")
        assert len(await stored(gateway, modwatch, "id")) == 2
        stats = await gateway.cog.client.stats()
        assert stats.accepted == 5  # the guild, two violations, and two people once
    columns = "name, icon, owner_id, member_count"
    assert modwatch.rows(columns, "guilds", guild_id) == [
        ("Discord Developers & <b>Friends</b>", "f64c482b807da4f539cff778d174971c", MODERATOR, 1234)
    ]


async def test_severities_are_the_owners_to_choose(connect: Connect, modwatch: Modwatch) -> None:
    settings = CogSettings(
        severity={"kick": "low"},
        rule_severity={969707018069872670: "high", "Names, <i>kept</i> clean": "low"},
    )
    async with connect(settings) as gateway:
        await gateway.tell("AUTO_MODERATION_RULE_CREATE", f"{AUDIT}.kick")
        await gateway.tell(f"{AUTOMOD}.block", f"{AUTOMOD}.profile")
        assert await stored(gateway, modwatch, "action_taken, severity") == [
            ("Interactions blocked", "low"),
            ("Kicked from server", "low"),
            ("Message blocked", "high"),
        ]


async def test_hostile_words(connect: Connect, modwatch: Modwatch) -> None:
    reason = '\x00"}\n\ud800{"type": "messages"}' + "\U0001f600" * 2000
    async with connect() as gateway:
        await gateway.tell(f"{AUDIT}.ban", reason=reason)
        await gateway.tell(f"{AUTOMOD}.block", matched_keyword=reason)
        reasons = [text for (text,) in await stored(gateway, modwatch, "reason")]
        assert [len(text) for text in reasons] == [1000, 1000]
        assert any(text.startswith('\ufffd"}\n\ufffd{"type"') for text in reasons)


async def test_heartbeats(connect: Connect, modwatch: Modwatch, guild_id: int) -> None:
    """Only while the gateway is there; one in the spool however long the server is away."""
    watch = RateLimitWatch(clock=lambda: 1000.0)
    async with connect(rate_limits=watch) as gateway:
        await gateway.cog.beat()
        assert (await gateway.cog.client.flush()).done
        assert modwatch.rows("shard_id", "heartbeats", guild_id) == []
        gateway.bot.ws = Shard()  # type: ignore[assignment]
        await gateway.tell(f"{AUTOMOD}.flagged")
        await gateway.cog.beat()
        assert len(await stored(gateway, modwatch, "id")) == 1
    columns = "shard_id, latency_ms, rate_limit, rate_limit_remaining"
    assert modwatch.rows(columns, "heartbeats", guild_id) == [(0, 42, 50, 47)]


async def test_heartbeats_of_shards(connect: Connect, modwatch: Modwatch, guild_id: int) -> None:
    """Of those that are connected only."""
    async with connect(kind=commands.AutoShardedBot) as gateway:
        gateway.bot._connection.shard_count = 2
        [guild] = gateway.bot.guilds
        shards = {number: ShardOfMany(number) for number in (0, 1)}
        gateway.bot._AutoShardedClient__shards = shards  # type: ignore[union-attr]
        shards[guild.shard_id].ws.open = False
        await gateway.cog.beat()
        assert (await gateway.cog.client.flush()).done
        assert modwatch.rows("shard_id", "heartbeats", guild_id) == []
        shards[guild.shard_id].ws.open = True
        await gateway.cog.beat()
        await stored(gateway, modwatch, "id")
    columns = "shard_id, latency_ms, rate_limit"
    assert modwatch.rows(columns, "heartbeats", guild_id) == [(guild.shard_id, 42, None)]


class ShardOfMany:
    def __init__(self, number: int) -> None:
        self.id, self.ws = number, Shard()

    async def close(self) -> None:
        """There is no connection."""


class Shard:
    """What discord.py reads the latency from."""

    latency = 0.0423
    open = False


async def test_a_client_that_fails_leaves_the_bot_alone(
    connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    async with connect() as gateway:
        cog = gateway.cog

        async def fail(*_: Any, **__: Any) -> None:
            raise SpoolError("the disk is full")

        cog.client.send = fail  # type: ignore[method-assign]
        for _ in range(12):
            await gateway.tell(f"{AUDIT}.kick")
        await cog.beat()
        assert cog.failures == {"on_audit_log_entry_create": 12}
        assert caplog.text.count("the disk is full") == 2  # the 1st and the 10th time


async def test_a_closed_client_leaves_the_bot_alone(
    connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    async with connect() as gateway:
        await gateway.cog.client.close(0)
        await gateway.tell("MESSAGE_CREATE", f"{AUDIT}.kick", f"{AUTOMOD}.block")
        assert sum(gateway.cog.failures.values()) == 3
        assert "Traceback" not in caplog.text
