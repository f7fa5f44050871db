"""The bytes of a report's file, when it is sent."""

from __future__ import annotations

from domain.export_life import ExportState
from models.exports.history import export_of
from services.container import Parts
from services.exports.download import FileGoneError, open_file
from services.reports.content import ReportFile


def read_file(parts: Parts, guild_id: int, file: ReportFile) -> bytes | None:
    """Its bytes; None where it is gone."""
    with parts.database.read() as connection:
        row = export_of(connection, guild_id, file.export_id)
    if row is None or row.state is not ExportState.DONE:
        return None
    try:
        with open_file(parts, row) as stored:
            return stored.read()
    except FileGoneError:
        return None
