"""What tests may count."""

import httpx
import pytest

from tests.discord.conftest import Headers
from tests.discord.server import Discord

GUILDS = "GET /users/@me/guilds"
USER = "GET /users/{user_id}"


def test_requests_are_counted_by_route(
    discord: Discord, ask: httpx.Client, ada: int, as_ada: Headers, as_bot: Headers
) -> None:
    discord.clock.stop()
    for _ in range(2):
        ask.get("users/@me/guilds", headers=as_ada)
    ask.get(f"users/{ada}", headers=as_bot)
    ask.get("nowhere", headers=as_bot)
    assert discord.journal.counts() == {GUILDS: 2, USER: 1}
    assert discord.journal.count() == 3
    assert discord.journal.count(GUILDS, status=429) == 1
    assert [seen.account for seen in discord.journal.requests(GUILDS)] == [f"user:{ada}"] * 2
    assert discord.journal.repeated(GUILDS) == ["/api/v10/users/@me/guilds"]
    assert discord.journal.repeated(USER) == []
    discord.journal.forget()
    assert discord.journal.counts() == {}


def test_a_refusal_was_avoidable_once_the_limit_was_told(
    discord: Discord, ask: httpx.Client, as_ada: Headers, as_bot: Headers
) -> None:
    discord.clock.stop()
    statuses = [
        ask.get("users/@me/guilds", headers=headers).status_code
        for headers in (as_ada, as_ada, as_bot)
    ]
    assert statuses == [200, 429, 200]
    assert [seen.status for seen in discord.journal.avoidable_429s()] == [429]


def test_a_refusal_that_a_test_forced_was_not_avoidable(
    discord: Discord, ask: httpx.Client, as_ada: Headers
) -> None:
    assert ask.get("users/@me/guilds", headers=as_ada).status_code == 200
    for scope in ("user", "global"):
        discord.faults.fail(GUILDS, 429, scope=scope)
        assert ask.get("users/@me/guilds", headers=as_ada).status_code == 429
    assert discord.journal.avoidable_429s() == []


def test_the_global_limit_is_public_and_always_avoidable(
    discord: Discord, ask: httpx.Client, as_ada: Headers
) -> None:
    discord.limits.set_global(0)
    assert ask.get("users/@me/guilds", headers=as_ada).status_code == 429
    assert len(discord.journal.avoidable_429s()) == 1


def test_waiting_for_requests_that_do_not_come_fails(discord: Discord) -> None:
    with pytest.raises(TimeoutError, match="0 of 1"):
        discord.journal.wait_for(USER, 1, timeout_seconds=0)
