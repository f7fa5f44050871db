"""Names of unknown users, asked of a Discord that enforces its limits."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from adapters.discord_limits import LOST_MS
from adapters.discord_limits_alone import LimitsAlone
from adapters.settings import load_settings
from adapters.task_queue import WAKE_RESOLVER_KEY
from domain.roles import Authenticated, Owner
from models.dirty_guild import DirtyGuild
from models.event_store import learn_users
from models.snapshot_facts import cached_users
from models.wanted_user import WantedUser
from services.guild_changes import put_rules
from services.guild_settings import guild_rules
from services.ingest import ingest_events
from services.materialise import materialise_dirty
from services.parts import Parts, build_parts, system_clock
from services.user_names import NAME_MS, WANTED, shown_users
from services.user_resolver import BATCH, resolve_users, write_down_wanted
from tests.discord.server import Discord
from tests.parts import Clock, settings_for
from tests.servers.valkey import Valkey
from tests.services.events import violation

ROUTE = "GET /users/{user_id}"


@pytest.fixture
def parts(database_url: str, valkey: Valkey, discord: Discord, tmp_path: Path) -> Iterator[Parts]:
    WANTED.take()
    environ = {
        "MODWATCH_DATA_DIR": str(tmp_path),
        "MODWATCH_DATABASE_URL": database_url.replace("+psycopg", ""),
        "MODWATCH_REDIS_URL": valkey.url,
    }
    parts = build_parts(load_settings(environ | discord.settings()), Clock(system_clock()))
    yield parts
    parts.close()


def want(parts: Parts, ids: set[int]) -> None:
    with parts.database.read() as connection:
        shown_users(connection, ids)
    write_down_wanted(parts)


def later(parts: Parts, milliseconds: int) -> None:
    assert isinstance(parts.clock, Clock)
    parts.clock.advance(milliseconds)


def name_of(parts: Parts, user_id: int) -> str | None:
    with parts.database.read() as connection:
        return shown_users(connection, [user_id])[user_id].username


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


def test_an_old_name_is_shown_and_asked_for_again(parts: Parts, discord: Discord) -> None:
    later(parts, -2 * NAME_MS)
    user = discord.world.add_user(username="ada", id=77)
    want(parts, {77})
    assert resolve_all(parts) == 1
    user.username = "countess"
    later(parts, NAME_MS - 1)
    want(parts, {77})
    assert resolve_all(parts) == 0
    later(parts, 1)
    want(parts, {77})
    assert name_of(parts, 77) == "ada"
    assert resolve_all(parts) == 1
    assert name_of(parts, 77) == "countess"
    assert discord.journal.count(ROUTE) == 2


def test_those_without_any_name_go_first(parts: Parts, discord: Discord) -> None:
    old = {discord.world.add_user(username="old").id for _ in range(BATCH)}
    new = {discord.world.add_user(username="new").id for _ in range(2)}
    discord.limits.lift()
    with parts.database.write() as connection:
        learn_users(connection, [(id, "older", None, None, 1) for id in old])
    want(parts, old)
    want(parts, new)
    assert resolve_users(parts) == BATCH
    assert {name_of(parts, id) for id in new} == {"new"}
    assert {name_of(parts, id) for id in old} == {"old", "older"}


def test_a_name_that_changed_is_shown_wherever_it_stands(parts: Parts, discord: Discord) -> None:
    """As a member, as a moderator, and as who wrote the rules."""
    now_ms, ada = parts.clock(), discord.world.add_user(username="ada").id
    events = [violation(1, now_ms, ada), violation(2, now_ms, 5, moderator_id=ada)]
    ingest_events(parts.database, [*events, violation(3, now_ms, 5)], now_ms)
    put_rules(parts, Authenticated(4, ada, Owner), "Be kind.")
    materialise_dirty(parts.database, parts.cache, parts.clock)
    assert b"null" in guild_rules(parts, 4)
    write_down_wanted(parts)
    discord.world.add_user(username="five", id=5)
    with parts.database.write() as connection:
        learn_users(connection, [(5, "five", None, None, now_ms)])
    resolve_all(parts)
    assert b'"updated_by_username":"ada"' in guild_rules(parts, 4)
    with parts.database.read() as connection:
        assert set(connection.scalars(select(DirtyGuild.guild_id))) == {1, 2}


def test_whom_discord_cannot_answer_does_not_keep_it_from_others(
    parts: Parts, discord: Discord
) -> None:
    discord.limits.lift()
    ids = sorted(discord.world.add_user(username="ada").id for _ in range(BATCH + 5))
    want(parts, set(ids))
    discord.faults.fail(ROUTE, 500, times=3)
    first = resolve_users(parts)
    assert first < BATCH
    later(parts, 1)
    assert first + resolve_all(parts) == len(ids)
    assert {name_of(parts, id) for id in ids} == {"ada"}


def test_a_long_wait_keeps_no_worker(parts: Parts, discord: Discord, valkey: Valkey) -> None:
    """The batch ends, nobody is claimed, and one task comes back for the rest."""
    want(parts, {discord.world.add_user(username="ada").id for _ in range(20)})
    discord.faults.fail(ROUTE, 429, retry_after_seconds=600)
    assert resolve_users(parts) == 0
    assert resolve_users(parts) == 0
    assert discord.journal.count(ROUTE) == 1
    with parts.database.read() as connection:
        assert set(connection.scalars(select(WantedUser.claimed_until_ms))) == {0}
    with valkey.client() as client:
        assert client.exists(WAKE_RESOLVER_KEY)


def test_one_id_is_claimed_by_one(parts: Parts, discord: Discord) -> None:
    """Both had the same in hand; and what was answered meanwhile is not written down again."""
    discord.limits.lift()
    ids = {discord.world.add_user(username="ada").id for _ in range(120)}
    want(parts, ids)
    with ThreadPoolExecutor(3) as pool:
        counts = list(pool.map(lambda _: resolve_users(parts), range(3)))
        resolve_all(parts)
    assert max(counts) > 0
    assert discord.journal.repeated(ROUTE) == []
    assert {name_of(parts, id) for id in ids} == {"ada"}


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


def test_without_redis_one_process_asks_one_at_a_time(
    sqlite_url: str, discord: Discord, tmp_path: Path
) -> None:
    named = {name.removeprefix("MODWATCH_"): text for name, text in discord.settings().items()}
    parts = build_parts(settings_for(sqlite_url, tmp_path, **named))
    discord.limits.set_route(ROUTE, 7, window_seconds=0.5)
    discord.limits.set_invalid(1)
    ids = {discord.world.add_user(username="ada").id for _ in range(20)}
    want(parts, ids)
    assert resolve_all(parts) == 20
    assert {name_of(parts, id) for id in ids} == {"ada"}
    assert (discord.journal.count(), discord.journal.count(status=200)) == (20, 20)
    parts.close()


def test_without_redis_a_refusal_is_waited_out() -> None:
    seconds = [0.0]
    limits = LimitsAlone(lambda: seconds[0])
    for status, headers, wait_ms in (
        (429, {"Retry-After": "60"}, 60_000),
        (401, {}, 300_000),
        (403, {}, 5_000),
        (200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "30"}, 30_000),
        (404, {}, 50),
    ):
        assert limits.take(ROUTE, "1") == 0
        assert limits.take(ROUTE, "2") > 0
        limits.learn(ROUTE, "1", status, headers)
        assert wait_ms <= limits.take(ROUTE, "2") <= wait_ms + 1
        seconds[0] += wait_ms / 1000 + 0.001
    assert limits.take(ROUTE, "lost") == 0
    seconds[0] += LOST_MS / 1000
    assert limits.take(ROUTE, "next") == 0
