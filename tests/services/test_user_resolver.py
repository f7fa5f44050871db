"""Names of unknown users, asked of a Discord that enforces its limits."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from adapters.redis.task_queue import WAKE_RESOLVER_KEY
from adapters.settings import load_settings
from domain.roles import Authenticated, Owner
from domain.windows import DAY_MS
from models.snapshots.dirty import DirtyGuild
from models.users.cache import cached_users, learn_users
from models.users.wanted import MOST_WANTED, RETRY_MS, WantedUser, claim_wanted
from models.violations.list import ViolationFilter
from services.container import Parts, build_parts, system_clock
from services.guilds.changes import put_rules
from services.guilds.settings import guild_rules
from services.ingest.store import ingest_events
from services.snapshots.materialise import materialise_dirty
from services.users.names import NAME_MS, WANTED, shown_users
from services.users.resolver import BATCH
from services.violations.as_csv import violations_csv
from tests.discord.server import Discord
from tests.parts import Clock
from tests.servers.valkey import Valkey
from tests.services.events import violation
from tests.services.resolving import ROUTE, name_of, resolve_all, want


@pytest.fixture
def parts(database_url: str, valkey: Valkey, discord: Discord, tmp_path: Path) -> Iterator[Parts]:
    environ = {
        "MODWATCH_DATA_DIR": str(tmp_path),
        "MODWATCH_DATABASE_URL": database_url.replace("+psycopg", ""),
        "MODWATCH_REDIS_URL": valkey.url,
    }
    parts = build_parts(load_settings(environ | discord.settings()), Clock(system_clock()))
    yield parts
    parts.close()


def later(parts: Parts, milliseconds: int) -> None:
    assert isinstance(parts.clock, Clock)
    parts.clock.advance(milliseconds)


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
    assert parts.resolver.resolve() == BATCH
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
    parts.resolver.write_down_wanted()
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
    asked = parts.resolver.resolve()
    assert asked < BATCH
    for _ in range(3):  # as often as it fails
        later(parts, RETRY_MS + 1)
        asked += resolve_all(parts)
    assert asked == len(ids)
    assert {name_of(parts, id) for id in ids} == {"ada"}


def test_a_long_wait_keeps_no_worker(parts: Parts, discord: Discord, valkey: Valkey) -> None:
    """The batch ends, nobody is claimed, and one task comes back for the rest."""
    want(parts, {discord.world.add_user(username="ada").id for _ in range(20)})
    discord.faults.fail(ROUTE, 429, retry_after_seconds=600)
    assert parts.resolver.resolve() == 0
    assert parts.resolver.resolve() == 0
    assert discord.journal.count(ROUTE) == 1
    with parts.database.read() as connection:
        claims = list(connection.scalars(select(WantedUser.claimed_until_ms)))
    assert (len(claims), claims.count(0)) == (20, 19), "all but the one that was asked for"
    with valkey.client() as client:
        assert client.exists(WAKE_RESOLVER_KEY)


def test_one_id_is_claimed_by_one(parts: Parts, discord: Discord) -> None:
    """Both had the same in hand; and what was answered meanwhile is not written down again."""
    discord.limits.lift()
    ids = {discord.world.add_user(username="ada").id for _ in range(120)}
    want(parts, ids)
    with ThreadPoolExecutor(3) as pool:
        counts = list(pool.map(lambda _: parts.resolver.resolve(), range(3)))
        resolve_all(parts)
    assert max(counts) > 0
    assert discord.journal.repeated(ROUTE) == []
    assert {name_of(parts, id) for id in ids} == {"ada"}


def test_what_discord_did_not_answer_stays_wanted(parts: Parts, discord: Discord) -> None:
    user = discord.world.add_user(username="ada").id
    discord.go_away()
    want(parts, {user})
    assert parts.resolver.resolve() == 0
    discord.come_back()
    later(parts, RETRY_MS + 1)
    assert resolve_all(parts) == 1
    with parts.database.read() as connection:
        assert cached_users(connection, [user])[user].username == "ada"


def test_a_name_the_bot_sent_is_not_asked_for(parts: Parts, discord: Discord) -> None:
    with parts.database.write() as connection:
        learn_users(connection, [(77, "known", None, None, parts.clock())])
    want(parts, {77})
    assert parts.resolver.resolve() == 0
    assert discord.journal.count(ROUTE) == 0


def test_each_guild_has_its_turn(parts: Parts, discord: Discord) -> None:
    """One that shows twenty thousand strangers at once, and another's new member."""
    discord.limits.lift()
    strangers = {10**17 + number for number in range(20_000)}
    want(parts, strangers, guild_id=1)
    with parts.database.read() as connection:
        assert len(list(connection.scalars(select(WantedUser.user_id)))) == MOST_WANTED
    later(parts, 1)
    member = discord.world.add_user(username="ada").id
    want(parts, {member}, guild_id=2)
    parts.resolver.resolve()
    assert name_of(parts, member) == "ada"


def test_whom_a_guild_showed_last_is_asked_for_first(parts: Parts, discord: Discord) -> None:
    discord.limits.lift()
    want(parts, {10**17 + number for number in range(3 * BATCH)}, guild_id=1)
    later(parts, 1)
    newest = discord.world.add_user(username="ada").id
    want(parts, {newest}, guild_id=1)
    parts.resolver.resolve()
    assert name_of(parts, newest) == "ada"


def test_a_file_wants_no_names(parts: Parts) -> None:
    now_ms = parts.clock()
    ingest_events(parts.database, [violation(1, now_ms, user) for user in range(50, 90)], now_ms)
    WANTED.take()
    assert "".join(violations_csv(parts.database, 1, ViolationFilter())).count("\n") == 41
    assert WANTED.take() == {}


def test_a_claim_of_a_clock_that_was_set_back_keeps_nobody_waiting(
    parts: Parts, discord: Discord
) -> None:
    discord.limits.lift()
    user = discord.world.add_user(username="ada").id
    want(parts, {user})
    with parts.database.write() as connection:
        ahead_ms = parts.clock() + DAY_MS
        assert claim_wanted(connection, ahead_ms, ahead_ms + 60_000, 1)
    assert resolve_all(parts) == 1
    assert name_of(parts, user) == "ada"


def test_a_name_said_to_be_of_the_future_gives_way(parts: Parts, discord: Discord) -> None:
    discord.limits.lift()
    user = discord.world.add_user(username="ada").id
    with parts.database.write() as connection:
        learn_users(connection, [(user, "made up", None, None, parts.clock() + DAY_MS)])
    want(parts, {user})
    assert resolve_all(parts) == 1
    assert name_of(parts, user) == "ada"
    want(parts, {user})
    assert resolve_all(parts) == 0
