"""Taking a person out of a guild's rows. Counts stand: each row stays, under a pseudonym.

A pseudonym is a negative number nobody else has, so an erased member still counts as one member.
"""

from __future__ import annotations

import json

from sqlalchemy import Connection, delete, func, select, update

from models.accounts.access_log import AccessRecord
from models.accounts.roles import RoleAssignment
from models.accounts.tokens import AccessToken, tokens_of_guild
from models.audit_log import AuditEntry
from models.bot.changes import BotChange, erase_from_changes
from models.erasure.alerts import erase_from_alerts
from models.erasure.incidents import erase_from_incidents
from models.erasure.reports import erase_from_reports
from models.erasure.steps import erase_some
from models.erasure.texts import erase_from_words
from models.erasure.under_way import forget_asker
from models.events.tables import Violation
from models.guilds.settings import GuildRules
from models.idempotency.keys import forget_keys_of
from models.members.tables import Appeal, UserWarning
from models.outbox import OutboxEntry
from models.rollups.renaming import rename_total
from models.snapshots.raids import StoredRaid
from models.users.cache import CachedUser
from models.users.guild_names import GuildUserName
from models.users.wanted import WantedUser, guilds_showing

# Some milliseconds of work each.
ROWS_AT_ONCE = 500
# Ids of Discord are larger, counts and times smaller.
LARGEST_COUNT = 2**53


def erase_member(connection: Connection, guild_id: int, user_id: int, pseudonym: int) -> int:
    """How many violations were made anonymous: those that earlier steps left (erase_some).

    The guild's row must be locked.
    """
    erased = 0
    is_last = False
    while not is_last:
        step, is_last = erase_some(connection, guild_id, user_id, pseudonym, ROWS_AT_ONCE)
        erased += step
    rename_total(connection, guild_id, user_id, pseudonym)
    for of_person in (UserWarning, RoleAssignment, GuildUserName):
        connection.execute(
            delete(of_person).where(of_person.guild_id == guild_id, of_person.user_id == user_id)
        )
    _erase_as_author(connection, guild_id, user_id, pseudonym)
    _erase_from_appeals(connection, guild_id, user_id, pseudonym)
    _erase_from_texts(connection, guild_id, user_id, pseudonym)
    _erase_from_raids(connection, guild_id, user_id, pseudonym)
    erase_from_alerts(connection, guild_id, user_id, pseudonym)
    erase_from_reports(connection, guild_id)
    erase_from_changes(connection, guild_id, user_id)
    forget_keys_of(connection, guild_id, user_id)
    erase_from_incidents(connection, guild_id, user_id, pseudonym)
    return erased


def violations_of(
    connection: Connection, guild_id: int, user_id: int
) -> tuple[int | None, int | None]:
    """Times of a member's first and last violation."""
    time = Violation.timestamp_ms
    query = select(func.min(time), func.max(time)).where(
        Violation.guild_id == guild_id, Violation.user_id == user_id
    )
    first_ms, last_ms = connection.execute(query).one()
    return first_ms, last_ms


def forget_user(connection: Connection, user_id: int) -> None:
    """Forget the name of somebody whom no guild has on record any more."""
    if not guilds_showing(connection, [user_id]):
        for model in (CachedUser, WantedUser):
            connection.execute(delete(model).where(model.user_id == user_id))


def _erase_as_author(connection: Connection, guild_id: int, user_id: int, pseudonym: int) -> None:
    """As who wrote the rules, gave roles, made tokens, and has others erased."""
    forget_asker(connection, guild_id, user_id)
    rules = update(GuildRules).where(
        GuildRules.guild_id == guild_id, GuildRules.updated_by == user_id
    )
    connection.execute(rules.values(updated_by=pseudonym))
    roles = update(RoleAssignment).where(
        RoleAssignment.guild_id == guild_id, RoleAssignment.assigned_by == user_id
    )
    connection.execute(roles.values(assigned_by=pseudonym))
    made = [one.id for one in tokens_of_guild(connection, guild_id) if one.created_by == user_id]
    tokens = update(AccessToken).where(AccessToken.id.in_(made))
    connection.execute(tokens.values(created_by=pseudonym))


def _erase_from_appeals(
    connection: Connection, guild_id: int, user_id: int, pseudonym: int
) -> None:
    """Their words as well; bots often name only the violation, which is under the pseudonym."""
    theirs = select(Violation.id).where(
        Violation.guild_id == guild_id, Violation.user_id == pseudonym
    )
    said = (Appeal.user_id == user_id) | Appeal.violation_id.in_(theirs)
    words = update(Appeal).where(Appeal.guild_id == guild_id, Appeal.text.is_not(None), said)
    connection.execute(words.values(text=None))
    for column in (Appeal.user_id, Appeal.resolved_by):
        change = update(Appeal).where(Appeal.guild_id == guild_id, column == user_id)
        connection.execute(change.values({column: None}))


def _erase_from_texts(connection: Connection, guild_id: int, user_id: int, pseudonym: int) -> None:
    """JSON has ids as strings, so the quoted id is the person and nothing else.

    A bot says in words of its own what became of a change, and an earlier one wrote entries in any
    way; a number as long as an id is one.
    """
    quoted, replacement = f'"{user_id}"', f'"{pseudonym}"'
    for column in (AuditEntry.details, OutboxEntry.events, BotChange.data):
        model = column.class_
        change = update(model).where(model.guild_id == guild_id, column.contains(quoted))
        connection.execute(change.values({column: func.replace(column, quoted, replacement)}))
    erase_from_words(connection, guild_id, BotChange.detail, user_id, pseudonym)
    if user_id > LARGEST_COUNT:
        erase_from_words(connection, guild_id, AuditEntry.details, user_id, pseudonym)
    entries = update(AuditEntry).where(
        AuditEntry.guild_id == guild_id, AuditEntry.user_id == user_id
    )
    connection.execute(entries.values(user_id=None))
    readers = delete(AccessRecord).where(
        AccessRecord.guild_id == guild_id, AccessRecord.reader == f"user:{user_id}"
    )
    connection.execute(readers)


def _erase_from_raids(connection: Connection, guild_id: int, user_id: int, pseudonym: int) -> None:
    table = StoredRaid
    query = select(table.started_at_ms, table.user_ids).where(
        table.guild_id == guild_id, table.user_ids.contains(str(user_id))
    )
    for started_at_ms, text in connection.execute(query).all():
        ids = [pseudonym if id == user_id else id for id in json.loads(text)]
        change = update(table).where(
            table.guild_id == guild_id, table.started_at_ms == started_at_ms
        )
        connection.execute(change.values(user_ids=json.dumps(ids)))
