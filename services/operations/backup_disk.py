"""Room for the next copies of SQLite, for the `/metrics` of workers and beat.

Not of web processes: a disk elsewhere that hangs would keep all requests of one waiting.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress

from adapters.backups.sqlite import SqliteBackups
from adapters.telemetry.exposition import Measure
from domain.backups import BackupError
from services.backups.keeper import backups
from services.container import Parts


def backup_disk(parts: Parts) -> Iterator[Measure]:
    """Nothing where there is no folder for copies, or it cannot be read."""
    folder = parts.settings.backup_dir
    if folder is None:
        return
    with suppress(OSError, BackupError):
        kept = backups(parts.settings)
        assert isinstance(kept, SqliteBackups)
        copy_bytes = kept.database.stat().st_size
        free_bytes = shutil.disk_usage(folder).free
        words = "Free bytes of the disk that copies of SQLite go to"
        yield Measure("modwatch_backup_disk_free_bytes", words, {"": free_bytes})
        words = "Bytes that the next copy of SQLite takes"
        yield Measure("modwatch_backup_copy_bytes", words, {"": copy_bytes})
