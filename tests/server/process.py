"""A real web process on SQLite without Redis, with tokens for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.database import Database
from services.container import system_clock
from tests.parts import GUILD, make_token
from tests.servers.web import WebProcess


@dataclass(frozen=True)
class Served:
    process: WebProcess
    data_dir: Path
    bot_token: str
    api_token: str  # of an owner

    @property
    def port(self) -> int:
        return self.process.port


@contextmanager
def served_from(folder: Path, database_url: str, **settings: str) -> Iterator[Served]:
    """gunicorn as in production, without limits on the number of requests."""
    given = {"REDIS_URL": "none", "RATE_LIMITS": "0", "LOG_FORMAT": "json"} | settings
    more = {f"MODWATCH_{name}": text for name, text in given.items()}
    process = WebProcess(folder, more | {"MODWATCH_DATABASE_URL": database_url})
    database = Database(database_url)
    bot, api = (
        make_token(database, kind, [GUILD], role, system_clock())
        for kind, role in (("bot", None), ("api", "owner"))
    )
    try:
        process.start()
        process.wait_until_up()
        yield Served(process, folder / str(process.port), bot, api)
    finally:
        process.stop()
        database.close()
