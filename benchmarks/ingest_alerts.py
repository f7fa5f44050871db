"""Row `ingest-alerts`: events of guilds that are told of everything, beside those told of nothing.

Both at one web process with a worker beside it, in turn; what is told goes to a pager on loopback.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random
from time import time_ns
from uuid import uuid4

from adapters.settings import load_settings
from benchmarks.databases import KINDS, Databases
from benchmarks.events import body, guild_id, violation
from benchmarks.figure import Figure, sides
from benchmarks.load import Request, in_python
from benchmarks.stage import Stage, stage
from domain.alert_rules import EventType
from domain.alert_settings import AlertSettings
from domain.messages import Priority
from domain.windows import MINUTE_MS
from models.alerts.settings import save_settings
from models.channels.store import ChannelRow, insert_channel
from models.guilds.guild import lock_guilds
from services.channels.sealing import sealed_settings
from services.container import Parts, build_parts
from tests.adapters.channels.sample import settings_of
from tests.parts import until
from tests.servers.providers.pagerduty import PagerDutyStandIn

TOLD_SECONDS = 120
ROUNDS, BATCHES, BATCH, GUILDS = 5, 5, 1_000, 100
QUIET = [guild_id(place) for place in range(GUILDS)]
TOLD = [guild_id(place) for place in range(GUILDS, 2 * GUILDS)]


def ingest_alerts(databases: Databases) -> Iterator[Figure]:
    pager = PagerDutyStandIn()
    pager.start()
    allowed = f"127.0.0.0/8:{pager.port}"
    for kind in KINDS:
        pager.accepted.clear()
        with stage(databases, kind, worker=True, OUTGOING_ALLOW=allowed) as made:
            _choose(made, pager.url)
            for guilds in (QUIET, TOLD):
                _events_per_second(made, guilds)
            took = sides(
                (_events_per_second(made, TOLD), _events_per_second(made, QUIET))
                for _ in range(ROUNDS)
            )
            until(lambda: len(pager.accepted) >= GUILDS, TOLD_SECONDS, "word of each guild")
        yield Figure(
            row="ingest-alerts",
            variant=f"{kind}, batches of {BATCH:,}, {GUILDS} guilds with alerts and a channel",
            ours=f"{took.ours:,.0f} events/s",
            baseline=f"{took.baseline:,.0f} events/s (as many guilds without)",
            ratio=took.ratio,
            goal=">= 0.95",
            met=took.ratio >= 0.95,
            notes={"messages that arrived": len(pager.accepted)},
            measures=took.measures(is_speed=True),
        )
    pager.stop()


def _choose(made: Stage, pager_url: str) -> None:
    parts = build_parts(load_settings(made.environment))
    nothing = AlertSettings(enabled_events=frozenset())
    everything = replace(nothing, enabled_events=frozenset(EventType), threshold=Priority.LOW)
    now_ms = parts.clock()
    with parts.database.write() as connection:
        lock_guilds(connection, QUIET + TOLD)
        for id in QUIET:
            save_settings(connection, id, nothing, now_ms)
        for id in TOLD:
            save_settings(connection, id, everything, now_ms)
            insert_channel(connection, _channel(parts, id, pager_url, now_ms))
    parts.close()


def _channel(parts: Parts, guild_id: int, pager_url: str, now_ms: int) -> ChannelRow:
    sealed, mask = sealed_settings(parts.secrets, "pagerduty", settings_of("pagerduty", pager_url))
    return ChannelRow(
        guild_id=guild_id,
        id=uuid4(),
        kind="pagerduty",
        name="pager",
        settings=sealed,
        mask=mask,
        created_ms=now_ms,
        updated_ms=now_ms,
    )


def _events_per_second(made: Stage, guilds: Sequence[int]) -> float:
    """Of batches that never came before, by one client, over all of `guilds`."""
    random, now_ms = Random(time_ns()), time_ns() // 1_000_000
    batches = [
        [
            violation(random, random.choice(guilds), now_ms - random.randrange(MINUTE_MS))
            for _ in range(BATCH)
        ]
        for _ in range(BATCHES)
    ]
    wanted = [Request("/api/v1/ingest", made.bot, body([*events])) for events in batches]
    load = in_python(made.url, wanted, connections=1)
    if load.failed:
        raise RuntimeError(f"{load.failed} requests were refused")
    return load.per_second * BATCH
