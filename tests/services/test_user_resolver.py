"""Names of unknown users, asked of a Discord that enforces its limits."""

from pathlib import Path

import pytest

from adapters.settings import load_settings
from models.event_store import learn_users
from models.snapshot_facts import cached_users
from services.parts import Parts, build_parts
from services.user_names import WANTED, shown_users
from services.user_resolver import resolve_users, write_down_wanted
from tests.discord.server import Discord
from tests.servers.valkey import Valkey

ROUTE = "GET /users/{user_id}"


@pytest.fixture
def parts(database_url: str, valkey: Valkey, discord: Discord, tmp_path: Path) -> Parts:
    WANTED.take()
    environ = {
        "MODWATCH_DATA_DIR": str(tmp_path),
        "MODWATCH_DATABASE_URL": database_url.replace("+psycopg", ""),
        "MODWATCH_REDIS_URL": valkey.url,
    }
    return build_parts(load_settings(environ | discord.settings()))


def want(parts: Parts, ids: set[int]) -> None:
    with parts.database.read() as connection:
        shown_users(connection, ids)
    write_down_wanted(parts)


def resolve_all(parts: Parts, most: int = 200) -> int:
    resolved = 0
    for _ in range(most):
        count = resolve_users(parts)
        resolved += count
        if not count:
            break
    return resolved


def test_every_name_is_found_with_one_request_each(parts: Parts, discord: Discord) -> None:
    ids = {discord.world.add_user(username=f"user{number}").id for number in range(60)}
    discord.limits.set_route(ROUTE, 30, window_seconds=0.3)
    want(parts, ids)
    want(parts, ids)
    assert resolve_all(parts) == 60
    with parts.database.read() as connection:
        shown = shown_users(connection, ids)
    assert {user.username for user in shown.values()} == {f"user{n}" for n in range(60)}
    assert all(user.avatar for user in shown.values())
    assert discord.journal.repeated(ROUTE) == []
    assert discord.journal.avoidable_429s() == []
    assert discord.journal.count(ROUTE) == 60


def test_a_user_nobody_knows_is_asked_for_once_a_day(parts: Parts, discord: Discord) -> None:
    want(parts, {123456789012345678})
    assert resolve_all(parts) == 1
    want(parts, {123456789012345678})
    assert resolve_all(parts) == 0
    with parts.database.read() as connection:
        shown = shown_users(connection, [123456789012345678])
    assert shown[123456789012345678].username == "Deleted User #345678"
    assert discord.journal.count(ROUTE) == 1


def test_what_discord_did_not_answer_stays_wanted(parts: Parts, discord: Discord) -> None:
    user = discord.world.add_user(username="ada").id
    discord.go_away()
    want(parts, {user})
    assert resolve_users(parts) == 0
    discord.come_back()
    assert resolve_all(parts) == 1
    with parts.database.read() as connection:
        assert cached_users(connection, [user])[user].username == "ada"


def test_a_name_the_bot_sent_is_not_asked_for(parts: Parts, discord: Discord) -> None:
    with parts.database.write() as connection:
        learn_users(connection, [(77, "known", None, None, parts.clock())])
    want(parts, {77})
    assert resolve_users(parts) == 0
    assert discord.journal.count(ROUTE) == 0
