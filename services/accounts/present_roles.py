"""What role a person has in each guild now, and with it their tokens."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection

from domain.demo_people import demo_role_of
from domain.discord_roles import MemberGuild, role_from_discord
from domain.hosting import HostingRule
from domain.roles import Admin, Viewer, highest, lowest, role_named
from domain.windows import DAY_MS
from models.accounts.logins import StoredLogin
from models.accounts.roles import assigned_in, assigned_roles
from models.accounts.tokens import StoredToken
from models.guilds.guild import demo_guilds
from models.guilds.settings import moderator_roles
from services.accounts.hosting import hosted
from services.accounts.memberships import said_since

Role = type[Viewer]
# Nobody can ask Discord about who is logged in nowhere: so long their tokens go by what it said,
# but those of a server's owner for good.
CONFIRMED_MS = 30 * DAY_MS


def roles_of_login(
    connection: Connection, hosting: HostingRule, login: StoredLogin, guilds: Sequence[MemberGuild]
) -> dict[int, Role]:
    """`guilds`: what Discord says of the person now."""
    if login.demo_role is not None:
        return dict.fromkeys(demo_guilds(connection), role_named(login.demo_role))
    return _roles(connection, hosting, login.user_id, guilds)


def roles_of_person(
    connection: Connection, hosting: HostingRule, user_id: int | None, now_ms: int
) -> dict[int, Role]:
    """By what Discord said of the person last, within CONFIRMED_MS, and what was assigned here.

    Discord is not asked: `services/accounts/makers.py` does that beside requests.
    """
    if user_id is None:
        return {}
    if (demo_role := demo_role_of(user_id)) is not None:
        return dict.fromkeys(demo_guilds(connection), demo_role)
    said = said_since(connection, [user_id], now_ms - CONFIRMED_MS)
    return _roles(connection, hosting, user_id, said[user_id])


def roles_of_people(
    connection: Connection,
    hosting: HostingRule,
    guild_id: int,
    user_ids: Collection[int],
    now_ms: int,
) -> dict[int, dict[int, Role]]:
    """The same of many people and one guild alone, in as many statements as of one."""
    if not hosted(connection, hosting, [guild_id]):
        return {}
    moderator_role = moderator_roles(connection, [guild_id]).get(guild_id)
    assigned = assigned_in(connection, guild_id, user_ids)
    of_demo = any(map(demo_role_of, user_ids)) and guild_id in demo_guilds(connection)
    found = {}
    for user_id, guilds in said_since(connection, user_ids, now_ms - CONFIRMED_MS).items():
        demo_role = demo_role_of(user_id)
        given = [role_named(assigned[user_id])] if user_id in assigned else []
        said = [
            role_from_discord(one, moderator_role) for one in guilds if one.guild_id == guild_id
        ]
        everywhere = [role for role in (*said, *given) if role is not None]
        best = (demo_role if of_demo else None) if demo_role else highest(everywhere)
        found[user_id] = {} if best is None else {guild_id: best}
    return found


def roles_of_token(token: StoredToken, of_maker: Mapping[int, Role]) -> dict[int, Role]:
    """Its role in each of its guilds, none above its maker's; guilds without one are left out.

    of_maker: what `roles_of_person` says of `token.created_by`; of no matter for an operator's.

    A bot token is as good as its maker, who has to be an admin. What an operator made is good for
    all that it was made for.
    """
    given = Admin if token.kind == "bot" else role_named(token.role or "")
    if token.created_by is None:
        return dict.fromkeys(token.guild_ids, given)
    roles = {id: lowest(given, of_maker[id]) for id in token.guild_ids if id in of_maker}
    if token.kind == "bot":
        return {guild_id: role for guild_id, role in roles.items() if role is Admin}
    return roles


def _roles(
    connection: Connection, hosting: HostingRule, user_id: int, guilds: Sequence[MemberGuild]
) -> dict[int, Role]:
    """In each guild that is hosted the highest of what Discord says and what was assigned here."""
    moderators = moderator_roles(connection, [guild.guild_id for guild in guilds])
    found: dict[int, list[Role]] = {}
    for guild in guilds:
        role = role_from_discord(guild, moderators.get(guild.guild_id))
        if role is not None:
            found.setdefault(guild.guild_id, []).append(role)
    for guild_id, name in assigned_roles(connection, user_id):
        found.setdefault(guild_id, []).append(role_named(name))
    here = hosted(connection, hosting, found.keys())
    best = ((guild_id, highest(roles)) for guild_id, roles in found.items() if guild_id in here)
    return {guild_id: role for guild_id, role in best if role is not None}
