"""Taking dirty guilds, so that one worker is at work on each, and settling what was taken."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    Select,
    case,
    delete,
    func,
    or_,
    select,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.orm import Mapped
from sqlalchemy.sql import ColumnElement

from domain.retries import LONGEST_RETRY_MS, retry_after_ms
from domain.windows import MINUTE_MS
from models.snapshots.dirty import LONGEST_WAIT_MS, MEANT, DirtyGuild, may_not_wait, meant
from models.sql.claims import is_free


@dataclass(frozen=True, slots=True)
class Claimed:
    """A dirty guild taken by this process, at the revision it had then, and what is to be redone.

    documents: bits of domain.touched
    """

    guild_id: int
    revision: int
    documents: int


def claim_dirty(
    connection: Connection,
    claim: UUID,
    now_ms: int,
    lease_ms: int,
    limit: int,
    guild_ids: Sequence[int] | None = None,
    looked_at: Collection[int] | None = None,
) -> list[Claimed]:
    """Take up to `limit` dirty guilds nobody is at work on, longest dirty first.

    looked_at: the others wait for up to LONGEST_WAIT_MS, but where violations came in live, and
        come last: however many have waited, these stand behind none. None: no guild waits
    """
    is_nobodys = is_free(DirtyGuild.claimed_until_ms, now_ms, now_ms + lease_ms)
    is_due = is_free(DirtyGuild.retry_at_ms, now_ms, now_ms + LONGEST_RETRY_MS)
    free = select(DirtyGuild.guild_id).where(is_nobodys, is_due)
    if guild_ids is not None:
        free = free.where(DirtyGuild.guild_id.in_(guild_ids))
    elif looked_at is not None:
        pressing = _pressing(connection, free, now_ms, limit, looked_at)
        comes_first = or_(*may_not_wait(connection, looked_at)).desc()
        free = free.where(DirtyGuild.guild_id.in_(pressing)).order_by(comes_first)
    free = free.order_by(DirtyGuild.dirty_since_ms).limit(limit).with_for_update(skip_locked=True)
    taken = (
        update(DirtyGuild)
        .where(DirtyGuild.guild_id.in_(free.scalar_subquery()))
        .values(
            claim=claim,
            claimed_until_ms=now_ms + lease_ms,
            # What a worker that died had taken along is still to be done.
            claimed_from_ms=_wider(DirtyGuild.claimed_from_ms, DirtyGuild.violations_from_ms, True),
            claimed_to_ms=_wider(DirtyGuild.claimed_to_ms, DirtyGuild.violations_to_ms, False),
            violations_from_ms=None,
            violations_to_ms=None,
            claimed_documents=DirtyGuild.claimed_documents.bitwise_or(DirtyGuild.documents),
            documents=0,
        )
        .returning(DirtyGuild.guild_id, DirtyGuild.revision, *MEANT)
    )
    return [Claimed(id, revision, meant(*row)) for id, revision, *row in connection.execute(taken)]


def _pressing(
    connection: Connection,
    free: Select[int],
    now_ms: int,
    limit: int,
    looked_at: Collection[int],
) -> Select[int]:
    """Those of the free guilds that may not wait any longer: a look into an index for each reason,
    since of a hundred thousand that wait hardly any is one of them.
    """
    since_ms = DirtyGuild.dirty_since_ms
    reasons = [
        since_ms <= now_ms - LONGEST_WAIT_MS,
        since_ms > now_ms + MINUTE_MS,  # of a clock that was set back since
        *may_not_wait(connection, looked_at),
    ]
    first = [free.where(reason).order_by(since_ms).limit(limit).subquery() for reason in reasons]
    return select(union_all(*(select(one.c.guild_id) for one in first)).subquery().c.guild_id)


def hold_claim(connection: Connection, claim: UUID) -> set[int]:
    """Lock what a claim still holds: until commit nobody else can take it. The guilds' ids.

    In id order, as ingest marks them: an UPDATE or DELETE by itself would lock them as they lie in
    the table, and two that meet crosswise end in a deadlock.
    """
    query = select(DirtyGuild.guild_id).where(DirtyGuild.claim == claim)
    return set(connection.scalars(query.order_by(DirtyGuild.guild_id).with_for_update()))


def renew_claim(connection: Connection, claim: UUID, until_ms: int) -> bool:
    """Whether it still holds any guild; those are its own until then."""
    held = hold_claim(connection, claim)
    mine = update(DirtyGuild).where(DirtyGuild.claim == claim)
    connection.execute(mine.values(claimed_until_ms=until_ms))
    return bool(held)


def finish_dirty(connection: Connection, claim: UUID, done: Sequence[Claimed], now_ms: int) -> bool:
    """Settle a claim: guilds that changed meanwhile stay dirty, since `now_ms` at the earliest.
    False if part of it was lost.
    """
    hold_claim(connection, claim)
    keys = [(guild.guild_id, guild.revision) for guild in done]
    settled = connection.execute(
        delete(DirtyGuild).where(
            DirtyGuild.claim == claim,
            tuple_(DirtyGuild.guild_id, DirtyGuild.revision).in_(keys),
        )
    ).rowcount
    return settled + _release(connection, claim, now_ms) == len(done)


def release_dirty(connection: Connection, claim: UUID) -> None:
    """Give a claim back, with its work undone."""
    hold_claim(connection, claim)
    connection.execute(
        update(DirtyGuild).where(DirtyGuild.claim == claim).values(claim=None, claimed_until_ms=0)
    )


def _release(connection: Connection, claim: UUID, now_ms: int) -> int:
    values: dict[str, Any] = {
        "dirty_since_ms": now_ms,
        "claim": None,
        "claimed_until_ms": 0,
        "claimed_from_ms": None,
        "claimed_to_ms": None,
        "claimed_documents": 0,
        # What came in since the claim is still to be looked at.
        "live_from_ms": _if_live(DirtyGuild.violations_from_ms),
        "live_to_ms": _if_live(DirtyGuild.violations_to_ms),
        "attempts": 0,
        "retry_at_ms": 0,
    }
    return connection.execute(
        update(DirtyGuild).where(DirtyGuild.claim == claim).values(**values)
    ).rowcount


def put_dirty_aside(connection: Connection, guild_id: int, now_ms: int) -> int:
    """Its snapshots cannot be made: leave the guild out until the time that is given back."""
    mine = DirtyGuild.guild_id == guild_id
    query = select(DirtyGuild.attempts).where(mine).with_for_update()
    attempts = (connection.scalar(query) or 0) + 1
    retry_at_ms = now_ms + retry_after_ms(attempts)
    values = {"attempts": attempts, "retry_at_ms": retry_at_ms}
    connection.execute(update(DirtyGuild).where(mine).values(values))
    return retry_at_ms


def first_claim_end(connection: Connection, now_ms: int) -> int | None:
    """When the first of the claims that still hold runs out; None when nobody is at work."""
    query = select(func.min(DirtyGuild.claimed_until_ms))
    return connection.scalar(query.where(DirtyGuild.claimed_until_ms >= now_ms))


def live_ranges(connection: Connection, claim: UUID) -> dict[int, tuple[int, int]]:
    """Times of the first and last violation that came in live, by guild, of those of a claim."""
    query = select(DirtyGuild.guild_id, DirtyGuild.live_from_ms, DirtyGuild.live_to_ms).where(
        DirtyGuild.claim == claim, DirtyGuild.live_from_ms.is_not(None)
    )
    rows = connection.execute(query)
    return {id: (first_ms or 0, last_ms or 0) for id, first_ms, last_ms in rows}


def _if_live(column: Mapped[int | None]) -> ColumnElement[int | None]:
    return case((DirtyGuild.live_from_ms.is_(None), None), else_=column)


def _wider(
    one: Mapped[int | None] | ColumnElement[int | None],
    other: Mapped[int | None] | ColumnElement[int | None],
    earlier: bool,
) -> ColumnElement[int | None]:
    keeps_one = one < other if earlier else one > other
    return case((other.is_(None), one), (one.is_(None), other), (keeps_one, one), else_=other)
