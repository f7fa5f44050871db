"""All servers of a reader, each in one line, that which needs somebody first."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import orjson
from sqlalchemy import Connection

from adapters.database import Database
from domain.attention import Needs
from models.guilds import attention as waiting
from services.accounts.callers import Caller
from services.accounts.servers import ShownServer, servers_of

# As many as Discord lets a person be in; the demo and tokens have fewer.
MOST_SERVERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAtOnce(ShownServer):
    """`health_score` is of the last 24 hours, None where there is too little to say."""

    health_score: int | None
    incidents_going_on: int
    alerts_open: int
    appeals_waiting: int
    unread_count: int

    @property
    def place(self) -> tuple[int, int, int, int]:
        return Needs(
            incidents=self.incidents_going_on,
            alerts=self.alerts_open,
            appeals=self.appeals_waiting,
            health_score=self.health_score,
        ).place


@dataclass(frozen=True, slots=True, kw_only=True)
class ServersAtOnce:
    """`total` counts all; of more than MOST_SERVERS the first by name are looked at."""

    servers: list[ServerAtOnce]
    total: int


def servers_at_once(database: Database, caller: Caller, now_ms: int) -> ServersAtOnce:
    servers = servers_of(database, caller)
    with database.read() as connection:
        lines = _lines(connection, servers[:MOST_SERVERS], caller.name, now_ms)
    # Stable: those that need as much stay in the order of their names.
    lines.sort(key=lambda line: line.place)
    return ServersAtOnce(servers=lines, total=len(servers))


def _lines(
    connection: Connection, servers: list[ShownServer], reader: str, now_ms: int
) -> list[ServerAtOnce]:
    guilds = [int(server.id) for server in servers]
    incidents = waiting.incidents_going_on(connection, guilds, now_ms)
    alerts = waiting.open_alerts(connection, guilds)
    appeals = waiting.appeals_waiting(connection, guilds)
    unread = waiting.unread_notifications(connection, guilds, reader)
    health = waiting.day_health_bodies(connection, guilds)
    return [
        ServerAtOnce(
            **asdict(server),
            health_score=_score(health.get(guild_id, "{}")),
            incidents_going_on=incidents.get(guild_id, 0),
            alerts_open=alerts.get(guild_id, 0),
            appeals_waiting=appeals.get(guild_id, 0),
            unread_count=unread.get(guild_id, 0),
        )
        for guild_id, server in zip(guilds, servers, strict=True)
    ]


def _score(body: str) -> int | None:
    """None where there is no snapshot, an emptied one, or too little to say."""
    health = orjson.loads(body)
    return None if health.get("limited_data", True) else health["health_score"]
