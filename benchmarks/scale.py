"""`python -m benchmarks.scale`: what 10,000, 100,000 and a million guilds need, from unit costs.

Put a new figure into COSTS, and run it with `--write`: docs/scaling.md has the table that comes
out, and a test holds the two together.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "scaling.md"
BEGIN, END = "<!-- python -m benchmarks.scale --write -->\n", "<!-- end -->\n"
GUILDS = (10_000, 100_000, 1_000_000)
SECONDS_OF_A_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCosts:
    """Measured; microseconds of a core, bytes, or connections. Where from: docs/scaling.md."""

    event_web_us: float
    event_database_us: float
    guild_worker_us: float
    guild_database_us: float
    read_us: float
    delivery_us: float
    socket_bytes: float
    snapshots_of_guild_bytes: float
    live_event_bytes: float
    ledger_row_bytes: float
    violation_bytes: float
    connections_of_web: float
    connections_of_worker: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What guilds are assumed to do."""

    active_share: float  # of the guilds, with an event each minute
    made_per_minute: float  # how often the snapshots of such a guild are made anew
    violation_share: float  # of the events
    open_page_share: float  # of the guilds, one reader each
    reads_of_page_per_minute: float
    live_events_of_change: float  # `metrics_update`, `health_update`
    kept_live_events: int  # of a guild, at most
    kept_event_ids_days: int
    # How full a core is planned: what is over 70 % waits in line.
    planned_share: float


COSTS = UnitCosts(
    event_web_us=36,
    event_database_us=60,
    guild_worker_us=8_000,
    guild_database_us=4_000,
    read_us=182,
    delivery_us=20,
    socket_bytes=24 * 1024,
    snapshots_of_guild_bytes=74_000,
    live_event_bytes=355,
    ledger_row_bytes=100,
    violation_bytes=1_100,
    connections_of_web=3,
    connections_of_worker=2,
)
LOAD = Load(
    active_share=0.1,
    made_per_minute=1,
    violation_share=0.001,
    open_page_share=0.01,
    reads_of_page_per_minute=4,
    live_events_of_change=2,
    kept_live_events=1_000,
    kept_event_ids_days=45,
    planned_share=0.7,
)


@dataclass(frozen=True, slots=True)
class Needs:
    """Of an installation with so many guilds."""

    guilds: int
    costs: UnitCosts = COSTS
    load: Load = LOAD

    @property
    def active(self) -> float:
        return self.guilds * self.load.active_share

    @property
    def events_per_second(self) -> float:
        return self.active / 60

    @property
    def guilds_made_per_second(self) -> float:
        return self.active * self.load.made_per_minute / 60

    @property
    def pages(self) -> float:
        return self.guilds * self.load.open_page_share

    @property
    def reads_per_second(self) -> float:
        return self.pages * self.load.reads_of_page_per_minute / 60

    @property
    def deliveries_per_second(self) -> float:
        """Of guilds with a page, as many are active as of the others."""
        changes = self.pages * self.load.active_share * self.load.made_per_minute / 60
        return changes * self.load.live_events_of_change

    @property
    def web_cores(self) -> float:
        ingest = self.events_per_second * self.costs.event_web_us
        answers = self.reads_per_second * self.costs.read_us
        return (ingest + answers + self.deliveries_per_second * self.costs.delivery_us) / 1e6

    @property
    def worker_cores(self) -> float:
        return self.guilds_made_per_second * self.costs.guild_worker_us / 1e6

    @property
    def database_cores(self) -> float:
        ingest = self.events_per_second * self.costs.event_database_us
        return (ingest + self.guilds_made_per_second * self.costs.guild_database_us) / 1e6

    @property
    def web_processes(self) -> int:
        return max(1, ceil(self.web_cores / self.load.planned_share))

    @property
    def worker_processes(self) -> int:
        return max(1, ceil(self.worker_cores / self.load.planned_share))

    @property
    def connections(self) -> float:
        web = self.web_processes * self.costs.connections_of_web
        return web + self.worker_processes * self.costs.connections_of_worker

    @property
    def sockets_bytes(self) -> float:
        return self.pages * self.costs.socket_bytes

    @property
    def redis_bytes(self) -> float:
        """Copies last 5 minutes, in which each active guild is made anew; streams a day."""
        made = self.load.made_per_minute * SECONDS_OF_A_DAY / 60
        kept = self.load.live_events_of_change * made
        streams = min(self.load.kept_live_events, kept) * self.costs.live_event_bytes
        return self.active * (self.costs.snapshots_of_guild_bytes + streams)

    @property
    def ledger_bytes(self) -> float:
        kept_seconds = self.load.kept_event_ids_days * SECONDS_OF_A_DAY
        return self.events_per_second * kept_seconds * self.costs.ledger_row_bytes

    @property
    def violations_bytes_of_year(self) -> float:
        rows = self.events_per_second * self.load.violation_share * SECONDS_OF_A_DAY * 365
        return rows * self.costs.violation_bytes


LINES: tuple[tuple[str, Callable[[Needs], str]], ...] = (
    ("events a second", lambda its: f"{its.events_per_second:,.0f}"),
    ("guilds materialised a second", lambda its: f"{its.guilds_made_per_second:,.0f}"),
    ("reads a second", lambda its: f"{its.reads_per_second:,.0f}"),
    ("web: cores, processes", lambda its: f"{its.web_cores:.2f}, {its.web_processes}"),
    ("workers: cores, processes", lambda its: f"{its.worker_cores:.2f}, {its.worker_processes}"),
    ("database: cores", lambda its: f"{its.database_cores:.2f}"),
    ("database: connections in use", lambda its: f"{its.connections:,.0f}"),
    ("open sockets, their memory", lambda its: f"{its.pages:,.0f}, {_size(its.sockets_bytes)}"),
    ("Redis memory", lambda its: _size(its.redis_bytes)),
    ("ids of events, on disk", lambda its: _size(its.ledger_bytes)),
    ("violations, on disk, a year", lambda its: _size(its.violations_bytes_of_year)),
)


def table() -> str:
    """Markdown."""
    needs = [Needs(guilds) for guilds in GUILDS]
    head = "| guilds | " + " | ".join(f"{guilds:,}" for guilds in GUILDS) + " |"
    lines = [f"| {name} | {' | '.join(map(shown, needs))} |" for name, shown in LINES]
    return "\n".join([head, "|---" * (len(GUILDS) + 1) + "|", *lines]) + "\n"


def _size(amount: float) -> str:
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1_000:
            return f"{amount:,.3g} {unit}"
        amount /= 1_000
    return f"{amount:,.3g} TB"


def main() -> None:
    if "--write" not in sys.argv:
        print(table(), end="")
        return
    before, _, rest = DOCUMENT.read_text().partition(BEGIN)
    DOCUMENT.write_text(before + BEGIN + table() + END + rest.partition(END)[2])


if __name__ == "__main__":
    main()
