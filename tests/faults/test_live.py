"""Web, worker or Valkey are killed while hundreds of WebSockets hear of events: none is missing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from services.parts import build_parts
from tests.faults.clients import Bot
from tests.faults.stack import Stack, kill
from tests.faults.truth import check_counts, is_clean, is_published
from tests.live.watchers import Watcher, Watchers
from tests.parts import until

pytestmark = pytest.mark.faults
GUILDS = list(range(5001, 5011))
SOCKETS = 500
PATIENCE_SECONDS = 90.0


@pytest.mark.parametrize("victim", ["web", "worker", "valkey"])
def test_a_kill_costs_nobody_an_event(stack_on_postgres: Stack, victim: str) -> None:
    stack = stack_on_postgres
    watchers = Watchers([GUILDS[at % len(GUILDS)] for at in range(SOCKETS)], _addresses(stack))
    bot = Bot(stack.client(), GUILDS)
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


def _addresses(stack: Stack) -> Callable[[int], str]:
    """Each person has one socket on each guild, with a token good for all."""
    clients = [stack.client(*GUILDS) for _ in range(SOCKETS // len(GUILDS))]
    secrets = [one.headers["Authorization"].removeprefix("Bearer ") for one in clients]
    parts = build_parts(stack.settings)

    def address(place: int) -> str:
        proof = parts.secrets.seal(f"token {secrets[place // len(GUILDS)]}")
        return f"{stack.url.replace('http', 'ws')}/ws?ticket={parts.tickets.issue(proof)}"

    return address


def _more(bot: Bot, events: int) -> None:
    before = bot.accepted
    until(lambda: bot.accepted >= before + events, PATIENCE_SECONDS, "more events taken")


def _ends(stack: Stack) -> dict[int, int]:
    with stack.database.read() as connection:
        rows = connection.execute(text("SELECT guild_id, event_offset FROM guilds"))
        return {row.guild_id: row.event_offset for row in rows}
