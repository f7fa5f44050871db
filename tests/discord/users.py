"""Routes under /users."""

from tests.discord.callers import Call, snowflake
from tests.discord.errors import invalid_form, unknown_guild, unknown_user
from tests.discord.exchange import Answer, json_answer
from tests.discord.form import check
from tests.discord.shapes import me_json, member_json, my_guild_json, user_json
from tests.discord.state import Guild
from tests.discord.world import World

MOST_GUILDS = 200


def get_me(world: World, call: Call) -> Answer:
    return json_answer(me_json(world.users[call.known_caller().user_id]))


def get_user(world: World, call: Call) -> Answer:
    user = world.users.get(call.id("user_id"))
    if user is None:
        raise unknown_user()
    return json_answer(user_json(user))


def list_my_guilds(world: World, call: Call) -> Answer:
    """The guilds of the caller by id; pages go by `after`, `before` and `limit`."""
    user_id = call.known_caller().user_id
    with_counts = call.request.query.get("with_counts", "").lower() in ("true", "1")
    guilds = [guild for guild in list(world.guilds.values()) if user_id in guild.members]
    page = _page(sorted(guilds, key=lambda guild: guild.id), call)
    return json_answer([my_guild_json(guild, user_id, with_counts) for guild in page])


def _page(guilds: list[Guild], call: Call) -> list[Guild]:
    query = call.request.query
    most = _limit(query.get("limit", str(MOST_GUILDS)))
    if "after" in query:
        return [each for each in guilds if each.id > snowflake("after", query["after"])][:most]
    if "before" in query:
        return [each for each in guilds if each.id < snowflake("before", query["before"])][-most:]
    return guilds[:most]


def _limit(text: str) -> int:
    value = int(text) if text.isascii() and text.isdigit() else text
    wrong = check({"type": "integer", "minimum": 1, "maximum": MOST_GUILDS}, value)
    if wrong:
        raise invalid_form({"limit": wrong})
    return int(value)


def get_my_member(world: World, call: Call) -> Answer:
    guild = world.guilds.get(call.id("guild_id"))
    user_id = call.known_caller().user_id
    if guild is None or user_id not in guild.members:
        raise unknown_guild()
    return json_answer(member_json(guild.members[user_id], world.users[user_id]))
