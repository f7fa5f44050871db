"""The filtered list of violations as CSV, streamed page by page: memory does not grow with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter

from adapters.database import Database
from adapters.process.turns import let_others_run
from domain.export_columns import COLUMNS as EXPORTED
from domain.export_columns import ExportType
from domain.spreadsheet import defused
from models.violations.found import find
from models.violations.list import Position, ViolationFilter, list_violations
from models.violations.total import count_violations
from services.exports.lines import MARK, quoted
from services.users.names import shown_users
from services.violations.shape import (
    KnownChannels,
    ShownViolation,
    people_in,
    shown_violations,
)

MOST_ROWS = 50_000
# A piece is some 5 ms of work, after which other requests have their turn.
PAGE = 100
# As in an export, with the time as the API has it.
COLUMNS = tuple(column.name for column in EXPORTED[ExportType.VIOLATIONS])


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
    yield MARK + _lines([COLUMNS])
    after: Position | None = None
    found, channels = None, KnownChannels(guild_id)
    if wanted.text is not None:
        with database.read() as connection:
            found = find(connection, guild_id, wanted.text)
    for _ in range(MOST_ROWS // PAGE):
        with database.read() as connection:
            items = list_violations(connection, guild_id, wanted, PAGE, after=after, found=found)
            users = shown_users(connection, people_in(items), guild_id, asks=False)
            names = channels.of(connection, items)
        if not items:
            return
        yield _lines(map(_of_columns, shown_violations(items, users, names)))
        let_others_run()
        last = items[-1].row
        after = Position(last.timestamp_ms, last.id)


_of_columns: Callable[[ShownViolation], tuple[object, ...]] = attrgetter(*COLUMNS)


def _lines(rows: Iterable[Iterable[object]]) -> str:
    """Text quoted throughout, so that no separator within it is one."""
    return "".join(",".join(map(_cell, row)) + "\r\n" for row in rows)


def _cell(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return quoted("" if value is None else defused(str(value)))
