"""Every route of the application, found by asking it: a new one is tested without being listed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule

from api.http.addresses import plain_rule
from api.http.guard import access_of
from domain.roles import ROLES
from tests.parts import GUILD

VIOLATION = "5f0c2a52-6c0e-4a44-9d26-9ad3a2a3e6e1"
PARAMETERS = {"guild_id": str(GUILD), "user_id": "41", "violation_id": VIOLATION, "name": "a.js"}
SNAPSHOTS = (
    "metrics",
    "health",
    "top-offenders",
    "rule-effectiveness",
    "temporal-analytics",
    "moderators",
    "overview",
)
PERIODS = ("hour", "day", "week", "month")
# How a snapshot can be asked for: its name with each period and without one.
SNAPSHOT_READS = (
    *SNAPSHOTS,
    *(f"{name}?period={period}" for name in SNAPSHOTS[:-1] for period in PERIODS),
)


@dataclass(frozen=True)
class Route:
    """A route: its address with the parameters filled in, and who may use it."""

    rule: Rule
    address: str
    access: str

    @property
    def methods(self) -> set[str]:
        return (self.rule.methods or set()) - {"HEAD", "OPTIONS"}


def address_of(rule: Rule, **parameters: str) -> str:
    address = plain_rule(rule.rule)
    for name, value in (PARAMETERS | parameters).items():
        address = address.replace(f"<{name}>", value)
    return re.sub(r"<\w+>", VIOLATION, address)  # all others are UUIDs


def routes(app: Flask) -> list[Route]:
    return [
        Route(rule, address_of(rule), str(access_of(app, rule.endpoint)))
        for rule in app.url_map.iter_rules()
    ]


def guild_reads(app: Flask) -> list[str]:
    """The addresses of every read of a guild, below its own address."""
    start = f"/api/v1/servers/{GUILD}/"
    return [
        route.address.removeprefix(start)
        for route in routes(app)
        if route.access in ROLES and "GET" in route.methods
    ]
