"""Modwatch as a whole, on one of the databases: what rows that speak HTTP stand on."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import httpx

from adapters.database import Database
from adapters.settings import load_settings
from benchmarks.cores import SERVER_CORES
from benchmarks.cpu import CpuMeter, clocks_of
from benchmarks.databases import EMPTY, Databases
from benchmarks.events import Size, guild_id, violation
from benchmarks.processes import PYTHON, process, web
from domain.windows import DAY_MS
from models.demo_guild import add_demo_guilds
from services.accounts.tokens import create_token
from services.container import build_parts
from services.ingest.store import ingest_events
from services.snapshots.materialise import materialise_dirty
from tests.servers.valkey import Valkey

GUILDS = 100
VIOLATIONS_OF_A_GUILD = 200  # over the last day


@dataclass(frozen=True, slots=True)
class Stage:
    url: str
    database_url: str
    redis_url: str
    environment: dict[str, str]
    folder: Path
    bot_token: str
    postgresql_pid: int | None

    @property
    def bot(self) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.bot_token}"}
        return headers | {"Content-Type": "application/json"}

    def cpu_meter(self) -> CpuMeter:
        """Of the processes that there are now."""
        return CpuMeter(clocks_of(self.folder, self.postgresql_pid))

    def cookie(self) -> dict[str, str]:
        """A login, with a role in every invented guild."""
        origin = {"Origin": self.url, "Sec-Fetch-Site": "same-origin"}
        answer = httpx.post(f"{self.url}/api/v1/auth/demo", json={"role": "viewer"}, headers=origin)
        answer.raise_for_status()
        return {"Cookie": answer.headers["Set-Cookie"].split(";")[0]}

    def api_token(self, guild_ids: Sequence[int], role: str = "viewer") -> dict[str, str]:
        (secret,) = create_tokens(self.database_url, "api", guild_ids, 1, role)
        return {"Authorization": f"Bearer {secret}"}


@contextmanager
def stage(
    databases: Databases,
    kind: str,
    size: Size = EMPTY,
    *,
    worker: bool = False,
    cores: frozenset[int] = SERVER_CORES,
    **settings: str,
) -> Iterator[Stage]:
    """One gunicorn worker on `cores`, with Valkey, and with `worker` Celery and its beat.

    `settings` are further ones of Modwatch, without their prefix.
    """
    with databases.clone(kind, size) as database_url:
        folder = Path(tempfile.mkdtemp(dir=databases.scratch))
        (folder / "valkey").mkdir()
        valkey = Valkey(folder / "valkey")
        valkey.start()
        environment = {
            "MODWATCH_DATABASE_URL": database_url,
            "MODWATCH_REDIS_URL": valkey.url,
            "MODWATCH_DEMO": "1",
            "MODWATCH_DATA_DIR": str(folder),
            "MODWATCH_LOG_FORMAT": "json",
            **{f"MODWATCH_{name}": text for name, text in settings.items()},
        }
        token = _token(database_url, "bot", [])
        try:
            with web("wsgi:app", environment, folder / "web", cores=cores) as url:
                server = databases.cluster.pid if kind == "postgresql" else None
                made = Stage(
                    url=url,
                    database_url=database_url,
                    redis_url=valkey.url,
                    environment=environment,
                    folder=folder,
                    bot_token=token,
                    postgresql_pid=server,
                )
                if worker:
                    log = folder / "worker.log"
                    with process(_worker(folder), environment, log, cores=cores):
                        yield made
                else:
                    yield made
        finally:
            valkey.stop()


def fill(made: Stage, count: int = GUILDS, each: int = VIOLATIONS_OF_A_GUILD) -> list[int]:
    """Guilds with a lively day behind them and snapshots up to date; their ids."""
    parts = build_parts(load_settings(made.environment))
    random, now_ms = Random(1), parts.clock()
    guilds = [guild_id(place) for place in range(count)]
    events = [
        violation(random, guild, now_ms - random.randrange(DAY_MS))
        for guild in guilds
        for _ in range(each)
    ]
    with parts.database.write() as connection:
        add_demo_guilds(connection, [(guild, now_ms - DAY_MS) for guild in guilds])
    for start in range(0, len(events), 5_000):
        ingest_events(parts.database, events[start : start + 5_000], now_ms, live=False)
    materialise_dirty(parts.database, parts.cache, parts.clock)
    parts.close()
    return guilds


def _worker(folder: Path) -> list[str]:
    beat = ["--beat", "--schedule", str(folder / "beat-schedule")]
    options = ["--concurrency", "1", "--loglevel", "warning"]
    return [*PYTHON, "celery", "-A", "celery_config", "-q", "worker", *beat, *options]


def _token(database_url: str, kind: str, guild_ids: Sequence[int]) -> str:
    return create_tokens(database_url, kind, guild_ids, 1)[0]


def create_tokens(
    database_url: str, kind: str, guild_ids: Sequence[int], count: int, role: str = "viewer"
) -> list[str]:
    database = Database(database_url)
    try:
        return [
            create_token(
                database,
                kind=kind,
                name="benchmark",
                guild_ids=guild_ids,
                role=role if kind == "api" else None,
                expires_ms=None,
                created_by=None,
                now_ms=time.time_ns() // 1_000_000,
            )
            for _ in range(count)
        ]
    finally:
        database.close()
