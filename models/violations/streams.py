"""The newest violations of some wordings and of some members, however long ago they were.

Going down the guild's list until a page is full would pass all that says something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import nlargest
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, Select, Table, select
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from models.events.tables import Violation
from models.sql.key_list import is_one_of, of_each
from models.violations.named import FoundMembers
from models.violations.search import FoundTexts

# Up to so many wordings or members the newest violations of each are merged,
MOST_STREAMS, MOST_STREAMED = 32, 250
# and up to so many violations in all they are read and put in order.
MOST_GATHERED = 5_000
_table = cast(Table, Violation.__table__)
_PLACE: Sequence[Any] = (_table.c.timestamp_ms, _table.c.id)
# When a violation was, and its id.
Place = tuple[int, UUID]
Key = InstrumentedAttribute[int]


def newest_first(connection: Connection) -> Sequence[ColumnElement[Any]]:
    time, id = _PLACE
    if connection.dialect.name == "sqlite":
        # The plus keeps SQLite from the one index that has this order, but not the filter: down
        # that it would pass every violation of the guild on the way to a quiet member's.
        id = UnaryExpression(id, operator=custom_op("+"))
    return time.desc(), id.desc()


def newest_ids(
    connection: Connection,
    texts: FoundTexts,
    members: FoundMembers,
    others: Sequence[ColumnElement[bool]],
    limit: int,
) -> list[UUID] | None:
    """Ids of the newest violations of these wordings or members that fulfil `others`.

    Newest first. None where these are so many that going down the list meets a page of them soon.
    """
    places: set[Place] = set()
    for key, values, count in (
        (Violation.text_hash, texts.hashes, texts.count()),
        (Violation.user_id, members.ids, members.count()),
    ):
        few = values is not None and len(values) <= MOST_STREAMS and limit <= MOST_STREAMED
        if few:
            places.update(_merged(connection, key, values or (), others, limit))
        elif values is not None and count <= MOST_GATHERED:
            places.update(_gathered(connection, key, values, others, limit))
        else:
            return None
    return [id for _, id in nlargest(limit, places)]


def is_gathered(found: FoundTexts) -> bool:
    """Whether all that was found can be read, more cheaply than what lies between."""
    return found.hashes is not None and found.count() <= MOST_GATHERED


def _merged(
    connection: Connection,
    key: Key,
    values: Sequence[int],
    others: Sequence[ColumnElement[bool]],
    limit: int,
) -> list[Place]:
    def newest(value: Any) -> Select[Any]:
        query = select(*_PLACE).where(*others, key == value)
        return query.order_by(*newest_first(connection)).limit(limit)

    return [(row[0], row[1]) for row in of_each(connection, values, newest)]


def _gathered(
    connection: Connection,
    key: Key,
    values: Sequence[int],
    others: Sequence[ColumnElement[bool]],
    limit: int,
) -> list[Place]:
    if not values:
        return []
    time, id = _PLACE
    # The sum again is there to keep the databases from going down the list.
    query = select(time, id).where(*others, is_one_of(connection, key, list(values)))
    query = query.order_by((time + 0).desc(), id.desc()).limit(limit)
    return [(row[0], row[1]) for row in connection.execute(query)]
