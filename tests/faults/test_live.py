"""Web, worker or Valkey are killed while hundreds of WebSockets hear of events: none is missing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import pytest
from sqlalchemy import text

from services.container import Parts, build_parts
from services.snapshots.materialise import LEASE_MS
from tests.faults.clients import Bot
from tests.faults.stack import SWEPT_SECONDS, Stack, kill
from tests.faults.truth import check_counts, is_clean, is_published
from tests.live.watchers import Watcher, Watchers
from tests.parts import until

pytestmark = pytest.mark.faults
SOCKETS = 200  # more than redis-py has connections for at once
# What a killed worker had is found by the next sweep, once its lease is over.
PATIENCE_SECONDS = SWEPT_SECONDS + 2 * LEASE_MS / 1000


def test_a_kill_costs_nobody_an_event(stack_on_postgres: Stack) -> None:
    """Of one installation, one after the other; each with guilds and sockets of its own."""
    with closing(build_parts(stack_on_postgres.settings)) as parts:
        for number, victim in enumerate(("worker", "web", "valkey")):
            guild_ids = list(range(5001 + 100 * number, 5011 + 100 * number))
            _try(stack_on_postgres, parts, victim, guild_ids)


def _try(stack: Stack, parts: Parts, victim: str, guild_ids: list[int]) -> None:
    watched = [guild_ids[at % len(guild_ids)] for at in range(SOCKETS)]
    watchers = Watchers(watched, _addresses(stack, parts, guild_ids))
    bot = Bot(stack.client(), guild_ids, pause_seconds=0.2)
    watchers.start()
    until(watchers.are_subscribed, PATIENCE_SECONDS, "everybody subscribed")
    bot.start()
    _more(bot, 60)
    child = {"web": stack.web, "worker": stack.worker, "valkey": stack.valkey}[victim]
    kill(child)
    if victim == "web":
        stack.start_web()
    else:
        _more(bot, 60)  # taken all the same
        if victim == "valkey":
            stack.start_valkey()
        else:
            child.start()
    _more(bot, 60)
    bot.stop()
    until(lambda: is_clean(stack.database), PATIENCE_SECONDS, "snapshots of every guild")
    until(lambda: is_published(stack.database), PATIENCE_SECONDS, "all events published")
    ends = _ends(stack)

    def has_all(watcher: Watcher) -> bool:
        return watcher.offsets[-1:] == [ends[watcher.guild_id]]

    until(lambda: all(map(has_all, watchers.all)), PATIENCE_SECONDS, "everything at everybody")
    watchers.stop()
    check_counts(stack.database, [bot])
    for watcher in watchers.all:
        first = ends[watcher.guild_id] - len(watcher.offsets) + 1
        assert watcher.offsets == list(range(first, ends[watcher.guild_id] + 1)), watcher.seen
        assert watcher.begun == first - 1
        assert watcher.unrecovered == 0
        assert watcher.connections == (1 if victim == "worker" else 2), watcher.seen


def _addresses(stack: Stack, parts: Parts, guild_ids: list[int]) -> Callable[[int], str]:
    """Each person has one socket on each guild, with a token good for all."""
    clients = [stack.client(*guild_ids) for _ in range(SOCKETS // len(guild_ids))]
    secrets = [one.headers["Authorization"].removeprefix("Bearer ") for one in clients]

    def address(place: int) -> str:
        proof = parts.secrets.seal(f"token {secrets[place // len(guild_ids)]}")
        return f"{stack.url.replace('http', 'ws')}/ws?ticket={parts.tickets.issue(proof)}"

    return address


def _more(bot: Bot, events: int) -> None:
    before = bot.accepted
    until(lambda: bot.accepted >= before + events, PATIENCE_SECONDS, "more events taken")


def _ends(stack: Stack) -> dict[int, int]:
    with stack.database.read() as connection:
        rows = connection.execute(text("SELECT guild_id, event_offset FROM guilds"))
        return {row.guild_id: row.event_offset for row in rows}
