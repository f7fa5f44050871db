"""Row `list`: a page of violations at any depth, and through every filter."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import text

from adapters.database import Database
from benchmarks.cores import ALL_CORES, SERVER_CORES
from benchmarks.databases import KINDS, Databases
from benchmarks.events import Size, guild_id
from benchmarks.figure import Figure, sides
from benchmarks.load import Request, in_python
from benchmarks.sizes import DEEP, SHALLOW
from benchmarks.stage import Stage, stage
from benchmarks.timing import ROUNDS
from domain.cursor import write_cursor

PATH = f"/api/v1/servers/{guild_id(0)}/violations"
SECONDS = 2.0
FILTERS = {
    "q, common": {"q": "invite"},
    "q, rare": {"q": "rule 7"},
    "q, nowhere": {"q": "zebra crossing"},
    "severity": {"severity": "high"},
    "user, busy": {"user_id": "800000000000000001"},
    "user, quiet": {"user_id": "800000000000001500"},
    "detection type": {"detection_type": "manual"},
    "action": {"action": "kick"},
    "rule": {"rule": "rule 3"},
    "severity and user": {"severity": "high", "user_id": "800000000000000001"},
}
FILTER_MS = 20


def lists(databases: Databases) -> Iterator[Figure]:
    for kind in KINDS:
        for size in (SHALLOW, DEEP):
            # "On one core": the database as well.
            databases.pin_postgresql(SERVER_CORES)
            try:
                # One reader asks as often as it can, far over what one may.
                with stage(databases, kind, size, RATE_LIMITS="0") as made:
                    headers = made.api_token([guild_id(0)])
                    yield _depth(made, kind, size, headers)
                    yield _filters(made, kind, size, headers)
            finally:
                databases.pin_postgresql(ALL_CORES)


def _depth(made: Stage, kind: str, size: Size, headers: dict[str, str]) -> Figure:
    """A page nine tenths down against the first but one: both are asked for by cursor."""
    deep, first = (
        Request(f"{PATH}?cursor={_cursor(made.database_url, offset)}", headers)
        for offset in (size.violations * 9 // 10, 50)
    )
    rounds = []
    for _ in range(ROUNDS):
        took = [in_python(made.url, [one], seconds=SECONDS, warm_up=5) for one in (deep, first)]
        rounds.append((took[0].p50_ms, took[1].p50_ms))
    cost = sides(rounds)
    return Figure(
        row="list",
        variant=f"{kind}, depth {size.violations * 9 // 10:,}",
        ours=f"{cost.ours:.1f} ms",
        baseline=f"{cost.baseline:.1f} ms (depth 50)",
        ratio=cost.ratio,
        goal="<= 1.2",
        met=cost.ratio <= 1.2,
        measures=cost.measures(is_speed=False),
    )


def _filters(made: Stage, kind: str, size: Size, headers: dict[str, str]) -> Figure:
    p95_ms = {}
    for name, query in FILTERS.items():
        request = Request(f"{PATH}?{urlencode(query)}", headers)
        load = in_python(made.url, [request], seconds=SECONDS, warm_up=2)
        p95_ms[name] = float("inf") if load.failed else load.p95_ms
    slowest = max(p95_ms.values())
    return Figure(
        "list",
        f"{kind}, filters over {size.violations:,}",
        f"{slowest:.1f} ms p95, the slowest",
        goal=f"< {FILTER_MS} ms",
        met=slowest < FILTER_MS,
        notes={f"p95 ms, {name}": took for name, took in p95_ms.items()},
    )


def _cursor(database_url: str, offset: int) -> str:
    """The cursor of the page that begins after `offset` violations."""
    database = Database(database_url)
    query = text(
        "SELECT timestamp_ms, id FROM violations WHERE guild_id = :guild"
        " ORDER BY timestamp_ms DESC, id DESC LIMIT 1 OFFSET :offset"
    )
    with database.read() as connection:
        place = {"guild": guild_id(0), "offset": offset}
        timestamp_ms, id = connection.execute(query, place).one()
    database.close()
    return write_cursor(timestamp_ms, id.hex if isinstance(id, UUID) else id)
