"""COPY ... TO STDOUT of PostgreSQL in pieces of many rows, which cost Python one step each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg.abc import PQGen
from psycopg.generators import execute, fetch_many
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn
from psycopg.waiting import Wait

PIECE_BYTES = 256 * 1024


def copied(connection: psycopg.Connection[Any], statement: bytes) -> Iterator[list[Any]]:
    """The rows of a COPY statement, each a buffer with its line end, some 256 KB of them at once,
    and at least one.

    A connection whose rows are not taken to the end is good for nothing: close it.
    """
    connection.wait(_begun(connection.pgconn, statement))
    is_more = True
    while is_more:
        rows, is_more = connection.wait(_some(connection.pgconn))
        if rows:  # that the last piece was full is heard with the next one alone
            yield rows


def _begun(pgconn: PGconn, statement: bytes) -> PQGen[None]:
    pgconn.send_query(statement)
    (result,) = yield from execute(pgconn)
    if result.status != ExecStatus.COPY_OUT:
        raise psycopg.errors.error_from_result(result)


def _some(pgconn: PGconn) -> PQGen[tuple[list[Any], bool]]:
    """Rows that have come, and whether there may be more."""
    rows: list[Any] = []
    size = 0
    while size < PIECE_BYTES:
        count, data = pgconn.get_copy_data(1)
        if count > 0:
            rows.append(data)
            size += count
        elif count < 0:
            yield from _ended(pgconn)
            return rows, False
        else:
            while not (yield Wait.R):
                continue
            pgconn.consume_input()
    return rows, True


def _ended(pgconn: PGconn) -> PQGen[None]:
    for result in (yield from fetch_many(pgconn)):
        if result.status != ExecStatus.COMMAND_OK:
            raise psycopg.errors.error_from_result(result)
