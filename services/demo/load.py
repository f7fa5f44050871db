"""Filling a database with an invented past. Loading it again adds nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any
from uuid import UUID, uuid5

import orjson

from adapters.database import Database
from domain.text_change import text_change
from models.demo_guild import (
    add_demo_guilds,
    began_at_ms,
    has_guilds,
    has_real_guilds,
    has_unfinished_demo,
)
from models.guilds.settings import config_of
from models.guilds.taken_over import (
    AuditRow,
    ConfigRow,
    RoleRow,
    add_audit_entries,
    merge_configs,
    merge_roles,
    merge_rules,
)
from models.snapshots.dirty import Mark, mark_dirty
from schemas.events.structs import Event, ViolationEvent
from services.demo.guild import DemoGuild, demo_guild, demo_guild_id
from services.demo.history import GuildHistory
from services.demo.rules import rules_text
from services.guilds.settings import shown_config
from services.ingest.store import ingest_events

BATCH = 5_000
_NAMESPACE = UUID("c1b5c1a2-0a3f-5a0e-8b9d-6c1de7c7a5d1")


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
        history = GuildHistory(
            guild=guild, seed=size.seed, days=size.days, violations=violations, now_ms=now_ms
        )
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
        rules = rules_text(guild.name)
        merge_rules(connection, [(id, rules, rules_ms, owner)])
        add_audit_entries(connection, _audit_log(guild, config, people, rules, rules_ms))
        # The hours of the week were counted in UTC before the guild had its timezone.
        mark_dirty(connection, [Mark(id, now_ms)])


def _audit_log(
    guild: DemoGuild, config: ConfigRow, people: list[RoleRow], rules: str, rules_ms: int
) -> list[AuditRow]:
    """What the page would have written down for each of these, by the owner."""
    usual = asdict(shown_config(None))
    names = ("severity_threshold", "buffer_timeout_secs", "buffer_threshold")
    said: dict[str, Any] = dict(zip(names, config[1:4], strict=True))
    said |= {"mod_role_id": str(config[4]), "timezone": config[5]}
    after = {name: value for name, value in said.items() if value != usual[name]}
    before = {name: usual[name] for name in after}
    done: list[tuple[str, dict[str, Any], int]] = [
        ("config.update", {"before": before, "after": after}, config[8]),
        ("rules.update", text_change(None, rules), rules_ms),
        *(
            ("roles.assign", {"user_id": str(user_id), "before": None, "after": role}, at_ms)
            for _, user_id, role, _, at_ms in people
        ),
    ]
    return [
        (
            guild.guild_id,
            uuid5(_NAMESPACE, f"{guild.guild_id} {action} {at_ms}"),
            guild.owner_id,
            action,
            orjson.dumps(details).decode(),
            at_ms,
        )
        for action, details, at_ms in done
    ]
