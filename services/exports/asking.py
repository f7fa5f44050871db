"""Asking for exports, and taking them back: by people, tokens, and for reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import orjson
from sqlalchemy import Connection

from adapters.telemetry.counts import EXPORTS
from domain.export_life import MOST_WAITING, ExportError, ExportState
from domain.exports import (
    Compression,
    ExportFormat,
    ExportMode,
    ExportType,
    ExportWish,
    errors_of,
)
from domain.guild_state import GuildState
from domain.roles import Authenticated, Moderator
from domain.spans import Span
from models.audit_log import add_audit_entry
from models.exports import turns
from models.exports.history import (
    ExportRow,
    add_export,
    count_queued,
    delete_export,
    export_of,
    stored_bytes,
)
from models.guilds.guild import lock_guilds
from models.work.long import ask, forget_queued
from services.audit.change import actor_of, audited
from services.container import Parts
from services.exports.files import remove_files
from services.live.events import export_progress_event
from services.notifications.telling import queue_on
from services.work.start import wake

EXPORT = "export"  # the kind of long work
OPERATOR = "operator"


class TooManyWaitingError(Exception):
    """MOST_WAITING exports of the server wait already."""


class NoRoomError(Exception):
    """The server's exports take all the bytes they may."""


class WishError(Exception):
    """What cannot be exported, by field."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__("cannot be exported")
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What to export, as it was asked for; see ExportWish."""

    export_type: ExportType
    format: ExportFormat
    mode: ExportMode = ExportMode.SPREADSHEET
    compression: Compression = Compression.NONE
    period: Span | None = None
    from_ms: int | None = None
    to_ms: int | None = None
    filters: Mapping[str, str] = field(default_factory=dict)

    def wish(self, guild_id: int, as_of_ms: int) -> ExportWish:
        """Raises WishError."""
        wish = ExportWish(
            guild_id=guild_id,
            export_type=self.export_type,
            format=self.format,
            as_of_ms=as_of_ms,
            mode=self.mode,
            compression=self.compression,
            period=self.period,
            from_ms=self.from_ms,
            to_ms=self.to_ms,
            filters=self.filters,
        )
        if errors := errors_of(wish):
            raise WishError(errors)
        return wish


def asked_by(row: ExportRow) -> Asked:
    """What a stored export was asked for."""
    return Asked(
        export_type=row.export_type,
        format=row.format,
        mode=row.mode,
        compression=row.compression,
        period=None if row.period is None else Span(row.period),
        from_ms=row.from_ms,
        to_ms=row.to_ms,
        filters=orjson.loads(row.filters),
    )


def ask_export(parts: Parts, who: Authenticated[Moderator], id: UUID, asked: Asked) -> ExportRow:
    """Queue an export under `id`; what is there under it already is given back as it is.

    Raises WishError, TooManyWaitingError and NoRoomError.
    """
    now_ms = parts.clock()
    asked.wish(who.guild_id, now_ms)
    with audited(parts, who, "exports.create") as change:
        if (row := export_of(change.connection, who.guild_id, id)) is not None:
            change.happened = False
            return row
        _check_limits(parts, change.connection, who.guild_id)
        row = _row(who.guild_id, id, asked, actor_of(who), now_ms)
        queue_export(change.connection, change.guilds, row)
        change.details = {"id": str(id), "export": _said(asked)}
    wake(parts)
    return row


def ask_by_operator(parts: Parts, guild_id: int, asked: Asked) -> ExportRow:
    """The same for who runs the installation. Raises WishError."""
    now_ms = parts.clock()
    asked.wish(guild_id, now_ms)
    row = _row(guild_id, uuid4(), asked, OPERATOR, now_ms)
    details = orjson.dumps({"id": str(row.id), "export": _said(asked), "by": OPERATOR}).decode()
    with parts.database.write() as connection:
        guilds = lock_guilds(connection, [guild_id])
        queue_export(connection, guilds, row)
        add_audit_entry(connection, guild_id, uuid4(), None, "exports.create", details, now_ms)
    return row


def queue_export(connection: Connection, guilds: Mapping[int, GuildState], row: ExportRow) -> None:
    """In the caller's transaction, which holds the guild's row, and wakes long work afterwards."""
    add_export(connection, row)
    ask(connection, row.guild_id, EXPORT, str(row.id), row.created_ms)
    event = export_progress_event(row.created_ms, row.id, ExportState.QUEUED, 0)
    queue_on(connection, guilds, {row.guild_id: [event]}, row.created_ms)


def take_back(parts: Parts, who: Authenticated[Moderator], id: UUID) -> ExportState:
    """Cancel what waits or runs (CANCELLED), else delete it with its file (EXPIRED).

    Raises LookupError where there is no such export.
    """
    now_ms = parts.clock()
    with audited(parts, who, "exports.delete") as change:
        connection = change.connection
        if (row := export_of(connection, who.guild_id, id)) is None:
            raise LookupError(str(id))
        change.details = {"id": str(id), "export": _said(asked_by(row))}
        if cancelled := turns.fail(connection, row.guild_id, id, ExportError.CANCELLED, now_ms):
            change.action = "exports.cancel"
            forget_queued(connection, row.guild_id, EXPORT, str(id))
            event = export_progress_event(now_ms, id, ExportState.CANCELLED, 0)
            queue_on(connection, change.guilds, {row.guild_id: [event]}, now_ms)
        else:
            delete_export(connection, row.guild_id, id)
    if cancelled:
        EXPORTS.labels(ExportError.CANCELLED.value).inc()
        return ExportState.CANCELLED  # who is at it sees that, and removes what it has written
    if row.storage_key is not None:
        remove_files(parts, [row.storage_key])
    return ExportState.EXPIRED


def _check_limits(parts: Parts, connection: Connection, guild_id: int) -> None:
    if count_queued(connection, guild_id) >= MOST_WAITING:
        raise TooManyWaitingError(f"{MOST_WAITING} exports of this server wait already")
    most = parts.settings.export_max_bytes
    _, stored = stored_bytes(connection, guild_id)
    if most and stored >= most:
        raise NoRoomError(
            f"the exports of this server take {stored:,} of {most:,} bytes: delete some"
        )


def _row(guild_id: int, id: UUID, asked: Asked, made_by: str, now_ms: int) -> ExportRow:
    return ExportRow(
        guild_id=guild_id,
        id=id,
        export_type=asked.export_type,
        format=asked.format,
        mode=asked.mode,
        compression=asked.compression,
        period=asked.period,
        from_ms=asked.from_ms,
        to_ms=asked.to_ms,
        filters=orjson.dumps(dict(asked.filters)).decode(),
        made_by=made_by,
        state=ExportState.QUEUED,
        created_ms=now_ms,
    )


def _said(asked: Asked) -> dict[str, object]:
    """For the audit log: what somebody takes out."""
    said = {
        "export_type": asked.export_type,
        "format": asked.format,
        "mode": asked.mode,
        "period": asked.period,
        "from_ms": asked.from_ms,
        "to_ms": asked.to_ms,
        "filters": dict(asked.filters) or None,
    }
    return {name: value for name, value in said.items() if value is not None}
