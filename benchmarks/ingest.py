"""Rows `ingest` and `ingest-duplicates`: events over HTTP to their commit, against COPY."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from random import Random
from time import time_ns

from benchmarks.baselines.bare_table import KEYED, bare_table, copy_in
from benchmarks.cores import SERVER_CORES, this_process_on
from benchmarks.databases import EMPTY, KINDS, Databases
from benchmarks.events import Size, body, guild_id, violation
from benchmarks.figure import Figure, sides
from benchmarks.load import Load, Request, in_python
from benchmarks.sizes import WIDE
from benchmarks.stage import Stage, stage
from benchmarks.timing import ROUNDS, seconds_of
from domain.windows import MINUTE_MS
from schemas.events.structs import ViolationEvent

GUILDS = 100
BATCHES, BATCH = 10, 1_000
SINGLES, CONNECTIONS = 1_500, 8
INGEST = "/api/v1/ingest"


class Bot:
    """Makes events that were never sent before, of the last minutes."""

    def __init__(self, made: Stage) -> None:
        self._made = made
        self._random = Random(time_ns())

    def batch(self, count: int) -> list[ViolationEvent]:
        now_ms = time_ns() // 1_000_000
        return [
            violation(
                self._random,
                guild_id(self._random.randrange(GUILDS)),
                now_ms - self._random.randrange(MINUTE_MS),
            )
            for _ in range(count)
        ]

    def request(self, events: list[ViolationEvent]) -> Request:
        return Request(INGEST, self._made.bot, body([*events]))


def ingest(databases: Databases) -> Iterator[Figure]:
    yield _against_copy(databases, EMPTY)
    yield _against_copy(databases, WIDE)
    for kind in KINDS:
        yield _singles(databases, kind)


def ingest_duplicates(databases: Databases) -> Iterator[Figure]:
    for kind in KINDS:
        with stage(databases, kind) as made:
            bot = Bot(made)
            _send(made, _requests(bot, [bot.batch(BATCH)]))
            rounds, meter = [], made.cpu_meter()
            for _ in range(ROUNDS):
                wanted = _requests(bot, [bot.batch(BATCH) for _ in range(BATCHES)])
                first = _send(made, wanted).per_second
                meter.begin()
                again = _send(made, wanted).per_second
                meter.end(BATCHES * BATCH)
                rounds.append((again * BATCH, first * BATCH))
        speed = sides(rounds)
        yield Figure(
            row="ingest-duplicates",
            variant=f"{kind}, batches of 1,000",
            ours=f"{speed.ours:,.0f} events/s",
            baseline=f"{speed.baseline:,.0f} events/s (first time)",
            ratio=speed.ratio,
            goal=">= 1.5",
            met=speed.ratio >= 1.5,
            measures=speed.measures(is_speed=True) | meter.measures("an event"),
        )


def _against_copy(databases: Databases, size: Size) -> Figure:
    """One client each: one connection to us, one COPY; PostgreSQL on any core for both."""
    with (
        databases.clone("postgresql", EMPTY) as bare_url,
        stage(databases, "postgresql", size) as made,
        bare_table(bare_url) as connection,
    ):
        bot = Bot(made)
        _send(made, _requests(bot, [bot.batch(BATCH)]))
        rounds, keyed, meter = [], [], made.cpu_meter()
        for _ in range(ROUNDS):
            batches = [bot.batch(BATCH) for _ in range(BATCHES)]
            meter.begin()
            ours = _send(made, _requests(bot, batches)).per_second * BATCH
            meter.end(BATCHES * BATCH)
            rows = [event for batch in batches for event in batch]
            with this_process_on(SERVER_CORES):
                took = seconds_of(partial(copy_in, connection, rows))
                keyed_took = sum(
                    seconds_of(partial(copy_in, connection, batch, KEYED)) for batch in batches
                )
            rounds.append((ours, len(rows) / took))
            keyed.append((ours, len(rows) / keyed_took))
    speed, like_for_like = sides(rounds), sides(keyed)
    return Figure(
        row="ingest",
        variant=f"postgresql, batches of 1,000 into {size.violations:,}",
        ours=f"{speed.ours:,.0f} events/s",
        baseline=f"{speed.baseline:,.0f} rows/s (COPY)",
        ratio=speed.ratio,
        goal=">= 0.30",
        met=speed.ratio >= 0.3,
        notes={
            "rows/s of COPY with a key, a commit a batch": like_for_like.baseline,
            "ratio to that": like_for_like.ratio,
        },
        measures=speed.measures(is_speed=True) | meter.measures("an event"),
    )


def _singles(databases: Databases, kind: str) -> Figure:
    loads = []
    with stage(databases, kind) as made:
        bot, meter = Bot(made), made.cpu_meter()
        for _ in range(ROUNDS):
            wanted = _requests(bot, [bot.batch(1) for _ in range(SINGLES)])
            meter.begin()
            loads.append(_send(made, wanted, CONNECTIONS))
            meter.end(SINGLES)
    middle = sorted(loads, key=lambda load: load.per_second)[len(loads) // 2]
    return Figure(
        "ingest",
        f"{kind}, batches of 1, {CONNECTIONS} connections",
        f"{middle.per_second:,.0f} req/s",
        goal=">= 400 req/s",
        met=middle.per_second >= 400,
        notes={"p99 ms": middle.p99_ms},
        measures=meter.measures("a request"),
    )


def _requests(bot: Bot, batches: list[list[ViolationEvent]]) -> list[Request]:
    return [bot.request(batch) for batch in batches]


def _send(made: Stage, requests: list[Request], connections: int = 1) -> Load:
    """Each once; RuntimeError when one was refused."""
    load = in_python(made.url, requests, connections=connections)
    if load.failed:
        raise RuntimeError(f"{load.failed} requests were refused")
    return load
