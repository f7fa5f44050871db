"""The exports that were made for a run of a scheduled report."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, select

from models.exports.history import COLUMNS, ExportRecord, ExportRow, row_of


def exports_of_run(connection: Connection, guild_id: int, occurrence_id: UUID) -> list[ExportRow]:
    """At most one of each type."""
    table = ExportRecord
    mine = (table.guild_id == guild_id) & (table.occurrence_id == occurrence_id)
    return [row_of(found) for found in connection.execute(select(*COLUMNS).where(mine))]
