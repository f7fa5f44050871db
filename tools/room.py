"""Whether a disk has room: what fails for want of it is tried again, for as long as it takes."""

import os
from pathlib import Path

LEAST_BYTES = 1 << 20


def has_room(folder: Path) -> bool:
    """Whether a little can still be written below `folder`."""
    try:
        space = os.statvfs(folder)
    except OSError:
        return True  # that is another trouble, and has words of its own
    return space.f_bavail * space.f_frsize >= LEAST_BYTES
