"""A trail and the attempts to tell of an alert are read back as they were written, with types."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from adapters.database import Database
from domain.attempts import Attempt, Outcome
from models.alerts.store import TrailRow, add_trail, trail_of
from models.deliveries.claims import claim_deliveries, end_attempts
from models.deliveries.marks import mark_sending
from models.deliveries.shown import AttemptRow, ToldAttempt, attempts_of_alert, last_attempts
from models.deliveries.store import DeliveryRow, add_deliveries, delivery_columns, read_deliveries
from tests.delivery_rows import delivery_row

GUILD, OTHER = 700, 800
NOW_MS = 1_800_000_000_000
ALERT, CHANNEL, DELIVERY, CLAIM = (UUID(int=number) for number in range(1, 5))
FAILED = Attempt(outcome=Outcome.NOT_SENT, reason="refused", http_status=503, answer="later")
FIRST = AttemptRow(
    delivery_id=DELIVERY,
    n=1,
    begun_ms=NOW_MS,
    ended_ms=NOW_MS,
    outcome="not_sent",
    reason="refused",
    http_status=503,
    answer="later",
)
LAST = AttemptRow(
    delivery_id=DELIVERY,
    n=2,
    begun_ms=NOW_MS + 5,
    ended_ms=None,
    outcome=None,
    reason=None,
    http_status=None,
    answer=None,
)


def test_a_trail(database_url: str) -> None:
    database = Database(database_url)
    rows = [
        TrailRow(guild_id=GUILD, alert_id=ALERT, at_ms=NOW_MS, kind="fired", reason="breach"),
        TrailRow(
            guild_id=GUILD,
            alert_id=ALERT,
            at_ms=NOW_MS - 1,
            kind="delivery_queued",
            reason="send",
            channel_id=CHANNEL,
            delivery_id=DELIVERY,
            by="user:41",
            details='{"told":"firing"}',
        ),
    ]
    other = TrailRow(guild_id=OTHER, alert_id=ALERT, at_ms=NOW_MS, kind="fired", reason="breach")
    with database.write() as connection:
        add_trail(connection, [rows[0], other, rows[1]])
    with database.read() as connection:
        assert trail_of(connection, GUILD, ALERT) == rows
    database.close()


def test_attempts(database_url: str) -> None:
    database = Database(database_url)
    with database.write() as connection:
        add_deliveries(connection, [delivery()])
    _try(database, NOW_MS, FAILED)
    _try(database, NOW_MS + 5, None)
    with database.read() as connection:
        assert last_attempts(connection, GUILD, [DELIVERY]) == {DELIVERY: LAST}
        assert last_attempts(connection, OTHER, [DELIVERY]) == {}
        found = attempts_of_alert(connection, GUILD, ALERT)
    told = [ToldAttempt(**asdict(one), channel_id=CHANNEL, kind="firing") for one in (FIRST, LAST)]
    assert found == told
    database.close()


def _try(database: Database, now_ms: int, attempt: Attempt | None) -> None:
    """Begin an attempt; None leaves it so, as one of which nobody knows yet how it ended."""
    with database.write() as connection:
        claim_deliveries(connection, [stored(database)], CLAIM, now_ms)
    row = stored(database)
    with database.write() as connection:
        assert mark_sending(connection, row, CLAIM, now_ms, now_ms)
        if attempt is not None:
            end_attempts(connection, [(row, attempt)], now_ms)


def stored(database: Database) -> DeliveryRow:
    with database.read() as connection:
        (row,) = read_deliveries(connection, delivery_columns())
    return row


def delivery() -> DeliveryRow:
    return delivery_row(
        GUILD,
        CHANNEL,
        DELIVERY,
        NOW_MS,
        alert_id=ALERT,
        kind="firing",
        channel_kind="slack",
        state="queued",
        reason="send",
        due_ms=NOW_MS,
    )
