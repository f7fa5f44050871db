"""Decisions are carried out as they are made: told over the WebSocket, asked for without it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import discord
import httpx
import orjson
import pytest
from discord.ext import commands
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from modwatch_client import (
    AsyncClient,
    Change,
    ChangesUnavailable,
    Client,
    Outcome,
    changes,
    notices,
)
from modwatch_client.following import follow
from modwatch_cog import ModwatchCog
from tests.clients.conftest import Connect
from tests.clients.made import violation
from tests.clients.modwatch import Modwatch
from tests.parts import until

MakeClient = Callable[..., Client]
NEVER_SECONDS = 3_600.0  # no look but what a notice is the reason of


def write_rules(modwatch: Modwatch, guild_id: int, words: str) -> None:
    with modwatch.admin(guild_id) as admin:
        admin.put("/rules", json={"rules": words}).raise_for_status()


def done(_: Change) -> Outcome:
    return Outcome("done")


def test_a_notice_brings_each_change_once(
    modwatch: Modwatch, make_client: MakeClient, guild_id: int
) -> None:
    client = make_client(modwatch.url, modwatch.token(guild_id))
    seen: list[str] = []
    stop = threading.Event()

    def on_change(change: Change) -> Outcome:
        seen.append(str(change.data["rules"]))
        return Outcome("done")

    write_rules(modwatch, guild_id, "before")
    args = {"poll_seconds": NEVER_SECONDS}
    following = threading.Thread(target=client.follow, args=(on_change, stop), kwargs=args)
    following.start()
    try:
        until(lambda: seen == ["before"], 60, "what was decided before is asked for")
        for words in ("one", "two"):
            write_rules(modwatch, guild_id, words)
            until(lambda: seen[-1] == words, 60, f"{words} is told")  # noqa: B023
    finally:
        stop.set()
        following.join()
    assert seen == ["before", "one", "two"]
    assert client.changes() == []


def test_without_the_socket_it_asks(
    modwatch: Modwatch,
    make_client: MakeClient,
    guild_id: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(notices, "IS_HAD", False)
    client = make_client(modwatch.url, modwatch.token(guild_id))
    stop = threading.Event()
    write_rules(modwatch, guild_id, "one")

    def on_change(_: Change) -> Outcome:
        stop.set()
        return Outcome("done")

    client.follow(on_change, stop, poll_seconds=0.05)
    assert client.changes() == []


def test_an_outcome_that_was_lost_is_told_again_and_not_done_again(
    modwatch: Modwatch,
    make_client: MakeClient,
    guild_id: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = make_client(modwatch.url, modwatch.token(guild_id))
    write_rules(modwatch, guild_id, "one")
    seen: list[str] = []

    def on_change(change: Change) -> Outcome:
        seen.append(change.id)
        return Outcome("done", "read")

    def lose(*_: Any) -> None:
        raise ChangesUnavailable("the answer got lost")

    monkeypatch.setattr(changes, "answer", lose)
    for _ in range(2):
        with pytest.raises(ChangesUnavailable):
            client.carry_out(on_change)
    monkeypatch.undo()
    assert client.carry_out(on_change) == 1
    assert len(seen) == 1
    with modwatch.admin(guild_id) as admin:
        (change,) = admin.get("/bot-changes").json()["changes"]
    assert (change["state"], change["detail"]) == ("done", "read")


def test_a_bot_hears_of_decisions_alone_and_of_its_own_servers(
    modwatch: Modwatch, make_client: MakeClient, guild_id: int
) -> None:
    token = modwatch.token(guild_id)
    client = make_client(modwatch.url, token)
    address = modwatch.url.replace("http", "ws") + "/ws"
    headers = {"Authorization": f"Bearer {token}"}
    with connect(address, additional_headers=headers, proxy=None) as socket:

        def say(kind: str, guild: int) -> Any:
            socket.send(orjson.dumps({"type": kind, "guild_id": str(guild)}).decode())
            return orjson.loads(socket.recv(30))

        assert say("subscribe", guild_id + 5_000)["code"] == "forbidden"
        assert say("subscribe", guild_id)["type"] == "subscribed"
        client.send(violation(guild_id, reason='"type":"bot_change"'))
        assert client.flush().done
        write_rules(modwatch, guild_id, "Be kind.")
        heard = orjson.loads(socket.recv(30))
    assert (heard["type"], heard["data"]["kind"], heard["data"]["state"]) == (
        "bot_change",
        "rules.update",
        "waiting",
    )
    wrong = {"Authorization": f"Bearer mwb_{'x' * 43}"}
    with (
        connect(address, additional_headers=wrong, proxy=None) as socket,
        pytest.raises(ConnectionClosed, match="4001"),
    ):
        socket.recv(30)


@pytest.mark.anyio
async def test_the_cog_follows_over_the_socket(
    connect: Connect, modwatch: Modwatch, guild_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which hears which servers it is in; and ends with the cog, at once."""
    async with connect() as gateway:
        cog = gateway.cog
        object.__setattr__(cog.settings, "decision_seconds", NEVER_SECONDS)
        following = asyncio.create_task(cog._decide_for_ever())
        for words in ("one", "two"):
            write_rules(modwatch, guild_id, words)
            with modwatch.admin(guild_id) as admin:
                await asyncio.to_thread(until, lambda: _is_done(admin), 60, "it is read")
        following.cancel()
        with pytest.raises(asyncio.CancelledError):
            await following


def _is_done(admin: httpx.Client) -> bool:
    return bool(admin.get("/bot-changes").json()["changes"][0]["state"] == "done")


def test_a_server_that_is_not_listened_to_is_asked_about(
    modwatch: Modwatch, guild_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More servers than one connection may have: those it has bring notices, all are polled."""
    monkeypatch.setattr(notices, "MOST_GUILDS", 1)
    monkeypatch.setattr(notices, "LOOK_SECONDS", 0.02)
    ids = [guild_id]
    url, token = httpx.URL(modwatch.url), modwatch.token(guild_id)
    listening = notices.Notices(url, token, lambda: list(ids), lambda: None)
    listening.start()
    try:
        until(lambda: listening.covers_all, 60, "its one server is listened to")
        ids += [guild_id + 1, guild_id + 2]
        until(lambda: not listening.covers_all, 60, "it is in servers it does not listen to")
    finally:
        listening.stop()
        listening.join()


def test_more_changes_than_come_at_once_are_asked_for_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(notices, "IS_HAD", False)
    found, stop = [changes.MOST_AT_ONCE, changes.MOST_AT_ONCE, 3], threading.Event()

    def make(on_notice: Callable[[], None]) -> notices.Notices:
        return notices.Notices(httpx.URL("http://127.0.0.1:9"), "mwb_x", list, on_notice)

    args = (make, lambda: found.pop(0), NEVER_SECONDS, stop)
    following = threading.Thread(target=follow, args=args)
    following.start()
    try:
        until(lambda: not found, 60, "all of them are asked for")
    finally:
        stop.set()
        following.join()


@pytest.mark.anyio
async def test_the_cog_waits_for_a_bot_that_is_yet_to_log_in(tmp_path: Path) -> None:
    bot = commands.Bot("!", intents=discord.Intents.none())
    async with AsyncClient("http://127.0.0.1:9", "mwb_x", spool=tmp_path / "spool.db") as client:
        deciding = asyncio.create_task(ModwatchCog(bot, client)._decide_for_ever())
        await asyncio.sleep(0)  # its first step
        assert not deciding.done()
        deciding.cancel()
