"""What the bot sees of guilds and their members."""

import httpx

from tests.discord.conftest import Headers
from tests.discord.server import Discord


def test_the_bot_sees_its_guilds(
    discord: Discord, ask: httpx.Client, ada: int, as_bot: Headers
) -> None:
    made = discord.world.add_guild(name="Own", owner_id=ada)
    discord.world.add_role(made.id, "Moderator", permissions=1 << 2)
    guild = ask.get(f"guilds/{made.id}", headers=as_bot).json()
    assert (guild["name"], guild["owner_id"]) == ("Own", str(ada))
    assert [role["name"] for role in guild["roles"]] == ["@everyone", "Moderator"]
    assert "approximate_member_count" not in guild
    counted = ask.get(f"guilds/{made.id}", headers=as_bot, params={"with_counts": "true"}).json()
    assert counted["approximate_member_count"] == 2


def test_a_guild_without_the_bot_is_unknown(
    discord: Discord, ask: httpx.Client, ada: int, as_bot: Headers
) -> None:
    without = discord.world.add_guild(owner_id=ada, bot=False).id
    left = discord.world.add_guild(owner_id=ada).id
    discord.world.remove_member(left, discord.world.application.bot_id)
    gone = discord.world.add_guild(owner_id=ada).id
    discord.world.remove_guild(gone)
    for guild_id in (without, left, gone):
        answer = ask.get(f"guilds/{guild_id}", headers=as_bot)
        assert (answer.status_code, answer.json()["code"]) == (404, 10004)


def test_the_bot_sees_members_of_its_guilds(
    discord: Discord, ask: httpx.Client, ada: int, as_bot: Headers
) -> None:
    discord.limits.lift()
    stranger = discord.world.add_user().id
    own = discord.world.add_guild(owner_id=ada).id
    foreign = discord.world.add_guild(owner_id=ada, bot=False).id
    member = ask.get(f"guilds/{own}/members/{ada}", headers=as_bot).json()
    assert member["user"]["id"] == str(ada)

    def refusal(guild_id: int, user_id: int) -> tuple[int, int]:
        answer = ask.get(f"guilds/{guild_id}/members/{user_id}", headers=as_bot)
        return answer.status_code, answer.json()["code"]

    assert refusal(own, stranger) == (404, 10007)
    assert refusal(own, 1) == (404, 10013)
    assert refusal(foreign, ada) == (403, 50001)
    assert refusal(1, ada) == (404, 10004)


def test_the_bot_lists_the_roles_of_its_guilds(
    discord: Discord, ask: httpx.Client, ada: int, as_bot: Headers, as_ada: Headers
) -> None:
    own = discord.world.add_guild(owner_id=ada).id
    foreign = discord.world.add_guild(owner_id=ada, bot=False).id
    discord.world.add_role(own, "Moderator", color=0x3556D8)
    roles = ask.get(f"guilds/{own}/roles", headers=as_bot).json()
    assert [(role["name"], role["color"]) for role in roles[1:]] == [("Moderator", 0x3556D8)]
    assert ask.get(f"guilds/{foreign}/roles", headers=as_bot).json()["code"] == 50001
    assert ask.get("guilds/1/roles", headers=as_bot).json()["code"] == 10004
    assert ask.get(f"guilds/{own}/roles", headers=as_ada).status_code == 401


def test_members_are_found_by_how_their_names_begin(
    discord: Discord, ask: httpx.Client, ada: int, as_bot: Headers
) -> None:
    discord.limits.lift()
    own = discord.world.add_guild(owner_id=ada).id
    grace = discord.world.add_user(username="grace", global_name="Admiral").id
    discord.world.add_member(own, grace, nick="Hopper")
    path = f"guilds/{own}/members/search"

    def found(query: str, limit: int = 10) -> list[str]:
        given: dict[str, str | int] = {"query": query, "limit": limit}
        members = ask.get(path, headers=as_bot, params=given).json()
        return [member["user"]["username"] for member in members]

    assert found("AD") == ["ada", "grace"]
    assert found("hopp") == found("GRACE") == ["grace"]
    assert found("da") == []
    assert found("a", 1) == ["ada"]
    wrong: list[dict[str, str]] = [{"query": ""}, {}, {"query": "x" * 101}]
    for given in [*wrong, {"query": "a", "limit": "0"}]:
        answer = ask.get(path, headers=as_bot, params=given)
        assert (answer.status_code, answer.json()["code"]) == (400, 50035), given
    refused = ask.get("guilds/1/members/search", headers=as_bot, params={"query": "a"})
    assert refused.json()["code"] == 10004


def test_searches_are_limited_by_guild(
    discord: Discord, ask: httpx.Client, ada: int, as_bot: Headers
) -> None:
    discord.clock.stop()
    one, other = (discord.world.add_guild(owner_id=ada).id for _ in range(2))

    def status(guild_id: int) -> int:
        path = f"guilds/{guild_id}/members/search"
        return ask.get(path, headers=as_bot, params={"query": "a"}).status_code

    assert [status(one) for _ in range(11)] == [200] * 10 + [429]
    assert status(other) == 200
