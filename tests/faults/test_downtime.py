"""Everything is stopped for twenty minutes and started: nobody is called offline for it.

On SQLite; `make faults` has PostgreSQL as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from sqlalchemy import update

from domain.alert_rules import EventType
from domain.task_names import TaskName
from domain.windows import HOUR_MS, MINUTE_MS
from models.alerts.looks import last_evaluated, listening_since
from models.alerts.store import list_alerts
from models.alerts.tables import Listening
from models.guilds.guild import Guild
from services.container import Parts, build_parts, system_clock
from tests.faults.sizes import DATABASES
from tests.faults.stack import START_SECONDS, SWEPT_SECONDS, Stack, kill
from tests.parts import event, until

pytestmark = [
    pytest.mark.faults,
    pytest.mark.parametrize("database_url", DATABASES, indirect=True),
]
BACK, LOST = 8_601, 8_602
AWAY_MS = 20 * MINUTE_MS
# As long as a bot may be silent, and somewhat more.
HEARD_MS = 6 * MINUTE_MS


@pytest.fixture
def parts(stack: Stack) -> Iterator[Parts]:
    with closing(build_parts(stack.settings)) as made:
        yield made


def test_nobody_is_called_offline_for_our_own_absence(stack: Stack, parts: Parts) -> None:
    """A bot that stays away is told of once we have listened as long as one may be silent."""
    with stack.client() as bots:
        _live(bots, BACK)
        _live(bots, LOST)
    until(lambda: _listening(parts) is not None, START_SECONDS, "web's word that it listens")
    for child in (stack.web, stack.worker, stack.valkey):
        kill(child)
    _put_back(parts, AWAY_MS)
    stack.start()
    until(lambda: _is_new(_listening(parts)), START_SECONDS, "web's word that it listens again")
    _look(parts)
    assert _alerts(parts, BACK) == _alerts(parts, LOST) == []
    with stack.client() as bots:
        _live(bots, BACK)
    _listen_longer(parts)
    _look(parts)
    assert _alerts(parts, BACK) == []
    assert _alerts(parts, LOST) == [EventType.BOT_OFFLINE]


def _live(bots: httpx.Client, guild_id: int) -> None:
    heartbeat = event("heartbeat", guild_id, system_clock(), latency_ms=40, shard_id=0)
    assert bots.post("/api/v1/ingest", json={"events": [heartbeat]}).status_code == 202


def _listening(parts: Parts) -> int | None:
    with parts.database.read() as connection:
        return listening_since(connection, parts.clock())


def _is_new(since_ms: int | None) -> bool:
    return since_ms is not None and since_ms > system_clock() - AWAY_MS


def _put_back(parts: Parts, away_ms: int) -> None:
    """As if all that was written down had happened so much earlier."""
    with parts.database.write() as connection:
        connection.execute(update(Guild).values(last_received_ms=Guild.last_received_ms - away_ms))
        earlier = {"since_ms": Listening.since_ms - HOUR_MS, "last_ms": Listening.last_ms - away_ms}
        connection.execute(update(Listening).values(earlier))


def _listen_longer(parts: Parts) -> None:
    """As if it had been started some minutes earlier."""
    with parts.database.write() as connection:
        connection.execute(update(Listening).values(since_ms=Listening.since_ms - HEARD_MS))


def _look(parts: Parts) -> None:
    """A whole sweep of the worker, begun from here on."""
    begun_ms = system_clock()

    def is_over() -> bool:
        with parts.database.read() as connection:
            return (last_evaluated(connection) or 0) > begun_ms

    parts.queue.enqueue(TaskName.SWEEP)
    until(is_over, SWEPT_SECONDS, "a sweep by beat or by its wake")


def _alerts(parts: Parts, guild_id: int) -> list[str]:
    with parts.database.read() as connection:
        return [row.event_type for row in list_alerts(connection, guild_id, [], 10)]
