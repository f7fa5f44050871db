"""A guild's rows in steps of about STEP_ROWS, each of which is recounted in a moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, select, union
from sqlalchemy.orm import InstrumentedAttribute

from models.events.tables import MessageCount, Violation
from models.rollups.offenders import OffenderRollup, OffenderTotal
from models.rollups.recount import Recount
from models.rollups.scope import Scope
from models.rollups.texts import ViolationText

STEP_ROWS = 5_000
STEP_USERS = 1_000
_LOWEST, _HIGHEST = -(2**63), 2**63 - 1


def steps_of(connection: Connection, recount: Recount, whole: Scope) -> list[Scope]:
    """Parts of `whole`, a scope of one guild; together they are all of it.

    They are parts of whatever is there when each is recounted, not of what is there now.
    """
    (guild_id,) = whole.guilds
    if recount.width_ms is not None:
        return _by_time(connection, guild_id, whole, recount.width_ms)
    if recount.model is OffenderTotal:
        users = _members(connection, guild_id)
        places = range(0, len(users), STEP_USERS)
        return [replace(whole, users=users[place : place + STEP_USERS]) for place in places]
    if recount.model is ViolationText:
        bounds = [_LOWEST, *_bounds(connection, guild_id, Violation.text_hash, _LOWEST), _HIGHEST]
        return [replace(whole, hashes=pair) for pair in pairwise(bounds)]
    return [whole]


def _by_time(connection: Connection, guild_id: int, whole: Scope, width_ms: int) -> list[Scope]:
    first = whole.from_ms or 0
    found = [
        *_bounds(connection, guild_id, Violation.timestamp_ms, first),
        *_bounds(connection, guild_id, MessageCount.timestamp_ms, first),
    ]
    # Buckets are recounted whole; a full one is a step by itself.
    edges = sorted({bound // width_ms * width_ms for bound in found})
    bounds = [whole.from_ms, *(edge for edge in edges if edge > first), None]
    return [replace(whole, from_ms=first, until_ms=end) for first, end in pairwise(bounds)]


def _bounds(
    connection: Connection, guild_id: int, column: InstrumentedAttribute[Any], first: int
) -> Iterator[int]:
    """Every STEP_ROWS-th value of an indexed column, or the next where many have the same."""
    while True:
        query = select(column).where(column.class_.guild_id == guild_id, column >= first)
        bound = connection.scalar(query.order_by(column).offset(STEP_ROWS).limit(1))
        if bound is None:
            return
        first = bound if bound > first else first + 1
        yield first


def _members(connection: Connection, guild_id: int) -> list[int]:
    """Everybody who is counted; who comes later is counted right from the first violation on."""
    counted = (
        select(model.user_id).where(model.guild_id == guild_id)
        for model in (OffenderRollup, OffenderTotal)
    )
    return sorted(connection.scalars(union(*counted)))
