"""The servers a caller may see, and the caller."""

from __future__ import annotations

from typing import Any

from adapters.database import Database
from domain.roles import name_of
from models.guild import named_guilds
from services.access import Caller
from services.user_names import UNRESOLVED, shown_users
from services.violation_json import text_or_none


def servers_of(database: Database, caller: Caller) -> list[dict[str, Any]]:
    """Guilds with the caller's role, by name. `bot_present`: the bot has sent something."""
    with database.read() as connection:
        known = {row.guild_id: row for row in named_guilds(connection, sorted(caller.roles))}
    servers = []
    for guild_id, role in caller.roles.items():
        row, seen = known.get(guild_id), caller.discord_guilds.get(guild_id)
        name = (seen and seen.name) or (row and row.name) or f"Server {guild_id}"
        servers.append(
            {
                "id": str(guild_id),
                "name": name,
                "icon": seen.icon if seen else row.icon if row else None,
                "bot_present": row is not None and row.last_event_ms is not None,
                "role": name_of(role),
            }
        )
    return sorted(servers, key=lambda server: (server["name"].casefold(), server["id"]))


def shown_account(database: Database, caller: Caller) -> dict[str, Any]:
    selected = text_or_none(caller.selected_guild_id)
    if caller.demo_role is not None:
        name = f"Demo {caller.demo_role}"
        account = {"id": str(caller.user_id), "username": name, "avatar": None}
        return account | {"selected_guild_id": selected}
    if caller.user_id is None:
        return {"id": None, "username": "API token", "avatar": None, "selected_guild_id": None}
    with database.read() as connection:
        user = shown_users(connection, [caller.user_id]).get(caller.user_id, UNRESOLVED)
    return {
        "id": str(caller.user_id),
        "username": user.username,
        "avatar": user.avatar,
        "selected_guild_id": selected,
    }
