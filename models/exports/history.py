"""Exports: what was asked for, how far it is, and where its file lies."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Index, delete, func, insert, select, text, tuple_
from sqlalchemy.orm import Mapped, mapped_column

from domain.export_life import ExportError, ExportState
from domain.exports import Compression, ExportFormat, ExportMode, ExportType
from models.base import Base, Bucket, Count, EventId, Snowflake, TimestampMs, Words

WAITS = text("state IN ('queued', 'running')")
_HAS_FILE = text("storage_key IS NOT NULL")


class ExportRecord(Base):
    __tablename__ = "export_history"
    guild_id: Mapped[Snowflake] = mapped_column(primary_key=True)
    id: Mapped[EventId] = mapped_column(primary_key=True)
    export_type: Mapped[Words]
    format: Mapped[Words]
    mode: Mapped[Words]
    compression: Mapped[Words]
    period: Mapped[Words | None]
    from_ms: Mapped[TimestampMs | None]
    to_ms: Mapped[TimestampMs | None]
    filters: Mapped[Words]  # JSON
    made_by: Mapped[Words]  # `user:<id>`, `token:<id>`, `operator`
    schedule_id: Mapped[EventId | None]  # of a report, with the occurrence it is for
    occurrence_id: Mapped[EventId | None]
    state: Mapped[Words]
    error_code: Mapped[Words | None]
    attempt: Mapped[Bucket] = mapped_column(default=0, server_default="0")
    # Whose turn it is: the claim of the long work; what is written without it changes nothing.
    claim: Mapped[EventId | None]
    as_of_ms: Mapped[TimestampMs | None]
    rows_estimated: Mapped[TimestampMs | None]
    rows_done: Mapped[Count]
    size_bytes: Mapped[Count]
    sha256: Mapped[Words | None]
    columns: Mapped[Words | None]  # JSON
    storage_key: Mapped[Words | None]
    created_ms: Mapped[TimestampMs]
    started_ms: Mapped[TimestampMs | None]
    ended_ms: Mapped[TimestampMs | None]
    expires_ms: Mapped[TimestampMs | None]
    __table_args__ = (
        Index("idx_export_history_guild_created", "guild_id", "created_ms"),
        Index("idx_export_history_ended", "ended_ms"),
        Index(
            "idx_export_history_waiting",
            "guild_id",
            "state",
            postgresql_where=WAITS,
            sqlite_where=WAITS,
        ),
        Index(
            "uq_export_history_storage_key",
            "storage_key",
            "guild_id",
            unique=True,
            postgresql_where=_HAS_FILE,
            sqlite_where=_HAS_FILE,
        ),
        Index(
            "uq_export_history_occurrence",
            "guild_id",
            "occurrence_id",
            "export_type",
            unique=True,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRow:
    """One export; times in epoch milliseconds."""

    guild_id: int
    id: UUID
    export_type: ExportType
    format: ExportFormat
    mode: ExportMode
    compression: Compression
    period: str | None
    from_ms: int | None
    to_ms: int | None
    filters: str
    made_by: str
    state: ExportState
    created_ms: int
    schedule_id: UUID | None = None
    occurrence_id: UUID | None = None
    error_code: ExportError | None = None
    attempt: int = 0
    claim: UUID | None = None
    as_of_ms: int | None = None
    rows_estimated: int | None = None
    rows_done: int = 0
    size_bytes: int = 0
    sha256: str | None = None
    columns: str | None = None
    storage_key: str | None = None
    started_ms: int | None = None
    ended_ms: int | None = None
    expires_ms: int | None = None


_NAMES = tuple(field.name for field in fields(ExportRow))
COLUMNS = tuple(getattr(ExportRecord, name) for name in _NAMES)
_ENUMS: dict[str, type[Any]] = {
    "export_type": ExportType,
    "format": ExportFormat,
    "mode": ExportMode,
    "compression": Compression,
    "state": ExportState,
    "error_code": ExportError,
}


def add_export(connection: Connection, row: ExportRow) -> None:
    connection.execute(insert(ExportRecord).values(**{name: _plain(row, name) for name in _NAMES}))


def export_of(connection: Connection, guild_id: int, id: UUID) -> ExportRow | None:
    found = connection.execute(select(*COLUMNS).where(_is(guild_id, id))).first()
    return None if found is None else row_of(found)


def newest_exports(
    connection: Connection,
    guild_id: int,
    limit: int,
    types: Iterable[ExportType] = ExportType,
    before: tuple[int, UUID] | None = None,
) -> list[ExportRow]:
    """Newest first; `before` is the place (created, id) of the last one of an earlier page."""
    table = ExportRecord
    query = select(*COLUMNS).where(table.guild_id == guild_id)
    if before:
        query = query.where(tuple_(table.created_ms, table.id) < tuple_(*before))
    query = query.where(table.export_type.in_([one.value for one in types]))
    query = query.order_by(table.created_ms.desc(), table.id.desc()).limit(limit)
    return [row_of(found) for found in connection.execute(query)]


def newest_of_all(connection: Connection, limit: int) -> list[ExportRow]:
    """Of every server, for the operator."""
    query = select(*COLUMNS).order_by(ExportRecord.created_ms.desc(), ExportRecord.id.desc())
    return [row_of(found) for found in connection.execute(query.limit(limit))]


def count_queued(connection: Connection, guild_id: int) -> int:
    """Those that were asked for; files of reports wait beside them."""
    table = ExportRecord
    mine = (table.guild_id == guild_id) & table.schedule_id.is_(None)
    query = select(func.count()).where(mine)
    return connection.scalar(query.where(table.state == ExportState.QUEUED, WAITS)) or 0


def stored_bytes(connection: Connection, guild_id: int) -> tuple[int, int]:
    """(files, bytes) that a server's exports take."""
    table = ExportRecord
    columns = func.count(), func.coalesce(func.sum(table.size_bytes), 0)
    query = select(*columns).where(table.guild_id == guild_id, table.state == ExportState.DONE)
    files, size = connection.execute(query).one()
    return int(files), int(size)


def delete_export(connection: Connection, guild_id: int, id: UUID) -> None:
    connection.execute(delete(ExportRecord).where(_is(guild_id, id)))


def row_of(found: Any) -> ExportRow:
    values = dict(zip(_NAMES, found, strict=True))
    for name, kind in _ENUMS.items():
        if values[name] is not None:
            values[name] = kind(values[name])
    return ExportRow(**values)


def _plain(row: ExportRow, name: str) -> Any:
    value = getattr(row, name)
    return value.value if name in _ENUMS and value is not None else value


def _is(guild_id: int, id: UUID) -> Any:
    return (ExportRecord.guild_id == guild_id) & (ExportRecord.id == id)
