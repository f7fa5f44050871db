"""From SQLite to PostgreSQL: every row of every table, and a proof that both are the same.

Nobody may write to the source meanwhile: what it says is read once. A copy that was interrupted is
run again: rows that are there already are left as they are, and a table whose content is not that
of the source in the end is emptied and copied anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import orjson
from sqlalchemy import Connection, Table, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DataError

from adapters.database import Database
from adapters.migrations import is_current, upgrade
from models import Base
from models.incarnation import Incarnation, incarnation_name, incarnation_serial

ROWS_AT_ONCE = 1_000
_DIGEST_SPACE = 1 << 64


class CopyError(Exception):
    """Why it cannot be done; the message is for the operator."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a table holds: the number of its rows, and a sum over them that knows no order."""

    rows: int = 0
    digest: int = 0

    def with_row(self, row: tuple[Any, ...]) -> Content:
        return Content(self.rows + 1, (self.digest + _digest(row)) % _DIGEST_SPACE)


@dataclass(frozen=True, slots=True)
class Copied:
    table: str
    rows: int


def copy_database(
    source: Database, target: Database, advance: Callable[[int], None] = lambda _: None
) -> Iterator[Copied]:
    """Each table once it is proved to be the same. Raises CopyError; calling it again goes on."""
    _check(source, target)
    for table in tables():
        with source.read() as reading:
            wanted = _copy(table, reading, target, advance)
        if _content(table, target) != wanted:
            _empty(table, target)
            with source.read() as reading:
                wanted = _copy(table, reading, target, advance)
            if _content(table, target) != wanted:
                raise CopyError(f"{table.name} differs after it was copied: does anybody write?")
        yield Copied(table.name, wanted.rows)


def tables() -> list[Table]:
    """What names the database comes first: so a copy that was begun is known by its source."""
    first = Base.metadata.tables[Incarnation.__tablename__]
    return [first, *(table for table in Base.metadata.sorted_tables if table is not first)]


def _check(source: Database, target: Database) -> None:
    if source.is_postgresql or not target.is_postgresql:
        raise CopyError("only from SQLite to PostgreSQL")
    if not is_current(source):
        raise CopyError("the source has not the newest schema: run `modwatch db upgrade`")
    upgrade(target.url)
    with source.read() as reading, target.read() as there:
        mine, theirs = incarnation_name(reading), incarnation_name(there)
        if theirs is None and not _holds_anything(there):
            return
        if theirs is None or mine != theirs:
            raise CopyError("the target holds the data of another installation")
        if incarnation_serial(there) > incarnation_serial(reading):
            # What came there since would be taken for what a copy left half done, and be emptied.
            raise CopyError("the target has been in use since it was copied: nothing was changed")


def _holds_anything(connection: Connection) -> bool:
    return any(connection.execute(select(table).limit(1)).first() for table in tables())


def _copy(
    table: Table, reading: Connection, target: Database, advance: Callable[[int], None]
) -> Content:
    """Returns what the source holds."""
    content, names = Content(), [column.name for column in table.columns]
    add = insert(table).on_conflict_do_nothing()
    for rows in _batches(table, reading):
        for row in rows:
            content = content.with_row(row)
        try:
            with target.write() as connection:
                connection.execute(add, [dict(zip(names, row, strict=True)) for row in rows])
        except DataError as error:
            raise CopyError(f"{table.name}: PostgreSQL does not take a row: {error.orig}") from None
        advance(len(rows))
    return content


def _content(table: Table, database: Database) -> Content:
    content = Content()
    with database.read() as connection:
        for rows in _batches(table, connection):
            for row in rows:
                content = content.with_row(row)
    return content


def _batches(table: Table, connection: Connection) -> Iterator[list[tuple[Any, ...]]]:
    found = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(select(table))
    for rows in found.partitions():
        yield [tuple(row) for row in rows]


def _empty(table: Table, target: Database) -> None:
    with target.write() as connection:
        connection.execute(delete(table))


def _digest(row: tuple[Any, ...]) -> int:
    packed = orjson.dumps([_plain(value) for value in row], option=orjson.OPT_SORT_KEYS)
    return int.from_bytes(blake2b(packed, digest_size=8).digest())


def _plain(value: Any) -> Any:
    """The same for the same value, whichever database it comes from."""
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value
