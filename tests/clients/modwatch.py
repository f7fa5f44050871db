"""The real server for tests of clients: a web process, its database, and what is stored in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import text

from adapters.database import Database
from services.container import system_clock
from services.operations.rollups import verify
from tests.parts import make_token
from tests.servers.web import WebProcess


class Modwatch:
    """An installation without Redis, on the database at the given address."""

    def __init__(self, folder: Path, database_url: str) -> None:
        settings = {"DATABASE_URL": database_url, "REDIS_URL": "none", "RATE_LIMITS": "0"}
        self.web = WebProcess(folder, {f"MODWATCH_{name}": text for name, text in settings.items()})
        self.url = self.web.url
        self.database = Database(database_url)

    def token(self, *guild_ids: int) -> str:
        """A bot token for these guilds (default: every one)."""
        return make_token(self.database, "bot", guild_ids, None, system_clock())

    def reader(self, guild_id: int) -> str:
        """An API token of a viewer."""
        return make_token(self.database, "api", (guild_id,), "viewer", system_clock())

    def admin(self, guild_id: int) -> httpx.Client:
        """A client of the REST API that may edit the guild's config."""
        token = make_token(self.database, "api", (guild_id,), "admin", system_clock())
        headers = {"Authorization": f"Bearer {token}"}
        base_url = f"{self.url}/api/v1/servers/{guild_id}"
        return httpx.Client(base_url=base_url, headers=headers, timeout=60)

    def violations(self, guild_id: int) -> Counter[str]:
        """How often each violation is stored, by its id."""
        found = self._rows("SELECT id FROM violations WHERE guild_id = :guild", guild_id)
        return Counter(str(UUID(str(id))) for (id,) in found)

    def messages(self, guild_id: int) -> int:
        """How many messages were counted; the rollups must be what a recount gives."""
        assert verify(self.database, [guild_id], system_clock()) == []
        query = "SELECT coalesce(sum(messages), 0) FROM rollup_days WHERE guild_id = :guild"
        return int(self._rows(query, guild_id)[0][0])

    def rows(self, columns: str, table: str, guild_id: int) -> list[tuple[Any, ...]]:
        return self._rows(
            f"SELECT {columns} FROM {table} WHERE guild_id = :guild ORDER BY 1", guild_id
        )

    def _rows(self, query: str, guild_id: int) -> list[tuple[Any, ...]]:
        with self.database.read() as connection:
            return [tuple(row) for row in connection.execute(text(query), {"guild": guild_id})]


@contextmanager
def running(folder: Path, database_url: str) -> Iterator[Modwatch]:
    modwatch = Modwatch(folder, database_url)
    try:
        modwatch.web.start()
        modwatch.web.wait_until_up()
        yield modwatch
    finally:
        modwatch.web.stop()
        modwatch.database.close()
