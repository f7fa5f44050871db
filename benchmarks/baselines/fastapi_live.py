"""FastAPI that counts the raw rows at each request: the way without snapshots.

Violations of a guild's last seven days by type, by severity and by hour, each with its index at
hand. BENCH_DATABASE is the address, BENCH_NOW_MS the moment it is taken to be.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from fastapi import FastAPI

NOW_MS = int(os.environ["BENCH_NOW_MS"])
WEEK_MS = 7 * 24 * 3_600_000
CONNECTIONS = 4
_ROWS = " FROM bare_violations WHERE guild_id = %s AND timestamp_ms >= %s"
_BY_TYPE = f"SELECT detection_type, count(*){_ROWS} GROUP BY 1"
_BY_SEVERITY = f"SELECT severity, count(*){_ROWS} GROUP BY 1"
_BY_HOUR = (
    f"SELECT timestamp_ms / 3600000, count(*), avg(response_time_ms)::float8{_ROWS} GROUP BY 1"
)
_pool: list[psycopg.AsyncConnection] = []
_turn = 0


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    for _ in range(CONNECTIONS):
        url = os.environ["BENCH_DATABASE"]
        _pool.append(await psycopg.AsyncConnection.connect(url, autocommit=True))
    yield
    for connection in _pool:
        await connection.close()


app = FastAPI(lifespan=lifespan)


@app.get("/health/live")
async def live() -> dict[str, bool]:
    return {"live": True}


@app.get("/api/v1/servers/{guild_id}/metrics")
async def metrics(guild_id: int) -> dict[str, Any]:
    global _turn  # noqa: PLW0603 - the next connection in turn
    _turn = (_turn + 1) % CONNECTIONS
    wanted = (guild_id, NOW_MS - WEEK_MS)
    cursors = [await _pool[_turn].execute(sql, wanted) for sql in (_BY_TYPE, _BY_SEVERITY)]
    by_type: dict[str, int] = dict(await cursors[0].fetchall())
    by_severity: dict[str, int] = dict(await cursors[1].fetchall())
    hours = await (await _pool[_turn].execute(_BY_HOUR, wanted)).fetchall()
    return {
        "violations_total": sum(by_type.values()),
        "violations_by_type": by_type,
        "violations_by_severity": by_severity,
        "time_series": [{"hour": hour, "violations": count} for hour, count, _ in hours],
    }
