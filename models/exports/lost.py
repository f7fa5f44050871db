"""Exports that seem to run, though the process that was at them is gone or hangs."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, select

from domain.long_work import LEASE_MS
from models.sql.claims import is_free
from models.work.long import LongWork


def lost_exports(connection: Connection, now_ms: int) -> set[UUID]:
    """Those whose lease is over: until another process takes them they wait."""
    is_lost = is_free(LongWork.claimed_until_ms, now_ms, now_ms + LEASE_MS)
    query = select(LongWork.subject).where(LongWork.kind == "export", LongWork.state == "running")
    return {UUID(subject) for subject in connection.scalars(query.where(is_lost))}
