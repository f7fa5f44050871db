"""The parts of a Modwatch process, put together once: web, worker and command line start here."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Event

from adapters.cache_aside import CacheAside
from adapters.database import Database
from adapters.discord_limits import DiscordLimits, Limits, account_of, count_invalid
from adapters.discord_limits_alone import LimitsAlone
from adapters.discord_login import DiscordLogin
from adapters.discord_pulse import DiscordPulse
from adapters.discord_users import DiscordUsers, discord_users
from adapters.event_stream import EventStream, Stream
from adapters.memory_stream import MemoryStream
from adapters.redis_link import RedisLink
from adapters.secret_box import SecretBox
from adapters.settings import Settings
from adapters.snapshot_cache import SnapshotCache
from adapters.task_queue import TaskQueue
from adapters.ws_tickets import WsTickets
from services.access import Access
from services.access_log import AccessLog
from services.group_ingest import GroupIngest
from services.login_tokens import LoginTokens
from services.logins import Logins
from services.membership import Memberships
from services.snapshots import SnapshotReader


def system_clock() -> int:
    """Epoch milliseconds, UTC."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Parts:
    settings: Settings
    clock: Callable[[], int]
    database: Database
    ingest: GroupIngest
    redis: RedisLink
    cache: SnapshotCache
    stream: Stream
    queue: TaskQueue
    values: CacheAside
    snapshots: SnapshotReader
    # Seals what guilds entrust to us, such as the addresses of webhooks.
    secrets: SecretBox
    tickets: WsTickets
    discord: DiscordLogin
    discord_users: DiscordUsers
    discord_pulse: DiscordPulse
    logins: Logins
    access: Access
    reads: AccessLog
    # Set when the outbox has news; whoever publishes in this process waits for it.
    wake_publisher: Event = field(default_factory=Event)
    # Set when events were committed; a loop of the web process tells the workers.
    wake_materialiser: Event = field(default_factory=Event)
    # Set when these parts are done with: loops that use them end.
    closed: Event = field(default_factory=Event)

    def after_ingest(self) -> None:
        """Events were committed: publish them and have their guilds materialised soon.

        Loops of the web process do both (api/background.py), so no request waits for Redis.
        """
        self.wake_publisher.set()
        self.wake_materialiser.set()

    def close(self) -> None:
        self.closed.set()
        self.wake_publisher.set()
        self.wake_materialiser.set()
        self.database.close()
        self.redis.close()


def build_parts(
    settings: Settings,
    clock: Callable[[], int] = system_clock,
    timer: Callable[[], float] = time.monotonic,
) -> Parts:
    """No connection is opened here; each part opens its own when first used."""
    database = Database(settings.database_url, settings.database_pool_size)
    redis = RedisLink(settings.redis_url)
    cache = SnapshotCache(redis)
    pulse = DiscordPulse(redis, clock)
    discord = _discord_login(settings, redis, pulse)
    tokens = SecretBox(settings.secret_key, "discord tokens")
    handshakes = SecretBox(settings.secret_key, "login handshake")
    memberships = Memberships(
        database, discord, LoginTokens(database, discord, tokens, clock), clock, timer
    )
    return Parts(
        settings=settings,
        clock=clock,
        database=database,
        ingest=GroupIngest(database),
        redis=redis,
        cache=cache,
        stream=EventStream(redis) if redis.is_configured else MemoryStream(),
        queue=TaskQueue(redis),
        values=CacheAside(redis),
        snapshots=SnapshotReader(database, cache, clock),
        secrets=SecretBox(settings.secret_key, "guild secrets"),
        tickets=WsTickets(redis),
        discord=discord,
        discord_users=discord_users(settings, _limits(settings, redis), pulse),
        discord_pulse=pulse,
        logins=Logins(database, discord, tokens, handshakes, clock),
        access=Access(database, memberships, clock, timer),
        reads=AccessLog(),
    )


def _discord_login(settings: Settings, redis: RedisLink, pulse: DiscordPulse) -> DiscordLogin:
    def note_answer(status: int, headers: Mapping[str, str]) -> None:
        count_invalid(redis, status, headers)
        pulse.answered(status)

    return DiscordLogin(settings, note_answer, pulse.silent)


def _limits(settings: Settings, redis: RedisLink) -> Limits:
    if not redis.is_configured:
        return LimitsAlone()
    return DiscordLimits(redis, account_of(settings.discord_bot_token))
