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
