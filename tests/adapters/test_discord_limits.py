"""When a request may go to Discord, as all workers keep it together in Redis."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.discord.limits import (
    INVALID,
    INVALID_MOST,
    LOST_MS,
    PER_SECOND,
    DiscordLimits,
    LimitsAwayError,
    account_of,
    count_invalid,
)
from adapters.discord.login import DiscordAwayError, DiscordRefusedError
from adapters.redis.link import RedisLink
from services.container import build_parts
from tests.discord.server import Discord
from tests.parts import settings_for
from tests.servers.valkey import Valkey

ROUTE = "GET /users/{user_id}"
MINUTE_MS = 60_000


class Workers:
    """Two processes of one installation; each request is a number."""

    def __init__(self, url: str) -> None:
        self.links = [RedisLink(url), RedisLink(url)]
        self.of_each = [DiscordLimits(link, account_of("token")) for link in self.links]

    def take(self, number: int, route: str = ROUTE) -> int:
        return self.of_each[number % 2].take(route, str(number))

    def learn(self, number: int, status: int = 200, **headers: object) -> None:
        named = {name.replace("_", "-"): str(value) for name, value in headers.items()}
        self.of_each[number % 2].learn(ROUTE, str(number), status, named)

    def told(self, number: int, remaining: int, window: float = 100.0, after: float = 60) -> None:
        """An answer with the limits of the route."""
        limits = {"Reset": window, "Reset-After": after, "Remaining": remaining}
        named = {f"X-RateLimit-{name}": str(value) for name, value in limits.items()}
        self.of_each[number % 2].learn(ROUTE, str(number), 200, named)


@pytest.fixture
def workers(valkey: Valkey) -> Iterator[Workers]:
    made = Workers(valkey.url)
    yield made
    for link in made.links:
        link.close()


def test_of_an_unknown_route_one_asks_and_the_others_wait(workers: Workers) -> None:
    assert workers.take(1) == 0
    assert workers.take(2) > 0
    workers.told(1, remaining=2)
    assert [workers.take(number) == 0 for number in (3, 4, 5)] == [True, True, False]
    assert MINUTE_MS - 5_000 < workers.take(6) <= MINUTE_MS + 1


def test_answers_that_overtake_each_other_give_nothing_back(workers: Workers) -> None:
    assert workers.take(1) == 0
    workers.told(1, remaining=5)
    assert [workers.take(number) for number in (2, 3, 4)] == [0, 0, 0]
    workers.told(4, remaining=2)
    workers.told(2, remaining=4)
    workers.told(3, remaining=3, window=100.004)  # the same window, said a little otherwise
    assert [workers.take(number) == 0 for number in (5, 6, 7)] == [True, True, False]


def test_an_answer_of_the_window_before_says_nothing(workers: Workers) -> None:
    assert workers.take(1) == 0
    workers.told(1, remaining=5, window=100.0)
    assert (workers.take(2), workers.take(3)) == (0, 0)
    workers.told(2, remaining=1, window=130.0)  # 3 is under way, and may count in either
    workers.told(3, remaining=3, window=100.0)
    assert workers.take(4) > 1_000


def redis_ms(valkey: Valkey) -> int:
    """The time by the clock that the limits go by."""
    with valkey.client() as client:
        seconds, microseconds = client.time()
    return int(seconds * 1000 + microseconds // 1000)


def test_a_second_ends_a_second_after_the_answer(workers: Workers, valkey: Valkey) -> None:
    """However Discord divides time into seconds, none of them sees more."""
    assert workers.take(0) == 0
    before = redis_ms(valkey)
    workers.told(0, remaining=1_000)
    with valkey.client() as client:
        (second,) = client.keys("discord:*:second")
        assert before + 1_000 <= client.zscore(second, "0") <= redis_ms(valkey) + 1_000
        client.zadd(second, {"0": redis_ms(valkey) + MINUTE_MS})  # however long the rest takes
    numbers = range(1, PER_SECOND)
    assert [workers.take(number) for number in numbers] == [0] * len(numbers)
    assert workers.take(100) > 0  # the first was answered, but less than a second ago
    assert workers.take(101, "GET /another") > 0


def test_a_request_of_a_killed_worker_is_given_up(workers: Workers, valkey: Valkey) -> None:
    assert workers.take(1) == 0
    assert workers.take(2) > 0
    with valkey.client() as client:
        (under_way,) = client.keys("discord:*:way")
        assert 0 < client.zscore(under_way, "1") - time.time() * 1000 <= LOST_MS
        client.zadd(under_way, {"1": time.time() * 1000 - 1})  # so much later
    assert workers.take(3) == 0


@pytest.mark.parametrize(
    ("headers", "everything"),
    [
        ({"X_RateLimit_Scope": "user"}, False),
        ({"X_RateLimit_Scope": "shared"}, False),
        ({"X_RateLimit_Scope": "global", "X_RateLimit_Global": "true"}, True),
        ({}, True),  # what stands in front of Discord
    ],
)
def test_a_refusal_is_waited_out(
    workers: Workers, headers: dict[str, str], everything: bool
) -> None:
    assert workers.take(1) == 0
    workers.learn(1, 429, Retry_After=60, **headers)
    assert MINUTE_MS - 5_000 < workers.take(2) <= MINUTE_MS
    assert bool(workers.take(3, "GET /another")) is everything


def test_the_longer_wait_counts(workers: Workers) -> None:
    assert workers.take(1) == 0
    for seconds in (60, 1, "soon"):
        workers.learn(1, 429, Retry_After=seconds, X_RateLimit_Scope="user")
    assert workers.take(2) > MINUTE_MS - 5_000


def test_a_refused_token_is_left_alone_until_it_is_another(workers: Workers) -> None:
    assert workers.take(1) == 0
    workers.learn(1, 401)
    assert workers.take(2) > MINUTE_MS
    assert DiscordLimits(workers.links[0], account_of("another")).take(ROUTE, "3") == 0


def test_a_broken_answer_lifts_no_limit(workers: Workers) -> None:
    assert workers.take(1) == 0
    workers.learn(1, 502)
    assert workers.take(2) == 0
    assert workers.take(3) > 0
    workers.learn(2, 200)
    assert [workers.take(number) for number in (4, 5)] == [0, 0]


def test_invalid_requests_are_counted_whoever_asks(workers: Workers) -> None:
    link = workers.links[0]
    assert workers.take(1) == 0
    workers.learn(1, 404)
    for status in (200, 404, 500):
        count_invalid(link, status, {})
    count_invalid(link, 429, {"X-RateLimit-Scope": "shared"})
    assert link.ask(lambda client: client.get(INVALID)) is None
    for status in (401, 403, 429):
        count_invalid(link, status, {})
    assert link.ask(lambda client: client.get(INVALID)) == b"3"
    assert workers.take(2) == 0
    link.ask(lambda client: client.incrby(INVALID, INVALID_MOST - 3))
    assert workers.take(3) > MINUTE_MS


def test_without_redis_nobody_asks(workers: Workers, valkey: Valkey) -> None:
    valkey.stop()
    with pytest.raises(LimitsAwayError):
        workers.take(1)
    valkey.start()


def test_refused_logins_are_counted_once_each(
    workers: Workers, valkey: Valkey, discord: Discord, sqlite_url: str, tmp_path: Path
) -> None:
    named = {name.removeprefix("MODWATCH_"): text for name, text in discord.settings().items()}
    parts = build_parts(settings_for(sqlite_url, tmp_path, valkey.url, **named))
    for ask in (parts.discord.user, parts.discord.guilds):
        with pytest.raises(DiscordRefusedError):
            ask("no token")
    discord.world.application.client_secret = "another"
    for ask_again in (parts.discord.refresh, parts.discord.revoke):
        with pytest.raises((DiscordAwayError, DiscordRefusedError)):
            ask_again("no token")
    assert discord.journal.count(status=401) == 4
    assert workers.links[0].ask(lambda client: client.get(INVALID)) == b"4"
    parts.close()
