"""The parts of a Modwatch process, put together once: web, worker and command line start here."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Event
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from adapters.broker import Broker
from adapters.database import Database
from adapters.discord.bot import discord_bot
from adapters.discord.guilds import DiscordGuilds
from adapters.discord.limits import (
    DiscordLimits,
    Limits,
    account_of,
    count_invalid,
)
from adapters.discord.limits_alone import LimitsAlone
from adapters.discord.login import DiscordLogin
from adapters.discord.pulse import DiscordPulse
from adapters.discord.users import DiscordUsers
from adapters.exports.bucket import Bucket
from adapters.exports.folder import Folder
from adapters.exports.storage import ExportStorage
from adapters.redis.cache_aside import CacheAside
from adapters.redis.event_stream import EventStream, Stream
from adapters.redis.link import RedisLink
from adapters.redis.looks import Looks
from adapters.redis.memory_stream import MemoryStream
from adapters.redis.rate_counts import RateCounts
from adapters.redis.snapshot_cache import SnapshotCache
from adapters.redis.task_queue import TaskQueue
from adapters.redis.ws_tickets import WsTickets
from adapters.secret_box import SecretBox, guild_secrets
from adapters.settings import Settings
from services.accounts.access_log import AccessLog
from services.accounts.callers import Access
from services.accounts.discord_tokens import LoginTokens
from services.accounts.handshakes import Handshakes
from services.accounts.logins import Logins
from services.accounts.makers import Makers
from services.accounts.memberships import Memberships
from services.alerts.evaluation import Evaluator
from services.audit.restored import note_restored
from services.deliveries.deliverer import Deliverer
from services.deliveries.restored import cancel_restored
from services.ingest.grouping import GroupIngest
from services.ingest.unread_actions import UnreadActions
from services.live.incarnation import DatabaseIncarnation
from services.notifications.unread import UnreadCounts
from services.reports.restored import skip_restored
from services.snapshots.materialise import materialise_dirty
from services.snapshots.reader import SnapshotReader
from services.users.resolver import UserResolver

if TYPE_CHECKING:
    from adapters.channels.ways import Ways


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
    incarnation: DatabaseIncarnation
    cache: SnapshotCache
    stream: Stream
    queue: TaskQueue
    values: CacheAside
    snapshots: SnapshotReader
    looks: Looks
    # Seals what guilds entrust to us, such as the addresses of webhooks.
    secrets: SecretBox
    tickets: WsTickets
    discord: DiscordLogin
    discord_users: DiscordUsers
    discord_guilds: DiscordGuilds
    discord_pulse: DiscordPulse
    resolver: UserResolver
    logins: Logins
    makers: Makers
    access: Access
    reads: AccessLog
    rate_counts: RateCounts
    # What channels send with; made when first asked for, since most processes send nothing.
    ways: Callable[[], Ways]
    deliverer: Deliverer
    evaluator: Evaluator
    unread: UnreadCounts
    unread_actions: UnreadActions
    exports: ExportStorage
    # Set when the outbox has news; whoever publishes in this process waits for it.
    wake_publisher: Event = field(default_factory=Event)
    # Set when events were committed; a loop of the web process tells the workers.
    wake_materialiser: Event = field(default_factory=Event)
    # Set when these parts are done with: loops that use them end.
    closed: Event = field(default_factory=Event)

    @property
    def boxes(self) -> dict[str, SecretBox]:
        """What stored values are sealed in, by purpose (models/sealed.py)."""
        return {"guild secrets": self.secrets, "discord tokens": self.logins.token_box}

    def after_ingest(self) -> None:
        """Events were committed: publish them and have their guilds materialised soon.

        Loops of the web process do both (api/background.py), so no request waits for Redis.
        """
        self.wake_publisher.set()
        self.wake_materialiser.set()

    def materialise(self) -> int:
        """Make the snapshots of all dirty guilds, their alerts evaluated; how many guilds."""
        done = materialise_dirty(
            self.database,
            self.cache,
            self.clock,
            evaluate=self.evaluator,
            looked_at=self.looks.looked_at,
        )
        if self.evaluator.take_told():
            self.after_telling()
        return done

    def after_telling(self) -> None:
        """Something was told: publish it, and have its deliveries sent."""
        self.wake_publisher.set()
        if self.redis.is_configured:
            self.queue.wake_deliveries()
        else:
            self.deliverer.wake(self)

    def close(self) -> None:
        self.closed.set()
        self.wake_publisher.set()
        self.wake_materialiser.set()
        self.deliverer.close()
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
    incarnation = DatabaseIncarnation(
        database, timer, lambda connection: _after_restore(connection, clock())
    )
    cache = SnapshotCache(redis, incarnation.name)
    looks, wake_materialiser = Looks(redis, clock), Event()
    pulse = DiscordPulse(redis, clock)
    queue, values = _task_queue(settings, redis), CacheAside(redis)
    bot = discord_bot(settings, _limits(settings, redis), pulse)
    users = DiscordUsers(bot)
    discord = _discord_login(settings, redis, pulse)
    tokens = SecretBox(settings.secret_keys, "discord tokens")
    handshakes = SecretBox(settings.secret_keys, "login handshake")
    memberships = Memberships(
        database=database,
        discord=discord,
        tokens=LoginTokens(database, discord, tokens, clock),
        clock=clock,
        timer=timer,
    )
    return Parts(
        settings=settings,
        clock=clock,
        database=database,
        ingest=GroupIngest(database, timer),
        redis=redis,
        incarnation=incarnation,
        cache=cache,
        stream=EventStream(redis, incarnation) if redis.is_configured else MemoryStream(),
        queue=queue,
        values=values,
        snapshots=SnapshotReader(
            database=database,
            cache=cache,
            clock=clock,
            looks=looks if redis.is_configured else None,
            wake=wake_materialiser.set,
        ),
        looks=looks,
        wake_materialiser=wake_materialiser,
        secrets=guild_secrets(settings.secret_keys),
        tickets=WsTickets(redis),
        discord=discord,
        discord_users=users,
        discord_guilds=DiscordGuilds(bot),
        discord_pulse=pulse,
        resolver=UserResolver(
            database=database, discord=users, queue=queue, values=values, clock=clock
        ),
        logins=Logins(
            database=database,
            discord=discord,
            token_box=tokens,
            handshakes=Handshakes(handshakes, clock),
            clock=clock,
        ),
        makers=Makers(database, memberships, clock),
        access=Access(
            database,
            memberships,
            clock,
            timer,
            hosting=settings.hosting,
        ),
        reads=AccessLog(),
        deliverer=Deliverer(),
        unread=UnreadCounts(database, timer),
        unread_actions=UnreadActions(),
        exports=_exports(settings),
        evaluator=Evaluator(database, guild_secrets(settings.secret_keys)),
        rate_counts=RateCounts(redis),
        ways=lru_cache(lambda: _ways(settings, redis, clock)),
    )


def _after_restore(connection: Connection, now_ms: int) -> None:
    """What waited at the time of the backup is old news, or was sent since."""
    cancelled = cancel_restored(connection, now_ms)
    note_restored(connection, now_ms, cancelled)
    skip_restored(connection, now_ms)


def _task_queue(settings: Settings, redis: RedisLink) -> TaskQueue:
    return TaskQueue(redis, Broker(settings.broker_url or settings.redis_url, redis))


def _exports(settings: Settings) -> ExportStorage:
    place = settings.export_storage
    return Folder(settings.export_dir) if place is None else Bucket(settings.export_dir, place)


def _ways(settings: Settings, redis: RedisLink, clock: Callable[[], int]) -> Ways:
    # Here, since a process that sends nothing needs neither.
    from adapters.channels.ways import Ways
    from adapters.outgoing.client import Outgoing

    def discord_answered(status: int, headers: Mapping[str, str]) -> None:
        count_invalid(redis, status, headers)

    return Ways(
        outgoing=Outgoing(settings.outgoing_allow),
        mail=settings.mail_server,
        apprise_schemes=settings.apprise_schemes,
        clock=clock,
        discord_answered=discord_answered,
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
