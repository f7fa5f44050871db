"""Steps that follow each other in the background: one that fails keeps nothing from the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog

from adapters.database import Database
from models.put_aside import NO_GUILD, failing_steps, put_aside, take_back

Step = Callable[[], object]
_log = structlog.get_logger()


def take_steps(database: Database, now_ms: int, steps: Sequence[tuple[str, Step]]) -> None:
    """All of them; after the last the error of the first that failed is raised.

    Where the database is away it is raised at once: none of the others would do better.
    """
    first, well = None, set[str]()
    for name, step in steps:
        try:
            step()
            well.add(name)
        except Exception as error:
            _note(database, name, now_ms, error)
            first = first or error
    _take_back(database, well)
    if first is not None:
        raise first


def _note(database: Database, name: str, now_ms: int, error: Exception) -> None:
    try:
        with database.write() as connection:
            aside = put_aside(connection, NO_GUILD, name, now_ms)
    except Exception:
        raise error from None
    if aside.failures == 1:
        _log.error("step_failed", step=name, exc_info=error)


def _take_back(database: Database, well: set[str]) -> None:
    with database.read() as connection:
        again = well.intersection(failing_steps(connection))
    if again:
        with database.write() as connection:
            for name in again:
                take_back(connection, name, [NO_GUILD])
