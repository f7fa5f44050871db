"""Web processes that share a database and a Valkey, and ways in."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import httpx
from sqlalchemy import text

from adapters.database import Database
from domain.clock import rfc3339
from services.accounts.tokens import hash_secret
from services.container import system_clock
from tests.parts import JsonObject, make_token, violation
from tests.servers.valkey import Valkey
from tests.servers.web import WebProcess

_guilds = count(5_001)


class Site:
    """Without a Valkey: the one process alone."""

    def __init__(
        self, folder: Path, database_url: str, valkey: Valkey | None, processes: int = 1
    ) -> None:
        self.database, self.valkey = Database(database_url), valkey
        environment = {
            "MODWATCH_DATABASE_URL": database_url,
            "MODWATCH_REDIS_URL": valkey.url if valkey else "none",
            "MODWATCH_RATE_LIMITS": "0",
            # Tickets are sealed by it: a deployment has one.
            "MODWATCH_SECRET_KEY": "k" * 64,
        }
        first = WebProcess(folder, environment)
        # A page of one speaks to the others as well: there is one public address, as of a proxy.
        like = environment | {"MODWATCH_PUBLIC_URL": first.url}
        self.processes = [first, *(WebProcess(folder, like) for _ in range(processes - 1))]

    @property
    def url(self) -> str:
        return self.processes[0].url

    def start(self) -> None:
        if self.valkey:
            self.valkey.start()
        for process in self.processes:
            process.start()
        for process in self.processes:
            process.wait_until_up()

    def stop(self) -> None:
        for process in self.processes:
            process.stop()
        if self.valkey:
            self.valkey.stop()
        self.database.close()

    def guild(self) -> int:
        """One that no other test has."""
        return next(_guilds)

    def token(self, *guild_ids: int) -> str:
        return make_token(self.database, "api", guild_ids, "viewer", system_clock())

    def address(self, token: str, process: int = 0) -> str:
        """Where to open a socket, once."""
        url = self.processes[process].url
        headers = {"Authorization": f"Bearer {token}"}
        answer = httpx.post(f"{url}/api/v1/ws-ticket", headers=headers, timeout=30)
        answer.raise_for_status()
        return f"{url.replace('http', 'ws')}/ws?ticket={answer.json()['ticket']}"

    def ingest(self, guild_id: int, count: int = 1) -> list[str]:
        """Violations of this moment, their ids in order."""
        events: list[JsonObject] = [violation(guild_id, system_clock()) for _ in range(count)]
        token = make_token(self.database, "bot", [guild_id], None, system_clock())
        bot = {"Authorization": f"Bearer {token}"}
        body = {"events": events}
        answer = httpx.post(f"{self.url}/api/v1/ingest", json=body, headers=bot, timeout=60)
        assert answer.json()["accepted"] == count, rfc3339(system_clock())
        return [event["id"] for event in events]

    def revoke(self, token: str) -> None:
        self._change("UPDATE access_tokens SET revoked_ms = 1 WHERE secret_hash = :hash", token)

    def take_guild(self, token: str, guild_id: int) -> None:
        self._change(
            f"DELETE FROM token_guilds WHERE guild_id = {guild_id} AND token_id ="
            " (SELECT id FROM access_tokens WHERE secret_hash = :hash)",
            token,
        )

    def _change(self, statement: str, token: str) -> None:
        with self.database.write() as connection:
            changed = connection.execute(text(statement), {"hash": hash_secret(token)}).rowcount
        assert changed == 1
