"""What people decide on the dashboard is done in Discord, and the dashboard hears how it went."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from modwatch_client import (
    AppealEvent,
    Change,
    ChangesUnavailable,
    Client,
    Outcome,
    ViolationEvent,
)
from tests.clients.conftest import Connect
from tests.clients.gateway import MEMBER, Gateway
from tests.clients.modwatch import Modwatch

MakeClient = Callable[..., Client]
asynchronous = pytest.mark.anyio


async def appealed(gateway: Gateway, action_taken: str) -> str:
    """A violation that was answered so, and an appeal against it; the appeal's id."""
    offence = ViolationEvent(
        guild_id=gateway.guild_id,
        user_id=MEMBER,
        reason="spam",
        severity="low",
        detection_type="manual",
        action_taken=action_taken,
    )
    id = uuid4().hex
    appeal = AppealEvent(
        guild_id=gateway.guild_id, appeal_id=id, violation_id=offence.id, status="pending"
    )
    await gateway.cog.client.send(offence, appeal)
    assert (await gateway.cog.client.flush()).done
    return id


def decide(modwatch: Modwatch, guild_id: int, appeal_id: str, status: str = "approved") -> None:
    with modwatch.admin(guild_id) as admin:
        answer = admin.post(f"/appeals/{appeal_id}/decision", json={"status": status})
        assert answer.status_code == 200, answer.text


def ends(modwatch: Modwatch, guild_id: int) -> list[tuple[str, str]]:
    """How each change ended, newest first."""
    with modwatch.admin(guild_id) as admin:
        shown = admin.get("/bot-changes").json()["changes"]
    return [(change["state"], change["detail"]) for change in shown]


@asynchronous
async def test_an_approved_appeal_ends_a_ban_or_a_timeout(
    connect: Connect, modwatch: Modwatch, guild_id: int
) -> None:
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    async with connect() as gateway:
        gateway.rest.banned, gateway.rest.timed_out = {str(MEMBER)}, {str(MEMBER): until}
        for action in ("Banned from server", "1-hour timeout"):
            decide(modwatch, guild_id, await appealed(gateway, action))
        await gateway.cog.decide()
        assert gateway.rest.done == [f"unban {MEMBER}", f"end timeout {MEMBER}"]
        assert ends(modwatch, guild_id) == [
            ("done", "the timeout was lifted"),
            ("done", "unbanned"),
        ]
        decide(modwatch, guild_id, await appealed(gateway, "Banned from server"))
        await gateway.cog.decide()
        assert ends(modwatch, guild_id)[0] == ("done", "was not banned any more")
        assert gateway.cog.failures == {}


@asynchronous
async def test_what_the_bot_may_not_do_is_said(
    connect: Connect, modwatch: Modwatch, guild_id: int
) -> None:
    async with connect() as gateway:
        gateway.rest.may_moderate = False
        decide(modwatch, guild_id, await appealed(gateway, "Banned from server"))
        await gateway.cog.decide()
        assert ends(modwatch, guild_id) == [("failed", "missing permission: Missing Permissions")]


@asynchronous
@pytest.mark.parametrize(
    ("action", "status", "settings", "end"),
    [
        ("Banned from server", "denied", {}, ("done", "denied: nothing was changed in Discord")),
        ("Kicked from server", "approved", {}, ("done", "a kick cannot be taken back: ")),
        ("Warned", "approved", {}, ("done", "there is nothing in Discord to take back")),
        ("Ban", "approved", {"lift_on_appeal": False}, ("failed", "the bot is set not to lift ")),
    ],
)
async def test_what_is_not_undone_says_why(
    connect: Connect,
    modwatch: Modwatch,
    guild_id: int,
    action: str,
    status: str,
    settings: dict[str, Any],
    end: tuple[str, str],
) -> None:
    async with connect(**settings) as gateway:
        gateway.rest.banned = {str(MEMBER)}
        decide(modwatch, guild_id, await appealed(gateway, action), status)
        await gateway.cog.decide()
        ((state, detail),) = ends(modwatch, guild_id)
        assert (state, detail[: len(end[1])]) == end
        assert gateway.rest.done == []


def test_any_bot_carries_out_by_a_function_of_its_own(
    modwatch: Modwatch, make_client: MakeClient, guild_id: int
) -> None:
    """What it raises is a failure without its inner words; new rules are read at once."""
    client = make_client(modwatch.url, modwatch.token(guild_id))
    assert client.guild_config(guild_id).rules == ""
    with modwatch.admin(guild_id) as admin:
        admin.put("/rules", json={"rules": "Be kind."}).raise_for_status()
        admin.put("/config", json={"buffer_threshold": 12}).raise_for_status()
    seen: list[Change] = []

    def on_change(change: Change) -> Outcome:
        seen.append(change)
        if change.kind == "config.update":
            raise ValueError("a secret of the bot")
        return Outcome("done")

    assert client.carry_out(on_change) == 2
    assert client.carry_out(on_change) == 0
    assert [change.subject for change in seen] == ["rules", "config"]
    assert client.guild_config(guild_id).rules == "Be kind."
    assert ends(modwatch, guild_id) == [("failed", "ValueError"), ("done", None)]


def test_a_server_that_is_away_brings_the_same_change_later(
    modwatch: Modwatch, make_client: MakeClient, guild_id: int
) -> None:
    client = make_client(modwatch.url, modwatch.token(guild_id))
    with modwatch.admin(guild_id) as admin:
        admin.put("/rules", json={"rules": "Be kind."}).raise_for_status()
    (change,) = client.changes()
    client._config_http.base_url = "http://127.0.0.1:9"
    with pytest.raises(ChangesUnavailable, match="ConnectError"):
        client.answer(change, Outcome("done"))
    client._config_http.base_url = modwatch.url
    assert client.changes() == [change]
    client.answer(change, Outcome("done", "x" * 1_000))
    assert client.changes() == []
    client.answer(change, Outcome("failed"))  # it has ended; nothing is left to say
    with pytest.raises(ChangesUnavailable, match="401"):
        make_client(modwatch.url, "mwb_" + "x" * 43).changes()
