"""A person looks at a server: what happened since they last did, until they have read it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from adapters.database import Database
from domain.clock import rfc3339
from domain.roles import Admin, Authenticated, Viewer
from domain.visits import Visit, come_by
from domain.windows import DAY_MS, HOUR_MS
from models.incidents.store import count_begun_since
from models.snapshots.facts import hour_counts
from models.visits.meanwhile import alerts_since, changes_since, waiting_appeals
from models.visits.table import save_visit, visit_of
from services.audit.change import actor_of
from services.incidents.shown import ShownIncident, latest_incidents
from services.snapshots.documents.figures import Totals
from services.users.names import named, shown_users

INCIDENTS_SHOWN = 3
CHANGES_SHOWN = 10
# What is noted more often than this says nothing new.
NOTED_EVERY_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChange:
    """What one person did so often; `by` is None for an API token."""

    by: str | None
    by_username: str | None
    action: str
    times: int
    last_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanwhile:
    """What happened since; `health_` is None where there was too little to say."""

    incidents_count: int
    incidents: list[ShownIncident]
    health_before: int | None
    health_now: int | None
    alerts_opened: int
    alerts_open: int
    appeals_waiting: int
    changes: list[ShownChange]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownVisit:
    since: str | None
    meanwhile: Meanwhile | None


def come(database: Database, who: Authenticated[Viewer], now_ms: int) -> ShownVisit:
    """Note that the person is here; what happened since their last visit, or `since: null`."""
    reader = actor_of(who)
    with database.read() as connection:
        before = visit_of(connection, who.guild_id, reader)
    visit = come_by(before, now_ms)
    if before is None or _says_more(before, visit):
        with database.write() as connection:
            save_visit(connection, who.guild_id, reader, visit)
    if visit.since_ms is None:
        return ShownVisit(since=None, meanwhile=None)
    with database.read() as connection:
        meanwhile = _meanwhile(connection, who, visit.since_ms, now_ms)
    return ShownVisit(since=rfc3339(visit.since_ms), meanwhile=meanwhile)


def read(database: Database, who: Authenticated[Viewer], now_ms: int) -> None:
    """They know now what happened."""
    with database.write() as connection:
        save_visit(connection, who.guild_id, actor_of(who), Visit(now_ms))


def _says_more(before: Visit, visit: Visit) -> bool:
    return before.since_ms != visit.since_ms or visit.seen_ms - before.seen_ms >= NOTED_EVERY_MS


def _meanwhile(
    connection: Connection, who: Authenticated[Viewer], since_ms: int, now_ms: int
) -> Meanwhile:
    guild_id = who.guild_id
    opened, still = alerts_since(connection, guild_id, since_ms)
    return Meanwhile(
        incidents_count=count_begun_since(connection, guild_id, since_ms),
        incidents=latest_incidents(connection, guild_id, since_ms, INCIDENTS_SHOWN, now_ms),
        health_before=_health(connection, guild_id, since_ms),
        health_now=_health(connection, guild_id, now_ms),
        alerts_opened=opened,
        alerts_open=still,
        appeals_waiting=waiting_appeals(connection, guild_id),
        changes=_changes(connection, who, since_ms),
    )


def _health(connection: Connection, guild_id: int, at_ms: int) -> int | None:
    """The day's score as it was then, by whole hours; None where there was too little to say."""
    last = at_ms // HOUR_MS
    hours = range(last - DAY_MS // HOUR_MS + 1, last + 1)
    rows = [tuple(row[2:]) for row in hour_counts(connection, [guild_id], hours)]
    health = Totals(rows).health()
    return None if health.limited_data else health.score


def _changes(
    connection: Connection, who: Authenticated[Viewer], since_ms: int
) -> list[ShownChange]:
    """What others did, for those who may read the audit log."""
    if not issubclass(who.role, Admin):
        return []
    rows = changes_since(connection, who.guild_id, since_ms, who.user_id, CHANGES_SHOWN)
    ids = {row[0] for row in rows if row[0] is not None}
    people = shown_users(connection, ids, who.guild_id)
    return [
        ShownChange(
            by=None if user_id is None else str(user_id),
            by_username=named("by", user_id, people)["by_username"],
            action=action,
            times=times,
            last_at=rfc3339(last_ms),
        )
        for user_id, action, times, last_ms in rows
    ]
