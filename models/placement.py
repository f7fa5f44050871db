"""Where each table lies when the database is distributed (`modwatch database distribute`).

A table that is not named here is refused by a test: where it is to lie must be decided. Most are
GUILD, which asks for `guild_id` in each of their unique keys.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import Table, UniqueConstraint

from domain.distribution import Placement
from models.base import Base

_REFERENCE = {
    "access_tokens": "joined with the guilds that a token is for",
    "user_cache": "joined with the people of a guild, for their names",
}
_LOCAL = {
    "dirty_guilds": "claimed over all guilds in one statement, with locks",
    "incarnation": "one row",
    "listening": "one row",
    "login_sessions": "of people, not of guilds",
    "long_work": "claimed over all guilds in one statement, with locks",
    "memberships": "of people, not of guilds",
    "minute_horizon": "one row",
    "put_aside": "few rows, asked for over all guilds at each turn",
    "used_handshakes": "of logins, not of guilds",
    "wanted_users": "claimed over all guilds in one statement, with locks",
}
# Everything else by name, so that a new one has to be placed.
_GUILD = """
    access_records alert_settings alert_states alert_trail alerts appeals audit_log bot_changes
    channel_names channels deliveries delivery_attempts erasures export_history guild_configs
    guild_rules guild_user_names guilds heartbeats idempotency_keys incident_members incident_notes
    incidents ingested_events message_counts metric_snapshots notification_reads notifications
    offender_distribution offender_totals outbox raids report_occurrences report_schedules
    report_targets role_assignments rollup_days rollup_hours rollup_minutes rollup_moderators
    rollup_offenders rollup_response_times rollup_rules seen_rules token_guilds unsubscribed
    user_warnings violation_counts violation_texts violations visits
""".split()  # noqa: SIM905

PLACEMENTS: dict[str, Placement] = {
    **dict.fromkeys(_GUILD, Placement.GUILD),
    **dict.fromkeys(_REFERENCE, Placement.REFERENCE),
    **dict.fromkeys(_LOCAL, Placement.LOCAL),
}
# Why those that are not spread are not, by table.
REASONS: dict[str, str] = {**_REFERENCE, **_LOCAL}


def tables_placed(placement: Placement) -> list[str]:
    """Names, in the order of the alphabet but `guilds` first: the others lie as it does."""
    names = [name for name, found in PLACEMENTS.items() if found is placement]
    return sorted(names, key=lambda name: (name != "guilds", name))


def misplaced() -> Iterator[str]:
    """What is wrong with the table above, a line each, by what the tables themselves say."""
    tables = Base.metadata.tables
    yield from (f"{name} is placed nowhere" for name in sorted(tables.keys() - PLACEMENTS.keys()))
    yield from (f"{name} is no table" for name in sorted(PLACEMENTS.keys() - tables.keys()))
    for name in tables_placed(Placement.GUILD):
        yield from (
            f"{name}: {key} is unique without guild_id"
            for key, columns in _unique_keys(tables[name])
            if "guild_id" not in columns
        )


def _unique_keys(table: Table) -> Iterator[tuple[str, Collection[str]]]:
    keys = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
    yield "the primary key", table.primary_key.columns.keys()
    yield from ((str(key.name), key.columns.keys()) for key in keys)
    yield from ((str(one.name), one.columns.keys()) for one in table.indexes if one.unique)
