"""Room on other disks than the data's, for the `/metrics` of workers and beat.

Not of web processes: a disk elsewhere that hangs would keep all requests of one waiting.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from adapters.backups.sqlite import SqliteBackups
from adapters.telemetry.exposition import Measure
from domain.backups import BackupError
from services.backups.keeper import backups
from services.container import Parts


def other_disks(parts: Parts) -> Iterator[Measure]:
    yield from backup_disk(parts)
    if folders := parts.settings.watched_folders:
        words = "Free share of the disk of each folder that is to be watched, 0 to 1"
        shares = {str(folder): _free_share(folder) for folder in folders}
        yield Measure("modwatch_watched_disk_free_ratio", words, shares, "folder")


def _free_share(folder: Path) -> float:
    """0 where it cannot be read: somebody has to look."""
    with suppress(OSError):
        usage = shutil.disk_usage(folder)
        return usage.free / usage.total
    return 0.0


def backup_disk(parts: Parts) -> Iterator[Measure]:
    """For the next copies of SQLite; nothing where they have no folder, or it cannot be read."""
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
