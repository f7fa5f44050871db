"""Names asked of Discord by one process that has no Redis to agree with others in."""

from __future__ import annotations

from pathlib import Path

from adapters.discord.limits import LOST_MS
from adapters.discord.limits_alone import LimitsAlone
from services.container import build_parts
from tests.discord.server import Discord
from tests.parts import settings_for
from tests.services.resolving import ROUTE, name_of, resolve_all, want


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
