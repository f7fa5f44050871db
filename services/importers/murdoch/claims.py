"""Storing rows of the earlier bot that are no events: each once for ever, by the ledger of ids.

So what was imported, and then changed or removed here, does not come back with a second import.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import Connection

from adapters.database import Database
from models.events.store import claim_event_ids
from models.guilds.guild import lock_guilds, save_guilds
from models.snapshots.dirty import Mark, mark_dirty

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Claim(Generic[T]):
    """`id` follows from what the row says. `at_ms` is set where it tells of the guild's history."""

    guild_id: int
    id: UUID
    row: T
    at_ms: int | None = None


# Writes rows, and says how many of them were news.
Write = Callable[[Connection, Sequence[T]], int]


def store_claims(
    database: Database, claims: Sequence[Claim[T]], now_ms: int, write: Write[T]
) -> int:
    """Write what was never imported, in one transaction; how much of it was news."""
    first_of: dict[tuple[int, UUID], Claim[T]] = {}
    for claim in claims:
        first_of.setdefault((claim.guild_id, claim.id), claim)
    with database.write() as connection:
        guilds = lock_guilds(connection, (claim.guild_id for claim in claims))
        unclaimed = claim_event_ids(connection, dict.fromkeys(first_of))
        fresh = [claim for key, claim in first_of.items() if key in unclaimed]
        if not fresh:
            return 0
        news = write(connection, [claim.row for claim in fresh])
        for claim in fresh:
            if claim.at_ms is not None:
                guilds[claim.guild_id].seen_at(claim.at_ms)
        changed = {claim.guild_id for claim in fresh}
        save_guilds(connection, [guilds[guild_id] for guild_id in changed])
        mark_dirty(connection, [Mark(id, now_ms) for id in changed])
    return news
