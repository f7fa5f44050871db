"""The mark just before the first byte: sending, and the attempt begun, together or not at all."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Connection, Integer, Uuid, bindparam, insert, select, update

from domain.delivery_life import DeliveryState
from models.deliveries.store import DeliveryRow
from models.deliveries.tables import Delivery, DeliveryAttempt
from models.sql.distributed import is_distributed


def mark_sending(
    connection: Connection, row: DeliveryRow, claim: UUID, now_ms: int, until_ms: int
) -> bool:
    """The second mark, with the attempt begun; False when the claim was lost meanwhile.

    PostgreSQL does both in one statement, which therefore needs no transaction around it.
    """
    values = {
        "of_guild": row.guild_id,
        "of_id": row.id,
        "of_claim": claim,
        "leased_until_ms": until_ms,
        "of_n": row.attempts + 1,
        "now_ms": now_ms,
    }
    if connection.dialect.name == "sqlite" or is_distributed(connection):
        return _mark_then_begin(connection, values)
    return connection.execute(_MARK_AND_BEGIN, values).rowcount == 1


def _mark_then_begin(connection: Connection, values: dict[str, Any]) -> bool:
    if connection.execute(_MARK, values).rowcount != 1:
        return False
    connection.execute(_BEGIN, values)
    return True


def _given(name: str, kind: Any) -> Any:
    return bindparam(name, type_=kind)


# Put together once: that takes longer than to execute them.
_NOW_MS, _N = _given("now_ms", BigInteger), _given("of_n", Integer)
_GUILD, _ID = _given("of_guild", BigInteger), _given("of_id", Uuid)
_MARK = (
    update(Delivery)
    .where(
        Delivery.guild_id == _GUILD,
        Delivery.id == _ID,
        Delivery.claim == _given("of_claim", Uuid),
        Delivery.state == DeliveryState.CLAIMED,
    )
    .values(
        state=DeliveryState.SENDING.value,
        claimed_until_ms=_given("leased_until_ms", BigInteger),
        attempts=_N,
        updated_ms=_NOW_MS,
    )
)
_ATTEMPT = ["guild_id", "delivery_id", "n", "begun_ms"]
_BEGUN = (_GUILD, _ID, _N, _NOW_MS)
_BEGIN = insert(DeliveryAttempt).values(dict(zip(_ATTEMPT, _BEGUN, strict=True)))
_MARKED = _MARK.returning(Delivery.guild_id, Delivery.id, Delivery.attempts).cte("marked")
_MARK_AND_BEGIN = (
    insert(DeliveryAttempt)
    .from_select(_ATTEMPT, select(_MARKED, _NOW_MS))
    .execution_options(preserve_rowcount=True)
)
