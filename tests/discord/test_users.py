"""Who one is, who others are, and the guilds one is in."""

import httpx
import pytest

from tests.discord.conftest import Headers, bearer
from tests.discord.server import Discord
from tests.discord.state import ADMINISTRATOR, EVERY_PERMISSION, EVERYONE_MAY


def test_a_user_sees_themselves(ask: httpx.Client, ada: int, as_ada: Headers) -> None:
    me = ask.get("users/@me", headers=as_ada).json()
    assert (me["id"], me["username"], me["global_name"]) == (str(ada), "ada", "Ada")
    assert "email" not in me


def test_the_bot_sees_itself(ask: httpx.Client, as_bot: Headers) -> None:
    assert ask.get("users/@me", headers=as_bot).json()["bot"] is True


def test_the_bot_sees_any_user(ask: httpx.Client, ada: int, as_bot: Headers) -> None:
    user = ask.get(f"users/{ada}", headers=as_bot).json()
    assert (user["username"], user["avatar"]) == ("ada", "a" * 32)


def test_nobody_finds_a_deleted_user(
    discord: Discord, ask: httpx.Client, ada: int, as_ada: Headers, as_bot: Headers
) -> None:
    discord.world.remove_user(ada)
    answer = ask.get(f"users/{ada}", headers=as_bot)
    assert (answer.status_code, answer.json()["code"]) == (404, 10013)
    assert ask.get("users/@me", headers=as_ada).status_code == 401


@pytest.mark.parametrize("bad", ["ada", "-1", "007", "1e3", str(1 << 64), "١"])
def test_an_id_is_a_snowflake(ask: httpx.Client, as_bot: Headers, bad: str) -> None:
    answer = ask.get(f"users/{bad}", headers=as_bot)
    assert (answer.status_code, answer.json()["code"]) == (400, 50035)
    assert answer.json()["errors"]["user_id"]["_errors"][0]["code"] == "NUMBER_TYPE_COERCE"


@pytest.mark.parametrize(
    "authorization", [None, "", "Bot wrong", "Bearer wrong", "{bot_token}", "Bearer {bot_token}"]
)
def test_nobody_else_is_admitted(
    discord: Discord, ask: httpx.Client, authorization: str | None
) -> None:
    token = discord.world.application.bot_token
    headers = {"Authorization": authorization.format(bot_token=token)} if authorization else {}
    answer = ask.get("users/@me", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, 0)


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("users/@me", "guilds"),
        ("users/@me/guilds", "identify"),
        ("users/@me/guilds/1/member", "identify guilds"),
        ("users/1", "identify guilds guilds.members.read"),
        ("guilds/1", "identify guilds guilds.members.read"),
        ("guilds/1/members/1", "identify guilds guilds.members.read"),
    ],
)
def test_a_token_does_what_its_scopes_allow(
    discord: Discord, ask: httpx.Client, ada: int, path: str, scope: str
) -> None:
    headers = bearer(discord.world.agree(ada, scope))
    assert ask.get(path, headers=headers).status_code == 401


def test_guilds_tell_ownership_and_permissions(
    discord: Discord, ask: httpx.Client, ada: int, as_ada: Headers
) -> None:
    other = discord.world.add_user(username="grace").id
    own = discord.world.add_guild(name="Own", owner_id=ada, icon="b" * 32).id
    plain, ruled = (discord.world.add_guild(owner_id=other).id for _ in range(2))
    discord.world.add_guild(name="Foreign", owner_id=other)
    discord.world.add_member(plain, ada)
    admin = discord.world.add_role(ruled, "Admin", ADMINISTRATOR)
    discord.world.add_member(ruled, ada, [admin.id])
    guilds = ask.get("users/@me/guilds", headers=as_ada).json()
    assert [guild["id"] for guild in guilds] == [str(own), str(plain), str(ruled)]
    assert [guild["owner"] for guild in guilds] == [True, False, False]
    permissions = [int(guild["permissions"]) for guild in guilds]
    assert permissions == [EVERY_PERMISSION, EVERYONE_MAY, EVERY_PERMISSION]


def test_guilds_come_in_pages(
    discord: Discord, ask: httpx.Client, ada: int, as_ada: Headers
) -> None:
    discord.limits.lift()
    ids = [str(discord.world.add_guild(number, owner_id=ada).id) for number in range(1, 206)]

    def page(**query: str) -> list[str]:
        answer = ask.get("users/@me/guilds", headers=as_ada, params=query)
        return [guild["id"] for guild in answer.json()]

    assert page() == ids[:200]
    assert page(after="200") == ids[200:]
    assert page(before="4", limit="2", with_counts="true") == ids[1:3]
    for wrong in ({"limit": "0"}, {"limit": "201"}, {"limit": "x"}, {"after": "x"}):
        answer = ask.get("users/@me/guilds", headers=as_ada, params=wrong)
        assert (answer.status_code, *answer.json()["errors"]) == (400, *wrong)


def test_a_user_sees_their_own_membership(
    discord: Discord, ask: httpx.Client, ada: int, as_ada: Headers, as_bot: Headers
) -> None:
    guild = discord.world.add_guild(owner_id=discord.world.add_user().id).id
    path = f"users/@me/guilds/{guild}/member"
    assert ask.get(path, headers=as_ada).json()["code"] == 10004
    role = discord.world.add_role(guild, "Moderator").id
    discord.world.add_member(guild, ada, [role], nick="Countess")
    member = ask.get(path, headers=as_ada).json()
    assert (member["roles"], member["nick"]) == ([str(role)], "Countess")
    refused = ask.get(path, headers=as_bot)
    assert (refused.status_code, refused.json()["code"]) == (403, 20001)
