"""Exports that did not come to their end: what is written of them, and said."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from adapters.telemetry.counts import EXPORTS
from domain.export_life import ExportError
from models.exports import turns
from models.exports.history import export_of
from models.guilds.guild import lock_guilds
from models.work.long import Given
from services.container import Parts
from services.exports.telling import tell_failed


def give_up(
    parts: Parts, connection: Connection, guild_id: int, id: UUID, code: ExportError
) -> None:
    """It failed for good, in the caller's transaction."""
    now_ms = parts.clock()
    guilds = lock_guilds(connection, [guild_id])
    if turns.fail(connection, guild_id, id, code, now_ms):
        row = export_of(connection, guild_id, id)
        assert row is not None
        tell_failed(connection, parts.secrets, guilds, row, now_ms)
        EXPORTS.labels(code.value).inc()


def export_given_up(parts: Parts, connection: Connection, given: Given, was_lost: bool) -> None:
    """Its long work failed for good."""
    code = ExportError.LEASE_LOST if was_lost else ExportError.INTERNAL
    give_up(parts, connection, given.guild_id, UUID(given.subject), code)
