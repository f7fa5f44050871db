"""Folders for what is only needed meanwhile; those that killed processes left are swept away."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "modwatch-scratch-"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder of our own below the one for temporary files (TMPDIR), gone when the block ends.

    It is locked as long as its process lives, which says whose is left.
    """
    sweep_scratch()
    with _locked_folder() as folder:
        yield folder


def sweep_scratch() -> None:
    """Remove the folders whose process ended without doing so, here on this host."""
    for folder in _folders():
        # Another process may sweep as well, and some are in use, or others' own.
        with suppress(OSError):
            _remove_if_left(folder)


def _folders() -> list[Path]:
    with suppress(OSError):  # as on a full disk, where no folder for temporary files is of use
        return list(Path(tempfile.gettempdir()).glob(f"{PREFIX}*"))
    return []


@contextmanager
def _locked_folder() -> Iterator[Path]:
    while True:
        with tempfile.TemporaryDirectory(prefix=PREFIX) as name:
            if (descriptor := _lock(name)) is None:
                continue
            try:
                yield Path(name)
            finally:
                os.close(descriptor)
            return


def _lock(folder: str) -> int | None:
    """None where it is gone: until it is locked it looks like one that was left."""
    with suppress(FileNotFoundError):
        descriptor = os.open(folder, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.path.exists(folder):
            return descriptor
        os.close(descriptor)
    return None


def _remove_if_left(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder)
    finally:
        os.close(descriptor)
