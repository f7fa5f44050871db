"""Rows `notify` and `notify-look`: what sending costs beside the providers' own time, and what it
takes to look at all guilds for silent bots.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from sqlalchemy import text

from benchmarks.cpu import CpuMeter
from benchmarks.databases import KINDS, Databases
from benchmarks.figure import Figure, sides
from benchmarks.slow_pager import ANSWER_SECONDS, SlowPager, slow_pager
from benchmarks.timing import seconds_of
from benchmarks.usage import tree_cpu_seconds
from domain.alert_rules import Condition, EventType
from models.alerts.looks import offline_changes
from models.guilds.guild import lock_guilds
from services.alerts.turns import Seen, apply_seen
from services.container import system_clock
from services.deliveries.engine import deliver
from services.deliveries.shares import SENDERS
from tests.adapters.channels.sample import settings_of
from tests.services.alerts.town import Town, open_town

ROUNDS = 3
# `NOTIFY_ALERTS=1000 NOTIFY_GUILDS=100000 make bench ROW=...` for the whole size.
ALERTS = int(os.environ.get("NOTIFY_ALERTS", "100"))
CHANNELS = 3  # that each of them goes to
GUILDS = int(os.environ.get("NOTIFY_GUILDS", "10000"))
LOOKED_AT = (GUILDS // 10, GUILDS)
FIRST_GUILD = 700_000


@contextmanager
def _town(databases: Databases, kind: str, *ports: int) -> Iterator[Town]:
    with databases.clone(kind) as url, ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(dir=databases.scratch))
        town = open_town(stack, url, folder, *ports)
        town.clock.now_ms = system_clock()
        yield town


def notify(databases: Databases) -> Iterator[Figure]:
    """Alerts of many guilds: beyond the sum of the answers' times, by senders."""
    for kind in KINDS:
        with slow_pager() as pager, _town(databases, kind, pager.port) as town:
            alone, meter = ALERTS * CHANNELS * ANSWER_SECONDS / SENDERS, _cpu_meter(town, databases)
            took = sides((_sent(town, pager, round_, meter), alone) for round_ in range(ROUNDS))
        yield Figure(
            row="notify",
            variant=f"{kind}, {ALERTS:,} alerts to {CHANNELS} channels each",
            ours=f"{took.ours:.2f} s",
            baseline=f"{alone:.2f} s (answers of {ANSWER_SECONDS * 1000:.0f} ms / {SENDERS})",
            ratio=took.ratio,
            goal="≤ 1.25",
            met=took.ratio <= 1.25,
            measures=took.measures(is_speed=False) | meter.measures("a delivery"),
        )


def look(databases: Databases) -> Iterator[Figure]:
    """One look over all guilds for bots that fell silent, of which there are none."""
    for kind in KINDS:
        small_ms = 0.0
        for count in LOOKED_AT:
            with _town(databases, kind) as town:
                _fill(town, count)
                meter = _cpu_meter(town, databases)
                took_ms = median(_looked(town, count, meter) for _ in range(ROUNDS)) * 1000
            yield Figure(
                row="notify-look",
                variant=f"{kind}, {count:,} guilds",
                ours=f"{took_ms:.1f} ms",
                notes={"growth for 10x": took_ms / small_ms} if small_ms else {},
                measures=meter.measures("a guild"),
            )
            small_ms = took_ms


def _cpu_meter(town: Town, databases: Databases) -> CpuMeter:
    """Of this process, which is the worker here, and of PostgreSQL."""
    clocks: dict[str, Callable[[], float]] = {"worker": time.process_time}
    server_pid = databases.cluster.pid
    if town.parts.database.is_postgresql and server_pid is not None:
        clocks["database"] = lambda: tree_cpu_seconds(server_pid)
    return CpuMeter(clocks)


def _sent(town: Town, pager: SlowPager, round_: int, meter: CpuMeter) -> float:
    guild_ids = range(FIRST_GUILD + round_ * ALERTS, FIRST_GUILD + (round_ + 1) * ALERTS)
    for guild_id in guild_ids:
        for _ in range(CHANNELS):
            settings = settings_of("pagerduty", pager.url)
            town.add_channel("pagerduty", guild_id, settings=settings)
    _fire(town, guild_ids)
    meter.begin()
    started = time.perf_counter()
    deliver(town.parts)
    took = time.perf_counter() - started
    meter.end(ALERTS * CHANNELS)
    if (taken := pager.take_count()) != ALERTS * CHANNELS:
        raise RuntimeError(f"{taken:,} deliveries arrived, not {ALERTS * CHANNELS:,}")
    return took


def _looked(town: Town, count: int, meter: CpuMeter) -> float:
    meter.begin()
    took = seconds_of(lambda: _look(town))
    meter.end(count)
    return took


def _fire(town: Town, guild_ids: Sequence[int]) -> None:
    seen = [
        Seen(
            guild_id=guild_id,
            event_type=EventType.HEALTH_SCORE_DROP,
            judge=lambda _: Condition.BAD,
            value=40,
            threshold=50,
        )
        for guild_id in guild_ids
    ]
    with town.parts.database.write() as connection:
        guilds = lock_guilds(connection, guild_ids)
        apply_seen(connection, town.parts.secrets, guilds, seen, town.clock())


def _fill(town: Town, count: int) -> None:
    guild_ids = range(FIRST_GUILD, FIRST_GUILD + count)
    with town.parts.database.write() as connection:
        for start in range(0, count, 1_000):
            lock_guilds(connection, guild_ids[start : start + 1_000])
        now = {"now": town.clock()}
        connection.execute(text("UPDATE guilds SET last_received_ms = :now"), now)
        connection.execute(
            text(
                "INSERT INTO alert_states (guild_id, event_type, condition)"
                " SELECT guild_id, 'bot_offline', 'good' FROM guilds"
            )
        )


def _look(town: Town) -> None:
    with town.parts.database.read() as connection:
        assert not offline_changes(connection, town.clock(), 0)
