"""Databases that are emptied and used again: cloning one takes a quarter of a second of a core.

The next test gets it under a new name, so nothing that an earlier test left running can reach it.
A database whose schema or statistics a test has changed is dropped instead.
"""

from __future__ import annotations

from itertools import count
from typing import LiteralString, Protocol

import psycopg
from psycopg import sql

# What tests may not have changed. The catalogs of a clone are those of its template, oid by oid.
SCHEMA: LiteralString = """
    SELECT concat_ws(' ',
        (SELECT concat(count(*), ' ', max(oid)) FROM pg_class),
        (SELECT concat(count(*), ' ', sum(atttypid::bigint), ' ', sum(atttypmod::bigint))
           FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE relpersistence <> 't'),
        (SELECT concat(count(*), ' ', max(oid)) FROM pg_attrdef),
        (SELECT concat(count(*), ' ', max(oid)) FROM pg_constraint),
        (SELECT concat(count(*), ' ', max(oid)) FROM pg_trigger),
        (SELECT concat(count(*), ' ', max(oid)) FROM pg_proc),
        (SELECT concat(count(*), ' ', max(oid)) FROM pg_extension),
        (SELECT concat(count(*), ' ', max(oid)) FROM pg_namespace),
        (SELECT count(*) FROM pg_statistic JOIN pg_class ON pg_class.oid = starelid
          WHERE relnamespace = 'public'::regnamespace),
        (SELECT string_agg(version_num, ' ') FROM alembic_version))
"""
# By their files, which have no length after a TRUNCATE. To look into each table takes five times as
# long, since all that there is to know of it and its indexes is read for that.
FILLED: LiteralString = """
    SELECT relname FROM pg_class
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
       AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0
"""
END_OTHERS: LiteralString = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
     WHERE datname = %s AND pid <> pg_backend_pid()
"""
# PostgreSQL waits 5 s for whoever is connected; one that was connecting just now is ended then.
LOOKS = 10
LOOK_MS = 500
RESET_SEQUENCES: LiteralString = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
      FROM pg_sequences WHERE last_value IS NOT NULL
"""


class Server(Protocol):
    def connect(self, database: str = "postgres") -> psycopg.Connection: ...
    def create(self) -> str: ...
    def drop(self, name: str) -> None: ...


class Pool:
    """The databases of one server that no test has at the moment."""

    def __init__(self, server: Server, template: str) -> None:
        self._server = server
        self._spare: list[str] = []
        self._numbers = count(1)
        self._keeper = server.connect()  # each connection is a process of the server
        with server.connect(template) as connection:
            self._schema = _text(connection, SCHEMA)
            # What migrations write: a test finds it as it was.
            written = {table: _rows(connection, table) for table in _filled(connection)}
            self._rows = {table: rows for table, rows in written.items() if rows}

    def take(self) -> str:
        """The name of an empty, migrated database; nobody else has ever known it."""
        return self._spare.pop() if self._spare else self._server.create()

    def give_back(self, name: str) -> None:
        """Empty the database for the next test, or drop it where emptying is not enough."""
        new = self._renamed(name)
        if new is not None and self._is_emptied(new):
            self._spare.append(new)
        else:
            self._server.drop(new or name)

    def _renamed(self, name: str) -> str | None:
        """The new name, from where on nothing finds it; None where somebody is connected for ever.

        Nobody may connect meanwhile, as a loop of the test that just ended would go on doing.
        """
        self._keeper.execute(_about("ALTER DATABASE {} ALLOW_CONNECTIONS false", name))
        new = next((new for _ in range(LOOKS) if (new := self._rename_unless_used(name))), None)
        if new is not None:
            self._keeper.execute(_about("ALTER DATABASE {} ALLOW_CONNECTIONS true", new))
        return new

    def _rename_unless_used(self, name: str) -> str | None:
        new = f"again_{next(self._numbers)}"
        self._keeper.execute(END_OTHERS, [name])
        try:
            with self._keeper.transaction():
                self._keeper.execute(sql.SQL("SET LOCAL statement_timeout = {}").format(LOOK_MS))
                self._keeper.execute(_about("ALTER DATABASE {} RENAME TO {}", name, new))
        except (psycopg.errors.ObjectInUse, psycopg.errors.QueryCanceled):
            return None
        return new

    def _is_emptied(self, name: str) -> bool:
        with self._server.connect(name) as connection:
            if _text(connection, SCHEMA) != self._schema:
                return False
            self._empty(connection)
        return True

    def _empty(self, connection: psycopg.Connection) -> None:
        if used := sorted({*_filled(connection), *self._rows}):
            tables = sql.SQL(", ").join(map(sql.Identifier, used))
            connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(tables))
        connection.execute(RESET_SEQUENCES)
        for table, rows in self._rows.items():
            statement = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
            with connection.cursor().copy(statement) as copy:
                copy.write(rows)


def _filled(connection: psycopg.Connection) -> list[str]:
    """The tables that have rows, or had some since they were emptied."""
    return [row[0] for row in connection.execute(FILLED)]


def _about(statement: LiteralString, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, names))


def _text(connection: psycopg.Connection, query: LiteralString) -> str:
    (row,) = connection.execute(query).fetchall()
    return str(row[0])


def _rows(connection: psycopg.Connection, table: str) -> bytes:
    statement = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
    with connection.cursor().copy(statement) as copy:
        return b"".join(copy)
