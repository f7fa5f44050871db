"""Filling a database with an invented past. Loading it again adds nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from adapters.database import Database
from domain.spans import EVERY_SPAN
from models.demo_guild import (
    add_demo_guilds,
    began_at_ms,
    has_guilds,
    has_real_guilds,
    has_unfinished_demo,
)
from models.dirty_guild import mark_dirty
from models.guild_settings import config_of
from models.settings_store import merge_configs, merge_roles, merge_rules
from schemas.event import Event, ViolationEvent
from services.demo_guild import DemoGuild, demo_guild, demo_guild_id
from services.demo_history import GuildHistory
from services.demo_words import rules_text
from services.ingest import ingest_events

BATCH = 5_000


@dataclass(frozen=True, slots=True)
class DemoSize:
    """`violations` in all, shared out unevenly over `guilds`, over the last `days`."""

    guilds: int = 3
    days: int = 45
    violations: int = 6_000
    seed: int = 1


@dataclass(slots=True)
class DemoLoaded:
    guilds: int = 0
    new_events: int = 0
    known_events: int = 0


class RealDataError(Exception):
    """There is data of guilds that are not invented, and nobody insisted."""


def load_demo(
    database: Database,
    size: DemoSize,
    now_ms: int,
    *,
    force: bool = False,
    if_empty: bool = False,
    progress: Callable[[int], None] = lambda violations: None,
) -> DemoLoaded:
    """Load the demo; `progress` hears how many violations each batch had.

    `if_empty` does nothing where any guild exists, unless this very demo was left unfinished.
    Raises RealDataError before anything is written.
    """
    loaded = DemoLoaded()
    plan = dict(_plan(size))
    with database.read() as connection:
        if if_empty and has_guilds(connection) and not has_unfinished_demo(connection, list(plan)):
            return loaded
        if not force and has_real_guilds(connection):
            raise RealDataError("this database has data of real guilds")
    for guild_id, violations in plan.items():
        guild = demo_guild(guild_id)
        history = GuildHistory(guild, size.seed, size.days, violations, now_ms)
        with database.write() as connection:
            add_demo_guilds(connection, [(guild_id, history.start_ms)])
        for batch in _batches(history.events()):
            stored = ingest_events(database, batch, now_ms, live=False)
            loaded.new_events += stored.accepted
            loaded.known_events += stored.duplicates
            progress(sum(isinstance(event, ViolationEvent) for event in batch))
        _finish(database, guild, now_ms)
        loaded.guilds += 1
    return loaded


def _plan(size: DemoSize) -> Iterator[tuple[int, int]]:
    """(guild, how many violations): a few guilds have most of them."""
    weights = [(place + 1) ** -0.7 for place in range(size.guilds)]
    left, weight_left = size.violations, sum(weights)
    for place, weight in enumerate(weights):
        share = left if place == size.guilds - 1 else round(left * weight / weight_left)
        yield demo_guild_id(size.seed, place), share
        left, weight_left = left - share, weight_left - weight


def _batches(events: Iterator[Event]) -> Iterator[list[Event]]:
    while batch := list(islice(events, BATCH)):
        yield batch


def _finish(database: Database, guild: DemoGuild, now_ms: int) -> None:
    """What people decided. Written last: a guild without a config is one to go on with."""
    id, owner = guild.guild_id, guild.owner_id
    with database.write() as connection:
        if config_of(connection, id) is not None:
            return
        at_ms = began_at_ms(connection, id)
        config = (id, 0.6, 30, 5, guild.mod_role_id, guild.timezone, 1, at_ms, at_ms)
        merge_configs(connection, [config])
        # The moderators came one by one, and by then the rules had been gone over.
        part_ms = (now_ms - at_ms) // (len(guild.moderators) + 2)
        people = [
            (id, one.user_id, "moderator", owner, at_ms + place * part_ms)
            for place, one in enumerate(guild.moderators)
        ]
        merge_roles(connection, sorted(people))
        rules_ms = at_ms + len(people) * part_ms
        merge_rules(connection, [(id, rules_text(guild.name), rules_ms, owner)])
        # The hours of the week were counted in UTC before the guild had its timezone.
        mark_dirty(connection, [(id, now_ms, EVERY_SPAN, None, None)])
