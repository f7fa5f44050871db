"""Where all processes of this host count for `/metrics`, which sums them.

A file belongs to one process, and has its id in its name.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from prometheus_client import values

_FILE = re.compile(r"[a-z_]+_(\d+)\.db")


def count_together(data_dir: Path) -> Path:
    """Have this process, and those it starts, count in the folder of `data_dir`.

    To be called before anything is imported that counts.
    """
    folder = data_dir / "metrics"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    # It looks for that when it is first imported, which Celery does for its plugin Flower.
    values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]
    return folder


def forget_ended(folder: Path) -> None:
    """Drop what processes of an earlier run counted; those that live go on, such as a worker."""
    for file in folder.iterdir():
        found = _FILE.fullmatch(file.name)
        if found and not _lives(found[1]):
            file.unlink(missing_ok=True)


def _lives(pid: str) -> bool:
    """Not one that has ended and that nobody has asked after yet."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    # The name of the program is in brackets, and may be anything.
    return status.rpartition(")")[2].split()[0] not in ("Z", "X")
