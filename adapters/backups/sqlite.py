"""Copies of a SQLite file, made while it is written to, each with its SHA-256 beside it.

In one step, never in several: each write of another process in between starts those anew, and
under load they do not end. A writer waits for a fifth of a second or so.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy import make_url

from adapters.backups.base import Check, nothing
from domain.backups import Backup, BackupError, read_stamp, stamp, superfluous
from domain.windows import HOUR_MS

PREFIX, ENDING, SUM_ENDING, PART = "modwatch-", ".db", ".sha256", ".part"
# What was there when another one was put back: `modwatch-20261130T062000Z-before.db`.
BEFORE = "-before"
BUSY_SECONDS = 30.0
LEFT_AFTER_SECONDS = 86_400.0
# What SQLite keeps beside a file while it is used.
_BESIDE = ("-wal", "-shm", "-journal")


class SqliteBackups:
    """Of the database at `url`, in `folder`; `keep_days` for the daily ones."""

    every_ms = HOUR_MS

    def __init__(self, url: str, folder: Path, keep_days: int) -> None:
        self.database = Path(make_url(url).database or "")
        self._folder, self._keep_days = folder, keep_days

    def create(self, now_ms: int, check: Check = nothing) -> Backup:
        """In one step, in which nobody is asked."""
        made = self._made(f"{PREFIX}{stamp(now_ms)}", now_ms)
        for old in superfluous(self.listed(), now_ms, self._keep_days):
            self._drop(old.name)
        return made

    def keep_before(self, now_ms: int) -> Backup:
        """What is there, before another takes its place; the next of this hour leaves it alone."""
        return self._made(f"{PREFIX}{stamp(now_ms)}{BEFORE}", now_ms)

    def is_damaged(self) -> bool:
        """Whether what is there is no database, or a broken one, of which no copy can be made."""
        try:
            return bool(_quick_check(self.database, "mode=ro"))
        except sqlite3.OperationalError:
            return False  # it could not be looked at, which says nothing of it
        except sqlite3.DatabaseError:
            return True

    def _made(self, name: str, now_ms: int) -> Backup:
        path = self._path(name)
        # Two that begin in the same second write to a file each, and the second is refused.
        part = path.with_name(f"{path.name}.{os.getpid()}{PART}")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            drop_leftovers(self._folder, f"*{PART}")
            _copy(self.database, part)
            _write_sum(path, _sum(part))
            os.replace(part, path)
            _sync(self._folder)
        except (OSError, sqlite3.Error) as error:
            raise BackupError(f"{self.database} could not be copied to {path}: {error}") from None
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)
        return Backup(path.stem, now_ms // 1000 * 1000, path.stat().st_size, name.endswith(BEFORE))

    def listed(self) -> list[Backup]:
        try:
            found = sorted(self._folder.glob(f"{PREFIX}*{ENDING}"))
            made = [_backup(path) for path in found]
        except OSError as error:
            raise BackupError(f"{self._folder} cannot be read: {error}") from None
        return [one for one in made if one is not None]

    def verify(self, name: str | None) -> list[str]:
        names = [name] if name else [one.name for one in self.listed()]
        return [f"{one}: {fault}" for one in names if (fault := self._fault(one))]

    @contextmanager
    def beside(self, folder: Path, check: Check = nothing) -> Iterator[str]:
        if not (every := [one for one in self.listed() if not one.is_before]):
            raise BackupError(f"there is no backup in {self._folder}")
        yield f"sqlite:///{self.copy(every[-1].name, folder / 'modwatch.db')}"

    def copy(self, name: str, to: Path) -> Path:
        """The backup's file, proved to be as it was made, at `to`."""
        if fault := self._fault(name):
            raise BackupError(f"{name}: {fault}")
        try:
            return Path(shutil.copyfile(self._path(name), to))
        except OSError as error:
            raise BackupError(f"{name} cannot be copied to {to}: {error}") from None

    def _fault(self, name: str) -> str:
        path = self._path(name)
        try:
            wanted = path.with_name(path.name + SUM_ENDING).read_text().split()[0]
            if _sum(path) != wanted:
                return "its SHA-256 is another than when it was made"
            return _quick_check(path)
        except (OSError, IndexError, UnicodeDecodeError, sqlite3.Error) as error:
            return f"it cannot be read: {error}"

    def _path(self, name: str) -> Path:
        """As it is listed, or as its file is called."""
        name = name.removesuffix(ENDING)
        if Path(name).name != name or not name.startswith(PREFIX):
            raise BackupError(f"{name!r} is not the name of a backup: see `modwatch backup list`")
        return self._folder / f"{name}{ENDING}"

    def _drop(self, name: str) -> None:
        path = self._path(name)
        path.unlink(missing_ok=True)
        path.with_name(path.name + SUM_ENDING).unlink(missing_ok=True)


def drop_leftovers(folder: Path, pattern: str) -> None:
    """Delete what a process that was killed a day ago or earlier left there."""
    for path in folder.glob(pattern):
        if time.time() - path.stat().st_mtime > LEFT_AFTER_SECONDS:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def put_back(prepared: Path, database: Path) -> None:
    """Have `database` hold what the file `prepared` does: in one transaction, all of it or nothing.

    Whoever has it open sees the old or the new. A file that is no database any more is put aside.
    """
    try:
        with closing(sqlite3.connect(prepared)) as source:
            _pour(source, database)
    except sqlite3.OperationalError as error:
        raise BackupError(f"{database} cannot be written to: {error}") from None
    except sqlite3.DatabaseError:
        _put_aside(database)
        with closing(sqlite3.connect(prepared)) as source:
            _pour(source, database)


def _pour(source: sqlite3.Connection, database: Path) -> None:
    with closing(sqlite3.connect(database, timeout=BUSY_SECONDS)) as target:
        target.execute("PRAGMA schema_version").fetchall()  # raises where it is none
        source.backup(target, pages=-1)


def _put_aside(database: Path) -> None:
    for ending in ("", *_BESIDE):
        path = database.with_name(database.name + ending)
        if path.exists():
            path.replace(path.with_name(f"{path.name}.damaged"))


def _copy(database: Path, part: Path) -> None:
    part.unlink(missing_ok=True)
    # All that is stored, whatever the umask of who makes it by hand.
    part.touch(mode=0o600)
    with (
        closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(part)) as target,
    ):
        source.backup(target, pages=-1)
        # One file that is whole by itself, and can be read where nothing can be written.
        target.execute("PRAGMA journal_mode=DELETE").fetchall()
    if fault := _quick_check(part):
        raise sqlite3.DatabaseError(fault)
    with part.open("rb") as file:
        os.fsync(file.fileno())


def _quick_check(path: Path, how: str = "mode=ro&immutable=1") -> str:
    with closing(sqlite3.connect(f"{path.as_uri()}?{how}", uri=True)) as connection:
        said = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    return "" if said == "ok" else said


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_sum(path: Path, digest: str) -> None:
    """As `sha256sum --check` reads it. Raises FileExistsError for one that there is."""
    with path.with_name(path.name + SUM_ENDING).open("x") as file:
        file.write(f"{digest}  {path.name}\n")
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _backup(path: Path) -> Backup | None:
    """None for a file that somebody else put there."""
    name = path.stem
    try:
        at_ms = read_stamp(name.removeprefix(PREFIX).removesuffix(BEFORE))
    except ValueError:
        return None
    return Backup(name, at_ms, path.stat().st_size, name.endswith(BEFORE))
