"""The servers a caller may see, and the caller."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.database import Database
from domain.demo_people import demo_name
from domain.roles import name_of
from domain.snowflake import text_or_none
from models.guilds.guild import named_guilds
from services.accounts.callers import Caller
from services.users.names import UNRESOLVED, ShownUser, shown_users


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownServer:
    """A guild with the caller's role. `bot_present`: the bot has sent something."""

    id: str
    name: str
    icon: str | None
    bot_present: bool
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAccount:
    """`id` is None for an API token."""

    id: str | None
    username: str | None
    avatar: str | None
    selected_guild_id: str | None


def servers_of(database: Database, caller: Caller) -> list[ShownServer]:
    """By name."""
    with database.read() as connection:
        known = {row.guild_id: row for row in named_guilds(connection, sorted(caller.roles))}
    servers = []
    for guild_id, role in caller.roles.items():
        row, seen = known.get(guild_id), caller.discord_guilds.get(guild_id)
        name = (seen and seen.name) or (row and row.name) or f"Server {guild_id}"
        servers.append(
            ShownServer(
                id=str(guild_id),
                name=name,
                icon=seen.icon if seen else row.icon if row else None,
                bot_present=row is not None and row.last_event_ms is not None,
                role=name_of(role),
            )
        )
    return sorted(servers, key=lambda server: (server.name.casefold(), server.id))


def shown_account(database: Database, caller: Caller) -> ShownAccount:
    selected = text_or_none(caller.selected_guild_id)
    if caller.demo_role is not None:
        user = ShownUser(demo_name(caller.demo_role))
        return _account(str(caller.user_id), user, selected)
    if caller.user_id is None:
        return _account(None, ShownUser("API token"), None)
    with database.read() as connection:
        user = shown_users(connection, [caller.user_id]).get(caller.user_id, UNRESOLVED)
    return _account(str(caller.user_id), user, selected)


def _account(id: str | None, user: ShownUser, selected: str | None) -> ShownAccount:
    return ShownAccount(
        id=id, username=user.username, avatar=user.avatar, selected_guild_id=selected
    )
