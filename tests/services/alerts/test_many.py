"""Several workers and sweeps at once: each message arrives once, whoever sends it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from domain.alert_rules import Condition, EventType
from models.guilds.guild import lock_guilds
from services.alerts.sweep import sweep_alerts
from services.alerts.turns import Seen, apply_seen
from services.container import Parts, build_parts
from services.deliveries.engine import deliver
from tests.services.alerts.town import Town

GUILDS = range(3_000, 3_040)


def _fire(town: Town) -> None:
    town.slack.clock = None  # it stands for as many webhooks as there are servers
    for guild_id in GUILDS:
        town.add_channel("slack", guild_id)
        town.add_channel("pagerduty", guild_id)
    seen = [
        Seen(
            guild_id=guild_id,
            event_type=EventType.HEALTH_SCORE_DROP,
            judge=lambda _: Condition.BAD,
            value=40,
            threshold=50,
        )
        for guild_id in GUILDS
    ]
    with town.parts.database.write() as connection:
        guilds = lock_guilds(connection, GUILDS)
        apply_seen(connection, town.parts.secrets, guilds, seen, town.clock())


def _workers(town: Town, number: int) -> list[Parts]:
    made = [build_parts(town.parts.settings, town.clock) for _ in range(number)]
    return [replace(parts, ways=town.parts.ways) for parts in made]


def test_four_workers_and_two_sweeps(town: Town) -> None:
    _fire(town)
    workers = _workers(town, 4)
    with ThreadPoolExecutor(6) as pool:
        jobs = [pool.submit(deliver, parts) for parts in workers]
        jobs += [pool.submit(sweep_alerts, parts) for parts in workers[:2]]
        for job in jobs:
            job.result()
    deliver(town.parts)
    for parts in workers:
        parts.close()
    assert {row.state for row in town.deliveries()} == {"sent"}
    assert len(town.slack.requests) == len(town.pager.requests) == len(GUILDS)
    assert len(set(town.pager.opened)) == len(GUILDS)


def test_a_wake_that_was_lost_is_found_by_the_sweep(town: Town) -> None:
    """The rows hold all state: whatever woke the workers may be gone."""
    _fire(town)
    town.clock.advance(30_000)
    town.sweep()
    assert {row.state for row in town.deliveries()} == {"sent"}
