"""Where all processes of this host count for `/metrics`, which sums them.

A file belongs to one process, and has its id in its name. The files lie in memory where the
system has a file system for that: written to by mapping, a file on a full disk ends the process
that counts (SIGBUS), and a count is no reason to stop serving.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from prometheus_client import values

from adapters.telemetry.allocated_counts import AllocatedDict

COUNTS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client's name for it
_FILE = re.compile(r"[a-z_]+_(\d+)\.db")
_LIVING = re.compile(r"gauge_live[a-z]*_(\d+)\.db")
_MEMORY = Path("/dev/shm")
# Several times what web, worker and beat of one host take.
_ROOM_BYTES = 8 << 20


def count_together(data_dir: Path) -> Path | None:
    """Have this process, and those it starts, count in the folder of `data_dir`; returns it.

    To be called before anything is imported that counts. None where no folder has room: then each
    process counts for itself, until it is started again.
    """
    folder = counts_folder(data_dir)
    if folder is None:
        return None
    os.environ[COUNTS_FOLDER] = str(folder)
    count_on()
    return folder


def count_on() -> None:
    """Count where whoever started this process does, in the files of one that has ended.

    Each process that is started for some long work, or again and again since it crashes, would
    leave its own behind, and `/metrics` reads them all. To be called before anything is imported
    that counts.
    """
    _count_in_files()
    folder = Path(os.environ[COUNTS_FOLDER])
    forget_gauges_of_ended(folder)
    for kind in ("counter", "histogram", "gauge_mostrecent"):
        _take_over(folder, kind)


def _count_in_files() -> None:
    values.MmapedDict = AllocatedDict  # type: ignore[attr-defined]
    # It looks for that when it is first imported, which Celery does for its plugin Flower.
    values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]


def _take_over(folder: Path, kind: str) -> None:
    mine = folder / f"{kind}_{os.getpid()}.db"
    for file in _of_ended(folder, re.compile(rf"{kind}_(\d+)\.db")):
        if mine.exists():
            return
        with suppress(FileNotFoundError):  # another one was quicker
            file.rename(mine)


def counts_folder(data_dir: Path, memory: Path = _MEMORY) -> Path | None:
    """The folder of counts of `data_dir`, made if need be: in `memory`, else in `data_dir`."""
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    in_memory = memory / f"modwatch-{os.geteuid()}-{digest}"
    return next((one for one in (in_memory, data_dir / "metrics") if _is_usable(one)), None)


def forget_ended(folder: Path | None) -> None:
    """Drop what processes of an earlier run counted; those that live go on, such as a worker."""
    for file in _of_ended(folder, _FILE) if folder else ():
        file.unlink(missing_ok=True)


def forget_gauges_of_ended(folder: Path) -> None:
    """Connections of a process that was killed are in use no more."""
    for file in _of_ended(folder, _LIVING):
        file.unlink(missing_ok=True)


def _of_ended(folder: Path, names: re.Pattern[str]) -> Iterator[Path]:
    """Files of processes that live no more, as they are now; `names` has their id as its group."""
    for file in sorted(folder.iterdir()):
        found = names.fullmatch(file.name)
        if found and not _is_alive(found[1]):
            yield file


def forget_all(data_dir: Path) -> None:
    """Give the memory back once no process of `data_dir` is left."""
    folder = counts_folder(data_dir)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


def _is_usable(folder: Path) -> bool:
    """Whether it is there (made, if need be), ours alone, and has room."""
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        space = os.statvfs(folder)
        ours = folder.stat().st_uid == os.geteuid() and not folder.is_symlink()
        return ours and space.f_bavail * space.f_frsize >= _ROOM_BYTES
    return False


def _is_alive(pid: str) -> bool:
    """Not one that has ended and that nobody has asked after yet."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    # The name of the program is in brackets, and may be anything.
    return status.rpartition(")")[2].split()[0] not in ("Z", "X")
