"""Being somebody else for a moment, since root may read whatever a file's bits say."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pwd import getpwnam


@contextmanager
def as_nobody_special() -> Iterator[None]:
    """Whoever we are, unless that is root."""
    before = os.geteuid()
    os.seteuid(before or getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(before)
