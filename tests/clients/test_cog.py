"""What Discord says becomes events on the real server, each once; nothing of it hurts the bot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import discord
import pytest

from modwatch_cog import CogSettings
from modwatch_cog.words import as_set
from tests.clients.cog_parts import AUDIT, AUTOMOD, Connect, anyio_backend, connect, stored
from tests.clients.gateway import (
    MEMBER,
    MODERATOR,
    OTHER_BOT,
    OWN,
    payload,
)
from tests.clients.modwatch import Modwatch

__all__ = ["anyio_backend", "connect"]
pytestmark = pytest.mark.anyio


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


ACTIONS_OF_EQUAL_POSTS = [
    [("block", 1), ("block", 2), ("alert", 1), ("alert", 2), ("timeout", 1), ("timeout", 2)],
    [("block", 1), ("alert", 1), ("block", 2), ("timeout", 1), ("timeout", 2), ("alert", 2)],
    [("alert", 2), ("timeout", 1), ("block", 1), ("alert", 1), ("block", 2), ("timeout", 2)],
]


@pytest.mark.parametrize("told", ACTIONS_OF_EQUAL_POSTS)
async def test_actions_of_equal_posts_that_come_interleaved(
    connect: Connect, modwatch: Modwatch, told: list[tuple[str, int]]
) -> None:
    """Two violations, whatever the order; the same two for a process that hears another order."""
    for spool, order in (("one.db", told), ("two.db", [*told[::-1]])):
        async with connect(spool=spool) as gateway:
            for kind, post in order:
                said = payload(f"{AUTOMOD}.{kind}", gateway.guild_id)
                if kind == "alert":
                    said["alert_system_message_id"] = str(1180000000000000003 + post)
                await gateway.tell_raw(f"{AUTOMOD}.{kind}", said)
            words = ("Alert sent, Message blocked, 1-minute timeout",)
            assert await stored(gateway, modwatch, "action_taken") == [words, words]


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
        assert await stored(gateway, modwatch, columns, at_least=3) == [
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


@pytest.mark.parametrize("off_by_seconds", [-0.5, 0.5, -25, 20])
async def test_a_timeout_is_as_long_as_it_was_set(
    connect: Connect, modwatch: Modwatch, off_by_seconds: float
) -> None:
    """Until when is said by the moderator's clock, and since when by Discord's."""
    async with connect() as gateway:
        for number, minutes in enumerate((5, 10, 45, 60, 1440, 10080)):
            said = payload(f"{AUDIT}.timeout", gateway.guild_id)
            said["id"] = str(int(said["id"]) + number)
            since = discord.utils.snowflake_time(int(said["id"]))
            until = since + timedelta(minutes=minutes, seconds=off_by_seconds)
            said["changes"][0]["new_value"] = until.isoformat()
            await gateway.tell_raw(f"{AUDIT}.timeout", said)
        lengths = ("1-day", "1-hour", "10-minute", "45-minute", "5-minute", "7-day")
        expected = [(f"{length} timeout",) for length in lengths]
        assert await stored(gateway, modwatch, "action_taken") == expected


@pytest.mark.parametrize(
    ("measured", "set_to"), [(59.5, 60), (63, 60), (30.2, 30), (70, 60), (119.9, 120), (595, 600)]
)
def test_lengths_of_short_timeouts(measured: float, set_to: int) -> None:
    assert as_set(timedelta(seconds=measured)) == timedelta(seconds=set_to)


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
