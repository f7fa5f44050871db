"""Names of whom and what entries of the audit log are about: each kind is looked up once a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from domain.audit_subjects import Subject
from domain.snowflake import parse_snowflake
from models.accounts.tokens import tokens_of_guild
from models.channels.store import every_channel_of
from models.members.appeals import appealed_violations
from models.reports.schedules import schedules_of
from services.users.names import Shown, shown_users

Names = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSubject:
    """The name is None where none is known, or the thing is gone."""

    kind: str
    id: str
    name: str | None = None
    avatar: str | None = None


def shown_subjects(
    connection: Connection, guild_id: int, of_entries: Sequence[Sequence[Subject]]
) -> list[list[ShownSubject]]:
    """By entry. An appeal is shown as the `violation` that it is about."""
    every = {subject for subjects in of_entries for subject in subjects}
    ids = {kind: [one.id for one in every if one.kind == kind] for kind, _ in every}
    users = _users(connection, guild_id, ids.get("member", []))
    names = {kind: look(connection, guild_id) for kind, look in _NAMES.items() if kind in ids}
    appeals = appealed_violations(connection, guild_id, ids.get("appeal", []))
    return [
        [
            shown
            for one in subjects
            if (shown := _shown(one, users, names.get(one.kind, {}), appeals)) is not None
        ]
        for subjects in of_entries
    ]


def _shown(
    one: Subject, users: Shown, names: Names, appeals: Mapping[str, str]
) -> ShownSubject | None:
    if one.kind == "appeal":
        violation = appeals.get(one.id)
        if violation is None:
            return None
        return ShownSubject(kind="violation", id=violation)
    user = users.get(int(one.id)) if one.kind == "member" and _is_user(one.id) else None
    name = names.get(one.id) if user is None else user.username
    avatar = None if user is None else user.avatar
    return ShownSubject(kind=one.kind, id=one.id, name=name, avatar=avatar)


def _users(connection: Connection, guild_id: int, ids: Sequence[str]) -> Shown:
    known = [int(id) for id in ids if _is_user(id)]
    return shown_users(connection, known, guild_id) if known else {}


def _is_user(id: str) -> bool:
    """What another bot logged may be anything."""
    try:
        parse_snowflake(id.removeprefix("-"))
    except ValueError:
        return False
    return True


def _tokens(connection: Connection, guild_id: int) -> Names:
    return {str(token.id): token.name for token in tokens_of_guild(connection, guild_id)}


def _channels(connection: Connection, guild_id: int) -> Names:
    return {str(row.id): row.name for row in every_channel_of(connection, [guild_id])}


def _schedules(connection: Connection, guild_id: int) -> Names:
    rows = schedules_of(connection, guild_id)
    return {str(row.schedule.id): row.schedule.name for row in rows}


_NAMES: Mapping[str, Callable[[Connection, int], Names]] = {
    "token": _tokens,
    "channel": _channels,
    "schedule": _schedules,
}
