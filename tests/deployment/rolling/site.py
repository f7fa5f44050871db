"""One address, one PostgreSQL and one Valkey, whose processes are of one release or the other."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack
from pathlib import Path

import httpx

from adapters.settings import load_settings
from tests.deployment.rolling.releases import Release
from tests.faults.stack import kill
from tests.parts import until
from tests.servers.postgres import Cluster
from tools.embedded import embedded_valkey, valkey_answers
from tools.supervisor import Child

PATIENCE_SECONDS = 300.0


class Site:
    def __init__(self, folder: Path, ends: ExitStack) -> None:
        (folder / "kept").mkdir()
        (folder / "postgres").mkdir()
        cluster = Cluster(folder / "postgres", folder / "kept" / "data")
        ends.callback(cluster.stop)
        cluster.serve()
        cluster.execute("CREATE DATABASE {}", "rolling")
        self.database_url = cluster.url("rolling")
        os.environ |= {
            "MODWATCH_DATA_DIR": str(folder / "data"),
            "MODWATCH_DATABASE_URL": self.database_url,
            "MODWATCH_LOG_LEVEL": "error",
            "MODWATCH_RATE_LIMITS": "0",
            "MODWATCH_GUILDS": "open",
        }
        os.environ.pop("MODWATCH_REDIS_URL", None)
        self._data_dir, self._ends = load_settings().data_dir, ends
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        ends.callback(self._listener.close)
        self.url = "http://{}:{}".format(*self._listener.getsockname()[:2])
        self._running: dict[str, list[Child]] = {"web": [], "worker": [], "beat": []}

    def start(self, release: Release) -> None:
        self._begin(embedded_valkey(self._data_dir))
        until(lambda: valkey_answers(self._data_dir), PATIENCE_SECONDS, "an answer of Valkey")
        for name in self._running:
            self.add(name, release)

    def add(self, name: str, release: Release) -> None:
        make = {"web": lambda: release.web(self._listener), "worker": release.worker}
        child = make.get(name, release.beat)()
        self._begin(child)
        self._running[name].append(child)
        if name == "web":
            until(lambda: self._answers(release), PATIENCE_SECONDS, f"an answer of {child.name}")

    def take_away(self, name: str) -> None:
        """The oldest, in order; the other has begun by then."""
        child = self._running[name].pop(0)
        child.ask_to_end()
        until(lambda: child.exit_code() is not None, PATIENCE_SECONDS, f"the end of {child.name}")

    def ended(self) -> list[str]:
        """Which processes are no more that should be there."""
        running = [child for children in self._running.values() for child in children]
        return [child.name for child in running if child.exit_code() is not None]

    def client(self, token: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60)

    def _begin(self, child: Child) -> None:
        self._ends.callback(kill, child)
        child.start()

    def _answers(self, release: Release) -> bool:
        """Whichever takes it answers: a new connection each time."""
        try:
            told = httpx.get(f"{self.url}/health", timeout=60).json()
        except httpx.TransportError:
            return False
        return bool(told["version"]["commit"] == release.commit)
