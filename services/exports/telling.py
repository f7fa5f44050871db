"""What is told of exports: to open pages as they go on, to everybody when they are over."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from adapters.secret_box import SecretBox
from domain.alert_rules import PRIORITY_OF, EventType
from domain.clock import rfc3339
from domain.export_life import ExportState, failed_words, ready_words
from domain.guild_state import GuildState
from domain.messages import MessageKind, Priority
from models.exports.history import ExportRow
from services.live.events import export_progress_event
from services.notifications.telling import Notice, queue_on, tell

Guilds = Mapping[int, GuildState]


def tell_running(connection: Connection, guilds: Guilds, row: ExportRow, now_ms: int) -> None:
    event = export_progress_event(now_ms, row.id, ExportState.RUNNING, 0)
    queue_on(connection, guilds, {row.guild_id: [event]}, now_ms)


def tell_done(
    connection: Connection, secrets: SecretBox, guilds: Guilds, row: ExportRow, now_ms: int
) -> None:
    """In the transaction that makes it true. Of a report's files the report itself tells."""
    event = export_progress_event(now_ms, row.id, ExportState.DONE, 100)
    queue_on(connection, guilds, {row.guild_id: [event]}, now_ms)
    if row.schedule_id is None:
        assert row.expires_ms is not None
        until = rfc3339(row.expires_ms)[:10]
        said = ready_words(row.export_type, row.format, row.rows_done, row.size_bytes, until)
        notice = _notice(row, PRIORITY_OF[EventType.EXPORT_READY], said)
        tell(connection, secrets, guilds, [notice], now_ms)


def tell_failed(
    connection: Connection, secrets: SecretBox, guilds: Guilds, row: ExportRow, now_ms: int
) -> None:
    """The same of one that is given up: whoever waits for its file waits no longer."""
    event = export_progress_event(now_ms, row.id, ExportState.FAILED, 0)
    queue_on(connection, guilds, {row.guild_id: [event]}, now_ms)
    if row.schedule_id is None:
        assert row.error_code is not None
        said = failed_words(row.export_type, row.error_code)
        tell(connection, secrets, guilds, [_notice(row, Priority.MEDIUM, said)], now_ms)


def _notice(row: ExportRow, priority: Priority, said: tuple[str, str]) -> Notice:
    """One event type for either end: whoever wants to know of the file wants to know of none."""
    title, message = said
    return Notice(
        guild_id=row.guild_id,
        kind=MessageKind.NOTIFICATION,
        event_type=EventType.EXPORT_READY,
        priority=priority,
        dedup_key=f"export:{row.id}",
        title=title,
        message=message,
        link=f"#export/{row.id}",
    )
