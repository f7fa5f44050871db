"""What is to be sent is found without reading what was sent before, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from adapters.database import Database
from domain.delivery_life import DeliveryState
from models.channels.store import ChannelRow, insert_channel
from models.deliveries.claims import abandoned
from models.deliveries.dues import look_again
from models.deliveries.leaving import channels_to_let_go, is_anything_left
from models.deliveries.sendable import count_due, next_due, sendable, waiting_channels
from models.deliveries.shown import list_deliveries
from models.deliveries.store import (
    DeliveryRow,
    add_deliveries,
    held_deliveries,
    waiting_by_target,
)
from tests.delivery_rows import delivery_row
from tests.models.plans import explained, scanned_tables
from tests.parts import GUILD, NOW_MS

SENT, WAITING = 5_000, 5
CHANNEL = UUID(int=7)
# They have what is under way or waits, so that all of one may be read.
PARTIAL = (
    "idx_deliveries_due",
    "idx_deliveries_lease",
    "uq_deliveries_lane",
    "idx_channels_leaving",
)
LOOKS: dict[str, Callable[[Connection], object]] = {
    "waiting_channels": lambda c: waiting_channels(c, NOW_MS, 64),
    "waiting_channels behind a guild": lambda c: waiting_channels(c, NOW_MS, 2),
    "sendable": lambda c: sendable(c, NOW_MS, 500, [(GUILD, CHANNEL)]),
    "next_due": next_due,
    "count_due": lambda c: count_due(c, NOW_MS),
    "held": lambda c: held_deliveries(c, NOW_MS, 500),
    "abandoned": lambda c: abandoned(c, NOW_MS, 200),
    "to_let_go": lambda c: channels_to_let_go(c, NOW_MS, 100),
    "anything_left": lambda c: is_anything_left(c, (GUILD, CHANNEL)),
}
# Of one guild alone, while it waits for them.
OF_GUILD: dict[str, Callable[[Connection], object]] = {
    "waiting_by_target": lambda c: waiting_by_target(c, [GUILD]),
    "look_again": lambda c: look_again(c, GUILD, NOW_MS),
}


def _delivery(number: int) -> DeliveryRow:
    return delivery_row(
        GUILD,
        CHANNEL,
        UUID(int=number),
        NOW_MS,
        subject=f"notification:{number}",
        notification_id=UUID(int=number),
        kind="notification",
        event_type="export_ready",
        channel_kind="slack",
        lane=f"lane {number}",
        state=DeliveryState.SENT.value,
        reason="sent",
    )


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Much was sent, little waits."""
    opened = Database(database_url)
    queued = {"state": DeliveryState.QUEUED.value, "due_ms": NOW_MS}
    waiting = [replace(_delivery(SENT + number), **queued) for number in range(WAITING)]  # type: ignore[arg-type]
    with opened.write() as connection:
        channel = ChannelRow(
            guild_id=GUILD, id=CHANNEL, kind="slack", name="", settings="", mask={}
        )
        insert_channel(connection, channel)
        add_deliveries(connection, [*map(_delivery, range(SENT)), *waiting])
    with opened.engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()
    yield opened
    opened.close()


def test_nothing_reads_all_deliveries_to_find_what_is_to_be_done(database: Database) -> None:
    for name, look in LOOKS.items():
        with explained(database) as plans, database.read() as connection:
            look(connection)
        assert plans
        for plan in plans:
            scanned = scanned_tables(database, _beside_partial(plan)) - {"channels"}
            assert scanned == set(), f"{name} reads all of {scanned}:\n{plan}"


@pytest.mark.parametrize("name", OF_GUILD)
def test_what_waits_in_a_guild_is_not_sought_among_all_it_was_ever_sent(
    database: Database, name: str
) -> None:
    with explained(database) as plans, database.write() as connection:
        OF_GUILD[name](connection)
    assert plans
    for plan in plans:
        assert scanned_tables(database, _beside_partial(plan)) <= {"channels"}
        led = [line for line in plan.splitlines() if line.startswith("SEARCH deliveries")]
        assert all("state=?" in line for line in led), plan


@pytest.mark.parametrize("before", [None, (NOW_MS, UUID(int=SENT))])
def test_what_became_one_thing_is_not_sought_among_all_that_was_sent(
    database: Database, before: tuple[int, UUID] | None
) -> None:
    """Nothing is dead: without an index all would be read to know that."""
    with explained(database) as plans, database.read() as connection:
        assert list_deliveries(connection, GUILD, "dead", 51, before) == []
    (plan,) = plans
    assert "idx_deliveries_state" in plan
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan, "all of a state would be put in order"


def test_what_waits_is_found_among_what_was_sent(database: Database) -> None:
    with database.read() as connection:
        assert waiting_channels(connection, NOW_MS, 64) == [(GUILD, CHANNEL)]
        rows = sendable(connection, NOW_MS, 500, [(GUILD, CHANNEL)])
        assert len(rows) == count_due(connection, NOW_MS) == WAITING
        assert count_due(connection, NOW_MS - 1) == 0
        assert next_due(connection) == NOW_MS


def _beside_partial(plan: str) -> str:
    return "\n".join(line for line in plan.splitlines() if not any(map(line.__contains__, PARTIAL)))
