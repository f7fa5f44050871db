"""Making an export, as long work: whatever happens, its file is there whole or not at all.

1. The turn begins: the export is `running` under the claim of the work, with a fresh storage key.
2. One consistent read is written to `<key>.part`, brought to the disk, and renamed.
3. One transaction makes it `done`, with rows and hash, its live event and its notification.

What loses its turn on the way (cancelled, erased, another process) changes no row from then on and
removes what it has written; what a killed process left lies under a key that no row names any more.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import asdict
from typing import BinaryIO, cast
from uuid import UUID

import orjson
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from adapters.database import WRITE_REFUSED
from adapters.exports.storage import (
    DiskFullError,
    FileTooLargeError,
    NewFile,
    StorageAwayError,
)
from adapters.telemetry.counts import EXPORT_BYTES, EXPORTS
from domain.export_life import LOOK_AGAIN_MS, PATIENCE_MS, ExportError
from domain.exports import TooManyRowsError
from domain.windows import DAY_MS
from models.exports import turns
from models.exports.history import ExportRow, export_of, stored_bytes
from models.exports.turns import Turn
from models.guilds.guild import lock_guilds
from services.container import Parts
from services.exports.asking import asked_by
from services.exports.files import remove_files
from services.exports.giving_up import give_up
from services.exports.making import MadeFile, estimate, write_export
from services.exports.saying import say
from services.exports.shown import file_name_of, media_of
from services.exports.sink import TooLongError
from services.exports.telling import tell_done, tell_running
from services.exports.watch import Over, OverError, Watch
from services.work.lease import LaterError, Lease, LeaseLostError, StopWorkError

DISK_FULL, ENDED = "53100", "57014"  # SQLSTATE; a statement is ended by its timeout, or by hand


def make_export(parts: Parts, lease: Lease) -> None:
    """The handler of the work `export`; its subject is the export's id."""
    piece = lease.piece
    turn = Turn(piece.guild_id, UUID(piece.subject), piece.claim)
    if (row := _begin(parts, turn, piece.attempts)) is None:
        return
    try:
        _make(parts, turn, lease, row)
    except (LaterError, LeaseLostError, StopWorkError):
        raise
    except Exception as error:
        if (code := _lacking(error)) is not None:
            _wait(parts, turn, row, code)
        elif (code := _too_much(error)) is not None:
            _give_up(parts, turn, code)
        else:
            # It is tried again, or given up: until then it waits, and does not seem to run.
            with suppress(*WRITE_REFUSED), parts.database.write() as connection:
                turns.put_back(connection, turn, None)
            raise
    finally:
        parts.database.keep_log_short()  # the read has held it back


def _begin(parts: Parts, turn: Turn, attempt: int) -> ExportRow | None:
    now_ms = parts.clock()
    # Fresh for each turn: whoever had an earlier one writes elsewhere.
    key = turn.claim.hex
    with parts.database.write() as connection:
        guilds = lock_guilds(connection, [turn.guild_id])
        row = turns.begin(connection, turn, attempt=attempt, storage_key=key, now_ms=now_ms)
        if row is not None:
            tell_running(connection, guilds, row, now_ms)
    say(parts)
    return row


def _make(parts: Parts, turn: Turn, lease: Lease, row: ExportRow) -> None:
    key = turn.claim.hex
    said = {
        "Content-Disposition": f'attachment; filename="{file_name_of(row)}"',
        "Content-Type": media_of(row),
        "Cache-Control": "private, no-store",
    }
    with parts.exports.create(key, _most_bytes(parts, row.guild_id), said) as file:
        made = _write(parts, turn, lease, row, cast(BinaryIO, file))
        if made is None:
            return
        is_kept = _keep(file)
    # Whether the commit came about may stay unknown (DBAPIError): then the row decides, and a file
    # that none names is swept away.
    if not (is_kept and _finish(parts, turn, made)):
        remove_files(parts, [key])
        _end_as(parts, turn, lease, Over.NOT_OURS)


def _write(
    parts: Parts, turn: Turn, lease: Lease, row: ExportRow, file: BinaryIO
) -> MadeFile | None:
    """None where it came to its end otherwise, which is written down by then."""
    assert row.as_of_ms is not None
    wish = asked_by(row).wish(row.guild_id, row.as_of_ms)
    over: Over | None = None
    # Caught outside of the read, which is to be rolled back: its connection may be of no more use.
    try:
        with parts.database.read() as connection, Watch(parts, turn, lease, connection) as watch:
            try:
                watch.rows_estimated = estimate(connection, wish).rows
                return write_export(connection, wish, file, watch.on_rows)
            finally:
                over = watch.over
    except (OverError, DBAPIError):
        if over is None:
            raise
    _end_as(parts, turn, lease, over)
    return None


def _keep(file: NewFile) -> bool:
    """False where somebody removed it meanwhile: an erasure, or who cancelled the export."""
    with suppress(FileNotFoundError):
        file.keep()
        return True
    return False


def _finish(parts: Parts, turn: Turn, made: MadeFile) -> bool:
    now_ms = parts.clock()
    values = {
        "rows_done": made.rows,
        "rows_estimated": made.rows,
        "size_bytes": made.size_bytes,
        "sha256": made.sha256,
        "columns": orjson.dumps([asdict(column) for column in made.columns]).decode(),
        "ended_ms": now_ms,
        "expires_ms": now_ms + parts.settings.export_retention_days * DAY_MS,
    }
    with parts.database.write() as connection:
        guilds = lock_guilds(connection, [turn.guild_id])
        if not turns.finish(connection, turn, **values):
            return False
        row = export_of(connection, turn.guild_id, turn.id)
        assert row is not None
        tell_done(connection, parts.secrets, guilds, row, now_ms)
    EXPORTS.labels("done").inc()
    EXPORT_BYTES.inc(made.size_bytes)
    parts.after_telling()
    say(parts)
    return True


def _end_as(parts: Parts, turn: Turn, lease: Lease, over: Over) -> None:
    """Raises what the long work is to know of it; nothing where the export is over."""
    if over is Over.TOO_LONG:
        return _give_up(parts, turn, ExportError.TOO_LONG)
    if over is Over.LOST:
        raise LeaseLostError(str(turn.id))
    with parts.database.write() as connection:
        turns.put_back(connection, turn, None)
        row = export_of(connection, turn.guild_id, turn.id)
    if over is Over.STOPPED:
        raise StopWorkError
    # A member was erased meanwhile: it is to be made again. Else it was cancelled.
    if row is not None and row.ended_ms is None:
        raise LaterError("begins anew", 0)
    return None


def _wait(parts: Parts, turn: Turn, row: ExportRow, code: ExportError) -> None:
    """Raises LaterError, unless it has waited for so long that nobody does any more."""
    if parts.clock() - row.created_ms > PATIENCE_MS:
        return _give_up(parts, turn, code)
    raise LaterError(code.value, LOOK_AGAIN_MS, lambda c: turns.put_back(c, turn, code))


def _give_up(parts: Parts, turn: Turn, code: ExportError) -> None:
    with parts.database.write() as connection:
        give_up(parts, connection, turn.guild_id, turn.id, code)
    parts.after_telling()
    say(parts)


def _lacking(error: Exception) -> ExportError | None:
    """What there is none of just now, and may be another time; None for a fault of ours."""
    cause, state = getattr(error, "orig", None), _sqlstate(error)
    # The database's own disk may be full as well.
    is_full = state == DISK_FULL or "disk is full" in str(cause)
    if is_full or isinstance(error, DiskFullError):
        return ExportError.DISK_FULL
    if isinstance(error, StorageAwayError):
        return ExportError.STORAGE_AWAY
    is_wrong = state == ENDED or getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
    is_away = isinstance(error, OperationalError | InterfaceError | PoolTimeoutError)
    return ExportError.DATABASE_AWAY if is_away and not is_wrong else None


def _too_much(error: Exception) -> ExportError | None:
    if isinstance(error, FileTooLargeError):
        return ExportError.QUOTA
    is_too_long = isinstance(error, TooManyRowsError | TooLongError)
    return ExportError.TOO_LONG if is_too_long or _sqlstate(error) == ENDED else None


def _sqlstate(error: Exception) -> str | None:
    """What PostgreSQL calls it; None where it did not come from there."""
    return getattr(getattr(error, "orig", None), "sqlstate", None)


def _most_bytes(parts: Parts, guild_id: int) -> int | None:
    """What is left of the room of the server; None where there is no limit."""
    if not (most := parts.settings.export_max_bytes):
        return None
    with parts.database.read() as connection:
        _, stored = stored_bytes(connection, guild_id)
    return max(most - stored, 0)
