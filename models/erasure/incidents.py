"""Taking a person out of incidents (as a member, who looks after one, in notes) and visits."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update

from models.erasure.texts import erase_from_words
from models.incidents.tables import IncidentNote, StoredIncident, StoredIncidentMember
from models.visits.table import StoredVisit


def erase_from_incidents(
    connection: Connection, guild_id: int, user_id: int, pseudonym: int
) -> None:
    _erase_as_member(connection, guild_id, user_id, pseudonym)
    actor, nobody = f"user:{user_id}", f"user:{pseudonym}"
    for column in (StoredIncident.looked_after_by, IncidentNote.by):
        change = update(column.class_).where(column.class_.guild_id == guild_id, column == actor)
        connection.execute(change.values({column: nobody}))
    visits = delete(StoredVisit).where(
        StoredVisit.guild_id == guild_id, StoredVisit.reader == actor
    )
    connection.execute(visits)
    erase_from_words(connection, guild_id, IncidentNote.text, user_id, pseudonym)


def _erase_as_member(connection: Connection, guild_id: int, user_id: int, pseudonym: int) -> None:
    """Where an incident was looked at between two steps it has both: the guild is marked dirty with
    the end of the erasure, and then what is left of the two is one again."""
    table = StoredIncidentMember
    has_both = select(table.incident_id).where(
        table.guild_id == guild_id, table.user_id == pseudonym
    )
    mine = (table.guild_id == guild_id) & (table.user_id == user_id)
    connection.execute(delete(table).where(mine, table.incident_id.in_(has_both)))
    connection.execute(update(table).where(mine).values(user_id=pseudonym))
