"""`kill -9` of a process that sends: before the mark, before HTTP, during it, and after it.

Each stops exactly there, so that it is known what must have come of it; test_senders.py kills at
any moment. MODWATCH_TEST_SENDER_KILLS asks for more kills at each step (`make faults`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from threading import Event

import pytest

from domain.alert_rules import EventType
from domain.delivery_life import LEASE_MS, InDoubt
from domain.messages import MessageKind, Priority
from domain.windows import MINUTE_MS
from models.guilds.guild import lock_guilds
from services.deliveries.engine import deliver
from services.notifications.telling import Notice, tell
from tests.discord.exchange import Answer, Request, text_answer
from tests.faults.processes import ForkServer, Nursery
from tests.parts import GUILD, until
from tests.services.alerts.town import Town, open_town

pytestmark = pytest.mark.faults
KILLS = int(os.environ.get("MODWATCH_TEST_SENDER_KILLS", "1"))
PATIENCE_SECONDS = 60.0


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    with ExitStack() as stack:
        made = open_town(stack, database_url, tmp_path)
        made.add_channel("slack", in_doubt=InDoubt.REPORT)
        made.add_channel("webhook")
        # Signatures are looked at elsewhere; the clock of these tests runs ahead.
        made.hook.judge = lambda request: text_answer("", 200)  # type: ignore[method-assign]
        yield made


@pytest.fixture
def nursery(town: Town, fork_server: ForkServer) -> Iterator[Nursery]:
    made = Nursery(fork_server, "nursery", town.parts.settings.given)
    yield made
    made.end()


def announce(town: Town, number: int) -> None:
    """Something for both channels to be told of."""
    with town.parts.database.write() as connection:
        notice = Notice(
            guild_id=GUILD,
            kind=MessageKind.NOTIFICATION,
            event_type=EventType.EXPORT_READY,
            priority=Priority.HIGH,
            dedup_key=f"export:{number}",
            title=f"Export {number} is there",
            message="",
        )
        guilds = lock_guilds(connection, [GUILD])
        assert tell(connection, town.parts.secrets, guilds, [notice], town.clock()) == 1


def send_the_rest(town: Town) -> None:
    """As other processes do once the lease is over, and when repeats are due."""
    for wait_ms in (LEASE_MS, MINUTE_MS, MINUTE_MS):
        town.clock.advance(wait_ms)
        deliver(town.parts)


def requests_of(requests: list[Request], number: int) -> int:
    return sum(f"Export {number} is there".encode() in request.body for request in requests)


def ids_of(requests: list[Request], number: int) -> set[str]:
    words = f"Export {number} is there".encode()
    return {request.headers["webhook-id"] for request in requests if words in request.body}


def states(town: Town) -> list[tuple[str, str]]:
    return sorted((row.channel_kind, row.state) for row in town.deliveries())


def under_way(town: Town) -> list[str]:
    return [row.state for row in town.deliveries() if row.state not in ("sent", "unknown")]


def test_killed_before_the_mark_it_is_sent_once(town: Town, nursery: Nursery) -> None:
    for number in range(KILLS):
        announce(town, number)
        pid = nursery.start(town.clock(), "before")
        nursery.wait_until_there(2)
        nursery.kill(pid)
        assert requests_of([*town.slack.requests, *town.hook.requests], number) == 0
        send_the_rest(town)
        assert requests_of(town.slack.requests, number) == 1
        assert requests_of(town.hook.requests, number) == 1
    assert states(town) == [("slack", "sent")] * KILLS + [("webhook", "sent")] * KILLS


def test_killed_between_the_mark_and_http_a_blind_one_is_in_doubt_and_a_keyed_one_sent(
    town: Town, nursery: Nursery
) -> None:
    """Nobody can know afterwards that no byte had left: the blind one is not risked."""
    for number in range(KILLS):
        announce(town, number)
        pid = nursery.start(town.clock(), "marked")
        nursery.wait_until_there(2)
        assert set(under_way(town)) == {"sending"}
        nursery.kill(pid)
        send_the_rest(town)
        assert requests_of(town.slack.requests, number) == 0
        assert requests_of(town.hook.requests, number) == 1
    assert states(town) == [("slack", "unknown")] * KILLS + [("webhook", "sent")] * KILLS


def test_killed_during_http_a_blind_one_is_in_doubt_and_a_keyed_one_repeated(
    town: Town, nursery: Nursery
) -> None:
    for number in range(KILLS):
        announce(town, number)
        go = Event()

        def hold(go: Event = go) -> Answer:
            go.wait(PATIENCE_SECONDS)
            return text_answer("ok", 200)

        for provider in (town.slack, town.hook):
            provider.plan(hold)
        pid = nursery.start(town.clock(), "-")
        for provider in (town.slack, town.hook):
            came = partial(requests_of, provider.requests, number)
            until(lambda: came() == 1, PATIENCE_SECONDS, "the request")  # noqa: B023
        nursery.kill(pid)
        go.set()
        send_the_rest(town)
        check_doubt(town, number)
    assert states(town) == [("slack", "unknown")] * KILLS + [("webhook", "sent")] * KILLS


def test_killed_after_http_a_blind_one_is_in_doubt_and_a_keyed_one_repeated(
    town: Town, nursery: Nursery
) -> None:
    for number in range(KILLS):
        announce(town, number)
        pid = nursery.start(town.clock(), "after")
        nursery.wait_until_there(2)
        nursery.kill(pid)
        send_the_rest(town)
        check_doubt(town, number)
    assert states(town) == [("slack", "unknown")] * KILLS + [("webhook", "sent")] * KILLS


def check_doubt(town: Town, number: int) -> None:
    """Never twice on the blind one; on the keyed one twice under the same key."""
    assert requests_of(town.slack.requests, number) == 1
    assert requests_of(town.hook.requests, number) == 2
    assert len(ids_of(town.hook.requests, number)) == 1
