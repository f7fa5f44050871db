"""Violations in a bare table with the two indexes of the product's first schema, and no more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg

from schemas.events.structs import ViolationEvent

_CREATE = """
CREATE TABLE {table} (
  id uuid NOT NULL, guild_id bigint NOT NULL, timestamp_ms bigint NOT NULL,
  user_id bigint NOT NULL, rule text, reason text NOT NULL, severity text NOT NULL,
  detection_type text NOT NULL, action_taken text NOT NULL, message_id bigint, channel_id bigint,
  moderator_id bigint, response_time_ms bigint, content_hash text
);
CREATE INDEX {table}_guild_timestamp ON {table} (guild_id, timestamp_ms);
CREATE INDEX {table}_user_guild ON {table} (user_id, guild_id);
"""
BARE, KEYED = "bare_violations", "keyed_violations"
_COLUMNS = (
    "id",
    "guild_id",
    "timestamp_ms",
    "user_id",
    "rule",
    "reason",
    "severity",
    "detection_type",
    "action_taken",
    "message_id",
    "channel_id",
    "moderator_id",
    "response_time_ms",
    "content_hash",
)


@contextmanager
def bare_table(url: str) -> Iterator[psycopg.Connection]:
    """A connection to a database that has got the table, and another with a primary key."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        for table in (BARE, KEYED):
            connection.execute(_CREATE.format(table=table))
        connection.execute(f"ALTER TABLE {KEYED} ADD PRIMARY KEY (id)")
        connection.commit()
        yield connection


def copy_in(
    connection: psycopg.Connection, events: Sequence[ViolationEvent], table: str = BARE
) -> None:
    """One COPY of the events' rows, and its commit."""
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(_COLUMNS)}) FROM STDIN") as copy,
    ):
        for event in events:
            copy.write_row(_row(event))
    connection.commit()


def _row(event: ViolationEvent) -> tuple[object, ...]:
    names = ("timestamp" if name == "timestamp_ms" else name for name in _COLUMNS)
    values = (getattr(event, name) for name in names)
    # Plain numbers: psycopg looks for how to write a type, and knows int best.
    return tuple(int(value) if isinstance(value, int) else value for value in values)
