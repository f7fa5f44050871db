"""The newest violations among those of some wordings, however long ago they were.

Going down the guild's list until a page is full would pass all that says something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import nlargest
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, Select, Table, select
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from models.key_list import is_one_of, of_each
from models.text_search import FoundTexts
from models.violation import Violation

# Up to so many wordings the newest violations of each are merged,
MOST_STREAMS, MOST_STREAMED = 32, 250
# and up to so many violations in all they are read and put in order.
MOST_GATHERED = 5_000
_table = cast(Table, Violation.__table__)
_PLACE: Sequence[Any] = (_table.c.timestamp_ms, _table.c.id)


def newest_first(connection: Connection) -> Sequence[ColumnElement[Any]]:
    time, id = _PLACE
    if connection.dialect.name == "sqlite":
        # The plus keeps SQLite from the one index that has this order, but not the filter: down
        # that it would pass every violation of the guild on the way to a quiet member's.
        id = UnaryExpression(id, operator=custom_op("+"))
    return time.desc(), id.desc()


def newest_ids(
    connection: Connection,
    found: FoundTexts,
    others: Sequence[ColumnElement[bool]],
    limit: int,
) -> list[UUID] | None:
    """Ids of the newest violations that say what was found and fulfil `others`, newest first.

    None where these are so many that going down the list meets a page of them soon.
    """
    hashes = found.hashes
    if hashes is not None and len(hashes) <= MOST_STREAMS and limit <= MOST_STREAMED:
        return _merged(connection, hashes, others, limit)
    if is_gathered(found):
        return _gathered(connection, hashes or (), others, limit)
    return None


def is_gathered(found: FoundTexts) -> bool:
    """Whether all that was found can be read, more cheaply than what lies between."""
    return found.hashes is not None and found.count() <= MOST_GATHERED


def _merged(
    connection: Connection,
    hashes: Sequence[int],
    others: Sequence[ColumnElement[bool]],
    limit: int,
) -> list[UUID]:
    def newest(hash: Any) -> Select[Any]:
        query = select(*_PLACE).where(*others, Violation.text_hash == hash)
        return query.order_by(*newest_first(connection)).limit(limit)

    return [id for _, id in nlargest(limit, map(tuple, of_each(connection, hashes, newest)))]


def _gathered(
    connection: Connection,
    hashes: Sequence[int],
    others: Sequence[ColumnElement[bool]],
    limit: int,
) -> list[UUID]:
    time, id = _PLACE
    said = is_one_of(connection, Violation.text_hash, list(hashes))
    # The sum again is there to keep the databases from going down the list.
    query = select(id).where(*others, said).order_by((time + 0).desc(), id.desc())
    return list(connection.scalars(query.limit(limit)))
