"""How much long work waits, runs and failed, for `/health` and `/metrics`."""

from dataclasses import dataclass

from sqlalchemy import Connection, case, func, select
from sqlalchemy.sql import ColumnElement

from models.work.long import LongWork


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much long work there is."""

    queued: int
    running: int
    failed: int
    oldest_due_ms: int | None


def waiting(connection: Connection, failed_since_ms: int) -> Waiting:
    """Counts for `/health` and `/metrics`; of failed ones those that ended since then."""

    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    queued = LongWork.state == "queued"
    failed = (LongWork.state == "failed") & (LongWork.ended_ms >= failed_since_ms)
    oldest = func.min(case((queued, LongWork.due_ms)))
    columns = (count(queued), count(LongWork.state == "running"), count(failed), oldest)
    wanted = LongWork.state.in_(("queued", "running", "failed"))
    row = connection.execute(select(*columns).where(wanted)).one()
    return Waiting(int(row[0]), int(row[1]), int(row[2]), row[3])


def count_by_kind(connection: Connection) -> dict[tuple[str, str], int]:
    """How many pieces wait, run, and failed for good, by kind and state."""
    states = LongWork.state.in_(("queued", "running", "failed"))
    query = select(LongWork.kind, LongWork.state, func.count()).where(states)
    rows = connection.execute(query.group_by(LongWork.kind, LongWork.state))
    return {(kind, state): number for kind, state, number in rows}


def failures_since(
    connection: Connection, kind: str, since_ms: int, now_ms: int
) -> tuple[int, int | None]:
    """How many pieces of a kind were given up since then, and when the last one was."""
    mine = (LongWork.kind == kind) & (LongWork.state == "failed")
    mine &= (LongWork.ended_ms > since_ms) & (LongWork.ended_ms <= now_ms)
    row = connection.execute(select(func.count(), func.max(LongWork.ended_ms)).where(mine)).one()
    return row[0], row[1]
