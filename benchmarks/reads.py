"""Rows `read`, `read-token`, `read-304`, `page`: snapshots against a constant of the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from benchmarks.databases import Databases
from benchmarks.figure import Figure, sides
from benchmarks.load import SECONDS, Request, reads
from benchmarks.processes import web
from benchmarks.stage import Stage, fill, stage
from benchmarks.timing import ROUNDS

METRICS = "/api/v1/servers/{}/metrics?period=day"
OVERVIEW = "/api/v1/servers/{}/overview"


def read(databases: Databases) -> Iterator[Figure]:
    for kind in ("postgresql", "sqlite"):
        with stage(databases, kind) as made:
            guilds = fill(made)
            wanted = requests(METRICS, guilds, made.cookie())
            yield _against_constant("read", f"cookie, {kind}", made, wanted, 0.9)


def read_token(databases: Databases) -> Iterator[Figure]:
    with stage(databases, "postgresql") as made:
        guilds = fill(made)
        wanted = requests(METRICS, guilds, made.api_token(guilds))
        yield _against_constant("read-token", "API token", made, wanted, 0.9)


def read_304(databases: Databases) -> Iterator[Figure]:
    with stage(databases, "postgresql") as made:
        guilds = fill(made)
        wanted = [_known(made, one) for one in requests(METRICS, guilds, made.cookie())]
        yield _against_constant("read-304", "If-None-Match", made, wanted, 1.0)


def page(databases: Databases) -> Iterator[Figure]:
    with stage(databases, "postgresql") as made:
        guilds = fill(made)
        wanted = requests(OVERVIEW, guilds, made.cookie())
        yield _against_constant("page", "overview", made, wanted, 0.85)


def requests(path: str, guilds: list[int], headers: dict[str, str]) -> list[Request]:
    return [Request(path.format(guild), headers) for guild in guilds]


def _known(made: Stage, request: Request) -> Request:
    """The same request of a client that has the answer already; checked to be a 304."""
    etag = httpx.get(made.url + request.path, headers=request.headers).headers["ETag"]
    headers = {**request.headers, "If-None-Match": etag}
    status = httpx.get(made.url + request.path, headers=headers).status_code
    if status != 304:
        raise RuntimeError(f"{request.path} answered {status}, not 304")
    return Request(request.path, headers)


def _against_constant(
    row: str, variant: str, made: Stage, wanted: list[Request], goal: float
) -> Figure:
    body = httpx.get(made.url + wanted[0].path, headers=_plain(wanted[0])).content
    with constant(made, body) as baseline_url:
        meter, rounds = made.cpu_meter(), []
        for _ in range(ROUNDS):
            meter.begin()
            ours = reads(made.url, wanted)
            meter.end(round(ours.per_second * SECONDS))
            rounds.append((ours, reads(baseline_url, wanted)))
    speed = sides((ours.per_second, other.per_second) for ours, other in rounds)
    p99 = sides((ours.p99_ms, other.p99_ms) for ours, other in rounds)
    failed = sum(load.failed for pair in rounds for load in pair)
    notes: dict[str, float | str] = {
        "bytes": len(body),
        "p99 ms, ours": p99.ours,
        "p99 ms, baseline": p99.baseline,
        "failed": failed,
    }
    return Figure(
        row=row,
        variant=variant,
        ours=f"{speed.ours:,.0f} req/s",
        baseline=f"{speed.baseline:,.0f} req/s (bare Flask)",
        ratio=speed.ratio,
        goal=f">= {goal:.2f}",
        met=speed.ratio >= goal and not failed,
        notes=notes,
        measures=speed.measures(is_speed=True) | meter.measures("a read"),
    )


@contextmanager
def constant(made: Stage, body: bytes) -> Iterator[str]:
    """Bare Flask, answering `body` under the same gunicorn settings on the same core."""
    folder = made.folder / "constant"
    folder.mkdir()
    (folder / "body").write_bytes(body)
    environment = {"BENCH_BODY": str(folder / "body")}
    app, config = "benchmarks.baselines.flask_constant:app", "benchmarks/baselines/gunicorn_same.py"
    with web(app, environment, folder, config=config) as url:
        yield url


def _plain(request: Request) -> dict[str, str]:
    return {name: value for name, value in request.headers.items() if name != "If-None-Match"}
