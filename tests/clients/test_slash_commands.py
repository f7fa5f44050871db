"""Moderators ask in Discord and get the figures, with a picture and its words."""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest
from discord import app_commands

from modwatch_client import HeartbeatEvent, UserEvent, ViolationEvent
from modwatch_cog import ModwatchCog, Readings
from modwatch_cog.answer_words import plain
from tests.clients.conftest import Connect
from tests.clients.gateway import MEMBER, MODERATOR, OWN, Gateway
from tests.clients.modwatch import Modwatch
from tests.parts import until

pytestmark = pytest.mark.anyio
HOSTILE = "**@everyone** <@&1> `x` [a](http://evil)\n" + "y" * 900
NELLY = {"id": str(MEMBER), "username": "nelly", "discriminator": "0", "avatar": None}
_numbers = itertools.count(1)


def command(guild_id: int, name: str, **options: Any) -> dict[str, Any]:
    """As the gateway sends `/modwatch name`; members are given by id."""
    joined = {"roles": [], "joined_at": "2021-01-01T00:00:00+00:00", "deaf": False, "mute": False}
    member = joined | {"flags": 0, "permissions": "1099511627776"}
    user = NELLY | {"id": str(MODERATOR), "username": "mason"}
    number = next(_numbers)
    kinds = {"member": 6}
    given = [
        {"name": option, "type": kinds.get(option, 3), "value": value}
        for option, value in options.items()
    ]
    resolved = {"users": {NELLY["id"]: NELLY}, "members": {NELLY["id"]: member}}
    return {
        "id": str(number),
        "application_id": str(OWN),
        "type": 2,
        "token": f"token-{number}",
        "version": 1,
        "guild_id": str(guild_id),
        "guild": {"id": str(guild_id), "locale": "en-US", "features": []},
        "member": member | {"user": user},
        "channel_id": "399942396007890945",
        "channel": {"id": "399942396007890945", "type": 0},
        "data": {
            "id": "77",
            "name": "modwatch",
            "type": 1,
            "resolved": resolved,
            "options": [{"name": name, "type": 1, "options": given}],
        },
        "entitlements": [],
        "authorizing_integration_owners": {},
        "context": 0,
        "attachment_size_limit": 10_000_000,
        "locale": "en-US",
        "app_permissions": "0",
    }


async def ask(gateway: Gateway, name: str, **options: Any) -> dict[str, Any]:
    """The answer; ephemeral from the first word on, and nobody is mentioned."""
    before = len(gateway.rest.followups)
    await gateway.tell_raw("INTERACTION_CREATE", command(gateway.guild_id, name, **options))
    deadline = time.monotonic() + 60
    while len(gateway.rest.followups) == before and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
    assert gateway.rest.answered[-1] == {"type": 5, "data": {"flags": 64}}
    (answer,) = gateway.rest.followups[before:]
    assert answer["allowed_mentions"] == {"parse": []}
    return answer


def words(answer: dict[str, Any]) -> str:
    text: str = answer["embeds"][0]["description"]
    return text


def picture_of(answer: dict[str, Any]) -> tuple[bytes, str]:
    """The picture, and the words beside it for who does not see it."""
    assert answer["embeds"][0]["image"]["url"] == "attachment://chart.png"
    (png,) = answer["files"].values()
    return png, answer["attachments"][0]["description"]


async def raid(gateway: Gateway) -> None:
    """Sixty violations of twelve members within a minute, and somebody's name."""
    now = datetime.now(UTC)
    events = [
        ViolationEvent(
            guild_id=gateway.guild_id,
            timestamp=now - timedelta(seconds=60 - place),
            user_id=MEMBER + place % 12,
            reason=HOSTILE,
            rule="No <b>raids</b>",
            severity="high",
            detection_type="raid",
            action_taken="ban" if place < 12 else "none",
        )
        for place in range(60)
    ]
    name = UserEvent(guild_id=gateway.guild_id, user_id=MEMBER, username="nelly_*x*")
    beat = HeartbeatEvent(guild_id=gateway.guild_id)
    await gateway.cog.client.send(*events, name, beat)
    assert (await gateway.cog.client.flush()).done


async def test_figures_of_now_a_member_and_an_incident(
    connect: Connect, modwatch: Modwatch, guild_id: int
) -> None:
    readings = Readings(modwatch.url, modwatch.reader(guild_id))
    async with connect(readings=readings) as gateway:
        nobody = await ask(gateway, "member", member=str(MEMBER))
        assert words(nobody).startswith("Modwatch has nothing about this member")
        assert "no incident so far" in words(await ask(gateway, "incident"))
        await raid(gateway)
        await gateway.cog.reports.warn(guild_id, MEMBER, "spam", moderator_id=MODERATOR)
        assert (await gateway.cog.client.flush()).done
        with modwatch.admin(guild_id) as admin:

            def counted() -> bool:
                total = admin.get("/metrics?period=hour").json()["violations_total"]
                return total == 61 and bool(admin.get("/incidents").json()["incidents"])

            await asyncio.to_thread(until, counted, 60, "the raid is an incident")

        now = await ask(gateway, "now", period="hour")
        assert "61 violations in 0 messages in the last hour" in words(now)
        assert "1 warning, 12 bans" in words(now)
        assert "**An incident goes on:** 61 violations by 12 members" in words(now)
        png, told = picture_of(now)
        assert png.startswith(b"\x89PNG")
        assert told.startswith("Violations by minute, last hour: 61, most at ")

        member = words(await ask(gateway, "member", member=str(MEMBER)))
        assert "**Warning level 1** of 5 (First warning)" in member
        assert "6 violations on record" in member
        assert "@everyone" not in member
        assert "**@" not in member
        assert len(member) < 1_500

        incident = await ask(gateway, "incident")
        assert "61 violations by 12 members" in words(incident)
        assert "12 bans" in words(incident)
        assert "nelly\\_\\*x\\*: 6 violations, 1 warning, 1 ban" in words(incident)
        assert "and 2 more members" in words(incident)
        assert picture_of(incident)[1].startswith("Violations of the incident: 61, most at ")
        assert gateway.cog.failures == {}


async def test_a_moderator_warns(connect: Connect, modwatch: Modwatch, guild_id: int) -> None:
    """That needs no API token."""
    async with connect() as gateway:
        for level in (1, 2):
            said = words(await ask(gateway, "warn", member=str(MEMBER), reason="spam"))
            assert said == f"Warned: level {level} of 5."
        assert (await gateway.cog.client.flush()).done
    rows = modwatch.rows("moderator_id, action, reason", "violations", guild_id)
    assert rows == [(MODERATOR, "warning", "spam")] * 2


async def test_what_is_wrong_is_said_to_who_asked(
    connect: Connect, modwatch: Modwatch, guild_id: int, caplog: pytest.LogCaptureFixture
) -> None:
    for url, token, expected in (
        (modwatch.url, None, "no API token"),
        (modwatch.url, "mw_nonsense\n", "does not know this bot's API token"),
        (modwatch.url, modwatch.token(guild_id), "may not read this server"),
        (modwatch.url, modwatch.reader(guild_id + 5_000), "may not read this server"),
        ("http://127.0.0.1:9", modwatch.reader(guild_id), "does not answer just now"),
        (f"{modwatch.url}/elsewhere", modwatch.reader(guild_id), "has nothing like that"),
    ):
        async with connect(readings=Readings(url, token)) as gateway:
            assert expected in words(await ask(gateway, "now"))
    assert "slash command failed" not in caplog.text


async def test_without_a_picture_the_words_are_there(
    connect: Connect, modwatch: Modwatch, guild_id: int
) -> None:
    async with connect(readings=Readings(modwatch.url, modwatch.reader(guild_id))) as gateway:
        readings = gateway.cog._readings
        picture = readings.picture
        readings.picture = lambda guild, path, **_: picture(guild, "health")  # type: ignore[method-assign]
        answer = await ask(gateway, "now")
        assert "**Health 100** of 100" in words(answer)
        assert "No picture: " in words(answer)
        assert answer["files"] == {}


async def test_moderators_alone_are_offered_them(connect: Connect) -> None:
    async with connect() as gateway:
        await gateway.bot.tree.sync()
        (group,) = gateway.rest.commands
        assert (
            group["default_member_permissions"] == discord.Permissions(moderate_members=True).value
        )
        assert group["dm_permission"] is False
        names = [option["name"] for option in group["options"]]
        assert sorted(names) == ["incident", "member", "now", "warn"]
        await gateway.bot.remove_cog("ModwatchCog")
        assert gateway.bot.tree.get_commands() == []
    async with connect(slash_commands=False) as gateway:
        assert gateway.bot.tree.get_commands() == []


def test_no_words_of_members_become_a_link() -> None:
    """Neither of two, nor what stands between them."""
    said = plain("[a](b) **c** [evil](http://evil) <t:0:R>")
    assert re.sub(r"\\[^0-9A-Za-z\s]", "", said).split() == ["ab", "c", "evilhttp//evil", "t0R"]


def test_no_words_of_members_turn_ours_around() -> None:
    said = plain("שם\u202e 7"), plain("left\u202e")
    assert said == ("\u2068שם 7\u2069", "left")


async def test_a_cog_that_cannot_be_added_does_nothing(connect: Connect) -> None:
    async with connect() as gateway:
        second = ModwatchCog(gateway.bot, gateway.cog.client)
        with pytest.raises(app_commands.CommandAlreadyRegistered):
            await second.cog_load()
        assert second._beating is None
