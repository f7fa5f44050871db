"""A backup is one that was put back: beside the running database, and looked at there."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.backups.base import Check, nothing
from adapters.backups.sqlite import drop_leftovers
from adapters.database import Database
from adapters.settings import Settings
from domain.backups import BackupError
from models.guilds.guild import all_guilds
from services.backups.keeper import backups
from services.operations.rollups import verify


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What was found in the newest backup, put back."""

    guilds: int
    differences: int


def rehearse(
    settings: Settings, now_ms: int, beside: Path | None = None, check: Check = nothing
) -> Rehearsal:
    """Put the newest backup back in a folder of its own below `beside` (default: the data folder),
    and recount its rollups. Raises BackupError where that cannot be done, or differs, and what
    `check` raises, which is called while it is put back and counted."""
    from adapters.migrations import upgrade  # here, since it is large

    place = beside or settings.data_dir
    drop_leftovers(place, "rehearsal-*")
    with (
        TemporaryDirectory(prefix="rehearsal-", dir=place) as folder,
        backups(settings).beside(Path(folder), check) as url,
    ):
        # As after a restore: with the tables that this release knows.
        upgrade(url, settings.secret_key)
        with closing(Database(url, 2)) as database:
            with database.read() as connection:
                guilds = len(all_guilds(connection))
            found = Rehearsal(guilds, len(verify(database, None, now_ms, check)))
    if found.differences:
        raise BackupError(
            f"the backup differs from itself: {found.differences} rollups are not what its own"
            " events say (`modwatch rollups verify` says so of the running database as well?)"
        )
    return found
