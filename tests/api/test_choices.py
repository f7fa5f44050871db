"""Roles and members to choose from by name: of Discord within its limits, else of what is known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.folding import folded
from tests.discord.server import Discord
from tests.parts import GUILD, Web, event, ingest, make_web, settings_for, violation
from tests.servers.valkey import Valkey

CHOICES = f"/api/v1/servers/{GUILD}/choices"
SEARCH = "GET /guilds/{guild_id}/members/search"
ROLES = "GET /guilds/{guild_id}/roles"


@pytest.fixture
def site(sqlite_url: str, valkey: Valkey, tmp_path: Path, discord: Discord) -> Iterator[Web]:
    """Of a guild with a bot, an owner, and Ada and Grace."""
    known = {name.removeprefix("MODWATCH_"): text for name, text in discord.settings().items()}
    world = discord.world
    world.add_guild(GUILD, owner_id=world.add_user(5, username="owner").id)
    for user_id, name, nick in ((41, "ada", "Countess"), (42, "grace", None)):
        world.add_user(user_id, username=name, global_name=name.title())
        world.add_member(GUILD, user_id, nick=nick)
    made = make_web(settings_for(sqlite_url, tmp_path, valkey.url, **known))
    yield made
    made.parts.close()


def chosen(web: Web, path: str) -> dict[str, Any]:
    answer = web.reader(role="admin").get(f"{CHOICES}/{path}")
    assert answer.status_code == 200, answer.data
    body: dict[str, Any] = answer.json or {}
    return body


def names(body: dict[str, Any]) -> list[str]:
    return [one["username"] for one in body["members"]]


def test_roles_are_those_a_person_can_be_given_the_highest_first(
    site: Web, discord: Discord
) -> None:
    helper = discord.world.add_role(GUILD, "Helpers")
    discord.world.add_role(GUILD, "modwatch", managed=True)
    mods = discord.world.add_role(GUILD, "Моды ✨", color=0x00FF00)
    for _ in range(3):  # it is kept for a minute
        assert chosen(site, "roles") == {
            "roles": [
                {"role_id": str(mods.id), "name": "Моды ✨", "color": "#00ff00"},
                {"role_id": str(helper.id), "name": "Helpers", "color": None},
            ],
            "discord": "answered",
        }
    assert discord.journal.count(ROLES) == 1


def test_members_are_found_at_discord_and_by_what_is_known(site: Web, discord: Discord) -> None:
    seen = event("user", user_id="43", username="Ragnar")
    ingest(
        site.bot(GUILD), violation(user_id="43"), violation(user_id="9", moderator_id="43"), seen
    )
    body = chosen(site, "members?q=COU")
    assert names(body) == ["ada"]
    assert body["members"][0]["display_name"] == "Countess"
    assert names(chosen(site, "members?q=gra")) == ["grace"]
    assert names(chosen(site, "members?q=rag")) == ["Ragnar"]  # has left, but is known here
    assert names(chosen(site, "members")) == ["Ragnar"]  # a moderator
    assert names(chosen(site, "members?q=modw")) == []  # a bot
    by_id = chosen(site, "members?q=100000000000000043")["members"]
    assert [one["user_id"] for one in by_id] == ["100000000000000043"]


def test_without_discord_what_is_known_is_answered_and_why(site: Web, discord: Discord) -> None:
    seen = event("user", user_id="43", username="Ragnar")
    ingest(site.bot(), violation(user_id="43"), seen)
    discord.go_away()
    body = chosen(site, "members?q=ragn")
    assert (names(body), body["discord"]) == (["Ragnar"], "away")
    assert chosen(site, "roles") == {"roles": [], "discord": "away"}
    discord.come_back()
    # Where the bot was thrown out, it is told so, and not asked with every letter.
    discord.world.remove_member(GUILD, discord.world.application.bot_id)
    site.parts.redis.ask(lambda client: client.flushdb())
    assert [chosen(site, "roles")["discord"] for _ in range(3)] == ["missing"] * 3
    typed = [chosen(site, f"members?q={text}")["discord"] for text in ("a", "ad", "ada")]
    assert typed == ["missing"] * 3
    assert (discord.journal.count(ROLES), discord.journal.count(SEARCH)) == (1, 0)


def test_typing_stays_within_the_limits_of_discord(site: Web, discord: Discord) -> None:
    discord.limits.set_route(SEARCH, 2, window_seconds=60)
    typed = ["g", "gr", "gra", "grac", "gra", "g"]
    answers = [chosen(site, f"members?q={text}")["discord"] for text in typed]
    assert answers == ["answered", "answered", "away", "away", "away", "answered"]
    assert discord.journal.count(SEARCH) == 2
    assert discord.journal.avoidable_429s() == []


def test_a_search_is_folded_as_names_are(site: Web, discord: Discord) -> None:
    chosen(site, "members?q=Grace")
    chosen(site, "members?q=ＧＲＡＣＥ")
    assert folded("ＧＲＡＣＥ") == "grace"
    assert discord.journal.count(SEARCH) == 1


@pytest.mark.parametrize("query", ["q=" + "x" * 101, "name=ada", "q=%00"])
def test_what_is_no_name_is_refused(site: Web, discord: Discord, query: str) -> None:
    assert site.reader(role="admin").get(f"{CHOICES}/members?{query}").status_code == 422
    assert discord.journal.count(SEARCH) == 0
