"""Rows `live` and `live-many`: events handed to thousands of open WebSockets.

The servers have one core, Valkey, the publisher and the clients the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import median

from benchmarks.cores import LOAD_CORES, this_process_on
from benchmarks.databases import Databases
from benchmarks.figure import Figure, sides
from benchmarks.live_sides import Measured, Modwatch, measure, node_ws, socket_io
from benchmarks.measure import of_rounds
from benchmarks.node_servers import node_server
from benchmarks.stage import stage

SOCKETS, EVENTS_PER_SECOND = 2_000, 10
ROUNDS = 3
GOAL_KIB = 25.0
CPU = "CPU us a delivery"
GUILDS, MANY_EVENTS_PER_SECOND, GOAL_GROWTH = 200, 1_000, 2.0


def live(databases: Databases) -> Iterator[Figure]:
    with (
        this_process_on(LOAD_CORES),
        stage(databases, "postgresql") as made,
        node_server("socketio.js", made.redis_url, made.folder) as socket_io_server,
        node_server("ws.js", made.redis_url, made.folder) as ws_server,
    ):
        servers = [
            Modwatch(made).side([0] * SOCKETS),
            socket_io(made, socket_io_server, SOCKETS),
            node_ws(made, ws_server, SOCKETS),
        ]
        rounds = [
            [measure(made, side, 1, EVENTS_PER_SECOND) for side in servers] for _ in range(ROUNDS)
        ]
    ours, theirs, bare = (list(of_side) for of_side in zip(*rounds, strict=True))
    p99 = [_middle(side, lambda one: one.outcome.p99_ms) for side in (ours, theirs, bare)]
    kib = [_middle(side, lambda one: one.kib_per_socket) for side in (ours, theirs, bare)]
    cpu = [_middle(side, lambda one: one.cpu_us_per_delivery) for side in (ours, theirs, bare)]
    p99s = sides(
        (mine.outcome.p99_ms, other.outcome.p99_ms)
        for mine, other in zip(ours, theirs, strict=True)
    )
    ratio = p99s.ratio
    yield Figure(
        row="live",
        variant=f"{SOCKETS:,} sockets, {SOCKETS * EVENTS_PER_SECOND:,} deliveries/s",
        ours=f"{p99[0]:.0f} ms p99, {kib[0]:.0f} KiB a socket",
        baseline=f"{p99[1]:.0f} ms (Socket.IO), {p99[2]:.0f} ms (ws)",
        ratio=ratio,
        goal=f"<= 1.00, <= {GOAL_KIB:.0f} KiB, nothing missing",
        met=ratio <= 1.0 and kib[0] <= GOAL_KIB,
        notes={
            "p50 ms, ours": _middle(ours, lambda one: one.outcome.p50_ms),
            "p50 ms, Socket.IO": _middle(theirs, lambda one: one.outcome.p50_ms),
            "KiB a socket, Socket.IO": kib[1],
            "KiB a socket, ws": kib[2],
            "CPU us a delivery, Socket.IO": cpu[1],
            "CPU us a delivery, ws": cpu[2],
            "deliveries, none missing": sum(one.outcome.delivered for one in ours),
        },
        measures=p99s.measures(is_speed=False) | {CPU: of_rounds([_cpu(one) for one in ours])},
    )


def live_many(databases: Databases) -> Iterator[Figure]:
    """CPU per delivery: many guilds with few sockets each, against one guild with all of them."""
    each = MANY_EVENTS_PER_SECOND // GUILDS
    per_guild = SOCKETS // GUILDS
    with this_process_on(LOAD_CORES), stage(databases, "postgresql") as made:
        modwatch = Modwatch(made)
        many = modwatch.side([at // per_guild for at in range(SOCKETS)])
        one = modwatch.side([0] * SOCKETS)
        rounds = [
            (measure(made, many, GUILDS, MANY_EVENTS_PER_SECOND), measure(made, one, 1, each))
            for _ in range(ROUNDS)
        ]
    cost = sides((_cpu(mine), _cpu(other)) for mine, other in rounds)
    ratio = cost.ratio
    manys, ones = (list(of_side) for of_side in zip(*rounds, strict=True))
    yield Figure(
        row="live-many",
        variant=f"{GUILDS} guilds x {per_guild} sockets, {MANY_EVENTS_PER_SECOND:,} events/s",
        ours=f"{_middle(manys, _cpu):.0f} us of CPU a delivery",
        baseline=f"{_middle(ones, _cpu):.0f} us (1 guild x {SOCKETS:,})",
        ratio=ratio,
        goal=f"<= {GOAL_GROWTH:.2f}",
        met=ratio <= GOAL_GROWTH,
        notes={
            "p99 ms, many": _middle(manys, lambda one: one.outcome.p99_ms),
            "p99 ms, one": _middle(ones, lambda one: one.outcome.p99_ms),
        },
        measures=cost.measures(is_speed=False) | {CPU: of_rounds([_cpu(one) for one in manys])},
    )


def _cpu(one: Measured) -> float:
    return one.cpu_us_per_delivery


def _middle(side: list[Measured], figure: Callable[[Measured], float]) -> float:
    return median(map(figure, side))
