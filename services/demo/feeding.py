"""Feeding the invented guilds of this Modwatch for as long as the process runs."""

from __future__ import annotations

import time

import structlog

from adapters.settings import Settings
from adapters.telemetry.seldom import say_seldom
from domain.windows import DAY_MS, MINUTE_MS
from models.accounts.tokens import delete_unused_tokens
from models.demo_guild import demo_guild_rates
from services.accounts.tokens import create_token
from services.container import Parts
from services.demo.feed import DemoFeed

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
_NAME = "demo feed"
# Many times as long as a feed that runs does not use its token.
_UNUSED_MS = 15 * MINUTE_MS
_LOOK_FOR_GUILDS_SECONDS = 30.0
_log = structlog.get_logger()


def keep_feeding(modwatch: Parts, url: str | None, interval_seconds: float) -> None:
    """Send to the web process at `url` (usually this machine's own) until told to end.

    SIGTERM keeps its default: it ends the process at once, and what is half sent is sent or not.
    """
    while not (rates := _rates(modwatch)):
        problem = "there is no invented server yet: `modwatch demo load` makes some"
        say_seldom(_log.info, "demo_feed_waits", problem=problem)
        time.sleep(_LOOK_FOR_GUILDS_SECONDS)
    guild_ids = sorted(rates)
    demo_feed = DemoFeed(
        url or _own_url(modwatch.settings), lambda: feed_token(modwatch, guild_ids), modwatch.clock
    )
    demo_feed.run(rates, interval_seconds)


def _rates(modwatch: Parts) -> dict[int, float]:
    with modwatch.database.read() as connection:
        return demo_guild_rates(connection, modwatch.clock())


def feed_token(modwatch: Parts, guild_ids: list[int]) -> str:
    """A token of its own, which nobody has to revoke; when it ends there will be another.

    Those of feeds that have ended go, so that starting often piles up nothing.
    """
    now_ms = modwatch.clock()
    with modwatch.database.write() as connection:
        delete_unused_tokens(connection, _NAME, now_ms - _UNUSED_MS)
    return create_token(
        modwatch.database,
        kind="bot",
        name=_NAME,
        guild_ids=guild_ids,
        role=None,
        expires_ms=now_ms + DAY_MS,
        created_by=None,
        now_ms=now_ms,
    )


def _own_url(settings: Settings) -> str:
    host = _EVERYWHERE.get(settings.bind, settings.bind)
    address = f"[{host}]" if ":" in host else host
    return f"http://{address}:{settings.port}"
