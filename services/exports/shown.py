"""Exports as the API shows them: how far each is, who made it, and in words why it is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

import orjson
from sqlalchemy import Connection

from domain.clock import rfc3339
from domain.cursor import read_place, write_cursor
from domain.export_life import (
    MOST_WAITING,
    ExportState,
    eta_seconds,
    file_name,
    name_of,
    progress_of,
    words_of,
)
from domain.exports import ROLES, extension, media_type
from domain.page_bytes import page_of
from domain.roles import Authenticated, Moderator
from models.exports.history import ExportRow, export_of, newest_exports, stored_bytes
from models.exports.lost import lost_exports
from models.exports.turns import waiting_of
from services.container import Parts
from services.exports.asking import asked_by
from services.exports.shape import ExportsPage, Manifest, ShownExport, Storage
from services.users.names import UNRESOLVED, ShownUser, shown_users


def export_shown(parts: Parts, who: Authenticated[Moderator], id: UUID) -> ShownExport | None:
    with parts.database.read() as connection:
        row = export_of(connection, who.guild_id, id)
        if row is None:
            return None
        (row,) = as_they_stand(connection, [row], parts.clock())
        users = shown_users(connection, _people([row]), who.guild_id)
    return _shown(parts, row, users)


def stored(parts: Parts, who: Authenticated[Moderator], id: UUID) -> ExportRow | None:
    with parts.database.read() as connection:
        return export_of(connection, who.guild_id, id)


def stored_again(parts: Parts, row: ExportRow) -> ExportRow | None:
    with parts.database.read() as connection:
        return export_of(connection, row.guild_id, row.id)


def exports_page(
    parts: Parts, who: Authenticated[Moderator], *, limit: int, cursor: str | None = None
) -> ExportsPage:
    """The history, newest first, of what this role may take out. ValueError for a wrong cursor."""
    types = [one for one, needed in ROLES.items() if issubclass(who.role, needed)]
    before = read_place(cursor) if cursor else None
    with parts.database.read() as connection:
        found = newest_exports(connection, who.guild_id, limit + 1, types, before)
        rows = as_they_stand(connection, found[:limit], parts.clock())
        users = shown_users(connection, _people(rows), who.guild_id)
    exports, last = page_of((_shown(parts, row, users) for row in rows), found)
    return ExportsPage(
        exports=exports,
        next_cursor=write_cursor(last.created_ms, str(last.id)) if last else None,
    )


def manifest_shown(parts: Parts, who: Authenticated[Moderator], row: ExportRow) -> Manifest:
    """All that says what the file is, to lay beside it."""
    with parts.database.read() as connection:
        users = shown_users(connection, _people([row]), who.guild_id)
    shown = _shown(parts, row, users)
    names = (name for name in Manifest.__struct_fields__ if name != "media_type")
    return Manifest(**{name: getattr(shown, name) for name in names}, media_type=media_of(row))


def storage_shown(parts: Parts, who: Authenticated[Moderator]) -> Storage:
    """What the server's exports take, and may take."""
    with parts.database.read() as connection:
        files, size = stored_bytes(connection, who.guild_id)
        lost = lost_exports(connection, parts.clock())
        queued, for_reports, running = waiting_of(connection, who.guild_id, lost)
    return Storage(
        files=files,
        bytes=size,
        limit_bytes=parts.settings.export_max_bytes or None,
        retention_days=parts.settings.export_retention_days,
        queued=queued,
        queued_for_reports=for_reports,
        running=running,
        most_queued=MOST_WAITING,
    )


def file_name_of(row: ExportRow) -> str:
    wish = asked_by(row).wish(row.guild_id, row.as_of_ms or row.created_ms)
    at = rfc3339(row.as_of_ms or row.created_ms)
    return file_name(row.export_type, row.guild_id, at, extension(wish))


def media_of(row: ExportRow) -> str:
    return media_type(asked_by(row).wish(row.guild_id, row.as_of_ms or row.created_ms))


def status_path(parts: Parts, row: ExportRow) -> str:
    return f"{parts.settings.base_path}/api/v1/servers/{row.guild_id}/export/{row.id}"


def download_path(parts: Parts, row: ExportRow) -> str:
    return f"{parts.settings.base_path}/api/v1/servers/{row.guild_id}/export/download/{row.id}"


def as_they_stand(connection: Connection, rows: list[ExportRow], now_ms: int) -> list[ExportRow]:
    """What its process has left waits again, for another one to take it."""
    if all(row.state is not ExportState.RUNNING for row in rows):
        return rows
    lost = lost_exports(connection, now_ms)
    return [_waiting(row) if row.id in lost else row for row in rows]


def _waiting(row: ExportRow) -> ExportRow:
    is_running = row.state is ExportState.RUNNING
    return replace(row, state=ExportState.QUEUED, rows_done=0) if is_running else row


def _shown(parts: Parts, row: ExportRow, users: dict[int, ShownUser]) -> ShownExport:
    is_made = row.state in (ExportState.DONE, ExportState.EXPIRED)
    maker = users.get(_user_id(row.made_by), UNRESOLVED)
    running = row.state is ExportState.RUNNING
    return ShownExport(
        id=str(row.id),
        export_type=row.export_type,
        name=name_of(row.export_type),
        format=row.format,
        mode=row.mode,
        compression=row.compression,
        period=row.period,
        since=_time(row.from_ms),
        until=_time(row.to_ms),
        filters=orjson.loads(row.filters),
        status=row.state,
        progress=progress_of(row.state, row.rows_done, row.rows_estimated),
        rows_done=row.rows_done,
        rows_estimated=row.rows_estimated,
        eta_seconds=eta_seconds(row.rows_done, row.rows_estimated, row.started_ms, parts.clock())
        if running
        else None,
        attempt=row.attempt,
        record_count=row.rows_done if is_made else None,
        file_name=file_name_of(row) if is_made else None,
        file_size=row.size_bytes if is_made else None,
        sha256=row.sha256,
        as_of=_time(row.as_of_ms),
        columns=_columns(row),
        error=None if row.error_code is None else words_of(row.error_code, row.state),
        error_code=row.error_code,
        created_by=row.made_by,
        created_by_username=maker.username,
        created_by_avatar=maker.avatar,
        schedule_id=None if row.schedule_id is None else str(row.schedule_id),
        created_at=rfc3339(row.created_ms),
        started_at=_time(row.started_ms),
        ended_at=_time(row.ended_ms),
        expires_at=_time(row.expires_ms),
        status_url=status_path(parts, row),
        download_url=download_path(parts, row),
    )


def _columns(row: ExportRow) -> list[dict[str, str]] | None:
    return None if row.columns is None else orjson.loads(row.columns)


def _time(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(ms)


def _people(rows: Iterable[ExportRow]) -> set[int]:
    return {_user_id(row.made_by) for row in rows} - {0}


def _user_id(maker: str) -> int:
    kind, _, id = maker.partition(":")
    return int(id) if kind == "user" else 0
