"""A request that its sender names is done once: sent again, it gets the first answer again.

The name (`Idempotency-Key`) counts for a day, for one caller and one route. What the request makes
is made under `operation_id`, which the key keeps: should its process be killed between the work and
the answer, whoever sends it again finds what was made, and nothing is made twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from adapters.database import Database
from domain.windows import DAY_MS, MINUTE_MS
from models.idempotency import keys as stored
from models.idempotency.keys import Named

KEPT_MS = DAY_MS
# Longer than any request takes; then it counts as lost with its process.
CLAIM_MS = MINUTE_MS


class KeyUsedError(Exception):
    """The key was sent with another body before."""


class UnderWayError(Exception):
    """The same request is being answered now, elsewhere."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The first answer: its status and its JSON."""

    status: int
    body: str


@dataclass(frozen=True, slots=True)
class Begun:
    """The request is to be done by this process."""

    operation_id: UUID
    claim: UUID


def begin(database: Database, named: Named, body_hash: str, now_ms: int) -> Answered | Begun:
    """Raises KeyUsedError and UnderWayError."""
    with database.write() as connection:
        row, claim = stored.begin(connection, named, body_hash, now_ms, now_ms + CLAIM_MS)
    if row.body_hash != body_hash:
        raise KeyUsedError("this key was sent with another body before: use a new one")
    if claim is not None:
        return Begun(row.operation_id, claim)
    if row.status is None:
        raise UnderWayError("the same request is being answered: ask again in a moment")
    return Answered(row.status, row.answer or "")


def end(database: Database, named: Named, begun: Begun, answer: Answered | None) -> None:
    """Keep the answer; None: it was refused, nothing was done, and the key is free again."""
    with database.write() as connection:
        if answer is None:
            stored.forget(connection, named, begun.claim)
        else:
            stored.answered(connection, named, begun.claim, answer.status, answer.body)
