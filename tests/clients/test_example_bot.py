"""The example, as far as it goes without Discord: logged in, its cogs loaded, told of things."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import discord
import pytest
from discord.ext import commands

from example_bot import ExampleBot, Warnings
from modwatch_client import AsyncClient
from modwatch_cog import ModwatchCog
from tests.clients.conftest import QUICK
from tests.clients.discord_rest import discord_rest
from tests.clients.gateway import Gateway
from tests.clients.modwatch import Modwatch
from tests.servers.web import ROOT

pytestmark = pytest.mark.anyio
TOKEN = "MTk4NjIy.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_it_reports(modwatch: Modwatch, guild_id: int, tmp_path: Path) -> None:
    client = AsyncClient(modwatch.url, modwatch.token(), spool=tmp_path / "spool.db", retry=QUICK)
    async with client, discord_rest() as rest, ExampleBot(client) as bot:
        await bot.login(TOKEN)
        cog = bot.get_cog("ModwatchCog")
        assert isinstance(cog, ModwatchCog)
        assert isinstance(bot.get_cog("Warnings"), Warnings)
        gateway = Gateway(bot, cog, rest, guild_id)
        await gateway.tell("GUILD_CREATE", member_count=4)  # which are all in the payload
        await gateway.tell("MESSAGE_CREATE", "GUILD_AUDIT_LOG_ENTRY_CREATE.ban")
        await cog.reports.warn(guild_id, 41, "spam\x00", moderator_id=77)
        await cog.reports.warn(guild_id, 41, "", moderator_id=77)
        assert cog.failures == {}
    rows = modwatch.rows("action, reason, moderator_id", "violations", guild_id)
    assert sorted(rows) == [
        ("ban", "raid", 53908232506183680),
        ("warning", "No reason given", 77),
        ("warning", "spam\ufffd", 77),
    ]
    assert modwatch.rows("user_id, level", "user_warnings", guild_id) == [(41, 2)]
    assert modwatch.messages(guild_id) == 1


async def test_the_extension_reads_the_environment(
    modwatch: Modwatch, guild_id: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`load_extension`, and the client is closed with the bot: all is sent."""
    monkeypatch.setenv("MODWATCH_URL", modwatch.url)
    monkeypatch.setenv("MODWATCH_BOT_TOKEN", modwatch.token())
    monkeypatch.setenv("MODWATCH_SPOOL", str(tmp_path / "spool.db"))
    async with discord_rest() as rest, _bot() as bot:
        await bot.login(TOKEN)
        await bot.load_extension("modwatch_cog")
        cog = bot.get_cog("ModwatchCog")
        assert isinstance(cog, ModwatchCog)
        gateway = Gateway(bot, cog, rest, guild_id)
        await gateway.tell("GUILD_CREATE", "GUILD_AUDIT_LOG_ENTRY_CREATE.kick")
    assert modwatch.rows("action", "violations", guild_id) == [("kick",)]


async def test_an_extension_without_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MODWATCH_URL", raising=False)
    monkeypatch.setenv("MODWATCH_BOT_TOKEN", "")
    async with _bot() as bot:
        with pytest.raises(commands.ExtensionError, match="MODWATCH_URL and MODWATCH_BOT_TOKEN"):
            await bot.load_extension("modwatch_cog")


def test_what_is_missing_is_named() -> None:
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "clients/example_bot.py"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("set DISCORD_TOKEN, MODWATCH_URL, MODWATCH_BOT_TOKEN")


def _bot() -> commands.Bot:
    return commands.Bot(command_prefix="!", intents=discord.Intents.default())
