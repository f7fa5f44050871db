"""A folder for a server's files, removed with the test process, or by the next one."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

POLL_SECONDS = 0.02  # between two looks at whether something has happened yet


@contextmanager
def scratch_folder(name: str) -> Iterator[Path]:
    """A new short-named folder: a unix socket's path may have 107 bytes at most."""
    prefix = f"modwatch-{name}-"
    _remove_leftovers(prefix)
    with tempfile.TemporaryDirectory(prefix=f"{prefix}{os.getpid()}-") as folder:
        yield Path(folder)


def _remove_leftovers(prefix: str) -> None:
    """Remove the folders of test processes that were killed before they could."""
    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*-*"):
        owner = folder.name.removeprefix(prefix).split("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(folder, ignore_errors=True)
