"""Which way of backing up this installation has, and what is known of its backups."""

from __future__ import annotations

from sqlalchemy import Connection

from adapters.backups.base import Backups
from adapters.backups.pgbackrest import PgBackRest, owner_of
from adapters.backups.sqlite import SqliteBackups
from adapters.settings import Settings
from domain.backups import REHEARSED_EVERY_MS, BackupError, is_due, wait_after_ms
from models.work.counts import failures_since
from models.work.long import NO_GUILD, ask, last_done_ms
from services.container import Parts

CREATE, REHEARSE = "backups.create", "backups.rehearse"
NOT_SET_UP = "backups are not set up: set MODWATCH_BACKUP_DIR (SQLite) or _PGBACKREST (PostgreSQL)"


def are_set_up(settings: Settings) -> bool:
    return bool(settings.backup_dir or settings.backup_pgbackrest)


def backups(settings: Settings) -> Backups:
    """Raises BackupError where none are set up."""
    url = settings.database_url
    if settings.backup_dir is not None:
        return SqliteBackups(url, settings.backup_dir, settings.backup_keep_days)
    if settings.backup_pgbackrest is None:
        raise BackupError(NOT_SET_UP)
    config, stanza = settings.backup_pgbackrest, settings.backup_stanza
    return PgBackRest(url, config, stanza, owner_of(config, stanza))


def is_late(settings: Settings, last_ms: int, now_ms: int) -> bool:
    """Two may be missed before somebody has to look. Raises BackupError as `backups` does."""
    return is_due(last_ms, 3 * backups(settings).every_ms, now_ms)


def missing_since_ms(parts: Parts) -> int | None:
    """When the last one ended well, if that is too long ago."""
    with parts.database.read() as connection:
        last_ms = last_done_ms(connection, CREATE)
    is_missing = last_ms is not None and is_late(parts.settings, last_ms, parts.clock())
    return last_ms if is_missing else None


def left_to_others(settings: Settings) -> tuple[str, ...]:
    """Kinds of long work that this user cannot do: pgBackRest's file is for another to read."""
    try:
        if settings.backup_pgbackrest is not None:
            settings.backup_pgbackrest.open("rb").close()
    except PermissionError:
        return CREATE, REHEARSE
    except OSError:
        pass  # pgBackRest says it better
    return ()


def ask_due(parts: Parts) -> None:
    """Queue the backup and the rehearsal that are due, as long work: once, whoever looks."""
    if not are_set_up(parts.settings):
        return
    every = ((CREATE, backups(parts.settings).every_ms), (REHEARSE, REHEARSED_EVERY_MS))
    now_ms = parts.clock()
    with parts.database.read() as connection:
        due = [kind for kind, every_ms in every if _is_due(connection, kind, every_ms, now_ms)]
        # Nothing can be rehearsed before there is one.
        if REHEARSE in due and last_done_ms(connection, CREATE) is None:
            due.remove(REHEARSE)
    if not due:
        return
    with parts.database.write() as connection:
        for kind in due:
            ask(connection, NO_GUILD, kind, "", now_ms)


def _is_due(connection: Connection, kind: str, every_ms: int, now_ms: int) -> bool:
    """Those that were given up are asked for again later each time."""
    last_ms = last_done_ms(connection, kind)
    if not is_due(last_ms, every_ms, now_ms):
        return False
    # One that was done in a future says nothing of what failed since.
    since_ms = last_ms if last_ms is not None and last_ms <= now_ms else 0
    failures, failed_ms = failures_since(connection, kind, since_ms, now_ms)
    return is_due(failed_ms, wait_after_ms(failures), now_ms)
