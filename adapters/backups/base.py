"""What every way of backing up can do."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from domain.backups import Backup

# Called all the while; raises where the work is to end.
Check = Callable[[], object]


def nothing() -> None:
    """Nobody asks for it to end."""


class Backups(Protocol):
    """Each raises BackupError, from domain/backups.py, with the one line an operator needs."""

    @property
    def every_ms(self) -> int:
        """How long after one the next is due."""
        ...

    def create(self, now_ms: int, check: Check = nothing) -> Backup:
        """Make one, and drop those that are kept no longer."""
        ...

    def listed(self) -> list[Backup]:
        """All of them, oldest first."""
        ...

    def verify(self, name: str | None) -> list[str]:
        """What is wrong with this one, or (None) with any, a line each; empty is good."""
        ...

    def beside(self, folder: Path, check: Check = nothing) -> AbstractContextManager[str]:
        """The newest, put back in `folder` beside the running database: its address."""
        ...
