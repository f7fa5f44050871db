"""Two beats, four processes of Celery workers: events are counted, and alerts told, once.

Six alerts on seven channels each, on PostgreSQL. `make faults` asks for two hundred
(MODWATCH_TEST_ALERTS): these on both databases, and once more while Redis forgets everything again
and again.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from sqlalchemy import func, select

from domain.alert_rules import Condition, EventType
from domain.delivery_life import DeliveryState
from domain.task_names import TaskName
from models.deliveries.tables import Delivery
from models.guilds.guild import lock_guilds
from services.alerts.turns import Seen, apply_seen
from services.container import Parts, build_parts
from tests.faults.clients import Bot, Going
from tests.faults.stack import Stack
from tests.faults.town_hall import KINDS, TownHall, open_town_hall
from tests.faults.truth import check_counts, check_streams, is_clean, is_published
from tests.parts import until

pytestmark = pytest.mark.faults
FEW = 6
ALERTS = int(os.environ.get("MODWATCH_TEST_ALERTS", FEW))
GUILDS = range(8_001, 8_001 + ALERTS)
DATABASES = ["sqlite", "postgresql"] if ALERTS > FEW else ["postgresql"]
EMPTIED = [False, True] if ALERTS > FEW else [False]
PATIENCE_SECONDS = 600.0
EMPTIED_EVERY_SECONDS = 2.0


class Emptier(Going):
    """Has Redis forget everything: wakes, tasks, limits, signs of life and live events."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(EMPTIED_EVERY_SECONDS)
        self._redis, self.times = stack.redis(), 0

    def step(self) -> None:
        self._redis.flushall()
        self.times += 1


@pytest.fixture
def hall() -> Iterator[TownHall]:
    with open_town_hall() as made:
        yield made


@pytest.fixture
def stack(
    hall: TownHall,
    make_stack: Callable[[str], Stack],
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Stack:
    """One worker with a beat and one process, another one with a beat and three."""
    for name, text in hall.settings().items():
        monkeypatch.setenv(f"MODWATCH_{name}", text)
    made = make_stack(database_url)
    made.second_worker(processes=3)
    made.wait_for_worker(2)
    return made


@pytest.mark.parametrize("emptied", EMPTIED, ids=lambda it: "emptied" if it else "kept")
@pytest.mark.parametrize("database_url", DATABASES, indirect=True)
def test_two_beats_and_four_workers_count_and_tell_once(
    stack: Stack, hall: TownHall, emptied: bool
) -> None:
    """Both beats sweep at the same moments, and both wake for every event."""
    bot, emptier = Bot(stack.client(), range(7_001, 7_006), pause_seconds=0.1), Emptier(stack)
    bot.start()
    with closing(build_parts(stack.settings)) as parts:
        for guild_id in GUILDS:
            hall.add_channels(parts, guild_id, parts.clock())
        fire(parts)
        for _ in range(8):
            assert parts.queue.enqueue(TaskName.DELIVER)
        if emptied:
            emptier.start()
        until(lambda: bot.accepted > 300, PATIENCE_SECONDS, "three hundred events")
        bot.stop()
        until(lambda: not waiting(parts), PATIENCE_SECONDS, "an end of every delivery")
        assert states(parts) == {DeliveryState.SENT.value: len(KINDS) * ALERTS}
    if emptied:
        emptier.stop()
    once = Counter(dict.fromkeys(GUILDS, 1))
    arrived = hall.arrived(GUILDS)
    assert arrived == dict.fromkeys(KINDS, once)
    print(f"{sum(map(Counter.total, arrived.values()))} arrivals, Redis emptied {emptier.times} x")
    check_events(stack, bot, emptied)


def check_events(stack: Stack, bot: Bot, emptied: bool) -> None:
    """A Redis that was emptied has forgotten live events: all else is as with one that was not."""
    until(lambda: is_clean(stack.database), PATIENCE_SECONDS, "snapshots of every guild")
    until(lambda: is_published(stack.database), PATIENCE_SECONDS, "all events published")
    assert set(bot.seen) == {202}
    check_counts(stack.database, [bot])
    if not emptied:
        check_streams(stack, [bot])


def fire(parts: Parts) -> None:
    """An alert of each guild, for whose end nobody sends anything."""
    kind = EventType.HEALTH_SCORE_DROP
    seen = [
        Seen(
            guild_id=guild_id,
            event_type=kind,
            judge=lambda _: Condition.BAD,
            value=40,
            threshold=50,
        )
        for guild_id in GUILDS
    ]
    with parts.database.write() as connection:
        guilds = lock_guilds(connection, GUILDS)
        apply_seen(connection, parts.secrets, guilds, seen, parts.clock())


def states(parts: Parts) -> dict[str, int]:
    """How many deliveries of these alerts are in which state."""
    query = select(Delivery.state, func.count()).where(Delivery.alert_id.is_not(None))
    with parts.database.read() as connection:
        rows = connection.execute(query.group_by(Delivery.state)).all()
        return {row[0]: row[1] for row in rows}


def waiting(parts: Parts) -> int:
    under_way = ("queued", "claimed", "sending", "retrying", "held")
    return sum(count for state, count in states(parts).items() if state in under_way)
