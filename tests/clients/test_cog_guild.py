"""What the cog tells of messages, of the guild and of its own state; none of it hurts the bot."""

from __future__ import annotations

from typing import Any

import pytest
from discord.ext import commands

from modwatch_client import SpoolError
from modwatch_cog import RateLimitWatch
from tests.clients.cog_parts import AUDIT, AUTOMOD, Connect, anyio_backend, connect, stored
from tests.clients.gateway import (
    MODERATOR,
)
from tests.clients.modwatch import Modwatch

__all__ = ["anyio_backend", "connect"]
pytestmark = pytest.mark.anyio


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
