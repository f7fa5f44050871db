"""Web on one host, worker and beat on another, PostgreSQL, Valkey and RabbitMQ on a third."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import httpx
import redis

from adapters.database import Database
from adapters.settings import load_settings
from services.container import build_parts, system_clock
from tests.faults.stack import START_SECONDS, kill
from tests.hosts.namespaces import MIDDLE_ADDRESS, Host, Middle
from tests.parts import make_token, until
from tests.servers.postgres import Cluster
from tests.servers.rabbitmq import RabbitMq
from tools.run import web_process
from tools.standins import valkey_server
from tools.supervisor import Child

CELERY = (sys.executable, "-W", "ignore", "-m", "celery", "-A", "celery_config", "-q")
VALKEY_PORT, POSTGRES_PORT = 6379, 5432


class Installation:
    """What the test asks of its stores goes by sockets in `folder`, which no cut concerns."""

    def __init__(self, folder: Path, *, with_rabbitmq: bool, ends: ExitStack) -> None:
        self._folder, self._ends = folder, ends
        for name in ("postgres", "kept", "valkey", "rabbitmq"):
            (folder / name).mkdir()
        self.stores, self.web_host, self.work_host = Middle("stores"), Host("web"), Host("work")
        for host in (self.stores, self.web_host, self.work_host):
            ends.callback(host.remove)
        for host in (self.web_host, self.work_host):
            self.stores.join(host)
        with self.stores.inside():
            self.rabbitmq = RabbitMq(folder / "rabbitmq", MIDDLE_ADDRESS)
            self._start_stores(with_rabbitmq=with_rabbitmq)
        self._set(with_rabbitmq=with_rabbitmq)
        self._start_modwatch()

    def kill_rabbitmq(self) -> None:
        self.rabbitmq.kill()

    def start_rabbitmq(self) -> None:
        with self.stores.inside():
            self.rabbitmq.start()

    def client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self._token('bot')}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60)

    def socket_address(self, guild_id: int) -> str:
        """With a ticket that is good once."""
        proof = self._parts.secrets.seal(f"token {self._token('api', guild_id)}")
        return f"{self.url.replace('http', 'ws')}/ws?ticket={self._parts.tickets.issue(proof)}"

    def ended(self) -> list[str]:
        """Which processes of Modwatch are no more."""
        return [child.name for child in self.modwatch if child.exit_code() is not None]

    def check(self, name: str) -> str:
        """What /health says of it."""
        report = httpx.get(f"{self.url}/health", timeout=60).json()
        return str(report["checks"][name]["status"])

    def _start_stores(self, *, with_rabbitmq: bool) -> None:
        place = self._folder / "kept" / "data"
        tcp = (f"listen_addresses={MIDDLE_ADDRESS}", f"port={POSTGRES_PORT}", "max_connections=90")
        cluster = Cluster(self._folder / "postgres", place, tcp)
        self._ends.callback(cluster.stop)
        cluster.start()
        with (place / "pg_hba.conf").open("a") as rules:
            rules.write("host all all 198.18.0.0/15 trust\n")
        cluster.execute("SELECT pg_reload_conf()")
        self._name = cluster.create()
        self._url = cluster.url(self._name)
        self.database = Database(self._url)
        self._ends.callback(self.database.close)
        self._start_valkey()
        if with_rabbitmq:
            self._ends.callback(self.rabbitmq.end)
            self.rabbitmq.start()

    def _start_valkey(self) -> None:
        listen = ("--bind", MIDDLE_ADDRESS, "--port", f"{VALKEY_PORT}", "--protected-mode", "no")
        own = ("--unixsocket", f"{self._folder}/valkey.sock", "--dir", f"{self._folder}/valkey")
        keep = ("--appendonly", "yes", "--save", "", "--loglevel", "warning")
        valkey = Child("valkey", (str(valkey_server()), *listen, *own, *keep))
        self._ends.callback(kill, valkey)
        valkey.start()

        def answers() -> bool:
            try:
                return bool(redis.Redis.from_url(f"unix://{self._folder}/valkey.sock").ping())
            except redis.ConnectionError:
                return False

        until(answers, START_SECONDS, "an answer of Valkey")

    def _set(self, *, with_rabbitmq: bool) -> None:
        address = f"{MIDDLE_ADDRESS}:{POSTGRES_PORT}"
        given = {
            "DATA_DIR": f"{self._folder / 'data'}",
            "DATABASE_URL": f"postgresql+psycopg://modwatch@{address}/{self._name}",
            "REDIS_URL": f"redis://{MIDDLE_ADDRESS}:{VALKEY_PORT}/0",
            "BROKER_URL": self.rabbitmq.url if with_rabbitmq else "",
            "LOG_LEVEL": "error",
            "RATE_LIMITS": "0",
            "GUILDS": "open",
        }
        os.environ |= {f"MODWATCH_{name}": text for name, text in given.items()}
        valkey = f"unix://{self._folder}/valkey.sock"
        here = replace(load_settings(), database_url=self._url, redis_url=valkey, broker_url=None)
        self._parts = build_parts(here)
        self._ends.callback(self._parts.close)

    def _start_modwatch(self) -> None:
        listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._ends.callback(listener.close)
        self.url = "http://{}:{}".format(*listener.getsockname()[:2])
        quiet = ("--loglevel", "critical")
        web = web_process(listener)  # its socket is of where it was opened, for the test to reach
        worker = Child("worker", (*CELERY, "worker", "--concurrency", "1", *quiet))
        beat = Child("beat", (*CELERY, "beat", *quiet))
        self.modwatch = (web, worker, beat)
        for child, host in zip(
            self.modwatch, (self.web_host, self.work_host, self.work_host), strict=True
        ):
            self._ends.callback(kill, child)
            with host.inside():
                child.start()
        until(self._is_up, 2 * START_SECONDS, "web and worker")

    def _is_up(self) -> bool:
        try:
            return self.check("workers") == self.check("broker") == "healthy"
        except httpx.TransportError:
            return False

    def _token(self, kind: str, *guild_ids: int) -> str:
        role = "viewer" if guild_ids else None
        return make_token(self.database, kind, guild_ids, role, system_clock())
