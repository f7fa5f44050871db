"""The claim of a chunk, kept while its snapshots are made.

Else a guild that takes longer than a lease would be made by turns: each worker finds the lease of
the one before over, and none its own claim in the end.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from adapters.database import Database
from adapters.process.beside import beside
from models.snapshots.dirty_claims import renew_claim

RENEW_EVERY_SECONDS = 5.0
# Whoever is at a chunk for longer hangs, and its guilds are for others.
KEPT_FOR_SECONDS = 600.0
_log = structlog.get_logger()


@contextmanager
def kept(
    database: Database, claim: UUID, clock: Callable[[], int], lease_ms: int
) -> Iterator[None]:
    """Renew the claim while the block runs, until it is lost. Not within a transaction."""
    with beside(lambda ended: _keep(database, claim, clock, lease_ms, ended)):
        yield


def _keep(
    database: Database, claim: UUID, clock: Callable[[], int], lease_ms: int, ended: Event
) -> None:
    # By a clock that only goes forward.
    until_seconds = time.monotonic() + KEPT_FOR_SECONDS
    while not ended.wait(RENEW_EVERY_SECONDS) and time.monotonic() < until_seconds:
        try:
            with database.write(RENEW_EVERY_SECONDS) as connection:
                if not renew_claim(connection, claim, clock() + lease_ms):
                    return
        except SQLAlchemyError as error:  # whoever makes the snapshots finds it out as well
            _log.warning("claim_not_renewed", error=type(error).__name__)
