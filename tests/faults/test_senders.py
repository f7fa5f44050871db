"""Processes that send messages are killed before, during and after the request, for real."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from random import Random
from threading import Event

import pytest

from domain.alert_rules import Condition, EventType
from domain.delivery_life import BACKOFF_MS, JITTER, LEASE_MS, InDoubt
from domain.windows import MINUTE_MS
from models.guilds.guild import lock_guilds
from services.alerts.turns import Seen, apply_seen
from tests.discord.exchange import Answer
from tests.faults.processes import ForkServer, Nursery
from tests.faults.stack import at_the_moment
from tests.services.alerts.town import Town, open_town

KILLS = int(os.environ.get("MODWATCH_TEST_KILLS", "1"))  # of each kind; `make faults` has more
WAIT_SECONDS = 60
GUILDS = count(90_000)
STEP_MS = LEASE_MS + MINUTE_MS


class Hall:
    """A town whose messages are sent by processes; each is further ahead in time than the last."""

    def __init__(self, town: Town, nursery: Nursery) -> None:
        self.town, self._nursery = town, nursery
        town.slack.clock = None  # it stands for as many webhooks as there are servers

    def fire(self) -> int:
        """A new guild with two channels, and an alert to be told there."""
        town, guild_id = self.town, next(GUILDS)
        town.add_channel("slack", guild_id, in_doubt=InDoubt.REPORT)
        town.add_channel("pagerduty", guild_id)
        seen = Seen(
            guild_id=guild_id,
            event_type=EventType.HEALTH_SCORE_DROP,
            judge=lambda _: Condition.BAD,
            value=40,
            threshold=50,
        )
        with town.parts.database.write() as connection:
            guilds = lock_guilds(connection, [guild_id])
            apply_seen(connection, town.parts.secrets, guilds, [seen], town.clock())
        return guild_id

    def go(self) -> None:
        """A process begins to send what is due."""
        self._nursery.start(self.town.clock(), "-")

    def kill(self) -> None:
        self._nursery.end()
        self.town.clock.advance(STEP_MS)

    def finish(self) -> None:
        """Whole senders, each after the longest backoff, as long as anything is left to do.

        One that was under way in several who were killed waits for its next try that long.
        """
        for _ in range(2):
            self.town.clock.advance(round(max(BACKOFF_MS) * (1 + JITTER)))
            self._nursery.finish(self.town.clock(), "-")


@pytest.fixture
def hall(database_url: str, tmp_path: Path, fork_server: ForkServer) -> Iterator[Hall]:
    with ExitStack() as stack:
        town = open_town(stack, database_url, tmp_path)
        nursery = Nursery(fork_server, "nursery", town.parts.settings.given)
        stack.callback(nursery.end)
        yield Hall(town, nursery)


def _before(hall: Hall, random: Random) -> None:
    """At some moment between its start and the answer, whichever it is."""
    hall.go()
    time.sleep(random.uniform(0, 0.25))  # where it lies does not matter: each moment is allowed
    hall.kill()


def _during(hall: Hall, random: Random) -> None:
    """While the providers have the request and have not answered."""
    came, may_go = Event(), Event()

    def stuck() -> Answer:
        came.set()
        may_go.wait(WAIT_SECONDS)
        return Answer(0)

    hall.town.slack.plan(stuck)
    hall.go()
    assert came.wait(WAIT_SECONDS)
    hall.kill()
    may_go.set()


def _after(hall: Hall, random: Random) -> None:
    """Once a provider has taken the message, before or after that is written down."""
    slack = hall.town.slack
    before = len(slack.requests)
    hall.go()
    at_the_moment(lambda: len(slack.requests) > before, WAIT_SECONDS, "the request")
    hall.kill()


WAYS: dict[str, Callable[[Hall, Random], None]] = {
    "before": _before,
    "during": _during,
    "after": _after,
}


def test_killed_senders_double_nothing_and_lose_nothing(hall: Hall) -> None:
    random = Random(7)
    for _ in range(KILLS):
        for kill in WAYS.values():
            hall.fire()
            kill(hall, random)
    hall.finish()
    rows = hall.town.deliveries()
    assert len(rows) == 2 * len(WAYS) * KILLS
    for row in rows:
        allowed = {"sent", "unknown"} if row.channel_kind == "slack" else {"sent"}
        assert row.state in allowed, row
    links = [str(body["blocks"]) for body in hall.town.slack.accepted]
    assert len(set(links)) == len(links), "a blind provider got one twice"
    paged = hall.town.pager.opened
    assert len(set(paged)) == len(paged) == len(WAYS) * KILLS
