"""The mark before the first byte: with its attempt or not at all, on every kind of database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import insert, make_url, select
from sqlalchemy.exc import IntegrityError

from adapters.database import Database
from adapters.setting_values import SPREAD
from models.deliveries.claims import claim_deliveries
from models.deliveries.marks import mark_sending
from models.deliveries.store import DeliveryRow, add_deliveries
from models.deliveries.tables import Delivery, DeliveryAttempt
from tests.models.test_told_rows import ALERT, CLAIM, GUILD, NOW_MS, delivery, stored

LEASED_UNTIL_MS = NOW_MS + 60_000


@pytest.fixture(params=["plain", "spread"])
def database(request: pytest.FixtureRequest, database_url: str) -> Iterator[Database]:
    url = make_url(database_url)
    if request.param == "spread":
        if url.get_backend_name() == "sqlite":
            pytest.skip("SQLite does not spread")
        url = url.update_query_dict({SPREAD: "citus"})
    database = Database(url.render_as_string(hide_password=False))
    yield database
    database.close()


def claimed(database: Database) -> DeliveryRow:
    with database.write() as connection:
        add_deliveries(connection, [delivery()])
        claim_deliveries(connection, [delivery()], CLAIM, NOW_MS + 1)
    return stored(database)


def attempts(database: Database) -> list[tuple[int, int]]:
    with database.read() as connection:
        query = select(DeliveryAttempt.n, DeliveryAttempt.begun_ms).order_by(DeliveryAttempt.n)
        return [(n, begun_ms) for n, begun_ms in connection.execute(query)]


def mark(database: Database, row: DeliveryRow) -> bool:
    with database.write_alone() as connection:
        return mark_sending(connection, row, CLAIM, NOW_MS, LEASED_UNTIL_MS)


def test_it_is_there_for_others_once_it_is_made(database: Database) -> None:
    row = claimed(database)
    assert mark(database, row)
    with database.read() as connection:
        query = select(Delivery.state, Delivery.attempts, Delivery.claimed_until_ms)
        assert tuple(connection.execute(query).one()) == ("sending", 1, LEASED_UNTIL_MS)
    assert attempts(database) == [(1, NOW_MS)]
    assert not mark(database, stored(database)), "what is on its way is begun once"
    assert attempts(database) == [(1, NOW_MS)]


def test_a_lost_claim_begins_nothing(database: Database) -> None:
    row = claimed(database)
    with database.write() as connection:
        claim_deliveries(connection, [row], ALERT, NOW_MS + 1)
    assert not mark(database, row)
    assert stored(database).state == "claimed"
    assert attempts(database) == []


def test_where_no_attempt_can_begin_there_is_no_mark(database: Database) -> None:
    row = claimed(database)
    begun = {"guild_id": GUILD, "delivery_id": row.id, "n": 1, "begun_ms": NOW_MS - 1}
    with database.write() as connection:
        connection.execute(insert(DeliveryAttempt), begun)
    with pytest.raises(IntegrityError):
        mark(database, row)
    assert stored(database) == row
    assert attempts(database) == [(1, NOW_MS - 1)]
