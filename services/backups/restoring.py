"""Putting a backup back, and what follows from that.

The database gets a new name, so nothing that Redis holds of the other time counts; what waited to
be sent for more than an hour is cancelled; every guild's audit log says what happened.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.exc import DBAPIError

from adapters.backups.sqlite import SqliteBackups, drop_leftovers, put_back
from adapters.database import Database
from domain.backups import BackupError
from services.container import Parts, build_parts


@dataclass(frozen=True, slots=True)
class Restored:
    """`before`: the name of the backup that was made of what was there, if that could be read."""

    name: str
    before: str | None


def restore_sqlite(parts: Parts, kept: SqliteBackups, name: str) -> Restored:
    """Everything is done to a copy, which then takes the database's place in one transaction."""
    from adapters.migrations import upgrade  # here, since it is large

    place = parts.settings.data_dir
    drop_leftovers(place, "restore-*")
    with TemporaryDirectory(prefix="restore-", dir=place) as folder:
        copy = kept.copy(name, Path(folder) / "modwatch.db")
        url = f"sqlite:///{copy}"
        upgrade(url, parts.settings.secret_key)
        with closing(Database(url, 2)) as database:
            renew(parts, database)
        before = _kept_before(kept, parts.clock())
        put_back(copy, kept.database)
    return Restored(name, before)


def _kept_before(kept: SqliteBackups, now_ms: int) -> str | None:
    """The name of a copy of what is there; None where that is nothing which can be read.

    Raises BackupError where it can be and is not kept: it would be lost.
    """
    if not kept.database.exists():
        return None
    try:
        return kept.keep_before(now_ms).name
    except BackupError as error:
        if kept.is_damaged():
            return None
        hint = f"nothing was changed: make room, or put {kept.database} aside by hand"
        raise BackupError(f"what is there cannot be kept: {error}; {hint}") from None


def renew(parts: Parts, database: Database) -> None:
    """It was put back: tell it so. Raises BackupError where it cannot be used."""
    settings = replace(parts.settings, database_url=database.url, redis_url=None, broker_url=None)
    try:
        with closing(build_parts(settings, parts.clock)) as of_it:
            of_it.incarnation.renew(of_it.incarnation.name())
    except DBAPIError as error:
        raise BackupError(f"what was put back cannot be used: {error.orig}") from None
