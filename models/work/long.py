"""Long work: a row for each piece, with its state and the lease of the process that is at it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import (
    Connection,
    Index,
    Table,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column
from sqlalchemy.sql import ColumnElement

from domain.clock import APART_MS
from domain.long_work import MOST_ATTEMPTS, RETRY_MS
from models.base import Base, Bucket, EventId, Snowflake, TimestampMs, Words
from models.sql.claims import is_free
from models.sql.over import Over

# Guild id of work that is for no guild, such as deleting old events.
NO_GUILD = 0
_WAITS = text("state IN ('queued', 'running')")
_RUNS = text("state = 'running' AND guild_id <> 0")


class LongWork(Base):
    __tablename__ = "long_work"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    id: Mapped[EventId] = mapped_column(primary_key=True)
    kind: Mapped[Words]  # a key of services/work/kinds.py
    subject: Mapped[Words]  # what it is about, in the words of its kind; of one kind and guild one
    state: Mapped[Words]  # queued, running, done, failed
    due_ms: Mapped[TimestampMs]
    attempts: Mapped[Bucket]
    claim: Mapped[EventId | None]
    claimed_until_ms: Mapped[TimestampMs] = mapped_column(default=0, server_default="0")
    created_ms: Mapped[TimestampMs]
    ended_ms: Mapped[TimestampMs | None]
    error: Mapped[Words | None]
    __table_args__ = (
        # Asked for twice is done once.
        Index(
            "uq_long_work_waiting",
            "guild_id",
            "kind",
            "subject",
            unique=True,
            postgresql_where=_WAITS,
            sqlite_where=_WAITS,
        ),
        # One of a guild at a time, so that none takes the database for itself.
        Index(
            "uq_long_work_running",
            "guild_id",
            unique=True,
            postgresql_where=_RUNS,
            sqlite_where=_RUNS,
        ),
        Index("idx_long_work_state_due_ms", "state", "due_ms"),
        Index("idx_long_work_guild_id_ended_ms", "guild_id", "ended_ms"),
    )


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of work, claimed by `claim`."""

    guild_id: int
    id: UUID
    kind: str
    subject: str
    attempts: int  # this one included
    claim: UUID


@dataclass(frozen=True, slots=True)
class Given:
    """What was asked for, whoever does it."""

    guild_id: int
    kind: str
    subject: str


def ask(connection: Connection, guild_id: int, kind: str, subject: str, now_ms: int) -> bool:
    """Queue one piece of work; False where the same waits or is being done already."""
    same = select(LongWork.id).where(
        LongWork.guild_id == guild_id,
        LongWork.kind == kind,
        LongWork.subject == subject,
        _waits(),
    )
    if connection.execute(same.with_for_update()).first() is not None:
        return False
    row = {"guild_id": guild_id, "kind": kind, "subject": subject, "state": "queued"}
    times = {"due_ms": now_ms, "created_ms": now_ms, "attempts": 0}
    connection.execute(insert(LongWork).values(id=uuid4(), **row, **times))
    return True


def claim_next(
    connection: Connection, now_ms: int, until_ms: int, kinds: Collection[str] | None = None
) -> Piece | None:
    """What is for no guild first, then of the guild that had its last turn longest ago, of those
    that have none running: the piece that waited longest. None where none waits.

    kinds: those that the caller can do (None: every one); another release may know more
    Raises IntegrityError where another process claimed one of the same guild in this moment.
    """
    due = _is_due(now_ms, until_ms) & _is_of(kinds)
    ended = aliased(LongWork)
    last_ms = select(func.max(ended.ended_ms)).where(ended.guild_id == LongWork.guild_id)
    last_turn_ms = func.coalesce(last_ms.scalar_subquery(), 0)
    order = (LongWork.guild_id != NO_GUILD, last_turn_ms, LongWork.due_ms, LongWork.id)
    query = select(LongWork).where(due).order_by(*order).limit(1).with_for_update(skip_locked=True)
    row = connection.execute(query.with_only_columns(LongWork.guild_id, LongWork.id)).first()
    if row is None:
        return None
    mine = (LongWork.guild_id == row.guild_id) & (LongWork.id == row.id) & due
    claim = uuid4()
    change = update(LongWork).where(mine).values(
        state="running", claim=claim, claimed_until_ms=until_ms, attempts=LongWork.attempts + 1
    )  # fmt: skip
    columns = (LongWork.guild_id, LongWork.id, LongWork.kind, LongWork.subject, LongWork.attempts)
    found = connection.execute(change.returning(*columns)).first()
    return Piece(*found, claim) if found else None


def renew(connection: Connection, piece: Piece, until_ms: int) -> bool:
    """Whether the work is still this process's."""
    return _change(connection, piece, claimed_until_ms=until_ms)


def finish(connection: Connection, piece: Piece, now_ms: int) -> bool:
    """Done. False, and nothing changed, where the claim was lost meanwhile."""
    return _change(connection, piece, state="done", ended_ms=now_ms, claim=None, error=None)


def give_back(connection: Connection, piece: Piece, now_ms: int) -> bool:
    """Stopped before its end, by nobody's fault: another process goes on at once."""
    attempts = piece.attempts - 1
    return _change(connection, piece, state="queued", due_ms=now_ms, attempts=attempts, claim=None)


def fail(
    connection: Connection, piece: Piece, error: str, retry_ms: int | None, now_ms: int
) -> bool:
    """Failed: queued again for `retry_ms`, or for good where that is None."""
    if retry_ms is None:
        return _change(connection, piece, state="failed", ended_ms=now_ms, claim=None, error=error)
    return _change(connection, piece, state="queued", due_ms=retry_ms, claim=None, error=error)


def put_off(connection: Connection, piece: Piece, words: str, due_ms: int) -> bool:
    """What it needs is not there: it waits, and that counts as no attempt."""
    attempts = piece.attempts - 1
    return _change(
        connection, piece, state="queued", due_ms=due_ms, attempts=attempts, claim=None, error=words
    )


def fail_abandoned(
    connection: Connection, now_ms: int, until_ms: int, kinds: Collection[str] | None = None
) -> list[Given]:
    """Give up what ended every process that was at it; these pieces. `kinds` as in `claim_next`."""
    lost = _is_abandoned(now_ms, until_ms) & (LongWork.attempts >= MOST_ATTEMPTS) & _is_of(kinds)
    words = "every process that was at it ended before it was done"
    change = update(LongWork).where(lost)
    change = change.values(state="failed", ended_ms=now_ms, claim=None, error=words)
    given = change.returning(LongWork.guild_id, LongWork.kind, LongWork.subject)
    return [Given(*row) for row in connection.execute(given)]


def put_off_ahead(connection: Connection, now_ms: int, most: int) -> list[tuple[int, UUID]]:
    """(guild_id, id) of pieces that wait for a time which a clock that was set back has set."""
    query = select(LongWork.guild_id, LongWork.id).where(_is_put_off(now_ms)).limit(most)
    return [(guild_id, id) for guild_id, id in connection.execute(query)]


def make_due(connection: Connection, key: tuple[int, UUID], now_ms: int) -> bool:
    """Have such a piece done now."""
    mine = (LongWork.guild_id == key[0]) & (LongWork.id == key[1])
    change = update(LongWork).where(mine, _is_put_off(now_ms))
    return connection.execute(change.values(due_ms=now_ms)).rowcount == 1


def waiting_subjects(connection: Connection, kind: str) -> set[tuple[int, str]]:
    """(guild_id, subject) of the pieces of a kind that wait or run."""
    query = select(LongWork.guild_id, LongWork.subject).where(LongWork.kind == kind, _waits())
    return {(guild_id, subject) for guild_id, subject in connection.execute(query)}


def forget_queued(connection: Connection, guild_id: int, kind: str, subject: str) -> None:
    """It is not wanted any more, and nobody has begun it."""
    mine = (LongWork.guild_id == guild_id) & (LongWork.kind == kind)
    mine &= (LongWork.subject == subject) & (LongWork.state == "queued") & _waits()
    connection.execute(delete(LongWork).where(mine))


def states_of(
    connection: Connection, kind: str, guild_ids: Collection[int], subjects: Collection[str]
) -> dict[str, str]:
    """Of one kind: how the latest piece about each subject stands."""
    query = select(LongWork.subject, LongWork.state).where(
        LongWork.guild_id.in_(list(guild_ids)),
        LongWork.kind == kind,
        LongWork.subject.in_(list(subjects)),
    )
    # What waits or runs last: it is what counts beside an earlier one that is over.
    order = (LongWork.state.in_(("queued", "running")), LongWork.created_ms)
    return {row.subject: row.state for row in connection.execute(query.order_by(*order))}


def newest(connection: Connection, limit: int) -> list[Any]:
    """Rows, what waits or runs first, then what ended last."""
    table = cast(Table, LongWork.__table__)
    order = (table.c.ended_ms.is_not(None), table.c.ended_ms.desc(), table.c.due_ms)
    return list(connection.execute(select(table).order_by(*order).limit(limit)))


def work_ended(before_ms: int) -> Over:
    return Over(LongWork, LongWork.ended_ms < before_ms)


def note_done(connection: Connection, kind: str, now_ms: int) -> None:
    """A piece for no guild was done by hand, without ever waiting."""
    row = {"guild_id": NO_GUILD, "kind": kind, "subject": "", "state": "done", "attempts": 1}
    times = {"due_ms": now_ms, "created_ms": now_ms, "ended_ms": now_ms}
    connection.execute(insert(LongWork).values(id=uuid4(), **row, **times))


def last_done_ms(connection: Connection, kind: str) -> int | None:
    """When a piece of this kind last ended well."""
    query = select(func.max(LongWork.ended_ms))
    return connection.scalar(query.where(LongWork.kind == kind, LongWork.state == "done"))


def is_due(
    connection: Connection, now_ms: int, until_ms: int, kinds: Collection[str] | None = None
) -> bool:
    """Whether any piece waits for a process. `kinds` as in `claim_next`."""
    query = select(LongWork.id).where(_is_due(now_ms, until_ms), _is_of(kinds)).limit(1)
    return connection.execute(query).first() is not None


def _waits() -> ColumnElement[bool]:
    return LongWork.state.in_(("queued", "running"))


def _is_due(now_ms: int, until_ms: int) -> ColumnElement[bool]:
    busy = select(LongWork.guild_id).where(
        LongWork.state == "running", LongWork.guild_id != NO_GUILD
    )
    queued = (LongWork.state == "queued") & (LongWork.due_ms <= now_ms)
    return or_(queued & LongWork.guild_id.not_in(busy), _is_abandoned(now_ms, until_ms))


def _is_of(kinds: Collection[str] | None) -> ColumnElement[bool]:
    return true() if kinds is None else LongWork.kind.in_(kinds)


def _is_abandoned(now_ms: int, until_ms: int) -> ColumnElement[bool]:
    return (LongWork.state == "running") & is_free(LongWork.claimed_until_ms, now_ms, until_ms)


def _is_put_off(now_ms: int) -> ColumnElement[bool]:
    """Asked for, or to be tried again, further ahead than a clock that is right says."""
    was_asked_ahead = LongWork.created_ms > now_ms + APART_MS
    is_far = LongWork.due_ms > now_ms + max(RETRY_MS) + APART_MS
    is_ahead = (LongWork.due_ms > now_ms + APART_MS) & was_asked_ahead
    return (LongWork.state == "queued") & or_(is_far, is_ahead)


def _change(connection: Connection, piece: Piece, **values: object) -> bool:
    mine = update(LongWork).where(LongWork.guild_id == piece.guild_id, LongWork.id == piece.id)
    mine = mine.where(LongWork.state == "running", LongWork.claim == piece.claim)
    return connection.execute(mine.values(**values)).rowcount == 1
