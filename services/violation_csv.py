"""The filtered list of violations as CSV, streamed page by page: memory does not grow with it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from adapters.database import Database
from domain.spreadsheet import defused
from models.violation_list import Position, ViolationFilter, list_violations
from models.violation_total import count_violations
from services.user_names import shown_users
from services.violation_json import people_in, violation_json

MOST_ROWS = 50_000
PAGE = 1_000
COLUMNS = (
    "id",
    "timestamp",
    "user_id",
    "username",
    "rule",
    "reason",
    "severity",
    "detection_type",
    "action",
    "action_taken",
    "moderator_id",
    "moderator_username",
    "channel_id",
    "message_id",
    "response_time_ms",
    "appeal",
)


class TooManyRowsError(Exception):
    """More rows than are streamed at once."""


def violations_csv(database: Database, guild_id: int, wanted: ViolationFilter) -> Iterator[str]:
    """Pieces of the file, newest violation first. Raises TooManyRowsError before the first."""
    with database.read() as connection:
        total = count_violations(connection, guild_id, wanted)
    if total > MOST_ROWS:
        raise TooManyRowsError(f"{total} rows; at most {MOST_ROWS} are streamed at once")
    return _pieces(database, guild_id, wanted)


def _pieces(database: Database, guild_id: int, wanted: ViolationFilter) -> Iterator[str]:
    # The mark at the start has spreadsheets read UTF-8.
    yield "\ufeff" + _lines([dict(zip(COLUMNS, COLUMNS, strict=True))])
    after: Position | None = None
    for _ in range(MOST_ROWS // PAGE):
        with database.read() as connection:
            items = list_violations(connection, guild_id, wanted, PAGE, after=after)
            users = shown_users(connection, people_in(items))
        if not items:
            return
        yield _lines([violation_json(item, users) for item in items])
        last = items[-1].row
        after = Position(last.timestamp_ms, last.id)


def _lines(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in COLUMNS])
    return text.getvalue()


def _cell(value: object) -> str:
    return "" if value is None else defused(str(value))
