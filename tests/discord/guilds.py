"""Routes under /guilds, all for the bot."""

from tests.discord.callers import Call
from tests.discord.errors import missing_access, unknown_guild, unknown_member, unknown_user
from tests.discord.exchange import Answer, json_answer
from tests.discord.guild_shape import guild_json
from tests.discord.shapes import member_json
from tests.discord.world import World


def get_guild(world: World, call: Call) -> Answer:
    """A guild without the bot is as unknown as one that does not exist."""
    guild = world.guilds.get(call.id("guild_id"))
    if guild is None or call.known_caller().user_id not in guild.members:
        raise unknown_guild()
    with_counts = call.request.query.get("with_counts", "").lower() in ("true", "1")
    return json_answer(guild_json(guild, with_counts))


def get_member(world: World, call: Call) -> Answer:
    guild, user_id = world.guilds.get(call.id("guild_id")), call.id("user_id")
    if guild is None:
        raise unknown_guild()
    if call.known_caller().user_id not in guild.members:
        raise missing_access()
    if user_id not in world.users:
        raise unknown_user()
    if user_id not in guild.members:
        raise unknown_member()
    return json_answer(member_json(guild.members[user_id], world.users[user_id]))
