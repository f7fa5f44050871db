"""How close the bot is to being shut out."""

from __future__ import annotations

from modwatch_client import RateLimit
from modwatch_cog import RateLimitWatch


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_an_idle_bot_has_all_of_it() -> None:
    assert RateLimitWatch(Clock()).headroom() == RateLimit(limit=50, remaining=50)


def test_the_busiest_second_since_the_last_look() -> None:
    clock = Clock()
    watch = RateLimitWatch(clock)
    for _ in range(30):
        watch.note(200)
    clock.now += 20
    watch.note(200)
    assert watch.headroom() == RateLimit(limit=50, remaining=20)
    clock.now += 20
    assert watch.headroom() == RateLimit(limit=50, remaining=49)
    assert watch.headroom() == RateLimit(limit=50, remaining=50)


def test_invalid_requests_are_the_tighter_limit() -> None:
    clock = Clock()
    watch = RateLimitWatch(clock)
    for _ in range(9_500):
        clock.now += 0.06
        watch.note(403)
    clock.now += 2
    watch.headroom()
    [first] = {round((1000.06 + 600 - clock.now) * 1000)}
    assert watch.headroom() == RateLimit(limit=10_000, remaining=500, reset_after_ms=first)
    clock.now += 600
    assert watch.headroom() == RateLimit(limit=50, remaining=50)


def test_more_than_discord_would_take() -> None:
    watch = RateLimitWatch(Clock())
    for _ in range(12_000):
        watch.note(429)
    assert watch.headroom().remaining == 0
