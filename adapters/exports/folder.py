"""Files of exports in a folder: what is there under its key is whole, whatever was killed.

A file is written as `<key>.part`, brought to the disk, and then renamed. Keys are made by us.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import BinaryIO, cast

from adapters.exports.storage import FULL, KEY, DiskFullError, FileTooLargeError, NoFileError
from domain.export_life import reserved_bytes

PART = ".part"


class Part(FileIO):
    """A file that is being written. Raises DiskFullError, and FileTooLargeError over `most`."""

    def __init__(self, path: Path, most_bytes: int | None) -> None:
        super().__init__(path, "x+")
        os.fchmod(self.fileno(), 0o600)
        self._path, self._most_bytes = path, most_bytes

    def write(self, data: object, /) -> int:
        view = memoryview(cast(bytes, data)).cast("B")
        self._check_room(len(view))
        written = 0
        with _disk_may_be_full():
            # One call may take less, as on a disk that has just become full.
            while written < len(view):
                written += super().write(view[written:])
        return written

    def keep(self) -> None:
        """From here on it is there under its key, also after a power cut."""
        with _disk_may_be_full():
            os.fsync(self.fileno())
        os.rename(self._path, self._path.with_suffix(""))
        _sync_folder(self._path.parent)

    def _check_room(self, more_bytes: int) -> None:
        if self._most_bytes is not None and self.tell() + more_bytes > self._most_bytes:
            raise FileTooLargeError(f"over {self._most_bytes:,} bytes")
        disk = os.fstatvfs(self.fileno())
        free_bytes = disk.f_bavail * disk.f_frsize - more_bytes
        if free_bytes < reserved_bytes(disk.f_blocks * disk.f_frsize):
            raise DiskFullError("the disk for exports is full")


class Folder:
    """Exports below `path`, which is made when it is first needed."""

    is_near = True

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def create(self, key: str, most_bytes: int | None, said: Mapping[str, str]) -> Iterator[Part]:
        """A new file; gone again unless it was kept when the block ends."""
        with _disk_may_be_full():
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = self._new(self.path / f"{key}{PART}", most_bytes, said)
        try:
            with part:
                yield part
        finally:
            (self.path / f"{key}{PART}").unlink(missing_ok=True)

    def open(self, key: str) -> BinaryIO:
        """Raises NoFileError."""
        try:
            return (self.path / key).open("rb", buffering=0)
        except FileNotFoundError:
            raise NoFileError(key) from None

    def _new(self, path: Path, most_bytes: int | None, said: Mapping[str, str]) -> Part:
        return Part(path, most_bytes)

    def signed_url(self, key: str) -> str | None:
        """Where the file can be had from without us: nowhere."""
        return None

    def remove(self, names: Iterable[str]) -> None:
        """Names as `names` gives them; those that are not there are gone already.

        Raises the first OSError when all others are gone: one must not keep the rest for ever.
        """
        refused: list[OSError] = []
        for name in names:
            try:
                (self.path / name).unlink(missing_ok=True)
            except OSError as error:
                refused.append(error)
        if refused:
            raise refused[0]

    def names(self) -> list[str]:
        """Of every file of ours: its key, with PART at the end while it is written.

        What somebody else keeps in the folder has other names, and is left alone.
        """
        with suppress(FileNotFoundError):
            names = [entry.name for entry in os.scandir(self.path)]
            return [name for name in names if KEY.fullmatch(name.removesuffix(PART))]
        return []


@contextmanager
def _disk_may_be_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise DiskFullError(str(error)) from error
        raise


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
