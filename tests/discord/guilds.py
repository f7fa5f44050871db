"""Routes under /guilds, all for the bot."""

from tests.discord.callers import Call
from tests.discord.errors import (
    FormErrors,
    invalid_form,
    missing_access,
    unknown_guild,
    unknown_member,
    unknown_user,
)
from tests.discord.exchange import Answer, json_answer
from tests.discord.form import check
from tests.discord.guild_shape import guild_json
from tests.discord.shapes import member_json, role_json
from tests.discord.state import Guild, User
from tests.discord.world import World

MOST_FOUND = 1_000


def get_guild(world: World, call: Call) -> Answer:
    """A guild without the bot is as unknown as one that does not exist."""
    guild = world.guilds.get(call.id("guild_id"))
    if guild is None or call.known_caller().user_id not in guild.members:
        raise unknown_guild()
    with_counts = call.request.query.get("with_counts", "").lower() in ("true", "1")
    return json_answer(guild_json(guild, with_counts))


def get_member(world: World, call: Call) -> Answer:
    guild, user_id = _own_guild(world, call), call.id("user_id")
    if user_id not in world.users:
        raise unknown_user()
    if user_id not in guild.members:
        raise unknown_member()
    return json_answer(member_json(guild.members[user_id], world.users[user_id]))


def list_roles(world: World, call: Call) -> Answer:
    """Being in the guild is all that it takes."""
    roles = _own_guild(world, call).roles.values()
    return json_answer([role_json(role, place) for place, role in enumerate(roles)])


def search_members(world: World, call: Call) -> Answer:
    """Members whose username, name or nickname begins with `query`, whatever its case."""
    guild = _own_guild(world, call)
    text, limit = call.request.query.get("query"), _number(call.request.query.get("limit", "1"))
    wrong: FormErrors = {}
    if errors := check({"type": "string", "minLength": 1, "maxLength": 100}, text or None):
        wrong["query"] = errors
    if errors := check({"type": "integer", "minimum": 1, "maximum": MOST_FOUND}, limit):
        wrong["limit"] = errors
    if wrong:
        raise invalid_form(wrong)
    found = [
        member_json(member, world.users[user_id])
        for user_id, member in guild.members.items()
        if _begins(world.users[user_id], member.nick, str(text))
    ]
    return json_answer(found[: int(limit)])


def _begins(user: User, nick: str | None, text: str) -> bool:
    names = (user.username, user.global_name or "", nick or "")
    return any(name.lower().startswith(text.lower()) for name in names)


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() else text


def _own_guild(world: World, call: Call) -> Guild:
    """The guild in the path, if the bot is in it."""
    guild = world.guilds.get(call.id("guild_id"))
    if guild is None:
        raise unknown_guild()
    if call.known_caller().user_id not in guild.members:
        raise missing_access()
    return guild
