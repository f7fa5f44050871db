"""Incidents in the order of time, page by page."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, Table, bindparam, select, tuple_

from domain.incidents import CALM_MS, GOING_ON, OVER
from models.incidents.store import IncidentRow
from models.incidents.tables import StoredIncident

_TABLE = cast(Table, StoredIncident.__table__)
_COLUMNS = [_TABLE.c[name] for name in IncidentRow.__slots__]
_PLACE = tuple_(_TABLE.c.started_ms, _TABLE.c.id)


def list_incidents(
    connection: Connection,
    guild_id: int,
    state: str | None,
    now_ms: int,
    *,
    limit: int,
    after: tuple[int, UUID] | None = None,
) -> list[IncidentRow]:
    """Latest first, those of `after` (started_ms, id) and later left out."""
    query = select(*_COLUMNS).where(_TABLE.c.guild_id == guild_id)
    if state == GOING_ON:
        query = query.where(_TABLE.c.ended_ms >= now_ms - CALM_MS)
    elif state == OVER:
        query = query.where(_TABLE.c.ended_ms < now_ms - CALM_MS)
    if after is not None:
        query = query.where(_bound(*after) > _PLACE)
    query = query.order_by(_TABLE.c.started_ms.desc(), _TABLE.c.id.desc()).limit(limit)
    return [IncidentRow(**row._mapping) for row in connection.execute(query)]


def neighbours(connection: Connection, row: IncidentRow) -> tuple[UUID | None, UUID | None]:
    """The incidents before and after this one."""
    here = _bound(row.started_ms, row.id)
    ids = select(_TABLE.c.id).where(_TABLE.c.guild_id == row.guild_id).limit(1)
    time, id = _TABLE.c.started_ms, _TABLE.c.id
    before = ids.where(here > _PLACE).order_by(time.desc(), id.desc())
    after = ids.where(here < _PLACE).order_by(time, id)
    return connection.scalar(before), connection.scalar(after)


def _bound(started_ms: int, id: UUID) -> Any:
    return tuple_(
        bindparam(None, started_ms, _TABLE.c.started_ms.type),
        bindparam(None, id, _TABLE.c.id.type),
    )
