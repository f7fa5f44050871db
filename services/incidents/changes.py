"""What people do about an incident: look after it, leave it, write down what they know."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from uuid import UUID, uuid4

from domain.alert_states import AlertClosedError
from domain.bot_changes import BotChangeKind, ForBot
from domain.clock import rfc3339
from domain.roles import Authenticated, Moderator
from domain.touched import Cause, touched_by
from models.incidents.members import member_ids
from models.incidents.store import (
    IncidentRow,
    NoteRow,
    add_note,
    count_notes,
    incident_by_id,
    look_after,
)
from models.members.warning_changes import clear_warnings_of
from services.alerts.people import acknowledge_alert
from services.audit.change import Change, actor_of, audited
from services.container import Parts
from services.incidents.telling import tell_of_change
from services.incidents.timeline import alerts_about
from services.members.changes import LISTED_IN_LOG

NOTES_AT_MOST = 200


class NoIncidentError(Exception):
    """There is none with this id in this server."""


class TooManyNotesError(Exception):
    """Nobody reads so many."""


def take_incident(parts: Parts, who: Authenticated[Moderator], id: UUID) -> None:
    """Look after it, also where somebody else did, so that its alert reminds no more.

    A second time changes nothing, or makes up for what a crash left in between.
    """
    row = _look_after(parts, who, id, actor_of(who), "incidents.take")
    with parts.database.read() as connection:
        alerts = alerts_about(connection, row)
    for alert in alerts:
        if alert.closed_ms is None and alert.acknowledged_ms is None:
            with suppress(AlertClosedError):  # it ended by itself meanwhile
                acknowledge_alert(parts, who, alert.id, None)


def leave_incident(parts: Parts, who: Authenticated[Moderator], id: UUID) -> None:
    """Nobody looks after it any more."""
    _look_after(parts, who, id, None, "incidents.leave")


def write_note(parts: Parts, who: Authenticated[Moderator], id: UUID, text: str) -> None:
    now_ms = parts.clock()
    with audited(parts, who, "incidents.note") as change:
        row = _found(change, who.guild_id, id)
        if count_notes(change.connection, who.guild_id, [id]).get(id, 0) >= NOTES_AT_MOST:
            raise TooManyNotesError(f"an incident has {NOTES_AT_MOST} notes at most")
        note = NoteRow(
            guild_id=who.guild_id,
            incident_id=id,
            id=uuid4(),
            at_ms=now_ms,
            by=actor_of(who),
            text=text,
        )
        add_note(change.connection, note)
        change.details = {"incident_id": str(id), "note_id": str(note.id)}
        _tell(change, row, actor_of(who), now_ms)


def clear_members(parts: Parts, who: Authenticated[Moderator], id: UUID) -> None:
    """Set the warning level of all its members to 0; nothing happens where all are."""
    now_ms = parts.clock()
    with audited(parts, who, "incidents.clear_warnings") as change:
        row = _found(change, who.guild_id, id)
        members = member_ids(change.connection, who.guild_id, id)
        cleared = clear_warnings_of(
            change.connection, who.guild_id, members, change.decided_ms, uuid4()
        )
        levels = {str(user_id): level for user_id, level in cleared[:LISTED_IN_LOG]}
        change.details = {"incident_id": str(id), "cleared": len(cleared), "members": levels}
        change.happened = bool(cleared)
        if cleared:
            change.documents = touched_by(Cause.WARNINGS)
            change.for_bot = _for_bot(id, [user_id for user_id, _ in cleared], now_ms)
            _tell(change, row, actor_of(who), now_ms)


def _for_bot(id: UUID, user_ids: list[int], now_ms: int) -> ForBot:
    data = {"before": rfc3339(now_ms), "user_ids": [str(user_id) for user_id in user_ids]}
    return ForBot(BotChangeKind.WARNINGS_CLEARED, f"incident:{id}", data)


def _look_after(
    parts: Parts, who: Authenticated[Moderator], id: UUID, by: str | None, action: str
) -> IncidentRow:
    now_ms = parts.clock()
    with audited(parts, who, action) as change:
        row = _found(change, who.guild_id, id)
        change.happened = row.looked_after_by != by
        if change.happened:
            before, after = ((one or "").partition(":")[2] for one in (row.looked_after_by, by))
            change.details = {"incident_id": str(id), "before": before, "after": after}
            taken = replace(row, looked_after_by=by, looked_after_ms=now_ms if by else None)
            look_after(change.connection, taken)
            _tell(change, row, actor_of(who), now_ms)
    return row


def _found(change: Change, guild_id: int, id: UUID) -> IncidentRow:
    row = incident_by_id(change.connection, guild_id, id)
    if row is None:
        raise NoIncidentError("there is no incident with this id in this server")
    return row


def _tell(change: Change, row: IncidentRow, by: str, now_ms: int) -> None:
    """Open pages read it again: by its revision they see that it changed."""
    tell_of_change(change.connection, replace(row, revision=row.revision + 1), by, now_ms)
